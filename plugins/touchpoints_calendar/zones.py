"""Where a time is local: zones that a file defines itself, and the order in which a zone's name is understood."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from types import MappingProxyType

import attrs

from touchpoints.language import english
from touchpoints.reading import Context
from touchpoints_calendar.lines import Damaged, Grammar, Line
from touchpoints_calendar.recurrence import Rule, expand

_ZONE = Grammar(
    ("TZID", "BEGIN", "END", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"),
    vital=("BEGIN", "END", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"),
)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_TIME = re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII)
_LAST_ONSET = datetime(2100, 1, 1)

Onset = tuple[datetime, timedelta, timedelta]
"""When an offset begins to hold (UTC), the offset before it and the offset after it."""


@attrs.frozen(slots=True)
class Moment:
    """A time as a file writes it: the wall clock, where it stands (a zone's name, `Z` for UTC, empty for local
    anywhere), and whether it is a whole day."""

    wall: datetime
    zone: str = ""
    day: bool = False

    @classmethod
    def of(cls, value: str, parameters: Mapping[str, str]) -> Moment:
        """The moment of a property. Raises `Damaged`."""
        if not _TIME.fullmatch(value):
            return cls._unusual(value, parameters)
        try:
            wall = datetime.fromisoformat(value[:15])
        except ValueError as error:
            raise Damaged(english("'{value}' is no point in time", value=value)) from error
        if len(value) == 8:
            return cls(wall, "", True)
        if parameters.get("VALUE", "").upper() == "DATE" and wall.time() == time():
            return cls(wall, "", True)
        return cls(wall, "Z" if len(value) == 16 else parameters.get("TZID", "").strip(" \"'"))

    @classmethod
    def _unusual(cls, value: str, parameters: Mapping[str, str]) -> Moment:
        """Any other way of ISO 8601; a colon in a zone's name that stands without quotes, which ends it too early."""
        zone = parameters.get("TZID", "").strip(" \"'")
        rest, colon, last = value.rpartition(":")
        if zone and colon and _TIME.fullmatch(last):
            return cls.of(last, {**parameters, "TZID": f"{zone}:{rest}"})
        try:
            read = datetime.fromisoformat(value.strip().upper())
            if read.tzinfo:
                return cls(read.astimezone(UTC).replace(tzinfo=None), "Z")
        except (ValueError, OverflowError) as error:
            raise Damaged(english("'{value}' is no point in time", value=value[:40])) from error
        return cls(read, "", True) if len(value.strip()) == 10 else cls(read, zone)


class Embedded(tzinfo):
    """A zone from a file's own VTIMEZONE: the offsets (from, to) at each onset in UTC, ascending.

    Some exporters write only the onsets around the day of export. Before the first onset, and after the last unless
    one of them recurs without end (`endless`), the definition says nothing: there `rest` decides, the zone that is
    commonly called so, if there is one.
    """

    def __init__(self, name: str, onsets: list[Onset], endless: bool, rest: tzinfo | None = None) -> None:
        self.name = name
        self._onsets, self._endless, self._rest = onsets, endless, rest
        self._utc = [at for at, _, _ in onsets]
        # a wall time skipped or repeated by a change keeps the offset before it, with fold=1 the one after it (PEP 495)
        self._wall = [at + max(before, after) for at, before, after in onsets]
        self._folded = [at + min(before, after) for at, before, after in onsets]
        self._offsets = [onsets[0][1], *(after for _, _, after in onsets)]

    def __repr__(self) -> str:
        return f"Embedded({self.name!r})"

    def but(self, rest: tzinfo | None) -> Embedded:
        """The same with the zone that holds outside what it defines; a zone of one offset defines all time."""
        return self if len(set(self._offsets)) == 1 else Embedded(self.name, self._onsets, self._endless, rest)

    def _silent(self, place: int) -> bool:
        return self._rest is not None and (not place or (place == len(self._onsets) and not self._endless))

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        """The offset at a wall time."""
        if when is None:
            return None
        place = bisect_right(self._folded if when.fold else self._wall, when.replace(tzinfo=None))
        return self._rest.utcoffset(when) if self._rest and self._silent(place) else self._offsets[place]

    def fromutc(self, when: datetime) -> datetime:
        """The wall time at a UTC time."""
        place = bisect_right(self._utc, when.replace(tzinfo=None))
        if self._rest and self._silent(place):
            return when.replace(tzinfo=UTC).astimezone(self._rest).replace(tzinfo=self)
        wall = when + self._offsets[place]
        return wall.replace(fold=1) if place and wall.replace(tzinfo=None) < self._wall[place - 1] else wall

    def dst(self, when: datetime | None) -> None:
        """Not known: a zone's definition does not always say which offset is the standard one."""

    def tzname(self, when: datetime | None) -> str:
        """The name in the file."""
        return self.name


