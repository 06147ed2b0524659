"""A series: the occurrences of a master event, with those that were moved, changed or called off one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import attrs

from touchpoints_calendar.event import Event
from touchpoints_calendar.recurrence import Rule, expand
from touchpoints_calendar.zones import Clock, Moment

MOST_OCCURRENCES = 2_000
"""A series yields no more than this many: the latest before the horizon, then those after it."""

AS_GOOD_AS_ENDLESS = timedelta(days=3653)
"""An end that lies this far behind the horizon (31 December 2099) is none."""


@attrs.frozen(slots=True)
class Entry:
    """An event of a file: with what its times mean, and the line where it begins."""

    event: Event
    clock: Clock
    line: int


@attrs.frozen(slots=True)
class Occurrence:
    """One meeting of a series, or a single one: `entry` says how it is, `identity` which one of its series it is (its
    original start; empty for a single event), `at` when it starts (UTC), `seconds` how long it takes if known."""

    entry: Entry
    identity: str
    at: datetime
    seconds: float | None
    revision: tuple[int | str, ...]


def occurrences(master: Entry, overrides: Sequence[Entry], horizon: datetime) -> tuple[list[Occurrence], bool]:
    """All occurrences of a series, those of the master first, and whether some were cut off by number.

    An override stands for the occurrence it names, with `onwards` also for later ones, moved alike; one that names
    none is an occurrence of its own, unless it is a master's left-over: older and with a rule itself.

    Revisions begin with the version of the series, the master's SEQUENCE and the newest stamp of all its events: so
    whatever changes in it makes a newer version, which drops what it no longer yields. Then comes the override's own
    version, or -1 for what the master itself yields. Raises `Damaged` and `UnknownZone`.
    """
    event, clock = master.event, master.clock
    assert event.start is not None
    base = event.sequence, max((event.stamp, *(entry.event.stamp for entry in overrides)))
    at = clock.instant(event.start)
    if not event.recurring:
        found = [Occurrence(master, "", at, seconds(event, clock, at), (*base, -1, ""))]
        return found + [single(entry, base) for entry in overrides], False

    frame = _Frame(event.start, clock)
    starts, lengths, cut = _starts(event, frame, horizon)
    days = {wall.date(): wall for wall in starts}
    replaced: dict[datetime, Entry] = {}
    for entry in overrides:
        original = entry.event.recurrence
        assert original is not None
        wall = frame.wall(original)
        if original.day:
            wall = days.get(wall.date(), wall)
        if frame.excludes(wall):
            continue
        if wall not in lengths and entry.event.rules and entry.event.sequence < event.sequence:
            continue
        replaced[wall] = max(replaced.get(wall, entry), entry, key=lambda e: (e.event.version, repr(e.event)))

    own_length = seconds(event, clock)
    onwards = sorted(((w, e) for w, e in replaced.items() if e.event.onwards), key=lambda pair: pair[0])
    places = [wall for wall, _ in onwards]
    found = []
    for wall in starts:
        if wall in replaced:
            continue
        moved, source, length, version = wall, master, lengths[wall], (-1, "")
        if place := bisect_right(places, wall):
            since, source = onwards[place - 1]
            assert source.event.start is not None
            moved = wall + (frame.wall(source.event.start) - since)
            version, length = source.event.version, seconds(source.event, source.clock)
        found.append(
            Occurrence(
                source, frame.identity(wall), clock.utc(moved, frame.zone), own_length if length is None else length,
                (*base, *version),
            )
        )  # fmt: skip
    for wall, entry in replaced.items():
        found.append(attrs.evolve(single(entry, base), identity=frame.identity(wall)))
    return found, cut


def single(entry: Entry, base: tuple[int, str] | None = None) -> Occurrence:
    """An override by itself: of a series of version `base`, or (`None`) of one whose master is not in the file."""
    event, clock = entry.event, entry.clock
    assert event.start is not None
    assert event.recurrence is not None
    original = event.recurrence
    identity = clock.identity(original.wall, clock.zone(original), original.day)
    revision = (*(base or event.version), *event.version)
    return Occurrence(entry, identity, clock.instant(event.start), seconds(event, clock), revision)


LONGEST_MEETING = timedelta(days=366)
"""An event that lasts longer has a damaged end."""


def seconds(event: Event, clock: Clock, start: datetime | None = None) -> float | None:
    """How long an event takes; `None` for a whole day, and where its end is missing, not after its start (which need
    not be given) or years later."""
    if event.start is None or event.start.day:
        return None
    length = event.length or timedelta()
    if event.end is not None:
        length = clock.instant(event.end) - (start or clock.instant(event.start))
    return length.total_seconds() if timedelta() < length < LONGEST_MEETING else None


class _Frame:
    """The wall clock on which a series takes place: all its times are compared there."""

    def __init__(self, start: Moment, clock: Clock) -> None:
        self.zone = clock.zone(start)
        self.day = start.day
        self.clock = clock
        self.excluded: set[datetime] = set()
        self.excluded_days: set[datetime] = set()

    def wall(self, moment: Moment) -> datetime:
        """A moment on this clock: a day at its midnight, a time without zone as it stands."""
        wall = moment.wall
        if not self.day and moment.zone and self.zone is not None:
            wall = self.clock.instant(moment).astimezone(self.zone).replace(tzinfo=None, fold=0)
        return _midnight(wall) if self.day or moment.day else wall

    def until(self, text: str) -> datetime:
        """The last wall time that an UNTIL allows: all of the day, if it names a day."""
        moment = Moment.of(text, {})
        wall = self.wall(moment)
        return datetime.combine(wall, time.max) if self.day or moment.day else wall

    def exclude(self, moment: Moment) -> None:
        """Takes an occurrence out, or all of a day."""
        (self.excluded_days if moment.day or self.day else self.excluded).add(self.wall(moment))

    def excludes(self, wall: datetime) -> bool:
        """Whether an occurrence was taken out."""
        return wall in self.excluded or _midnight(wall) in self.excluded_days

    def identity(self, wall: datetime) -> str:
        """How every export names the occurrence."""
        return self.clock.identity(wall, self.zone, self.day)


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _starts(
    event: Event, frame: _Frame, horizon: datetime
) -> tuple[list[datetime], dict[datetime, float | None], bool]:
    """The starts of a master's occurrences on the wall clock, ascending, each with its own length if it has one, and
    whether some were cut off by number.

    The event's own start is always one of them, also where the rule does not find it, unless all rules ended before.
    """
    assert event.start is not None
    start = frame.wall(event.start)
    horizon = horizon.replace(tzinfo=None)
    walls: set[datetime] = set()
    cut = False
    started = not event.rules
    for text in event.rules:
        rule = Rule.of(text)
        until = frame.until(rule.until) if rule.until else datetime.max
        started |= until >= start
        endless = rule.count is None and until > horizon + AS_GOOD_AS_ENDLESS
        found, short = expand(rule, start, horizon if endless else until)
        walls.update(found)
        cut |= short
    if started:
        walls.add(start)
    if frame.day:
        walls = {_midnight(wall) for wall in walls}
    lengths: dict[datetime, float | None] = dict.fromkeys(walls)
    for moment, end in event.rdates:
        wall = frame.wall(moment)
        lengths[wall] = _length(moment, end, frame)
    for text in event.exrules:
        for wall in expand(Rule.of(text), start, max(lengths, default=start))[0]:
            lengths.pop(wall, None)
    for moment in event.exdates:
        frame.exclude(moment)
    starts = sorted(wall for wall in lengths if not frame.excludes(wall))
    if len(starts) > MOST_OCCURRENCES:
        cut = True
        last = max(MOST_OCCURRENCES, bisect_right(starts, horizon))
        starts = starts[last - MOST_OCCURRENCES : last]
    return starts, lengths, cut


def _length(start: Moment, end: Moment | timedelta | None, frame: _Frame) -> float | None:
    if isinstance(end, Moment):
        end = frame.clock.instant(end) - frame.clock.instant(start)
    return end.total_seconds() if end is not None and end > timedelta() else None
