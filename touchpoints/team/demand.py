"""Demand: when customers call or write, by weekday and half-hour, and what the coming week will bring.

The profile is the mean of ordinary days; public holidays and outliers are left out of it and named. Days on which the
log may be silent because it ended are no days. Formulas: `docs/measures.md`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import inf, log, sqrt
from zoneinfo import ZoneInfo

import attrs

from touchpoints.distributions import count_interval, gamma_interval
from touchpoints.happened import Event
from touchpoints.language import languages
from touchpoints.measures import quantile
from touchpoints.workdays import Workdays

SLOTS = 48
"""Half-hours of a day; slot 18 begins at 9:00."""
LOOKBACK = 182
"""Days that the profile looks back, at most."""
SPARSE = 0.2
"""Days with less than this share of what comes later are before the log begins."""
LEAST_DAYS = 14
"""Days of log it takes to speak of a profile."""
_ODD = 3.5  # robust standard deviations beyond which a day is an outlier
_SHAPE = 2.0  # weeks that the common shape of the day counts against one weekday's half-hour
_LEVEL, _SLOPE, _DAMPED = 0.3, 0.1, 0.8  # Holt's damped trend over weekly levels (Gardner and McKenzie 1985)


@attrs.frozen(slots=True)
class Cell:
    """Arrivals in one half-hour of a weekday (0 Monday): `mean` with the 95 % interval of the mean, over `days` ordinary
    days with `total` arrivals (their `keys`). The mean is drawn towards the day's common shape."""

    weekday: int
    slot: int
    mean: float
    low: float
    high: float
    days: int
    total: int
    keys: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class OddDay:
    """A day left out of the profile: a public `holiday` (its name by language), else an outlier; what came, and what was
    usual."""

    day: date
    arrivals: int
    usual: float
    holiday: Mapping[str, str] | None = None


@attrs.frozen(slots=True)
class Expected:
    """Arrivals expected in one half-hour: between `low` and `high` with a chance of 80 %."""

    day: date
    slot: int
    mean: float
    low: int
    high: int


@attrs.frozen(slots=True)
class Backtest:
    """The forecast of the last `weeks` weeks, each from what was known before it, against repeating the week before:
    absolute error as a share of all arrivals, by half-hour and by day."""

    weeks: int
    arrivals: int
    by_slot: float
    by_slot_repeat: float
    by_day: float
    by_day_repeat: float


@attrs.frozen(slots=True)
class Demand:
    """Arrivals of one kind (`of`): the profile from `first` to `last` (whole local days), the days left out, the level of
    the last weeks against the profile and its trend a week, and the forecast of the week from `week` on.

    `dispersion`: variance of a half-hour over its mean (1: pure chance). `handle_seconds`: mean length of the
    conversations, of `handled`; `before`: arrivals before `first`, so few that their sources hardly cover those days. With
    fewer than 14 days there is no profile, only counts.
    """

    of: str
    arrivals: int
    first: date | None
    last: date | None
    days: int
    cells: tuple[Cell, ...] = ()
    odd: tuple[OddDay, ...] = ()
    level: float = 1.0
    trend: float = 0.0
    dispersion: float = 1.0
    week: date | None = None
    expected: tuple[Expected, ...] = ()
    backtest: Backtest | None = None
    handle_seconds: float | None = None
    handled: int = 0
    before: int = 0

    def cell(self, weekday: int, slot: int) -> Cell | None:
        """The profile's cell of a weekday and slot; `None` where nothing ever came."""
        return next((c for c in self.cells if (c.weekday, c.slot) == (weekday, slot)), None)


