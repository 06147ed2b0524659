"""Outlook's calendar as a table (classic Outlook: File > Open & Export > Import/Export, comma-separated values).

The table has neither identities nor addresses nor answers: people are display names, and each occurrence of a series
is a row. An appointment that was renamed or moved is therefore another one in the next export.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from touchpoints import handles
from touchpoints.errors import InvalidValue
from touchpoints.language import P_, Text, english
from touchpoints.model import CHANNELS, Absence, Coverage, LeftOut, Participant, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints.table import Table, cell, header_in
from touchpoints.times import Dates, UndecidedOrder
from touchpoints_calendar.absence import says_away, whole_days, whose
from touchpoints_calendar.meeting import channel_of, is_cancelled, is_room
from touchpoints_calendar.series import LONGEST_MEETING

_COLUMNS = {
    "subject": ("subject", "betreff"),
    "start date": ("start date", "beginnt am"),
    "start time": ("start time", "beginnt um"),
    "end date": ("end date", "endet am"),
    "end time": ("end time", "endet um"),
    "all day": ("all day event", "ganztägiges ereignis", "ganztaegiges ereignis", "ganztägiger termin"),
    "organizer": ("meeting organizer", "besprechungsplanung", "besprechungsorganisator"),
    "required": ("required attendees", "erforderliche teilnehmer"),
    "optional": ("optional attendees", "optionale teilnehmer"),
    "description": ("description", "beschreibung"),
    "location": ("location", "ort"),
    "private": ("private", "privat"),
    "sensitivity": ("sensitivity", "vertraulichkeit"),
    "shown as": ("show time as", "zeitspanne zeigen als", "anzeigen als", "show as"),
}
_NEEDED = ("subject", "start date", "start time", "end date")
_YES = frozenset({"true", "ein", "wahr", "on", "yes", "ja", "1", "-1"})
_CONFIDENTIAL = frozenset({"private", "privat", "confidential", "vertraulich", "2", "3"})
_AWAY = frozenset({"out of office", "abwesend", "oof", "außer haus"})
_FREE = frozenset({"free", "frei"})
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?\s*(?:([AaPp])\.?\s?[Mm]\.?)?(?:\s*Uhr)?")


def _accept(names: Sequence[str]) -> bool:
    return all(any(name in names for name in _COLUMNS[needed]) for needed in _NEEDED)


class OutlookCalendar(Importer):
    """Reads the calendar tables of classic Outlook, German and English."""

    name = "outlook-calendar"
    channels = (CHANNELS["meeting"], CHANNELS["video"], CHANNELS["phone"])
    export = Text(
        "Outlook: File > Open & Export > Import/Export > Export to a file > Comma Separated Values > Calendar. "
        "Better: File > Save Calendar (has addresses and answers)."
    )

    def recognises(self, source: Source) -> bool:
        """Whether a header row has the columns of a calendar."""
        return header_in(source.head_text, _accept) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The appointments with somebody outside, and the span they cover."""
        table = Table(source, _accept)
        columns = {name: table.column(*synonyms) for name, synonyms in _COLUMNS.items()}
        samples = [c for n in ("start date", "end date") if (i := columns[n]) is not None for c in table.cells(i)]
        dates = context.dates(samples)
        shown = _Shown(() if columns["shown as"] is None else table.cells(columns["shown as"]))
        first = last = None
        for line, row in table.rows():
            cells = {name: cell(row, index) for name, index in columns.items()}
            all_day = cells["all day"].casefold() in _YES
            if all_day:
                cells["start time"] = cells["end time"] = ""
            try:
                start = _time(dates, cells["start date"], cells["start time"])
                end = _time(dates, cells["end date"], cells["end time"]) if cells["end date"] else start
            except UndecidedOrder:
                raise context.undecided_dates() from None
            except InvalidValue as error:
                yield context.skipped(line, str(error), cells["subject"])
                continue
            if end - start > LONGEST_MEETING:
                yield context.skipped(
                    line, english("it would last until {date}: no such appointment", date=end.date()), cells["subject"]
                )
                continue
            day = start.date()
            first, last = min(first or day, day), max(last or day, day)
            record = _record(cells, start, end, all_day, context)
            if isinstance(record, Touchpoint) and record.outcome == "reached" and shown.free(cells["shown as"]):
                record = LeftOut(P_("reason", "marked as free"))
            yield record
            away = shown.away(cells["shown as"])
            if isinstance(record, LeftOut) and (absence := _absence(cells, start, end, all_day, away, context)):
                yield absence
        if first and last:
            yield Coverage(first, last)


