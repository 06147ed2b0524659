"""Mix: how contact spreads over media and months, and whether a change between two periods is more than noise."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import compress
from math import asin, sqrt
from types import MappingProxyType
from zoneinfo import ZoneInfo

import attrs

from touchpoints.distributions import Share, share
from touchpoints.happened import Event
from touchpoints.language import Text
from touchpoints.measures import quantile
from touchpoints.model import LIVE_MEDIA, MEDIA
from touchpoints.progress import counted
from touchpoints.team.begun import Begun, begun
from touchpoints.team.group import Withheld

RESAMPLES, SEED = 999, 2026
"""So many times the relationships are drawn anew, from a fixed seed: the same data give the same figures."""
LEAST = 5
"""Relationships it takes to speak of a change."""
NOISE = 0.05
"""A change is more than noise if so large a one came by chance alone at most this often, and its interval leaves out 0."""

Period = tuple[date, date]
"""First and last local day, both included."""


@attrs.frozen(slots=True)
class Row:
    """One medium in one month (its first day): touchpoints that reached somebody, people reached, minutes of
    conversation; `unmeasured`: conversations whose length the source does not have; `keys` of the touchpoints; `days`:
    contact days with the medium (of the month's, see `Month`; a day may have several media)."""

    month: date
    medium: str
    touchpoints: int
    people: int
    minutes: float
    unmeasured: int
    keys: tuple[str, ...] = ()
    days: int = 0


@attrs.frozen(slots=True)
class Month:
    """A month as a whole; `live`: contact days with a conversation, of all contact days (a contact on a date is one)."""

    month: date
    touchpoints: int
    people: int
    minutes: float
    live: Share


@attrs.frozen(slots=True)
class Change:
    """How the share of contact days with a medium (`live`: with a conversation) changed between two periods.

    `difference` of the shares with its 95 % interval `low` to `high` (relationships drawn anew with replacement); `p`:
    how often a difference as large comes about if the periods are exchanged within relationships by lot; `effect`:
    Cohen's h; `relationships` with contact in either period. No interval and no p below five relationships.
    """

    what: str
    before: Share
    after: Share
    difference: float | None
    effect: float | None
    relationships: int
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def real(self) -> bool:
        """Whether it is more than noise."""
        apart = self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)
        return self.p is not None and self.p <= NOISE and apart


@attrs.frozen(slots=True)
class Mix:
    """The mix of `scope` (what was asked for) as of a day: rows by month and medium, months, and the changes from
    `before` to `after`, live contact first; `hotline`: touchpoints on hotlines that are left out; `first`: the day on
    which touchpoints begin at all; `begun`: sources that begin within the comparison, and `without` them the changes.
    Nothing but the reason if it is withheld."""

    scope: str
    rows: tuple[Row, ...] = ()
    months: tuple[Month, ...] = ()
    changes: tuple[Change, ...] = ()
    before: Period | None = None
    after: Period | None = None
    withheld: Withheld | None = None
    agreed: str = ""
    hotline: int = 0
    first: date | None = None
    begun: tuple[Begun, ...] = ()
    without: tuple[Change, ...] = ()


def mix(
    events: Iterable[Event],
    at: datetime,
    zone: ZoneInfo,
    *,
    scope: str = "all",
    months: int = 12,
    after: Period | None = None,
    before: Period | None = None,
    agreed: str = "",
    files: Mapping[str, str] = MappingProxyType({}),
) -> Mix:
    """The mix of events up to `at`, for the last `months` calendar months. `after`: the period to compare (the last 90
    days), `before`: with which other one (as many days just before it). `files`: key → file, to tell a source that begins
    from a change."""
    today = at.astimezone(zone).date()
    after = after or (today - timedelta(days=89), today)
    days = (after[1] - after[0]).days + 1
    before = before or (after[0] - timedelta(days=days), after[0] - timedelta(days=1))
    first = _months_back(today, months - 1)
    known = sorted((e for e in events if e.reached and e.at <= at), key=lambda e: (e.at, e.key))
    dated = [(e.at.astimezone(zone).date(), e) for e in known]
    new = begun(dated, files, before[0], after[1]) if files else ()
    theirs = {key for source in new for key in source.keys}
    return Mix(
        scope, *_by_month([(d, e) for d, e in dated if d >= first]), changes(dated, before, after), before, after,
        agreed=agreed, first=min((d for d, _ in dated), default=None), begun=new,
        without=changes([(d, e) for d, e in dated if e.key not in theirs], before, after) if new else (),
    )  # fmt: skip


