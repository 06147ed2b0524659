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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

import attrs

from touchpoints import handles
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import Handle
from touchpoints.language import P_, english
from touchpoints.model import CHANNELS, LIVE_MEDIA, LeftOut, Participant, Question, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.table import cell, header_in, rows_of
from touchpoints_calls.columns import Layout, found_columns, layout
from touchpoints_calls.moments import Lengths, Moments
from touchpoints_calls.people import Somebody, somebody
from touchpoints_calls.rows import MOST_REMEMBERED, Equals, again, as_written, covered
from touchpoints_calls.words import NO, YES, Meaning, meaning

_PEOPLE = (
    "direction", "type", "channel", "status", "answered", "number", "caller", "called", "caller_name", "called_name",
    "name", "given", "family", "email", "line", "colleague",
)  # fmt: skip
_WORDS = ("direction", "type", "channel", "status", "answered")
_NOTHING, _NOBODY = Meaning(), Somebody()
_SEVERAL = re.compile(r"[;|\n]|,(?=[^,;]*@)")
"""What stands between the addresses of a cell."""
_TOTALS = re.compile(
    r"(?i)\W*(zwischen)?(summen?|gesamt\w*|total\w*|subtotal|insgesamt|anzahl|durchschnitt|average|sum)\b"
)
"""How the last rows of a report begin, which are no contact."""
_OWN_NUMBER = re.compile(r"(?i)\s*(?:i?phone|telefon)\s*:\s*(\+?\d[\d ()/-]{4,})")
_ONLY_OURS = "only our own number is named; name the column of the other side in a [[table]]"
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
        from touchpoints_calls.guess import guess

        return guess(source)

    def why_not(self, source: Source) -> str:
        """Why a file is none of its tables: what its first row with several columns has, and what it lacks."""
        header = header_in(source.head_text, lambda names: sum(bool(n) for n in names) >= 2)
        if header is None:
            return english("no row with several columns")
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


