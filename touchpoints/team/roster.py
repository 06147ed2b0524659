"""Who is there when: shifts and absences from a table or a shared calendar.

A roster is read when it is asked for and never stored. Of an absence only the days are kept; why somebody is away
(holiday, illness) is looked at to tell it from a shift, and forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import email, fold
from touchpoints.language import english
from touchpoints.model import Colleague, Skipped
from touchpoints.source import Source
from touchpoints.table import Table, cell
from touchpoints.times import Dates, local

MOST_SHIFTS = 20_000
"""A roster of more entries is refused."""
_COLUMNS = {
    "name": "name mitarbeiter mitarbeiterin kollege kollegin colleague agent employee person wer who".split(),
    "day": "datum date tag day wochentag weekday".split(),
    "start": "von from beginn start anfang ab".split(),
    "end": "bis to ende end until".split(),
    "kind": "art typ type status kind grund reason abwesenheit absence".split(),
}
_AWAY = re.compile(
    r"urlaub|krank|abwesen|elternzeit|fortbildung|schulung|frei\b|vacation|holiday|\bleave\b|sick|absen|\baway\b|"
    r"\boff\b|out of office|\booo\b|training"
)
_WEEKDAYS = {
    name: n
    for n, names in enumerate(
        "mo montag mon monday|di dienstag tue tues tuesday|mi mittwoch wed wednesday|do donnerstag thu thur thursday|"
        "fr freitag fri friday|sa samstag sonnabend sat saturday|so sonntag sun sunday".split("|")
    )
    for name in names.split()
}


@attrs.frozen(slots=True)
class Shift:
    """A colleague at work from `start` to `end` (aware)."""

    colleague: str
    start: datetime
    end: datetime


@attrs.frozen(slots=True)
class Absence:
    """A colleague away from `first` to `last` day, both included. Why is nobody's business here."""

    colleague: str
    first: date
    last: date


@attrs.frozen(slots=True)
class Roster:
    """Shifts and absences of some weeks, and the entries that could not be read."""

    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def colleagues(self) -> tuple[str, ...]:
        """Everybody with a shift, in the order of names."""
        return tuple(sorted({s.colleague for s in self.shifts}))

    def away(self, colleague: str, day: date) -> bool:
        """Whether a colleague is absent on a day."""
        return any(a.colleague == colleague and a.first <= day <= a.last for a in self.absences)

    def present(self, moment: datetime, without: str | None = None) -> frozenset[str]:
        """Who is on shift and not absent at an aware time, one colleague left out if asked for."""
        return frozenset(
            s.colleague
            for s in self.shifts
            if s.start <= moment < s.end
            and s.colleague != without
            and not self.away(s.colleague, moment.astimezone(s.start.tzinfo).date())
        )

    def of(self, names: Iterable[str]) -> Roster:
        """The roster of some colleagues only."""
        wanted = set(names)
        return attrs.evolve(
            self,
            shifts=tuple(s for s in self.shifts if s.colleague in wanted),
            absences=tuple(a for a in self.absences if a.colleague in wanted),
        )


def read_roster(
    source: Source | str | Path, zone: ZoneInfo, colleagues: Sequence[Colleague], first: date, last: date
) -> Roster:
    """The roster in a file, from `first` to `last` day. A calendar (.ics): each event is a colleague's shift, or an
    absence by its words; a table: columns for name, day (a date, or a weekday for every week), from and to, and perhaps
    kind; a row whose from and to are dates is an absence. Raises `UnreadableSource` for anything else."""
    source = source if isinstance(source, Source) else Source.from_path(source)
    reading = _Reading(source, zone, colleagues, first, last)
    found = (
        reading.calendar() if source.head_text.lstrip("\ufeff \r\n").startswith("BEGIN:VCALENDAR") else reading.table()
    )
    shifts, absences, skipped = [], [], []
    for n, entry in enumerate(found):
        if n >= MOST_SHIFTS:
            raise UnreadableSource(
                source.name, english("more than {most_shifts} entries; give a shorter period", most_shifts=MOST_SHIFTS)
            )
        match entry:
            case Shift():
                shifts.append(entry)
            case Absence():
                absences.append(entry)
            case _:
                skipped.append(entry)
    shifts.sort(key=lambda s: (s.start, s.colleague))
    return Roster(tuple(shifts), tuple(sorted(absences, key=lambda a: (a.first, a.colleague))), tuple(skipped))


