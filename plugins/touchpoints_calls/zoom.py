"""Zoom: the phone's call log (JSON of `call_logs` or of the newer `call_history`), and the participants of meetings
(CSV, with all meetings in one table or one meeting with its own head).

Times of the phone are in UTC. The same meeting in both reports has one key: its id and its start as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from touchpoints import handles, times
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, LeftOut, Participant, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints.table import header_in, plain, rows_of
from touchpoints_calls.moments import Moments
from touchpoints_calls.pages import Fields, offers, records
from touchpoints_calls.rows import cells_by_name, covered, seconds
from touchpoints_calls.words import NO, YES, meaning

_CALL_LOG = frozenset({"caller number", "callee number", "direction", "date time"})
_CALL_HISTORY = frozenset({"direction", "call result", "start time", "duration"})
_EXPORT = Text("Fetch the history through the Zoom API (GET /phone/call_history) and keep it as a JSON file.")
_EXPORT_MEETINGS = Text("In the Zoom web portal: Reports → Usage → Meeting → Participants → export with meeting data.")
_NAME = "name (original name)"
_BOT = re.compile(r"(?i)note ?taker|otter\.ai|fireflies|read\.ai|\brecorder\b|fathom|tl;dv")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b.*")
_NO_TIME = "it does not say when the meeting was; export the participants again with meeting data"


class ZoomPhone(Importer):
    """Calls of Zoom Phone."""

    name = "zoom-phone"
    channels = (CHANNELS["phone"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the fields of its records."""
        return offers(source, _CALL_LOG, _CALL_HISTORY)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span it covers."""
        return covered(self._read(source, context))

    def _read(self, source: Source, context: Context) -> Iterator[Record]:
        for record in records(source, context, _CALL_LOG, _CALL_HISTORY):
            if isinstance(record, Skipped):
                yield record
                continue
            place, fields = record
            try:
                yield _call(place, fields, context)
            except (InvalidValue, ValueError) as error:
                yield context.skipped(place, str(error), str(fields))


def _call(place: int, fields: Fields, context: Context) -> Record:
    direction = meaning(fields["direction"]).direction
    if direction is None:
        raise InvalidValue(english("'{text}' is no direction", text=fields["direction"]))
    caller, called = (
        fields.get(f"{who} did number") or fields.get(f"{who} number") or fields.get(f"{who} ext number", "")
        for who in ("caller", "callee")
    )
    dates = context.dates(())
    at = dates(fields.get("date time") or fields.get("start time", ""))
    talked = seconds(fields.get("duration", ""))
    result = fields.get("result") or fields.get("call result", "")
    outcome = meaning(result).outcome or ("reached" if "record" in result.casefold() or talked else "missed")
    answered = fields.get("answer start time") or fields.get("answer time")
    theirs, ours = (caller, called) if direction == "in" else (called, caller)
    return context.call(
        at, caller=caller, called=called, direction=direction, talked=talked, record=place,
        outcome="missed" if outcome in ("cancelled", "no_show") else outcome,
        waited=max((dates(answered) - at).total_seconds(), 0.0) if answered else None,
        name=fields.get("caller name" if direction == "in" else "callee name"), line=ours or None,
        key=content_key("call", "zoom", at, "".join(c for c in theirs if c.isdigit()), direction),
    )  # fmt: skip


class ZoomMeetings(Importer):
    """Who was in which Zoom meeting. Participants that the report does not mark as guests are our own."""

    name = "zoom-meetings"
    channels = (CHANNELS["video"],)
    export = _EXPORT_MEETINGS

    def recognises(self, source: Source) -> bool:
        """By the columns of the participants, with those of the meeting before them, above them or not at all."""
        return header_in(source.head_text, lambda names: _NAME in names) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each meeting with its participants, then the span it covers."""
        return covered(_meetings(source, context))


def _is_meeting(names: Sequence[str]) -> bool:
    return bool({"meeting id", "id"} & set(names)) and "start time" in names and "topic" in names