def _months_back(day: date, n: int) -> date:
    months = day.year * 12 + day.month - 1 - n
    return date(months // 12, months % 12 + 1, 1)


def _by_month(dated: Iterable[tuple[date, Event]]) -> tuple[tuple[Row, ...], tuple[Month, ...]]:
    cells: dict[tuple[date, str], list[tuple[date, Event]]] = defaultdict(list)
    months: dict[date, list[tuple[date, Event]]] = defaultdict(list)
    for day, event in dated:
        cells[day.replace(day=1), event.medium].append((day, event))
        months[day.replace(day=1)].append((day, event))
    rows = [
        Row(
            m, medium, len(some), *_sums([e for _, e in some]), tuple(e.key for _, e in some),
            len({(who, day) for day, e in some for who in e.who}),
        )
        for (m, medium), some in cells.items()
    ]  # fmt: skip
    rows.sort(key=lambda r: (r.month, MEDIA.index(r.medium)))
    return tuple(rows), tuple(
        Month(m, len(some), *_sums([e for _, e in some])[:2], _live(some)) for m, some in sorted(months.items())
    )


def _sums(some: Sequence[Event]) -> tuple[int, float, int]:
    """People reached, minutes of conversation, conversations without a length."""
    live = [e.touchpoint.duration for e in some if e.live]
    return len({who for e in some for who in e.who}), sum(d or 0 for d in live) / 60, sum(d is None for d in live)


def _live(dated: Iterable[tuple[date, Event]]) -> Share:
    counts = _contact_days(dated)
    return share(sum(c["live"] for c in counts.values()), sum(c["all"] for c in counts.values()))


def _contact_days(dated: Iterable[tuple[date, Event]]) -> Mapping[str, Mapping[str, int]]:
    """Per contact the days with any contact (`all`), with a conversation (`live`), and with each medium."""
    media: dict[tuple[str, date], set[str]] = defaultdict(set)
    for day, event in dated:
        for who in event.who:
            media[who, day].add(event.medium)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (who, _), there in media.items():
        for what in ("all", *there, *(("live",) if there & LIVE_MEDIA else ())):
            found[who][what] += 1
    return found


def changes(dated: Sequence[tuple[date, Event]], before: Period, after: Period) -> tuple[Change, ...]:
    """The changes in the shares of live contact and of every medium, by relationship: touchpoints of one relationship
    hang together, so relationships are what is drawn."""
    first, second = (_contact_days((d, e) for d, e in dated if p[0] <= d <= p[1]) for p in (before, after))
    people = sorted({*first, *second})
    seen = {what for days in (first, second) for counts in days.values() for what in counts}
    whats = ["live", *(m for m in MEDIA if m in seen)]
    columns = {
        (what, n): [days[who].get(what, 0) if who in days else 0 for who in people]
        for what in ("all", *whats) for n, days in enumerate((first, second))
    }  # fmt: skip
    drawn, exchanged = _drawn(columns, whats, len(people)) if len(people) >= LEAST else ({}, {})
    return tuple(_change(what, columns, len(people), drawn.get(what, ()), exchanged.get(what, ())) for what in whats)


_Columns = Mapping[tuple[str, int], Sequence[int]]


def _change(what: str, columns: _Columns, people: int, drawn: Sequence[float], exchanged: Sequence[float]) -> Change:
    before, after = (share(sum(columns[what, n]), sum(columns["all", n])) for n in (0, 1))
    if before.value is None or after.value is None:
        return Change(what, before, after, None, None, people)
    difference = after.value - before.value
    effect = 2 * asin(sqrt(after.value)) - 2 * asin(sqrt(before.value))
    if not drawn or not exchanged:
        return Change(what, before, after, difference, effect, people)
    ordered = sorted(drawn)
    as_large = sum(abs(other) >= abs(difference) - 1e-12 for other in exchanged)
    return Change(
        what, before, after, difference, effect, people, quantile(ordered, 0.025), quantile(ordered, 0.975),
        (1 + as_large) / (1 + len(exchanged)),
    )  # fmt: skip


def _drawn(
    columns: _Columns, whats: Sequence[str], people: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Differences of shares with relationships drawn anew, and with their periods exchanged by lot."""
    lot = random.Random(SEED)
    times = RESAMPLES if people <= 1000 else RESAMPLES // 4
    drawn: dict[str, list[float]] = {what: [] for what in whats}
    exchanged: dict[str, list[float]] = {what: [] for what in whats}
    sums = {place: sum(column) for place, column in columns.items()}
    moved = {what: [b - a for a, b in zip(columns[what, 0], columns[what, 1], strict=True)] for what in ("all", *whats)}
    for _ in counted(range(times), Text("drawing relationships anew")):
        picked = lot.choices(range(people), k=people)
        totals = [sum(map(columns["all", n].__getitem__, picked)) for n in (0, 1)]
        flips = lot.choices((0, 1), k=people)
        over = sum(compress(moved["all"], flips))
        for what in whats:
            if all(totals):
                parts = [sum(map(columns[what, n].__getitem__, picked)) for n in (0, 1)]
                drawn[what].append(parts[1] / totals[1] - parts[0] / totals[0])
            step = sum(compress(moved[what], flips))
            low, high = sums["all", 0] + over, sums["all", 1] - over
            if low and high:
                exchanged[what].append((sums[what, 1] - step) / high - (sums[what, 0] + step) / low)
    return drawn, exchanged
