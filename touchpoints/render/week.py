"""One's own week as plain text of at most 80 columns."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.language import language
from touchpoints.render.page import in_lines, together
from touchpoints.week import BECAME, Week


def week(found: Week, lang: str) -> str:
    """The week, with the one before in brackets."""
    spoken = language(lang)
    say, now, before = spoken.say, found.now, found.before
    lines = [
        say("Your week: {since} to {until}", since=now.since, until=now.until),
        say("in brackets the seven days before: {since} to {until}", since=before.since, until=before.until),
        "",
    ]
    rows = [
        (say("calls you made"), now.made, before.made), (say("reached of them"), now.reached, before.reached),
        (say("calls you took"), now.received, before.received),
        (say("minutes of conversation by phone"), now.minutes, before.minutes),
        (say("meetings, video too"), now.meetings, before.meetings),
        (say("minutes of meetings"), now.meeting_minutes, before.meeting_minutes),
        (say("messages and mails you wrote"), now.written, before.written),
    ]  # fmt: skip
    width = max(len(name) for name, _, _ in rows)
    lines += [f"  {name:<{width}}  {spoken.number(a):>6}  ({spoken.number(b)})" for name, a, b in rows]
    heading = say("Back in rhythm by contact: {n} ({before})", n=len(found.back), before=len(found.back_before))
    lines += ["", heading]
    lines += _names(say("{name} (was: {status})", name=b.name, status=spoken.term("status", b.was)) for b in found.back)
    lines += ["", say("What became of the {n} on the list when the week began:", n=len(found.listed))]
    if not found.listed:
        lines[-1] = say("Nobody was on the list when the week began.")
    for became in BECAME:
        who = [one.name for one in found.listed if one.became == became]
        if who:
            lines.append(f"  {spoken.term('became', became)}: {len(who)}")
            lines += _names(who, "    ")
    return "\n".join(lines) + "\n"


def _names(names: Iterable[str], indent: str = "  ") -> list[str]:
    found = "; ".join(map(together, dict.fromkeys(names)))  # a name that two sources know under two handles stands once
    return in_lines(found, indent, indent)