def _meetings(source: Source, context: Context) -> Iterator[Record]:
    header = header_in(source.head_text, lambda names: _NAME in names)
    if header is None:
        raise UnreadableSource(source.name, english("no row with the columns of the participants"))

    def rows() -> Iterator[tuple[int, list[str]]]:
        with source.text() as stream:
            yield from rows_of(source.name, stream, header.delimiter)

    moments = Moments(context, lambda: (c for _, row in rows() for c in row if _DATE.fullmatch(c.strip())))
    meeting: _Meeting | None = None
    above: list[str] = []  # the meeting's own columns, where they stand in a row of their own
    columns: list[str] = []
    values: dict[str, str] = {}
    for line, row in rows():
        names = [plain(name) for name in row]
        if _NAME in names:
            columns = names
            continue
        if not columns:
            if _is_meeting(names):
                above = names
            elif above:
                values = cells_by_name(above, row)
            continue
        at = columns.index(_NAME)
        person = cells_by_name(columns[at:], row[at:])
        about = values or cells_by_name(columns[:at], row)
        if not (about.get("start time") or {"join time", "start time"} & set(columns)):
            raise UnreadableSource(source.name, _NO_TIME)
        try:
            joined = moments(about.get("start time") or person.get("join time", ""))
            left = (
                moments(about.get("end time") or person.get("leave time", ""))[0]
                if not about.get("start time")
                else None
            )
            if meeting is None or not meeting.holds(about, joined[0]):
                if meeting is not None:
                    yield meeting.touchpoint(context)
                meeting = _Meeting(about, joined)
        except InvalidValue as error:
            yield context.skipped(line, str(error), header.delimiter.join(row))
            continue
        meeting.add(person, joined, left)
    if meeting is not None:
        yield meeting.touchpoint(context)


class _Meeting:
    """A meeting while its rows are read."""

    def __init__(self, about: dict[str, str], start: tuple[datetime, str, bool]) -> None:
        self.about = about
        self.at, self.written, _ = start
        self.end: datetime | None = None
        minutes = about.get("duration (minutes)", "")
        self.duration = times.duration(minutes, "m") if minutes else None
        self.people: dict[str, Participant] = {}
        host = about.get("user email") or about.get("host", "")
        self._host = handles.email(host.partition("(")[2].rstrip(") ") or host)

    def holds(self, about: dict[str, str], joined: datetime) -> bool:
        """Whether a row belongs to it: the same meeting and start, or (where no start is written) joined that day."""
        same = all(self.about.get(name) == about.get(name) for name in ("meeting id", "id", "start time"))
        return same and (bool(about.get("start time")) or joined.date() == self.at.date())

    def add(self, person: dict[str, str], joined: tuple[datetime, str, bool], left: datetime | None) -> None:
        """One row of a participant; where no start is written the meeting began when the first one joined."""
        if joined[0] < self.at:
            self.at, self.written, _ = joined
        if left is not None:
            self.end = max(self.end or left, left)
        name = re.sub(r"\s*\([^()]*\)$", "", person.get(_NAME, ""))
        handle = handles.email(person.get("user email") or person.get("email"))
        if handle is None and handles.fold(name):
            handle = handles.name(name, "zoom")
        if handle is None or _BOT.search(name):
            return
        guest = person.get("guest", "").casefold()
        own = guest in NO or (handle == self._host and guest not in YES)
        role = "organizer" if handle == self._host else "attendee"
        self.people.setdefault(handle.value, Participant(role, handle, name or None, own=own))

    def touchpoint(self, context: Context) -> Record:
        number = re.sub(r"\s", "", self.about.get("meeting id") or self.about.get("id", ""))
        if not number:  # nothing else tells which meeting it was
            number = " ".join(sorted(self.people))
        if self.duration is None and self.end is not None:
            self.duration = max((self.end - self.at).total_seconds(), 0.0) or None
        return context.touchpoint(
            self.at, "video", tuple(self.people.values()), key=content_key("zoom meeting", number, self.written),
            duration=self.duration, subject=self.about.get("topic") or None,
            extra={"rounded": "60"} if self.duration else {},
        ) if self.people else LeftOut("no other party")  # fmt: skip
