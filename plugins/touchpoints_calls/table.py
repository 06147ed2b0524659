"""Any table with a time and somebody in it: the reader for telephone systems and lists that nobody knows by name.

Columns are found by their German or English names (`columns`), or named in the settings:

    [[table]]
    header = ["Zeit", "Rufnr", "Ri"]     # a file with these columns
    at = "Zeit"                          # or the day (at = …) and the clock (time = …) apart
    number = "Rufnr"                     # or caller = …, called = …; name = …; email = …
    direction = "Ri"
    in_words = ["E"]
    out_words = ["A"]

A row that states no direction, and in which neither side can be told from the other, is `mutual` if somebody was
reached; if nobody was, "verpasst" means a call to us and "nicht erreicht" one from us, and anything else is skipped.
Without a status a row with a length of zero is missed, one without a length was reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.language import P_, english
from touchpoints.model import CHANNELS, Question, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.proposal import lacks_names
from touchpoints.reading import Context, Keys, content_key, either
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.table import cell, header_in, rows_of
from touchpoints_calls.columns import Layout, found_columns, layout
from touchpoints_calls.contact import PEOPLE, Contacts, Known
from touchpoints_calls.guess import guess
from touchpoints_calls.moments import Lengths, Moments
from touchpoints_calls.rows import MOST_REMEMBERED, Equals, covered

_TOTALS = re.compile(
    r"(?i)\W*(zwischen|grand )?(summen?|gesamt\w*|total\w*|subtotal|insgesamt|anzahl|durchschnitt|average|sum)\b"
)
"""How the last rows of a report begin, which are no contact."""
_NO_DIRECTION = P_("reason", "nobody was reached, and nothing says who called whom; add a column for the direction")


class AnyTable(Importer):
    """The fallback for tables (CSV with any delimiter) that hold a time and a number, name or address.

    `tables` are the `[[table]]` settings: with them `recognises` takes a table whose columns have other names.
    """

    name = "table"
    channels = tuple(CHANNELS.values())
    fallback = True

    def __init__(self, tables: Iterable[Mapping[str, Any]] = ()) -> None:
        self.tables = tuple(tables)

    def configured(self, settings: Settings) -> AnyTable:
        """The reader that also recognises the tables of these settings."""
        return AnyTable(t for t in settings.tables if not t.get("people"))

    def guess(self, source: Source) -> str:
        """What an unknown table might mean, as the lines of the settings that would make it readable."""
        return guess(source)

    def why_not(self, source: Source) -> str:
        """Why a file is none of its tables: what its first row with several columns has, and what it lacks."""
        header = header_in(source.head_text, lambda names: sum(bool(n) for n in names) >= 2)
        if header is None or source.head_text.lstrip()[:1] in ("{", "<"):
            return english("no row with several columns")
        if lacks_names(header):
            return english(
                "row {line} holds a time, a number or an address already; put a row with the names of the columns above it",
                line=header.line,
            )
        found = found_columns(header.plain)
        timed = bool(found.keys() & {"at", "date"})
        named = bool(found.keys() & {"number", "caller", "called", "name", "email", "family"})
        names, line = ", ".join(name for name in header.names[:12] if name), header.line
        if timed and named:
            return english("row {line} has the columns {names}; no contact log", line=line, names=names)
        if timed:
            return english(
                "row {line} has the columns {names}; it lacks a number, name or address", line=line, names=names
            )
        if named:
            return english("row {line} has the columns {names}; it lacks a time", line=line, names=names)
        return english(
            "row {line} has the columns {names}; it lacks a time and a number, name or address", line=line, names=names
        )

    def recognises(self, source: Source) -> bool:
        """By a header row with a time column and one for somebody."""
        try:
            return layout(source, self.tables) is not None
        except UnreadableSource:
            return True  # a table named in the settings, though wrongly: reading says what is wrong

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each row, then the span they cover, then what the file leaves open."""
        found = layout(source, (*self.tables, *(t for t in context.settings.tables if not t.get("people"))))
        if found is None:
            raise UnreadableSource(source.name, english("no header row with a time and a number, name or address"))
        return iter(Reading(source, context, found, self.name))