class _Reading:
    """One pass over one roster."""

    def __init__(
        self, source: Source, zone: ZoneInfo, colleagues: Sequence[Colleague], first: date, last: date
    ) -> None:
        self.source, self.zone, self.first, self.last = source, zone, first, last
        self.names = {fold(c.name): c.name for c in colleagues}
        self.addresses = {h.value: c.name for c in colleagues for h in c.handles if h.kind == "email"}
        given = [name.split()[0] for name in self.names]
        self.given = {name.split()[0]: full for name, full in self.names.items() if given.count(name.split()[0]) == 1}

    def skipped(self, record: str | int, reason: str, raw: str = "") -> Skipped:
        return Skipped(self.source.name, record, reason, raw)

    # -- tables ---------------------------------------------------------------------------------------------------------

    def table(self) -> Iterator[Shift | Absence | Skipped]:
        def roster(names: Sequence[str]) -> bool:
            return all(any(n in _COLUMNS[field] for n in names) for field in ("name", "start", "end"))

        try:
            table = Table(self.source, roster)
        except UnreadableSource as error:
            reason = english("no roster: it needs columns for name, from and to (and a day), or be a calendar (.ics)")
            raise UnreadableSource(self.source.name, reason) from error
        columns = {field: table.column(*names) for field, names in _COLUMNS.items()}
        dates = Dates(text for field in ("day", "start", "end") for text in self._cells(table, columns[field]))
        for line, row in table.rows():
            cells = {field: cell(row, column) for field, column in columns.items()}
            try:
                yield from self._row(cells, dates)
            except (InvalidValue, ValueError) as error:
                yield self.skipped(line, str(error), table.header.delimiter.join(row))

    @staticmethod
    def _cells(table: Table, column: int | None) -> Iterator[str]:
        return iter(()) if column is None else table.cells(column)

    def _row(self, cells: dict[str, str], dates: Dates) -> Iterator[Shift | Absence]:
        who = self.names.get(fold(cells["name"]), cells["name"])
        if not who:
            raise InvalidValue(english("no name"))
        away = bool(_AWAY.search(cells["kind"].lower()))
        start, end = (_clock(cells[field]) for field in ("start", "end"))
        if start is None or end is None:  # dates, or an absence of a whole day
            begins = dates(cells["start"] or cells["day"])
            ends = dates(cells["end"] or cells["start"] or cells["day"])
            if away or (begins.time() == time() == ends.time()):
                if begins.date() <= self.last and ends.date() >= self.first:
                    yield Absence(who, begins.date(), ends.date())
            elif begins < ends:
                yield Shift(who, local(begins, self.zone), local(ends, self.zone))
            else:
                raise InvalidValue(english("ends before it begins"))
            return
        for day in self._days(cells["day"], dates):
            if away:
                yield Absence(who, day, day)
            else:
                begins, ends = datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)
                yield Shift(who, begins, ends if end > start else ends + timedelta(days=1))

    def _days(self, text: str, dates: Dates) -> Iterator[date]:
        weekday = _WEEKDAYS.get(text.lower().rstrip("."))
        if weekday is None:
            if not text:
                raise InvalidValue(english("no day"))
            day = dates(text).date()
            if self.first <= day <= self.last:
                yield day
            return
        day = self.first + timedelta(days=(weekday - self.first.weekday()) % 7)
        while day <= self.last:
            yield day
            day += timedelta(days=7)

    # -- calendars ------------------------------------------------------------------------------------------------------

    def calendar(self) -> Iterator[Shift | Absence | Skipped]:
        import icalendar
        import recurring_ical_events

        with self.source.open() as stream:
            content = stream.read()
        try:
            calendar = icalendar.Calendar.from_ical(content)
            events = recurring_ical_events.of(calendar, skip_bad_series=True).between(
                self.first, self.last + timedelta(days=1)
            )
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise UnreadableSource(
                self.source.name, english("a damaged calendar: {error}; export it again", error=error)
            ) from error
        whose = str(calendar.get("X-WR-CALNAME", ""))
        for event in sorted(events, key=lambda e: (str(e["DTSTART"].dt), str(e.get("UID", "")))):
            if str(event.get("STATUS", "")).upper() != "CANCELLED":
                yield self._event(event, whose)

    def _event(self, event: Any, calendar: str) -> Shift | Absence | Skipped:
        summary = str(event.get("SUMMARY", ""))
        people = event.get("ATTENDEE", [])
        people = [*(people if isinstance(people, list) else [people]), event.get("ORGANIZER", "")]
        who = self._named(summary) or next(filter(None, map(self._addressed, people)), None) or self._named(calendar)
        start, end = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else event["DTSTART"].dt
        all_day = not isinstance(start, datetime)
        if who is None:
            return self.skipped(str(event.get("UID", "")), english("names none of the colleagues"))
        words = " ".join((summary, calendar, str(event.get("CATEGORIES", "")))).lower()
        if _AWAY.search(words) or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "OOF":
            first, last = (start, end) if all_day else (_date(start, self.zone), _date(end, self.zone))
            return Absence(who, first, max(first, last - timedelta(days=1) if all_day else last))
        if all_day:
            return self.skipped(
                str(event.get("UID", "")), english("a whole day: neither a shift nor said to be an absence")
            )
        return Shift(who, local(start, self.zone), local(end, self.zone))

    def _named(self, text: str) -> str | None:
        folded = fold(text)
        for name, full in self.names.items():
            if name in folded:
                return full
        return next((full for given, full in self.given.items() if given in folded.split()), None)

    def _addressed(self, person: Any) -> str | None:
        handle = email(str(person))
        return self.addresses.get(handle.value) if handle else None


def _clock(text: str) -> time | None:
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*(?:uhr|h)?", text.strip().lower())
    if match is None or int(match[1]) > 24:
        return None
    return time(int(match[1]) % 24, int(match[2] or 0))


def _date(moment: datetime, zone: ZoneInfo) -> date:
    return local(moment, zone).date()