def demand(
    events: Iterable[Event],
    at: datetime,
    workdays: Workdays,
    *,
    of: str = "call",
    week: date | None = None,
    covered: date | None = None,
) -> Demand:
    """The demand in inbound events up to `at` of a medium (`call`, `message`, `email`), or all `written` ones.

    Today is not over and no day of the profile. `covered`: the last day that the sources cover, if they say so; else
    the log ends with its last arrival. `week`: any day of the week to forecast, the next one unless given.
    """
    zone = workdays.zone
    media = {"written": ("message", "email")}.get(of, (of,))
    inbound = [e for e in events if e.medium in media and e.touchpoint.direction == "in" and e.at <= at]
    days = counts([e.at for e in inbound], zone)
    today = at.astimezone(zone).date()
    last = min(max([*days, *([covered] if covered else [])], default=today), today - timedelta(days=1))
    days = {d: c for d, c in days.items() if d <= last}
    lengths = [e.touchpoint.duration for e in inbound if e.reached and e.touchpoint.duration]
    handling = sum(lengths) / len(lengths) if lengths else None
    if not days:
        return Demand(of, 0, None, None, 0)
    earliest = max(min(days), last - timedelta(days=LOOKBACK - 1))
    first = _beginning(days, earliest, last)
    before = sum(c.total() for d, c in days.items() if earliest <= d < first)
    every = {d: days.get(d, Counter()) for d in _dates(first, last)}
    total = sum(c.total() for c in every.values())
    if len(every) < LEAST_DAYS:
        return Demand(of, total, first, last, len(every), handle_seconds=handling, handled=len(lengths), before=before)
    profile = Profile.of(every, workdays)
    monday = week or today + timedelta(days=7)
    monday -= timedelta(days=monday.weekday())
    left_out = {o.day for o in profile.odd}
    keys: dict[tuple[int, int], list[str]] = defaultdict(list)
    for e in inbound:
        local = e.at.astimezone(zone)
        if first <= local.date() <= last and local.date() not in left_out:
            keys[local.weekday(), local.hour * 2 + local.minute // 30].append(e.key)
    return Demand(
        of, total, first, last, len(every), profile.cells(keys), profile.odd, profile.level, profile.trend,
        profile.dispersion, monday, profile.week(monday), backtest(every, workdays), handling, len(lengths), before,
    )  # fmt: skip


def _beginning(days: Mapping[date, Counter[int]], earliest: date, last: date) -> date:
    """The day on which the arrivals begin in earnest: where at least two weeks of hardly any (less than a fifth as many a day)
    come before four weeks or more, the day that parts them most clearly by their likelihood (Poisson); else the earliest.

    A call here and there in one export does not mean that the log of the hotline, which begins in March, covers January."""
    dates = _dates(earliest, last)
    sums = [*accumulate((days[d].total() if d in days else 0 for d in dates), initial=0)]
    best, found = -inf, earliest
    for n in range(14, len(dates) - 27):
        few, many = sums[n] / n, (sums[-1] - sums[n]) / (len(dates) - n)
        if few < SPARSE * many and days.get(dates[n]):
            likelihood = sum(k * log(k / m) for k, m in ((sums[n], n), (sums[-1] - sums[n], len(dates) - n)) if k)
            if likelihood > best:
                best, found = likelihood, dates[n]
    return found


Counts = Mapping[date, "Counter[int]"]
"""Local date → arrivals by slot."""


def counts(times: Iterable[datetime], zone: ZoneInfo) -> dict[date, Counter[int]]:
    """Arrivals by local date and half-hour."""
    found: dict[date, Counter[int]] = defaultdict(Counter)
    for moment in times:
        local = moment.astimezone(zone)
        found[local.date()][local.hour * 2 + local.minute // 30] += 1
    return dict(found)


def _dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@attrs.frozen(slots=True)
class Profile:
    """What ordinary days bring: `means[weekday][slot]`, from how many `days` of each weekday, with `totals`."""

    means: tuple[tuple[float, ...], ...]
    totals: tuple[tuple[int, ...], ...]
    days: tuple[int, ...]
    odd: tuple[OddDay, ...]
    dispersion: float
    level: float
    trend: float
    end: date
    workdays: Workdays
    on_holidays: float | None

    @classmethod
    def of(cls, every: Counts, workdays: Workdays) -> Profile:
        """The profile of consecutive days."""
        odd = _odd_days(every, workdays)
        left_out = {o.day for o in odd}
        ordinary = {d: c for d, c in every.items() if d not in left_out}
        n = tuple(sum(d.weekday() == w for d in ordinary) for w in range(7))
        totals = tuple(
            tuple(sum(c[s] for d, c in ordinary.items() if d.weekday() == w) for s in range(SLOTS)) for w in range(7)
        )
        means = _means(totals, n)
        level, trend = _holt(_weekly_levels(ordinary, means))
        holidays = [o for o in odd if o.holiday]
        usual = sum(o.usual for o in holidays)
        return cls(
            means, totals, n, odd, _dispersion(ordinary, means), level, trend, max(every), workdays,
            min(1.0, sum(o.arrivals for o in holidays) / usual) if usual else None,
        )  # fmt: skip

    def cells(self, keys: Mapping[tuple[int, int], Sequence[str]]) -> tuple[Cell, ...]:
        """The profile's cells where anything ever came; `keys`: of the arrivals by weekday and slot."""
        found = []
        for w in range(7):
            for s in range(SLOTS):
                if self.totals[w][s]:
                    n, d = self.days[w], self.dispersion
                    low, high = gamma_interval((self.totals[w][s] + 0.5) / d, n / d)
                    found.append(Cell(w, s, self.means[w][s], low, high, n, self.totals[w][s], tuple(keys[w, s])))
        return tuple(found)

    def mean(self, day: date, slot: int) -> float:
        """Arrivals expected on a day: the weekday's, by the level and trend of the last weeks; on a public holiday as on
        those in the log, else as on a Sunday."""
        weeks = max(1, ((day - self.end).days + 6) // 7)
        level = max(0.0, self.level + self.trend * sum(_DAMPED**k for k in range(1, weeks + 1)))
        if self.workdays.holiday(day) is not None:
            if self.on_holidays is None:
                return self.means[6][slot] * level
            return self.means[day.weekday()][slot] * level * self.on_holidays
        return self.means[day.weekday()][slot] * level

    def week(self, monday: date) -> tuple[Expected, ...]:
        """The forecast of a week, half-hours with anything to expect."""
        found = []
        for day in _dates(monday, monday + timedelta(days=6)):
            for slot in range(SLOTS):
                if (mean := self.mean(day, slot)) >= 0.005:
                    found.append(Expected(day, slot, mean, *count_interval(mean, self.dispersion)))
        return tuple(found)


def _means(totals: Sequence[Sequence[int]], days: Sequence[int]) -> tuple[tuple[float, ...], ...]:
    """The mean of each half-hour, with two weeks' worth of the common shape of such days (working days, and each day of
    the weekend) at this weekday's own size."""
    found: list[tuple[float, ...]] = []
    for w in range(7):
        alike = range(5) if w < 5 else (w,)
        whole = sum(sum(totals[a]) for a in alike)
        shape = [sum(totals[a][s] for a in alike) / whole if whole else 0.0 for s in range(SLOTS)]
        own = sum(totals[w]) / days[w] if days[w] else whole / max(1, sum(days[a] for a in alike))
        found.append(tuple((totals[w][s] + _SHAPE * own * shape[s]) / (days[w] + _SHAPE) for s in range(SLOTS)))
    return tuple(found)


def _odd_days(every: Counts, workdays: Workdays) -> tuple[OddDay, ...]:
    """Public holidays on working days, and days far from what is usual for their weekday: on the scale of square roots,
    where counts spread evenly, against the median deviation of all days."""
    usual: dict[int, float] = {}
    holidays = {d: _named(d, workdays) for d in every if workdays.holiday(d) is not None}
    for w in range(7):
        sizes = sorted(every[d].total() for d in every if d.weekday() == w and d not in holidays)
        usual[w] = quantile(sizes, 0.5) if sizes else 0.0
    off = {
        d: 2 * (sqrt(c.total() + 0.375) - sqrt(usual[d.weekday()] + 0.375))
        for d, c in every.items()
        if d not in holidays
    }
    apart = sorted(abs(z) for d, z in off.items() if usual[d.weekday()])
    scale = max(1.0, 1.4826 * quantile(apart, 0.5)) if apart else 1.0
    few = {w for w in range(7) if sum(d.weekday() == w for d in off) < 4}
    return tuple(
        OddDay(d, c.total(), usual[d.weekday()], holidays.get(d))
        for d, c in every.items()
        if (d in holidays and usual[d.weekday()])
        or (d in off and d.weekday() not in few and abs(off[d]) / scale > _ODD)
    )


def _named(day: date, workdays: Workdays) -> Mapping[str, str]:
    return {lang: workdays.holiday(day, lang) or "" for lang in languages()}


def _dispersion(ordinary: Counts, means: Sequence[Sequence[float]]) -> float:
    """Pearson's: how much more half-hours vary than by pure chance, 1 at least."""
    total, n = 0.0, 0
    for day, count in ordinary.items():
        for slot, mean in enumerate(means[day.weekday()]):
            if mean >= 0.5:
                total += (count[slot] - mean) ** 2 / mean
                n += 1
    return max(1.0, total / n) if n else 1.0


def _weekly_levels(ordinary: Counts, means: Sequence[Sequence[float]]) -> list[float]:
    """Each week's arrivals over what the profile expects of its ordinary days, oldest first; weeks of three days or more."""
    came: dict[date, float] = defaultdict(float)
    due: dict[date, float] = defaultdict(float)
    busy: Counter[date] = Counter()
    for day, count in ordinary.items():
        if size := sum(means[day.weekday()]):
            monday = day - timedelta(days=day.weekday())
            came[monday] += count.total()
            due[monday] += size
            busy[monday] += 1
    return [came[m] / due[m] for m in sorted(came) if busy[m] >= 3]


def _holt(levels: Sequence[float]) -> tuple[float, float]:
    """Level and trend a week by damped exponential smoothing."""
    if not levels:
        return 1.0, 0.0
    level, trend = sum(levels[:4]) / len(levels[:4]), 0.0
    for value in levels:
        before = level
        level = _LEVEL * value + (1 - _LEVEL) * (level + _DAMPED * trend)
        trend = _SLOPE * (level - before) + (1 - _SLOPE) * _DAMPED * trend
    return level, trend


def backtest(every: Counts, workdays: Workdays, weeks: int = 8) -> Backtest | None:
    """The last whole weeks foreseen from what was before each, with four weeks before the first at least; `None` with
    fewer days."""
    first, last = min(every), max(every)
    monday = last - timedelta(days=(last.weekday() + 1) % 7 + 6)
    starts = [m for n in range(weeks) if (m := monday - timedelta(weeks=n)) - timedelta(days=28) >= first]
    errors = [0.0, 0.0, 0.0, 0.0]
    arrivals = 0
    for start in starts:
        profile = Profile.of({d: c for d, c in every.items() if d < start}, workdays)
        for day in _dates(start, start + timedelta(days=6)):
            came, repeat = every[day], every[day - timedelta(days=7)]
            means = [profile.mean(day, s) for s in range(SLOTS)]
            errors[0] += sum(abs(came[s] - means[s]) for s in range(SLOTS))
            errors[1] += sum(abs(came[s] - repeat[s]) for s in range(SLOTS))
            errors[2] += abs(came.total() - sum(means))
            errors[3] += abs(came.total() - repeat.total())
            arrivals += came.total()
    if not starts or not arrivals:
        return None
    return Backtest(len(starts), arrivals, *(e / arrivals for e in errors))
