"""What several stages say: the standing of a relationship, silence and rhythm, how often, and what values are called.

Everything else is said where it is judged: by a `Text` (see `touchpoints.language`), so that no stage builds sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from touchpoints.language import P_, Day, Term, Text
from touchpoints.warmth import Warmth

_CALLED: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "status": {
        "one-way": P_("status", "one-way"), "not enough data": P_("status", "not enough data"),
        "dormant": P_("status", "dormant"), "due": P_("status", "due"), "cooling": P_("status", "cooling"),
        "on track": P_("status", "on track"),
    },
    "rule": {
        "missed_inbound": P_("rule", "call back"), "unanswered_message": P_("rule", "to answer"),
        "promise_due": P_("rule", "promised"), "fell_through": P_("rule", "meeting fell through"),
        "overdue": P_("rule", "overdue"), "unusual_silence": P_("rule", "unusual silence"),
        "season": P_("rule", "as every year"), "ghosted": P_("rule", "no longer answers"),
        "single_threaded": P_("rule", "depends on one person"), "contact_left": P_("rule", "no longer there"),
        "answered_now": P_("rule", "has just answered"), "attempts": P_("rule", "not reached yet"),
        "cooling": P_("rule", "cooling"), "shallow_only": P_("rule", "only in writing"),
        "never_spoken": P_("rule", "never spoken"), "occasion": P_("rule", "occasion"),
        "restart": P_("rule", "restart?"),
    },
    "medium": {
        "meeting": P_("medium", "meeting"), "video": P_("medium", "video meeting"), "call": P_("medium", "call"),
        "message": P_("medium", "message"), "email": P_("medium", "mail"), "letter": P_("medium", "letter"),
        "other": P_("medium", "contact"),
    },
    "source": {
        "meeting": P_("source", "calendar"), "video": P_("source", "calendar"), "call": P_("source", "call log"),
        "message": P_("source", "message export"), "email": P_("source", "mail export"),
        "letter": P_("source", "letters"), "other": P_("source", "source"),
    },
    "outcome": {
        "reached": P_("outcome", "reached"), "missed": P_("outcome", "not reached"),
        "voicemail": P_("outcome", "voicemail"), "declined": P_("outcome", "declined"),
        "cancelled": P_("outcome", "cancelled"), "no_show": P_("outcome", "no-show"),
    },
    "direction": {
        "in": P_("direction", "from them"), "out": P_("direction", "from us"), "mutual": P_("direction", "mutual"),
    },
    "kind": {
        "customer": P_("kind", "customer"), "prospect": P_("kind", "prospect"), "partner": P_("kind", "partner"),
        "supplier": P_("kind", "supplier"), "former": P_("kind", "former"), "private": P_("kind", "private"),
        "ignored": P_("kind", "ignored"), "unsorted": P_("kind", "unsorted"),
    },
    "channel": {
        "phone": P_("channel", "phone"), "mail": P_("channel", "mail"), "meeting": P_("channel", "meeting"),
        "video": P_("channel", "video"), "letter": P_("channel", "letter"), "message": P_("channel", "message"),
        "sms": "SMS", "whatsapp": "WhatsApp", "linkedin": "LinkedIn", "telegram": "Telegram", "signal": "Signal",
        "slack": "Slack", "teams": "Teams", "facebook": "Facebook", "instagram": "Instagram",
    },
})  # fmt: skip


def name(of: str, value: str) -> Term:
    """What a status, rule, medium, source, outcome, direction, kind or channel (`of`) is called; an unknown one as it is."""
    return Term(of, _CALLED[of].get(value, value))


def counted(medium: str, n: int) -> Text:
    """So many contacts of a medium: "4 mails"."""
    match medium:
        case "meeting":
            return Text.count("{n} meeting", "{n} meetings", n=n)
        case "video":
            return Text.count("{n} video meeting", "{n} video meetings", n=n)
        case "call":
            return Text.count("{n} call", "{n} calls", n=n)
        case "message":
            return Text.count("{n} message", "{n} messages", n=n)
        case "email":
            return Text.count("{n} mail", "{n} mails", n=n)
        case "letter":
            return Text.count("{n} letter", "{n} letters", n=n)
        case _:
            return Text.count("{n} other contact", "{n} other contacts", n=n)


def day(value: date, today: date) -> date | Day:
    """A date as it is said on `today`: with the year where that is not clear."""
    return value if abs((value - today).days) < 300 else Day(value)


def days(n: int) -> Text:
    """So many days."""
    return Text.count("{n} day", "{n} days", n=n)


def attempts(n: int) -> Text:
    """So many attempts to reach somebody."""
    return Text.count("{n} attempt", "{n} attempts", n=n)


def silence(raw: int, net: int | None = None) -> Text:
    """So many days of silence, with the figure without days off where that differs."""
    if net is None or net == raw:
        return Text.count("{n} day of silence", "{n} days of silence", n=raw)
    return Text.count(
        "{n} day of silence ({net} without days off)", "{n} days of silence ({net} without days off)", n=raw, net=net
    )


def usual(gap: float | None) -> Text:
    """The usual gap, in days: "usually 14"."""
    n = max(1, round(gap or 0))
    return Text("usually daily") if n == 1 else Text("usually {n}", n=n)


def rhythm(gap: float | None, longest: int | None, silent: int) -> Text:
    """The own rhythm that a silence is compared with: usual and longest gap, in days. The longest gap so far may be longer
    than the silence."""
    if (longest or 0) >= silent:
        return Text("{usual}, at most {longest} so far", usual=usual(gap), longest=longest or 0)
    return Text("{usual}, never more than {longest}", usual=usual(gap), longest=longest or 0)


def agreed(ideal: int, latest: int) -> Text:
    """A rhythm that is wanted: how often, and after how many days at the latest."""
    every = Text("every day") if ideal == 1 else Text.count("every {n} day", "every {n} days", n=ideal)
    return Text.count(
        "agreed {every}, after {n} day at the latest",
        "agreed {every}, after {n} days at the latest",
        n=latest,
        every=every,
    )


def standing(warmth: Warmth, lang: str) -> str:
    """What a person reads first: status, and the silence against the own rhythm."""
    status = name("status", warmth.status)
    silent = warmth.silence_days
    if silent is None:
        return status[lang]
    if warmth.usual_gap_days is None:
        return Text("{status} · {silence}", status=status, silence=silence(silent))[lang]
    said = {"status": status, "silence": silence(silent)}
    against = rhythm(warmth.usual_gap_days, warmth.longest_gap_days, silent)
    sign = warmth.summary.last_sign
    if warmth.status == "one-way" and sign is not None:
        return Text.count(
            "{status} · {silence}, {rhythm}; only we wrote for {n} day",
            "{status} · {silence}, {rhythm}; only we wrote for {n} days",
            n=warmth.summary.at - sign, rhythm=against, **said,
        )[lang]  # fmt: skip
    return Text("{status} · {silence}, {rhythm}", rhythm=against, **said)[lang]