def _record(cells: dict[str, str], start: datetime, end: datetime, all_day: bool, context: Context) -> Record:
    if cells["private"].casefold() in _YES or cells["sensitivity"].casefold() in _CONFIDENTIAL:
        return LeftOut("private")
    people = [Participant("organizer", *p) for p in _people(cells["organizer"])]
    invited = [*_people(cells["required"]), *_people(cells["optional"])]
    people += [Participant("attendee", *p) for p in invited if all(p[0] != known.handle for known in people)]
    extra = {"confirmed": "no", **({"all_day": "yes"} if all_day else {})}
    length = end - start
    parts = ("outlook event", start, end, handles.fold(cells["organizer"]), cells["subject"])
    cancelled = is_cancelled(cells["subject"])
    return context.touchpoint(
        start, channel_of(cells["location"], cells["description"]), people,
        key=content_key(*parts, context.ordinal(*parts)), direction="mutual",
        outcome="cancelled" if cancelled else "reached", subject=cells["subject"] or None,
        duration=None if all_day or length <= timedelta() else length.total_seconds(),
        extra={} if cancelled else extra,
    )  # fmt: skip


class _Shown:
    """What a column "Show time as" means: words, or one of two rows of numbers.

    Outlook's own table counts from 1 (1 tentative, 2 busy, 3 free, 4 out of office), programs that write its codes from 0
    (0 free, 1 tentative, 2 busy, 3 out of office, 4 elsewhere): a file with a 0 does the latter. A 3 that may mean either
    is nothing.
    """

    def __init__(self, cells: Iterable[str]) -> None:
        self._from_zero = "0" in {cell.strip() for cell in cells}

    def free(self, text: str) -> bool:
        """Whether the time is surely marked as free."""
        return text.casefold() in _FREE or text == "0"

    def away(self, text: str) -> bool:
        """Whether its owner is marked as out of office."""
        return text.casefold() in _AWAY or text == ("3" if self._from_zero else "4")


def _absence(
    cells: dict[str, str], start: datetime, end: datetime, all_day: bool, away: bool, context: Context
) -> Absence | None:
    """Own days off: an entry without anybody outside that is marked as out of office, or (all day, alone, not private)
    called so."""
    private = cells["private"].casefold() in _YES or cells["sensitivity"].casefold() in _CONFIDENTIAL
    people = [p for name in ("organizer", "required", "optional") for p in _people(cells[name])]
    owner = whose(context, "")
    names = [c.name for c in context.colleagues if owner in (None, c.name)]
    called = all_day and not people and not private and says_away(cells["subject"], names)
    if any(not context.our_side.owns(*p) for p in people) or is_cancelled(cells["subject"]):
        return None
    if not (away or called):
        return None
    span = whole_days(start, end, all_day, context.settings.working_hours)
    subject = "" if private else cells["subject"]
    return Absence([span], key=content_key("absence", *span, subject), colleague=owner) if span else None


def _time(dates: Dates, day: str, clock: str) -> datetime:
    """A day and a time of day, as two columns have them (`19:0:00` and `3:15:00 PM` too)."""
    when = dates(day).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if not clock:
        return when
    match = _CLOCK.fullmatch(clock.replace("\u202f", " ").replace("\u00a0", " "))
    if not match:
        raise InvalidValue(english("'{clock}' is no time of day", clock=clock))
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise InvalidValue(english("'{clock}' is no time of day", clock=clock))
    return when.replace(hour=hour, minute=minute, second=second)


def _people(text: str) -> Iterator[tuple[handles.Handle, str | None]]:
    """The people of a cell, no rooms: display names between semicolons, which may hold commas; some stand with their
    address."""
    for part in text.split(";"):
        name, _, address = part.partition("<")
        handle = handles.email(address.rstrip("> ")) or handles.email(name)
        if handle is None and handles.fold(name):
            handle = handles.name(name, "outlook")
        if handle is not None and not is_room(name):
            yield handle, name.strip(" '\"") if "@" not in name and name.strip() else None