def embedded(text: str) -> Embedded | None:
    """The zone of an unfolded VTIMEZONE; `None` if it cannot be used, so that its name decides."""
    name = ""
    onsets: list[Onset] = []
    endless = False
    part: list[Line] | None = None
    try:
        for line in _ZONE.lines(text):
            if line[0] == "BEGIN":
                part = []
            elif line[0] == "END" and part is not None:
                onsets += _onsets(part)
                endless |= any(n == "RRULE" and "UNTIL" not in v and "COUNT" not in v for n, _, v in part)
                part = None
            elif part is not None:
                part.append(line)
            elif line[0] == "TZID":
                name = line[2].strip(" \"'")
    except (Damaged, OverflowError):
        return None
    return Embedded(name, sorted(onsets), endless) if name and onsets else None


def _onsets(lines: list[Line]) -> list[Onset]:
    """When the standard or daylight time of some lines begins."""
    values = {name: value for name, _, value in lines}
    if not {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= values.keys():
        raise Damaged(english("a zone without its start or offsets"))
    before, after = _offset(values["TZOFFSETFROM"]), _offset(values["TZOFFSETTO"])
    start = Moment.of(values["DTSTART"], {}).wall
    walls = {start}
    for name, _, value in lines:
        if name == "RRULE":
            rule = Rule.of(value)
            last = _LAST_ONSET
            if rule.until:
                until = Moment.of(rule.until, {})
                last = min(last, until.wall + (before if until.zone == "Z" else timedelta()))
            walls.update(expand(rule, start, last)[0])
        elif name == "RDATE":
            walls.update(Moment.of(each, {}).wall for each in value.split(",") if each)
    return [(wall - before, before, after) for wall in walls]


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if not match:
        raise Damaged(english("'{text}' is no offset", text=text))
    seconds = int(match[2]) * 3600 + int(match[3]) * 60 + int(match[4] or 0)
    if seconds >= 86400:
        raise Damaged(english("'{text}' is no offset", text=text))
    return timedelta(seconds=seconds if match[1] == "+" else -seconds)


@attrs.frozen(slots=True)
class Calendar:
    """A calendar's own properties: `method` (REQUEST, REPLY, …; empty or PUBLISH for an export), `name`, the `zone` of
    its local times (X-WR-TIMEZONE), and the zones it defines."""

    method: str = ""
    name: str = ""
    zone: str = ""
    zones: Mapping[str, Embedded] = attrs.field(factory=lambda: MappingProxyType({}), hash=False)


class UnknownZone(Exception):
    """A zone's name that nothing explains: `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Clock:
    """What a calendar's times mean. Names are looked up in its own zones first, then as `Context.zone_of` does."""

    def __init__(self, calendar: Calendar, context: Context) -> None:
        self.calendar = calendar
        self._context = context
        self._found: dict[str, tzinfo] = {"Z": UTC}

    def zone(self, moment: Moment) -> tzinfo | None:
        """Where a moment is local; `None` for a day, and for a local time of a calendar that names no zone.

        Raises `UnknownZone`.
        """
        if moment.day:
            return None
        name = moment.zone or self.calendar.zone
        if not name:
            return None
        found = self._found.get(name)
        if found is None:
            common, own = self._context.zone_of(name), self.calendar.zones.get(name)
            found = own.but(common) if own else common
            if found is None:
                raise UnknownZone(name)
            self._found[name] = found
        return found

    def utc(self, wall: datetime, zone: tzinfo | None) -> datetime:
        """The instant of a wall time in a zone (`None`: in the store's). Raises `Damaged` at the ends of time."""
        if not 1 < wall.year < 9999:  # elsewhere it may have no date
            raise Damaged(english("{wall} is beyond the calendar", wall=wall))
        return wall.replace(tzinfo=zone or self._context.zone).astimezone(UTC)

    def instant(self, moment: Moment) -> datetime:
        """The instant of a moment. Raises `UnknownZone` and `Damaged`."""
        return self.utc(moment.wall, self.zone(moment))

    def identity(self, wall: datetime, zone: tzinfo | None, day: bool) -> str:
        """A start as every export names it alike: in UTC, or as written where it is local anywhere or a day."""
        if day:
            return f"{wall:%Y%m%d}"
        return f"{wall:%Y%m%dT%H%M%S}" if zone is None else f"{self.utc(wall, zone):%Y%m%dT%H%M%SZ}"
