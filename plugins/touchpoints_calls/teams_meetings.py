"""Attendance reports of Teams meetings, as their organizers download them: tabs, UTF-16, in the organizer's language.

Above the participants stand the meeting's title, start and end; older reports list who joined and left and nothing else. The
columns are known by their places, since their names are translated, and a report by the one name that keeps `(UPN)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from touchpoints import handles
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import Handle
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Coverage, LeftOut, Participant
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key, either
from touchpoints.source import Source
from touchpoints.table import Header, cell, header_in, plain, rows_of
from touchpoints.times import UndecidedOrder

MOST_ROWS = 100_000
"""No meeting has more participants: rows beyond are not read."""
_ACTIONS = (frozenset(("user action", "benutzeraktion")), frozenset(("timestamp", "zeitstempel")))
_TITLES = frozenset(("meeting title", "besprechungstitel", "titel der besprechung", "titel"))
_DATE = re.compile(r"(?=.*\d[:.]\d\d)\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4},? .{4,20}")
_KIND = re.compile(
    r"\s*\((?:unverified|guest|external|gast|extern|nicht überprüft|[^()]{0,60}@[^()]{1,60})\)$", re.IGNORECASE
)
_CHAIR = frozenset(("organizer", "organiser", "organisator", "organisatorin"))


class TeamsMeetings(Importer):
    """One meeting a report: a touchpoint with everybody who came."""

    name = "teams-meetings"
    channels = (CHANNELS["video"],)
    export = Text(
        "Teams: open the meeting in the calendar → Attendance → Download (once for each meeting you organized)"
    )

    def recognises(self, source: Source) -> bool:
        """By the columns of the participants."""
        return header_in(source.head_text, _accepts) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The meeting. Raises a question if nobody at it is known to be ours, or for dates that leave their order open."""
        header = header_in(source.head_text, _accepts)
        if header is None:
            raise UnreadableSource(source.name, english("no row with the columns of the participants"))
        with source.text() as stream:
            rows = list(islice(rows_of(source.name, stream, header.delimiter), MOST_ROWS))
        dates = context.dates(text for _, row in rows for text in row if _DATE.fullmatch(text.strip()))

        def time(text: str) -> datetime:
            try:
                return dates(text)
            except UndecidedOrder:
                raise context.undecided_dates() from None

        above = [row for line, row in rows if line < header.line and len(row) > 1]
        title = next((cell(row, 1) for row in above if plain(row[0]) in _TITLES), "")
        moments: list[datetime] = []
        for row in above:
            if len(moments) < 2 and _DATE.fullmatch(cell(row, 1)):
                try:
                    moments.append(time(cell(row, 1)))
                except InvalidValue as error:
                    yield context.skipped(1, str(error), header.delimiter.join(row))
        people: dict[Handle, Participant] = {}
        for line, row in rows:
            if line <= header.line:
                continue
            if len(row) < 3 or (row and not cell(row, 1)):
                break  # the next part lists the same people again
            if len(row) < len(header.names):
                yield context.skipped(
                    line, english("a row that ends early; the file is cut off here"), header.delimiter.join(row)
                )
                continue
            try:
                came = [time(text) for text in map(str.strip, row[1:3]) if _DATE.fullmatch(text)]
            except InvalidValue as error:
                yield context.skipped(line, str(error), header.delimiter.join(row))
                continue
            if not came:
                yield context.skipped(line, english("no time at which somebody came"), header.delimiter.join(row))
                continue
            if len(above) == 0 or not moments:
                moments = [*moments, *came]
            person = _person(row, header)
            if person is not None and person.handle is not None:
                people.setdefault(person.handle, person)
        if not moments:
            return
        start, end = min(moments), max(moments)
        others = [p for p in people.values() if not context.our_side.owns(p.handle, p.name)]
        if people and len(others) == len(people):
            names = [str(p.handle and (p.handle.raw or p.handle.value)) for p in others]
            raise context.undecided(
                english("Which of these participants is you?"), names[:50], either('me = ["NAME"]', '--me "NAME"'),
                english("nobody at this meeting is known to be ours; name yourself with --me"),
            )  # fmt: skip
        yield context.touchpoint(
            start, "video", tuple(people.values()), key=content_key("teams meeting", start.isoformat(), title),
            duration=(end - start).total_seconds() or None, subject=title or None,
        ) if others else LeftOut("internal")  # fmt: skip
        yield Coverage(start.date(), start.date())


def _accepts(names: Sequence[str]) -> bool:
    listed = len(names) >= 5 and any("(upn)" in name for name in names)
    return listed or (len(names) == 3 and all(not names_.isdisjoint(names) for names_ in _ACTIONS))


def _person(row: Sequence[str], header: Header) -> Participant | None:
    """Somebody who came: known by the address, else by the name account it is, else by the display name."""
    mail = next((n for n, name in enumerate(header.plain) if "mail" in name), None)
    upn = next((n for n, name in enumerate(header.plain) if "(upn)" in name), None)
    name = _KIND.sub("", cell(row, 0)).strip()
    handle = handles.email(cell(row, mail)) or handles.email(cell(row, upn))
    if handle is None and handles.fold(name):
        handle = handles.name(name, "teams")
    chair = any(cell(row, n).casefold() in _CHAIR for n in range(4, len(header.names)))
    return Participant("organizer" if chair else "attendee", handle, name or None) if handle else None
