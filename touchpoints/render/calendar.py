"""The call list for a calendar program: one event for each block of calls, or one task for each call.

Every event and task has a stable UID, so that a later export brings the entry up to date instead of doubling it: an
event is known by the slot it stands for, a task by the customer. They are private, since calendars are often shared.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Todo

from touchpoints.language import Language, in_language, language
from touchpoints.markup import plain
from touchpoints.reading import content_key
from touchpoints.relationship import Flag
from touchpoints.render.text import who
from touchpoints.report import CallReport

QUARTER = 15
"""Blocks last whole quarters of an hour."""


def blocks(report: CallReport, lang: str) -> bytes:
    """An event for each slot in which calls are suggested, the list in its description."""
    spoken = language(lang)
    found = list(zip(report.call_list.flags, report.call_list.minutes, strict=True))
    slots = defaultdict[datetime, list[tuple[Flag, int]]](list)
    earliest = min(filter(None, (_start(flag, report) for flag, _ in found)), default=report.at)
    for flag, minutes in found:  # whoever has no slot is not to be lost: they come first
        slots[_start(flag, report) or earliest].append((flag, minutes))
    calendar = _calendar(spoken)
    for slot, calls in sorted(slots.items()):
        event, start = Event(), _not_before_now(slot, report)
        length = -(-sum(minutes for _, minutes in calls) // QUARTER) * QUARTER
        names = [plain(flag.relationship.name) for flag, _ in calls]
        _common(event, f"calls-{slot.astimezone(UTC):%Y%m%dT%H%M}", report)
        event.add("summary", spoken.say("Calls: {names}", names=names))
        event.add("dtstart", start.astimezone(UTC))
        event.add("dtend", (start + timedelta(minutes=length)).astimezone(UTC))
        event.add("description", "\n\n".join(_said(flag, minutes, spoken) for flag, minutes in calls))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def tasks(report: CallReport, lang: str) -> bytes:
    """A task for each call, with its reason, the number, and a link that dials it."""
    spoken = language(lang)
    calendar = _calendar(spoken)
    for flag, minutes in zip(report.call_list.flags, report.call_list.minutes, strict=True):
        todo = Todo()
        _common(todo, f"call-{content_key('call', flag.relationship.group)}", report)
        todo.add("summary", spoken.say("Call {name}", name=plain(who(flag))))
        todo.add("description", _said(flag, minutes, spoken))
        todo.add("status", "NEEDS-ACTION")
        todo.add("priority", min(9, max(1, 10 - round(flag.urgency / 11))))
        if slot := _start(flag, report):
            todo.add("due", (_not_before_now(slot, report) + timedelta(minutes=minutes)).astimezone(UTC))
        handle = flag.suggestion.handle
        if handle is not None and handle.kind in ("phone", "email"):
            todo.add("url", f"{'tel' if handle.kind == 'phone' else 'mailto'}:{handle.value}")
        calendar.add_component(todo)
    return bytes(calendar.to_ical())


def _calendar(spoken: Language) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//touchpoints//call list//{spoken.code.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", spoken.say("Call list"))
    return calendar


def _common(component: Event | Todo, uid: str, report: CallReport) -> None:
    component.add("uid", f"{uid}@touchpoints.invalid")
    component.add("dtstamp", report.at.astimezone(UTC))
    component.add("last-modified", report.at.astimezone(UTC))
    component.add("sequence", max(0, int(report.at.timestamp() - datetime(2020, 1, 1, tzinfo=UTC).timestamp()) // 60))
    component.add("class", "PRIVATE")


def _start(flag: Flag, report: CallReport) -> datetime | None:
    """When the slot of a suggestion begins."""
    if flag.suggestion.slot is None:
        return None
    day, _, hours = flag.suggestion.slot.partition(" ")
    return datetime.fromisoformat(f"{day}T{hours.partition('-')[0]}").replace(tzinfo=report.zone)


def _not_before_now(start: datetime, report: CallReport) -> datetime:
    """A slot that is under way begins with the present quarter of an hour."""
    now = report.at.astimezone(report.zone)
    return max(start, now.replace(minute=now.minute - now.minute % QUARTER, second=0, microsecond=0))


def _said(flag: Flag, minutes: int, spoken: Language) -> str:
    lines = [who(flag), *dict.fromkeys(in_language(r.text, spoken.code) for r in flag.reasons)]
    if said := in_language(flag.suggestion.text, spoken.code):
        lines.append(f"→ {said} · {spoken.say('about {n} min', n=minutes)}")
    return plain("\n".join(lines))
