"""How and when to reach somebody: channel, handle and slot, from simple counts over the last fifty touchpoints.

Conversation comes first: a number on which they were reached, else a mobile, else any number, else an offer of a video
meeting by mail, else the written channel on which they answer. Each call in vain changes the next try: another time,
then another number, then another channel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import takewhile

import attrs

from touchpoints import words
from touchpoints.book import Book, Relationship, Suggestion, is_live
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.rules.scope import is_attempt, is_sign, is_written
from touchpoints.sameevent import events
from touchpoints.words import Text

HISTORY = 50
"""How many of the newest touchpoints are looked at."""

_BANDS = (10, 14, 9, 16, 12)
"""Hours at which a two-hour slot begins, the likeliest first."""
_ENOUGH = 3
"""So many conversations make a habit; so many calls in vain make a phone dead."""


@attrs.frozen(slots=True)
class _Way:
    phrase: str
    channel: str
    handle: Handle | None
    why: Text


def suggest(
    book: Book,
    relationship: Relationship,
    *,
    soon: bool = False,
    start: date | None = None,
    banned: frozenset[str] = frozenset(),
    gone: bool = False,
) -> Suggestion | None:
    """What to do about a relationship, without the `banned` channels or media; `None` where no way is left.

    What has to be done `soon` takes the first slot that is likely; anything else may wait some days for the best one.
    No slot lies before `start` (a birthday). Somebody `gone` is not to be reached: their successor is to be found.
    """
    history = events(book.touchpoints(relationship, limit=HISTORY), book.zone)[::-1]
    failed = _failed(history)
    if gone:
        way: _Way | None = _Way("find", "phone", None, Text("no successor", name=relationship.name))
    else:
        way = _way(relationship, history, failed, banned)
    if way is None:
        return None
    slot, said = _slot(book, history, failed, soon, max(start or book.today, book.today))
    shown = way.handle.shown if way.handle else ""
    text = Text(
        way.phrase, handle=shown, channel=words.name("channel", way.channel), why=Text("why", why=way.why), slot=said
    )
    return Suggestion(way.channel, way.handle, slot, way.why, text)


def usual_minutes(book: Book, relationship: Relationship) -> int:
    """How long a call will take: the median of their own calls, else ten minutes."""
    calls = (s for s in book.touchpoints(relationship, outcome="reached", limit=HISTORY) if s.medium == "call")
    lengths = sorted(s.touchpoint.duration for s in calls if s.touchpoint.duration)
    return max(1, round(lengths[len(lengths) // 2] / 60)) if lengths else 10


def _failed(history: Sequence[Stored]) -> list[Stored]:
    """The calls in vain since anybody there was last reached or wrote, newest first."""
    found = []
    for stored in history:
        if is_live(stored) or is_written(stored, "in"):
            break
        if stored.medium == "call" and is_attempt(stored):
            found.append(stored)
    return found


# -- the way ------------------------------------------------------------------------------------------------------


def _way(
    relationship: Relationship, history: Sequence[Stored], failed: list[Stored], banned: frozenset[str]
) -> _Way | None:
    phones, written = _phones(relationship, history), _written(relationship, history, banned)
    tries = Text("attempts", n=len(failed))
    if banned & {"phone", "call"}:
        phones = []
    answering = written if written and any(is_written(s, "in") for s in history) else None
    if phones and _dead(history) and answering:
        return attrs.evolve(answering, why=Text("answers there", failed=Text("times", n=_in_vain(history))))
    if phones and failed:
        tried = {p.handle for s in failed for p in s.touchpoint.parties}
        untried = [h for h in phones if h not in tried]
        if len(failed) == 1:
            return _Way("call", "phone", phones[0], Text("after attempts slot", attempts=tries))
        if len(failed) == 2 and untried:
            return _Way("call", "phone", untried[0], Text("after attempts", attempts=tries))
        wrote = sum(is_written(s, "out") for s in takewhile(lambda s: not is_sign(s), history))
        if written and (answering or wrote < len(failed)):  # what was tried more in vain is no better way
            return attrs.evolve(written, why=Text("after attempts", attempts=tries))
        return _Way("call", "phone", (untried or phones)[0], Text("after attempts", attempts=tries))
    if phones:
        return _Way("call", "phone", phones[0], _why(phones, history))
    mail = next((h for h in _handles(relationship, history) if h.kind == "email"), None)
    if mail and not banned & {"mail", "email", "video"} and not (answering and answering.channel != "mail"):
        return _Way("video", "video", mail, Text("no number"))
    if written:
        return written
    return None if banned else _Way("call unknown", "phone", None, Text("no number"))


def _handles(relationship: Relationship, history: Sequence[Stored]) -> list[Handle]:
    """A contact's handles; of an office those that took part in something."""
    if relationship.contact:
        return list(relationship.contact.handles)
    return list({p.handle: None for s in history for p in s.touchpoint.parties})