@attrs.frozen(slots=True)
class _Known:
    """What rows with the same people and the same words have in common: the `first` of them (or why such a row is left
    out, or skipped), the `outcome` if its words say so, and `who` for the key."""

    first: Touchpoint | LeftOut | str
    outcome: str | None = None
    who: str = ""


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
        self._numbers: Counter[str] = Counter()
        self._ours_known = self._kind_open = False
        self._channel = self._default_channel()

    def _default_channel(self) -> str:
        channel = self.layout.channel
        if channel is not None:
            if channel not in CHANNELS:
                known = ", ".join(CHANNELS)
                raise UnreadableSource(
                    self.source.name,
                    english(
                        "[[table]] in the settings: '{channel}' is no column and no channel ({known})",
                        channel=channel,
                        known=known,
                    ),
                )
            return channel
        if self.columns.keys() & {"number", "caller", "called", "duration", "direction", "channel", "type", "wait"}:
            return "phone"
        self._kind_open = "email" not in self.columns
        return "phone" if self._kind_open else "mail"

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
        fields = [f for f in _PEOPLE if f in columns]
        pick = itemgetter(*(columns[f] for f in fields)) if len(fields) > 1 else None
        day = columns.get("at", columns.get("date", 0))
        clock = columns.get("time")
        length, wait = columns.get("duration"), columns.get("wait")
        end, answer = (columns.get("end") if length is None else None), columns.get("answer")
        subject = columns.get("subject") if context.settings.subjects else None
        moments, lengths, equals, width = self.moments, self.lengths, Equals(), len(header.names)
        seen: dict[tuple[str, ...], _Known] = {}
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
                if not again_header and not any(map(_TOTALS.match, filter(None, row[: day + 2]))):
                    yield context.skipped(line, str(error), header.delimiter.join(row))
                continue
            cells = pick(row) if pick is not None else (row[columns[fields[0]]],)
            known = seen.get(cells)
            if known is None:
                if len(seen) >= MOST_REMEMBERED:
                    seen.clear()
                stripped = dict(zip(fields, map(str.strip, cells), strict=True))
                known = seen[cells] = self._known(stripped, at)
            first = known.first
            if type(first) is not Touchpoint:
                yield context.skipped(line, first, header.delimiter.join(row)) if isinstance(first, str) else first
                continue
            outcome = known.outcome or ("missed" if talked == 0 else "reached")
            if outcome == "missed" and first.direction == "mutual" and CHANNELS[first.channel].medium == "call":
                yield context.skipped(line, _NO_DIRECTION, header.delimiter.join(row))
                continue
            who = (known.who, first.direction)
            if coarse:
                ordinal = equals(written, (first.channel, outcome, *who))
                key = content_key(self._family, first.channel, written, *who, outcome, ordinal)
            else:  # one call that rang at several colleagues has one key, and whoever took it wins
                key = content_key(self._family, first.channel, written, *who)
            seconds = talked if talked is not None and talked > 0 else None
            revision = (int(outcome == "reached"), int(seconds or 0))
            about = (row[subject].strip() or None) if subject is not None else None
            extra = rounded if seconds else {}
            if written.endswith(" "):
                extra = {**extra, "all_day": "yes"}
            yield again(first, at, key, outcome, seconds, waited, revision, about, extra)

    def _from_answer(
        self, at: datetime, text: str, talked: float | None, waited: float | None, to_end: bool
    ) -> tuple[float | None, float | None]:
        """Talk and wait where a column says when the call was answered: before that it rang, and without it nobody did."""
        rang = self.moments.until(at, text)
        if rang is None:
            return (0.0 if talked is None or to_end else talked), (talked if to_end and waited is None else waited)
        talked = max(talked - rang, 0.0) if to_end and talked is not None else talked
        return talked, rang if waited is None else waited

    # -- who, in which direction, on which channel, with which outcome ---------------------------------------------

    def _meaning(self, text: str) -> Meaning:
        folded, words = text.casefold(), self.layout.words
        if words and any(folded in known for known in words.values()):
            direction = next((d for d in ("in", "out") if folded in words.get(d, ())), None)
            missed = folded in words.get("missed", ())
            return Meaning(direction, "missed" if missed else None, None, "in" if missed else None)
        return meaning(text)

    def _known(self, cells: dict[str, str], at: datetime) -> _Known:
        said = {f: self._meaning(cells[f]) if cells.get(f) else _NOTHING for f in _WORDS}
        unknown = [f for f in ("channel", "type") if cells.get(f) and not any(said[f])]
        if unknown and not said["direction"].direction:
            return _Known(
                english(
                    "'{text}' is no kind of contact that is known, such as phone, mail, video, meeting",
                    text=cells[unknown[0]],
                )
            )
        caller, called, others = self._people(cells)
        channel = said["channel"].channel or said["type"].channel or self._channel_of([caller, called, *others])
        if channel == "fax":
            return _Known(LeftOut("automatic"))
        medium = CHANNELS[channel].medium
        outcome = _answer(cells.get("answered", "")) or next(
            (m.outcome for f in ("answered", "status", "direction", "type") if (m := said[f]).outcome), None
        )
        if medium == "call":
            outcome = "missed" if outcome in ("cancelled", "no_show") else outcome
        elif medium in LIVE_MEDIA:
            outcome = outcome or "reached"
        else:
            outcome = "reached"  # a message is delivered, answered or not
        implied = next((m.implied for m in said.values() if m.implied), None)
        direction = said["direction"].direction or said["type"].direction or said["status"].direction
        if medium == "meeting":
            direction = "mutual"
        elif direction is None and caller and called:
            decided = self._between(caller, called, cells, at)
            if isinstance(decided, str):
                direction = decided
            elif implied and isinstance(decided, Skipped):
                direction = implied
            elif isinstance(decided, Skipped):
                self._numbers.update(number for number in (caller.number, called.number) if number)
                return _Known(decided.reason)
            else:
                return _Known(decided)
        elif direction is None:
            direction = "in" if caller and not others else "out" if called and not others else implied
            if not others and any(who and self.context.our_side.owns(self._handle(who)) for who in (caller, called)):
                return _Known(_ONLY_OURS)
            if direction is None and cells.get("direction") and not said["direction"].outcome:
                word = cells["direction"]
                return _Known(
                    english(
                        "'{word}' says neither in nor out; name it under in_words or out_words of a [[table]]",
                        word=word,
                    )
                )
        made = self._touchpoint(
            at, channel, direction or "mutual", outcome or "reached", (caller, called), others, cells
        )
        if isinstance(made, Touchpoint):
            return _Known(made, outcome, " ".join(sorted(as_written(party.handle) for party in made.parties)))
        return _Known(made.reason if isinstance(made, Skipped) else made)

    def _channel_of(self, people: list[Somebody]) -> str:
        """The table's channel, where a row names none: mail for addresses alone, if the table knows no lengths."""
        if self._channel == "phone" and self.layout.channel is None and not self.columns.keys() & {"duration", "wait"}:
            addressed = [who for who in people if who]
            if addressed and all(who.email and not who.number for who in addressed):
                return "mail"
        return self._channel

    def _between(
        self, caller: Somebody, called: Somebody, cells: dict[str, str], at: datetime
    ) -> str | LeftOut | Skipped:
        """The direction between two parties, by which of them is ours."""
        if caller.number and called.number:
            line = cells.get("line") or None
            decided = self.context.call(at, caller=caller.number, called=called.number, line=line, key="-", talked=1.0)
            if isinstance(decided, Touchpoint):
                self._ours_known = True
                return decided.direction
            return decided
        ours = [self.context.our_side.owns(self._handle(who)) for who in (caller, called)]
        if ours[0] != ours[1]:
            return "out" if ours[0] else "in"
        if ours[0]:
            return LeftOut("internal")
        return self.context.skipped("", english("neither side is known to be ours; name yourself with --me"))

    def _people(self, cells: dict[str, str]) -> tuple[Somebody, Somebody, list[Somebody]]:
        """Caller, called, and those of whom the table does not say which of both they are."""
        caller, called, number = (
            somebody(cells[f]) if cells.get(f) else _NOBODY for f in ("caller", "called", "number")
        )
        if name := cells.get("caller_name"):
            caller = attrs.evolve(caller, name=name)
        if name := cells.get("called_name"):
            called = attrs.evolve(called, name=name)
        full = " ".join(filter(None, (cells.get("given"), cells.get("family"))))
        names = [somebody(part.strip()) for part in (cells.get("name") or full).split(";") if part.strip()]
        emails = [somebody(part.strip()) for part in _SEVERAL.split(cells.get("email", "")) if "@" in part]
        if number:
            for further in (*names[:1], *emails[:1]):
                number = Somebody(
                    number.number or further.number, number.email or further.email, number.name or further.name
                )
            return caller, called, [number, *names[1:], *emails[1:]]
        return caller, called, _paired(names, emails) or ([number] if number.hidden else [])

    def _touchpoint(
        self, at: datetime, channel: str, direction: str, outcome: str, sides: tuple[Somebody, Somebody],
        others: list[Somebody], cells: dict[str, str],
    ) -> Touchpoint | LeftOut | Skipped:  # fmt: skip
        context, incoming = self.context, direction == "in"
        outside, ours = sides if incoming else sides[::-1]
        people = [outside, *others[1:]]
        if others:
            people[0] = attrs.evolve(outside, name=outside.name or others[0].name) if outside else others[0]
        if not incoming and "@" in cells.get("called", ""):
            people += [somebody(part.strip()) for part in _SEVERAL.split(cells["called"])[1:]]
        own = _OWN_NUMBER.fullmatch(cells.get("channel", ""))  # as an iPhone's history names its own number
        first, line = people[0], cells.get("line") or ours.number or (own[1] if own else None)
        made: Touchpoint | LeftOut | Skipped
        if CHANNELS[channel].medium == "call" and (first.number or (first.hidden and not first)):
            made = context.call(
                at, caller=first.number if incoming else None, called=None if incoming else first.number,
                near=ours.number or None, direction=direction, outcome=outcome, line=line, name=first.name, channel=channel, key="-",
            )  # fmt: skip
        else:
            line = context.our_side.line(line) if line else None
            roles = ("caller", "called") if CHANNELS[channel].medium == "call" else ("from", "to")
            theirs, our_role = roles if incoming else roles[::-1]
            if CHANNELS[channel].medium in ("meeting", "video"):
                theirs, our_role = "attendee", "organizer"
            participants = [
                Participant(theirs, handle, who.name or None)
                for who in people
                if (handle := self._handle(who)) is not None
            ]
            participants.append(Participant(our_role, context.phone(line) or ours.email, own=True))
            made = context.touchpoint(
                at, channel, participants, key="-", direction=direction, outcome=outcome, line=line
            )
        if isinstance(made, Touchpoint) and (colleague := cells.get("colleague")):
            who = handles.email(colleague) or handles.name(colleague)
            agent = Participant(made.participants[-1].role, who, None if who.kind == "email" else colleague, own=True)
            made = context.touchpoint(
                at, channel, (*made.participants, agent), key="-", direction=direction, outcome=outcome, line=made.line
            )
        return made

    def _handle(self, who: Somebody) -> Handle | None:
        return self.context.phone(who.number) or who.email or self._name(who.name)

    def _name(self, name: str) -> Handle | None:
        """A display name, valid in this importer's files."""
        return handles.name(name, self._family) if handles.fold(name) else None

    # -- what stays open --------------------------------------------------------------------------------------------

    def questions(self) -> Iterator[Question]:
        """What one answer would settle."""
        if self.lengths.open:
            column = self.layout.header.names[self.columns["duration"]]
            yield Question(
                english(
                    "Is 12:34 in the column {column} minutes and "
                    "seconds, or hours and minutes?", column=column), ("mm:ss", "h:mm"),
                '[[table]] with its columns and duration_unit = "mm:ss" (see: import --dry-run)',
            )  # fmt: skip
        if self._numbers and not self._ours_known:
            options = [number for number, _ in self._numbers.most_common(3)]
            setting = f'me = ["{options[0]}"]  (or: --me "{options[0]}")'
            yield Question(english("Which of these numbers is yours?"), options, setting)
        if self._kind_open:
            yield Question(
                english("What kind of contact are its rows? They were read as phone calls."),
                ("phone", "meeting", "video", "mail"),
                '[[table]] with its columns and channel = "meeting" (see: import --dry-run)',
            )  # fmt: skip


def _paired(names: list[Somebody], emails: list[Somebody]) -> list[Somebody]:
    """People of a cell of names and one of addresses: side by side if there are as many, else by a part of the name in
    the address; whoever has no counterpart stands alone."""
    if len(names) == len(emails):
        return [attrs.evolve(n, email=e.email) for n, e in zip(names, emails, strict=True)]
    people, left = [], list(names)
    for person in emails:
        local = handles.fold((person.email.value if person.email else "").partition("@")[0])
        fitting = [n for n in left if any(len(part) > 2 and part in local for part in handles.fold(n.name).split())]
        if len(fitting) == 1:
            left.remove(fitting[0])
            person = attrs.evolve(person, name=fitting[0].name)
        people.append(person)
    return people + left


def _answer(word: str) -> str | None:
    return "reached" if word.casefold() in YES else "missed" if word.casefold() in NO else None
