"""Staffing: how many heads a half-hour of calls needs (Erlang C), and where a roster falls short.

Erlang C: calls come by chance, wait in one queue, nobody hangs up. So it asks for a little more than those who hang up
early would need, and it says nothing of half-hours in which the queue is longer than the staff can ever work off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from math import ceil, exp
from zoneinfo import ZoneInfo

import attrs

from touchpoints.errors import InvalidValue
from touchpoints.language import english
from touchpoints.team.demand import Demand
from touchpoints.team.roster import Roster
from touchpoints.workdays import Workdays

HALF_HOUR = 1800
QUIET = 0.25
"""Fewer calls expected than this make a half-hour quiet: nobody is asked for outside working hours."""


@attrs.frozen(slots=True)
class Goal:
    """What staffing is to reach: a share `level` of calls answered within `answer_within` seconds, agents busy at most
    `occupancy` of their time; `shrinkage`: the share of paid time not on the phone (breaks, training, illness); `wrap`:
    seconds of work after a call; `least` agents in working hours."""

    level: float = 0.8
    answer_within: float = 20
    occupancy: float = 0.85
    shrinkage: float = 0.3
    wrap: float = 0
    least: int = 1

    def __attrs_post_init__(self) -> None:
        if not (0 < self.level < 1 and 0 < self.occupancy <= 1 and 0 <= self.shrinkage < 1):
            raise InvalidValue(english("level and occupancy lie between 0 and 1, shrinkage is at least 0 and below 1"))


@attrs.frozen(slots=True)
class Queue:
    """`agents` answering a `load` (in Erlang: hours of talk an hour): `waits`, the chance that a caller waits at all;
    `level`, the share answered in time; `occupancy` of the agents; `heads` to plan for so many agents."""

    agents: int
    load: float
    waits: float
    level: float
    occupancy: float
    heads: int


def erlang_c(load: float, agents: int) -> float:
    """The chance that a caller must wait: by Erlang B's recursion on its inverse, which neither overflows nor divides by
    zero. 1 where the agents cannot keep up."""
    if load <= 0:
        return 0.0
    if agents <= load:
        return 1.0
    inverse = 1.0
    for n in range(1, agents + 1):
        inverse = 1 + inverse * n / load
    blocked = 1 / inverse
    return agents * blocked / (agents - load * (1 - blocked))


def queue(calls: float, handle_seconds: float, agents: int, goal: Goal, interval: float = HALF_HOUR) -> Queue:
    """What so many agents reach with `calls` in `interval` seconds, each `handle_seconds` long."""
    load = calls * handle_seconds / interval
    waits = erlang_c(load, agents)
    late = (
        0.0
        if load <= 0
        else waits * exp(-(agents - load) * goal.answer_within / handle_seconds)
        if agents > load
        else 1.0
    )
    heads = ceil(agents / (1 - goal.shrinkage) - 1e-9)
    return Queue(agents, load, waits, 1 - late, load / agents if agents else 0.0, heads)


def needed(calls: float, handle_seconds: float, goal: Goal, interval: float = HALF_HOUR) -> Queue:
    """The fewest agents that reach the goal; none where there is nothing to do. Raises `InvalidValue` for a handle time
    that is not positive."""
    if handle_seconds <= 0:
        raise InvalidValue(english("a handle time of {handle_seconds} seconds is none", handle_seconds=handle_seconds))
    if calls <= 0:
        return queue(0, handle_seconds, 0, goal, interval)
    agents = max(1, int(calls * handle_seconds / interval))
    while True:
        found = queue(calls, handle_seconds, agents, goal, interval)
        if found.level >= goal.level and found.occupancy <= goal.occupancy:
            return found
        agents += 1


# -- a week ---------------------------------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Need:
    """A half-hour of the week: calls expected (80 % between `low` and `high`), and the heads they need; `planned` heads
    by the roster, None without one."""

    day: date
    slot: int
    calls: float
    low: int
    high: int
    queue: Queue
    planned: int | None = None

    @property
    def short(self) -> int:
        """Heads that are missing."""
        return 0 if self.planned is None else max(0, self.queue.heads - self.planned)

    @property
    def spare(self) -> int:
        """Heads beyond what is needed."""
        return 0 if self.planned is None else max(0, self.planned - self.queue.heads)


@attrs.frozen(slots=True)
class Gap:
    """Half-hours in a row that lack heads: from `slot` until `until` (a slot, not included); `short`, `needed`, `planned`
    heads where most are missing; `calls` expected in all of it.

    What to do: bring `move` heads from the half-hours `spare` (from, until) of the same day, and `add` the rest.
    """

    day: date
    slot: int
    until: int
    calls: float
    short: int
    needed: int
    planned: int
    move: int = 0
    spare: tuple[int, int] | None = None
    add: int = 0


@attrs.frozen(slots=True)
class Staff:
    """The staffing of the week from `week` on: needs by half-hour, the gaps against the roster, and, if one colleague is
    left out (`without`), the gaps then."""

    team: str
    week: date | None
    demand: Demand
    goal: Goal
    handle_seconds: float | None
    needs: tuple[Need, ...] = ()
    gaps: tuple[Gap, ...] = ()
    roster: Roster | None = None
    without: str | None = None
    gaps_without: tuple[Gap, ...] = ()


def staff(
    demand: Demand,
    workdays: Workdays,
    goal: Goal,
    roster: Roster | None = None,
    *,
    team: str = "all",
    handle_seconds: float | None = None,
    without: str | None = None,
) -> Staff:
    """The staffing for a forecast. `handle_seconds` (without `goal.wrap`) are those of the log unless given; without
    either there is no staffing to be worked out."""
    seconds = handle_seconds if handle_seconds is not None else demand.handle_seconds
    if seconds is None or demand.week is None:
        return Staff(team, demand.week, demand, goal, seconds, roster=roster, without=without)
    needs = list(_needs(demand, workdays, goal, seconds + goal.wrap))
    with_all = [_planned(n, roster, workdays.zone) for n in needs]
    with_one_less = [_planned(n, roster, workdays.zone, without) for n in needs] if without else []
    return Staff(
        team, demand.week, demand, goal, seconds, tuple(with_all), tuple(gaps(with_all)), roster, without,
        tuple(gaps(with_one_less)),
    )  # fmt: skip


def _needs(demand: Demand, workdays: Workdays, goal: Goal, seconds: float) -> Iterable[Need]:
    expected = {(e.day, e.slot): e for e in demand.expected}
    opens, closes = workdays.hours
    assert demand.week is not None
    for n in range(7):
        day = demand.week + timedelta(days=n)
        for slot in range(48):
            e = expected.get((day, slot))
            open_now = workdays.is_working(day) and opens * 2 <= slot < closes * 2
            calls = e.mean if e else 0.0
            found = needed(calls if open_now or calls >= QUIET else 0.0, seconds, goal)
            if open_now and found.agents < goal.least:
                found = queue(calls, seconds, goal.least, goal)
            if open_now or found.agents:
                yield Need(day, slot, calls, e.low if e else 0, e.high if e else 0, found)


def _planned(need: Need, roster: Roster | None, zone: ZoneInfo, without: str | None = None) -> Need:
    if roster is None:
        return need
    middle = datetime.combine(need.day, time(need.slot // 2, need.slot % 2 * 30 + 15), zone)
    return attrs.evolve(need, planned=len(roster.present(middle, without)))


def gaps(needs: Sequence[Need]) -> list[Gap]:
    """Half-hours in a row of a day that lack heads, each with what to do about it."""
    found: list[Gap] = []
    spare = {(n.day, n.slot): n.spare for n in needs}
    run: list[Need] = []
    for need in [*needs, None]:
        if run and (need is None or not need.short or (need.day, need.slot) != (run[-1].day, run[-1].slot + 1)):
            found.append(_advised(run, spare))
            run = []
        if need is not None and need.short:
            run.append(need)
    return found


def _advised(run: Sequence[Need], spare: dict[tuple[date, int], int]) -> Gap:
    """A gap with the stretch of the same day, as long, that has most heads to spare; those are used up."""
    worst = max(run, key=lambda n: (n.short, n.calls))
    day, length = run[0].day, len(run)
    best: tuple[int, int, int] = (0, 0, 0)
    for start in range(48 - length + 1):
        heads = min(spare.get((day, s), 0) for s in range(start, start + length))
        if (heads, -abs(start - run[0].slot)) > (best[0], -abs(best[1] - run[0].slot)):
            best = (heads, start, start + length)
    move = min(best[0], worst.short)
    for slot in range(best[1], best[2]) if move else ():
        spare[day, slot] -= move
    return Gap(
        day, run[0].slot, run[-1].slot + 1, sum(n.calls for n in run), worst.short, worst.queue.heads,
        worst.planned or 0, move, (best[1], best[2]) if move else None, worst.short - move,
    )  # fmt: skip