def _calls(history: Sequence[Stored], handle: Handle) -> tuple[int, int]:
    """How often somebody was reached on a number, and how often it was tried (by us or, reached, by them)."""
    calls = [s for s in history if s.medium == "call" and any(p.handle == handle for p in s.touchpoint.parties)]
    reached = sum(is_live(s) for s in calls)
    return reached, reached + sum(is_attempt(s) for s in calls)


def _phones(relationship: Relationship, history: Sequence[Stored]) -> list[Handle]:
    """Numbers, the likeliest first: most often reached there, reached there last, a mobile."""
    numbers = [h for h in _handles(relationship, history) if h.kind == "phone"]
    last = {p.handle: n for n, s in reversed(list(enumerate(history))) if is_live(s) for p in s.touchpoint.parties}

    def order(number: Handle) -> tuple[int, int, bool, str]:
        return -_calls(history, number)[0], last.get(number, HISTORY), not _is_mobile(number), number.value

    return sorted(numbers, key=order) if len(numbers) > 1 else numbers


def _is_mobile(number: Handle) -> bool:
    import phonenumbers

    kind = phonenumbers.number_type(phonenumbers.parse(number.value, None))
    return bool(kind == phonenumbers.PhoneNumberType.MOBILE)


def _why(phones: list[Handle], history: Sequence[Stored]) -> Text:
    reached, tried = _calls(history, phones[0])
    if reached:
        return Text("reached there", reached=reached, tried=tried, n=tried)
    if len(phones) == 1:
        return Text("only number")
    return Text("mobile") if _is_mobile(phones[0]) else Text("any number")


def _in_vain(history: Sequence[Stored]) -> int:
    return sum(s.medium == "call" and is_attempt(s) for s in history)


def _dead(history: Sequence[Stored]) -> bool:
    """Whether the phone is dead: three calls of ours in vain or more, and none that was taken."""
    return _in_vain(history) >= _ENOUGH and not any(s.medium == "call" and is_live(s) for s in history)


def _written(relationship: Relationship, history: Sequence[Stored], banned: frozenset[str]) -> _Way | None:
    """The written channel on which they answer most, else any they have."""
    counts: Counter[tuple[str, Handle]] = Counter()
    for stored in history:
        channel = stored.touchpoint.channel
        if is_written(stored, "in") and not banned & {channel, stored.medium}:
            counts[channel, next(p.handle for p in stored.touchpoint.parties if p.role == "with")] += 1
    if counts:
        (channel, handle), _ = min(counts.items(), key=lambda c: (-c[1], c[0][0], c[0][1].value))
        return _Way("write", channel, handle, Text("answers in writing"))
    for channel, kind in (("mail", "email"), ("linkedin", "profile")):
        if banned & {channel, "email" if channel == "mail" else "message"}:
            continue
        for handle in _handles(relationship, history):
            if handle.kind == kind:
                return _Way("write", channel, handle, Text("no number"))
    return None


# -- the slot -----------------------------------------------------------------------------------------------------


def _slot(book: Book, history: Sequence[Stored], failed: Iterable[Stored], soon: bool, start: date) -> tuple[str, Text]:
    """The next slot in working hours: where they were mostly reached, else a usual one; never where a call failed."""
    opens, closes = book.workdays.hours
    spoken = Counter(_band(book, s) for s in history if is_live(s))
    missed = {_band(book, s)[1] for s in failed}
    hours: Counter[int] = Counter()
    for (_, hour), n in spoken.items():
        hours[hour] += n
    usual = [h for h, n in hours.most_common() if n >= _ENOUGH and h not in missed]
    best = [] if soon else [b for b, n in spoken.most_common() if n >= _ENOUGH and b[1] not in missed]
    others = [h for h in _BANDS if opens <= h < closes and h not in missed] or [opens]
    wishes: list[tuple[int | None, int]] = [*best[:1], *((None, hour) for hour in (*usual[:1], *others))]
    weekday, hour = wishes[0]
    now = book.at.astimezone(book.zone)
    for n in range(15):
        day = start + timedelta(days=n)
        if not book.workdays.is_working(day) or (weekday is not None and day.weekday() != weekday):
            continue
        # today any slot that is not nearly over will do; on a later day the best one
        for first in [h for _, h in wishes] if day == book.today and weekday is None else [hour]:
            last = min(first + 2 - first % 2, closes)
            if datetime.combine(day, time(last - 1, 30), book.zone) > now:
                habit = bool(best or usual) and first == hour
                said = Text("slot usual" if habit else "slot", day=day, first=first, last=last)
                return f"{day.isoformat()} {first:02}:00-{last:02}:00", said
    day = book.workdays.next_working(start + timedelta(days=1))
    return f"{day.isoformat()} {opens:02}:00-{closes:02}:00", Text("slot", day=day, first=opens, last=closes)


def _band(book: Book, stored: Stored) -> tuple[int, int]:
    """Weekday and hour at which the two-hour slot of a touchpoint begins, within working hours."""
    opens, closes = book.workdays.hours
    at = stored.touchpoint.at.astimezone(book.zone)
    return at.weekday(), max(opens, min(at.hour - at.hour % 2, closes - 1))
