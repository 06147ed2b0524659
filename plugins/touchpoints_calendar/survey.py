"""The first pass over a calendar file: what concerns all of it, learned before any event is understood."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import attrs

from touchpoints.source import Source
from touchpoints_calendar.blocks import blocks, chunks, unfolded
from touchpoints_calendar.lines import Damaged
from touchpoints_calendar.zones import Calendar, Embedded, Moment, embedded

RUNS_ON = timedelta(days=400)
"""A series without an end is read this far beyond the newest stamp of its file."""

_UID = re.compile(rb"\n[Uu][Ii][Dd](?:;[^:\n]*)?:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
_FOLDED = re.compile(rb"\r?\n[ \t]")
_STAMP = re.compile(rb"\n(?:DTSTAMP|LAST-MODIFIED|CREATED)[^:\n]*:(\d{8}T\d{6})")
_START = re.compile(rb"\nDTSTART[^:\n]*:(\d{8})")
_PROPERTY = re.compile(r"\n(METHOD|NAME|X-WR-CALNAME|X-WR-TIMEZONE)(?:;[^:\n]*)?:([^\n]*)", re.I)


@attrs.frozen(slots=True)
class Survey:
    """What concerns a whole file: its calendars, its newest stamp, its last start (looked for only as long as there is
    no stamp), the UIDs of its events as numbers (0 for none), and how often those come that come more than once."""

    calendars: list[Calendar]
    newest: datetime | None
    last_start: datetime | None
    uids: array[int]
    repeated: dict[int, int]

    @classmethod
    def of(cls, source: Source) -> Survey:
        """What a file's blocks say of all of it."""
        calendars: list[Calendar] = []
        same: dict[tuple[object, ...], Calendar] = {}
        zones: dict[bytes, Embedded | None] = {}
        inside: dict[int, list[bytes]] = {}
        uids = array("q")
        newest, last_start = "", ""
        for block in blocks(chunks(source)):
            if block.kind == "VEVENT":
                uids.append(_uid_hash(block.data))
                newest = _latest(newest, _STAMP.findall(block.data))
                if not newest:
                    last_start = _latest(last_start, _START.findall(block.data))
            elif block.kind == "VTIMEZONE":
                if block.data not in zones:
                    zones[block.data] = embedded(unfolded(block.data))
                inside.setdefault(block.calendar, []).append(block.data)
            else:
                own = tuple(inside.pop(block.calendar, ()))
                if (block.data, own) not in same:
                    found = {zone.name: zone for zone in map(zones.get, own) if zone}
                    same[block.data, own] = _calendar(unfolded(block.data), found)
                calendars.append(same[block.data, own])
        more = Counter(one for one, other in pairwise(sorted(uids)) if one == other and one)
        repeated = {uid: count + 1 for uid, count in more.items()}
        return cls(calendars, _stamp_time(newest), _stamp_time(last_start), uids, repeated)

    @property
    def horizon(self) -> datetime:
        """Up to where series without an end are read."""
        return (self.newest or self.last_start or datetime(1980, 1, 1)) + RUNS_ON


def _uid_hash(data: bytes) -> int:
    """A number for a UID, equal for an Outlook series and its occurrences; 0 for none. For this process only."""
    match = _UID.search(data)
    if match is None or not (uid := _FOLDED.sub(b"", match[1]).strip()):
        return 0
    return hash(uid[:32].upper() + uid[40:].upper() if uid[:8] == b"04000000" else uid)


def _latest(known: str, found: Iterable[bytes]) -> str:
    for text in map(bytes.decode, sorted(found, reverse=True)):
        if text <= known:
            break
        if _stamp_time(text) is not None:
            return text
    return known


def _stamp_time(text: str) -> datetime | None:
    """A stamp as a time; `None` if it is none, or of a year in which no calendar was or will be exported soon."""
    try:
        wall = Moment.of(text, {}).wall if text else None
    except Damaged:
        return None
    return wall if wall and 1980 <= wall.year < 2100 else None


def _calendar(text: str, zones: dict[str, Embedded]) -> Calendar:
    own = {name.upper(): value.strip() for name, value in reversed(_PROPERTY.findall(text))}
    name = own.get("X-WR-CALNAME") or own.get("NAME", "")
    return Calendar(own.get("METHOD", "").upper(), name.replace("\\", ""), own.get("X-WR-TIMEZONE", ""), zones)
