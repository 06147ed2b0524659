"""Own absences in a calendar: whole days marked as out of office, or called a holiday. Only the days are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from touchpoints.handles import Handle, fold
from touchpoints.model import Absence
from touchpoints.reading import Context, content_key
from touchpoints_calendar.series import Occurrence

_WORDS = (
    "urlaub jahresurlaub resturlaub sommerurlaub winterurlaub bildungsurlaub sonderurlaub elternzeit betriebsferien "
    "betriebsurlaub abwesend abwesenheit frei arbeitsfrei brueckentag gleittag krank krankgeschrieben kur reha vacation "
    "leave holiday holidays pto ooo oof away sick"
).split()
_PHRASES = (
    "nicht im buero", "nicht im haus", "nicht da", "ausser haus", "freier tag", "freie tage", "annual leave", "on leave",
    "parental leave", "sick leave", "sick day", "day off", "days off", "time off", "paid time off", "out of office",
    "out of the office", "on holiday", "on vacation",
)  # fmt: skip
_AWAY = re.compile(rf"(?:{'|'.join([*_PHRASES, *_WORDS])})(?: (?:in|auf|an|am|at|on|to|bis|until|ab|from) .*)?")
_ASIDE = re.compile(r"\([^)]*\)|\[[^]]*\]")


def says_away(title: str, names: Iterable[str] = ()) -> bool:
    """Whether a title says of its calendar's owner (called one of `names`) that they are away, and nothing else:
    "Urlaub", "Mara Falk: Urlaub", "Vacation in Spain", but not "Urlaub Jonas" or "Urlaub planen"."""
    if len(title) > 80:
        return False
    own = {word for name in names for word in fold(name).split()}
    words = [word for word in re.split(r"[\W_]+", fold(_ASIDE.sub(" ", title))) if word and word not in own]
    return bool(_AWAY.fullmatch(" ".join(words)))


def whole_days(
    start: datetime, end: datetime | None, all_day: bool, hours: tuple[int, int]
) -> tuple[date, date] | None:
    """The first and last day that an entry takes up wholly, on its own wall clock: all of an all-day one (whose end is
    the day after), of another those whose working `hours` lie within it; `None` where there is none."""
    if all_day:
        last = (end or start).date() - (timedelta(days=1) if end and end.date() > start.date() else timedelta())
        return start.date(), last
    if end is None:
        return None
    opens, closes = (timedelta(hours=h) for h in hours)
    first, last = start.date(), end.date()
    if start - datetime.combine(first, datetime.min.time()) > opens:
        first += timedelta(days=1)
    if end - datetime.combine(last, datetime.min.time()) < closes:
        last -= timedelta(days=1)
    return (first, last) if first <= last else None


def whose(context: Context, calendar: str, organizer: Handle | None = None) -> str | None:
    """Which of us a calendar belongs to: the only one, whom its entry's organizer or its name says; else `None`."""
    if len(context.colleagues) == 1:
        return context.colleagues[0].name
    named = [organizer] if organizer else []
    named += [Handle.of(calendar, context.region)] if calendar else []
    found = (context.our_side.colleague(handle) for handle in named)
    names = {c.name for c in context.colleagues}
    return next((name for name in found if name in names), None)


def absence_of(found: list[Occurrence], uid: str, context: Context) -> Absence | None:
    """The whole days on which occurrences that one entry describes say we are away; an empty absence for a later
    version of an entry, since an earlier one may have said so. What meets somebody outside is none, and of a private
    entry only its mark as out of office is looked at."""
    entry, event = found[0].entry, found[0].entry.event
    calendar, owns = entry.clock.calendar, context.our_side.owns
    if event.start is None or calendar.method not in ("", "PUBLISH"):
        return None
    if any(not owns(p.handle, p.name) for p, _ in event.people):
        return None
    owner = whose(context, calendar.name, next((p.handle for p, _ in event.people if p.role == "organizer"), None))
    names = [c.name for c in context.colleagues if owner in (None, c.name)]
    called = len(event.people) <= 1 and not event.private and says_away(event.subject, names)
    spans = []
    for occurrence in found if (event.away or called) and not event.cancelled else ():
        zone = entry.clock.zone(event.start) or context.zone
        start = occurrence.at.astimezone(zone).replace(tzinfo=None)
        length = timedelta(seconds=occurrence.seconds) if occurrence.seconds else event.length
        if event.start.day and event.end:
            length = event.end.wall - event.start.wall
        days = whole_days(start, start + length if length else None, event.start.day, context.settings.working_hours)
        if days:
            spans.append(days)
    if not spans and not (event.cancelled or event.sequence):
        return None
    identity = found[0].identity if event.recurrence is not None else ""
    return Absence(spans, key=content_key("absence", uid, identity), revision=event.version, colleague=owner)