class Reading:
    """One pass over one table; `family` is that of its keys and of the names in it.

    Who is who is decided once for all rows with the same people, so that a row of a long log costs its time, its length
    and its key.
    """

    def __init__(self, source: Source, context: Context, found: Layout, family: str) -> None:
        self.source, self.context, self.layout, self.columns = source, context, found, found.columns
        self._family = family
        self.moments = Moments(context, lambda: self.cells("at", "date"), utc=found.utc, order=found.date_order)
        self.lengths = Lengths(lambda: self.cells("duration"), found.unit)
        self.contacts = Contacts(context, found, family)

    def __iter__(self) -> Iterator[Record]:
        """The records, the span they cover, and what stays open."""
        yield from covered(self.records())
        yield from self.questions()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows with their lines."""
        with self.source.text() as stream:
            yield from rows_of(self.source.name, stream, self.layout.header.delimiter, self.layout.header.line)

    def cells(self, *fields: str) -> Iterator[str]:
        """What stands in some columns, one after the other, row by row."""
        columns = [self.columns[f] for f in fields if f in self.columns]
        for _, row in self.rows():
            yield from filter(None, (cell(row, column) for column in columns))

    def records(self) -> Iterator[Record]:
        """Each row as a record."""
        columns, context, header = self.columns, self.context, self.layout.header
        fields = [f for f in PEOPLE if f in columns]
        pick = itemgetter(*(columns[f] for f in fields)) if len(fields) > 1 else None
        day = columns.get("at", columns.get("date", 0))
        clock = columns.get("time")
        length, wait = columns.get("duration"), columns.get("wait")
        end, answer = (columns.get("end") if length is None else None), columns.get("answer")
        subject = columns.get("subject") if context.settings.subjects else None
        moments, lengths, equals, width = self.moments, self.lengths, Equals(), len(header.names)
        seen: dict[tuple[str, ...], tuple[Known, Keys]] = {}
        rounded = {"rounded": "60"} if self.layout.unit in ("m", "h:mm") else {}
        for line, row in self.rows():
            if len(row) < width:
                row += [""] * (width - len(row))
            try:
                at, written, coarse = moments(row[day], row[clock] if clock is not None else "")
                talked = None
                if length is not None:
                    talked = lengths(row[length])
                elif end is not None:
                    talked = moments.until(at, row[end])
                waited = lengths.waited(row[wait]) if wait is not None else None
                if answer is not None:
                    talked, waited = self._from_answer(at, row[answer], talked, waited, end is not None)
            except InvalidValue as error:
                again_header = row[day].strip(" \"'") == header.names[day]  # exports put behind each other
                is_remark = len(row) > 2 and bool(row[0]) and not any(row[1:])
                if not (again_header or is_remark or any(map(_TOTALS.match, filter(None, row[: day + 2])))):
                    yield context.skipped(line, str(error), header.delimiter.join(row))
                continue
            cells = pick(row) if pick is not None else (row[columns[fields[0]]],)
            remembered = seen.get(cells)
            if remembered is None:
                if len(seen) >= MOST_REMEMBERED:
                    seen.clear()
                stripped = dict(zip(fields, map(str.strip, cells), strict=True))
                remembered = seen[cells] = self._remembered(self.contacts.known(stripped, at))
            known, key_at = remembered
            first = known.first
            if type(first) is not Touchpoint:
                yield context.skipped(line, first, header.delimiter.join(row)) if isinstance(first, str) else first
                continue
            outcome = known.outcome or ("missed" if talked == 0 else "reached")
            if outcome == "missed" and first.direction == "mutual" and CHANNELS[first.channel].medium == "call":
                yield context.skipped(line, _NO_DIRECTION, header.delimiter.join(row))
                continue
            if coarse:
                who = (known.who, first.direction)
                ordinal = equals(written, (first.channel, outcome, *who))
                key = content_key(self._family, first.channel, written, *who, outcome, ordinal)
            else:  # one call that rang at several colleagues has one key, and whoever took it wins
                key = key_at(written)
            seconds = talked if talked is not None and talked > 0 else None
            reached = outcome == "reached"
            revision = (int(reached), int(seconds or 0))
            about = (row[subject].strip() or None) if subject is not None else None
            extra = rounded if seconds else {}
            if written.endswith(" "):
                extra = {**extra, "all_day": "yes"}
            yield first.again(at, key, outcome, seconds if reached else None, waited, revision, about, None, extra)

    def _remembered(self, known: Known) -> tuple[Known, Keys]:
        first = known.first
        after = (known.who, first.direction) if isinstance(first, Touchpoint) else ()
        return known, Keys((self._family, first.channel if isinstance(first, Touchpoint) else None), after)

    def _from_answer(
        self, at: datetime, text: str, talked: float | None, waited: float | None, to_end: bool
    ) -> tuple[float | None, float | None]:
        """Talk and wait where a column says when the call was answered: before that it rang, and without it nobody did."""
        rang = self.moments.until(at, text)
        if rang is None:
            return (0.0 if talked is None or to_end else talked), (talked if to_end and waited is None else waited)
        talked = max(talked - rang, 0.0) if to_end and talked is not None else talked
        return talked, rang if waited is None else waited

    # -- what stays open --------------------------------------------------------------------------------------------

    def questions(self) -> Iterator[Question]:
        """What one answer would settle."""
        if self.lengths.open:
            column = self.layout.header.names[self.columns["duration"]]
            yield Question(
                english(
                    "Is 12:34 in the column {column} minutes and "
                    "seconds, or hours and minutes?", column=column), ("mm:ss", "h:mm"),
                guess(self.source, 'duration_unit = "mm:ss"  # or "h:mm"'),
            )  # fmt: skip
        if self.contacts.numbers and not self.contacts.ours_known:
            options = [number for number, _ in self.contacts.numbers.most_common(3)]
            setting = either(f'me = ["{options[0]}"]', f'--me "{options[0]}"')
            yield Question(english("Which of these numbers is yours?"), options, setting)
        if self.contacts.kind_open:
            yield Question(
                english("What kind of contact are its rows? They were read as phone calls."),
                ("phone", "meeting", "video", "mail"),
                guess(self.source, 'channel = "meeting"  # or one of the others'),
            )  # fmt: skip
