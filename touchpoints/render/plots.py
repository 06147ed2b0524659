"""Plots as values: where everything stands, for the templates to draw.

Sideways everything is in per cent of the width, so that a plot is as readable on a telephone as on paper: text keeps its
size, and nothing is scaled. Upright everything is in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

import attrs

from touchpoints.language import Language
from touchpoints.portfolio import STEP, WEAK, Portfolio
from touchpoints.reach.channels import ChannelRate
from touchpoints.report import SourceAge
from touchpoints.team.demand import Demand
from touchpoints.team.mix import Mix
from touchpoints.team.service import Responses
from touchpoints.timeline import LONG, YEAR, Timeline

LANE = 14
"""Pixels that a medium of a timeline is high."""
ROW = 46
"""Pixels of a row with its words above its mark."""


def share(value: float) -> str:
    """A place between 0 and 1 as a percentage of the width."""
    return f"{100 * min(1.0, max(0.0, value)):.2f}".rstrip("0").rstrip(".") + "%"


@attrs.frozen(slots=True)
class Tick:
    """A place on an axis and what is written there; `minor` ones give way on narrow screens."""

    x: str
    label: str
    minor: bool = False
    start: bool = False
    """Whether the label begins at the place: at the left edge it has no room on its left."""


@attrs.frozen(slots=True)
class Span:
    """Something that reaches from a place to another."""

    x: str
    width: str
    end: str


def span(start: float, end: float) -> Span:
    """From one place to another (0..1), cut to the picture."""
    low, high = min(1.0, max(0.0, start)), min(1.0, max(0.0, end))
    return Span(share(low), share(high - low), share(high))


class Days:
    """An axis of days from `first` to `last`."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.days = first, max(1, (last - first).days)
        self.last = first + timedelta(days=self.days)

    def at(self, day: date) -> float:
        """Where a day lies, 0..1 (beyond that outside)."""
        return (day - self.first).days / self.days

    def ticks(self, spoken: Language, most: int = 6) -> tuple[Tick, ...]:
        """The firsts of months, as many as fit; those of January with the year."""
        months = [m for m in _months(self.first, self.last) if self.first <= m]
        step = next((s for s in (1, 2, 3, 6, 12) if len([m for m in months if (m.month - 1) % s == 0]) <= most), 24)
        shown = [m for m in months if (m.month - 1) % step == 0 and (step < 24 or m.year % 2 == 0)]
        return tuple(
            Tick(
                share(self.at(m)),
                spoken.month(m, year=m.month == 1 or m == shown[0]) if step < 12 else str(m.year),
                n % 2 == 1,
                self.at(m) < 0.04,
            )
            for n, m in enumerate(shown)
            if self.at(m) < 0.96
        )


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


# -- a relationship ---------------------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Lane:
    """One medium of a timeline: its path in a picture of `TimelinePlot.days` × 10, at a height `y`."""

    medium: str
    y: int
    path: str


@attrs.frozen(slots=True)
class TimelinePlot:
    """A timeline: lanes of media; below them the `silence` since the last contact against the `usual` gap and the
    `longest`; `today`; appointments that are `booked`; calls in vain as a path in the lane of calls."""

    days: int
    lanes: tuple[Lane, ...]
    vain: str
    axis: str
    """Which of the axes in `axes` it has."""
    today: str
    usual: Span | None
    longest: Span | None
    silence: Span | None
    booked: tuple[str, ...]
    top: int
    """Where the lane of silence begins."""
    height: int
    first: date


def _axis(today: date, back: int) -> Days:
    """So many days back, and a tenth of the width for what lies ahead."""
    return Days(today - timedelta(days=back), today + timedelta(days=back // 9))


def axes(today: date, spoken: Language) -> tuple[tuple[int, tuple[Tick, ...]], ...]:
    """The axes that timelines have, by their days: drawn once, for all of them."""
    return tuple((back, _axis(today, back).ticks(spoken, 5)) for back in (YEAR, LONG))


def timeline(found: Timeline) -> TimelinePlot:
    """The plot of a timeline."""
    back = (found.last - found.first).days
    axis = _axis(found.last, back)
    lanes, vain = [], ""
    media = list(found.days)
    if found.vain and "call" not in media:
        media.append("call")
    for n, medium in enumerate(media):
        live = medium in ("meeting", "video", "call")
        lanes.append(
            Lane(medium, n * LANE, _marks(found.days.get(medium, ()), axis, 1 if live else 4, 9 if live else 4))
        )
    if found.vain:
        vain = _marks(found.vain, axis, 7, 3)
    warmth, last = found.relationship.warmth, found.contact
    usual = longest = silence = None
    if last is not None:
        start = axis.at(last)
        if warmth.usual_gap_days is not None:
            usual = span(start, start + warmth.usual_gap_days / axis.days)
        if warmth.longest_gap_days is not None:
            longest = span(start, start + warmth.longest_gap_days / axis.days)
        silence = span(start, axis.at(found.last))
    top = len(media) * LANE + 2
    booked = tuple(share(axis.at(d)) for d in found.booked if d <= axis.last)
    return TimelinePlot(
        axis.days, tuple(lanes), vain, str(back), share(axis.at(found.last)), usual, longest, silence, booked,
        top, top + LANE + 4, found.first,
    )  # fmt: skip


def _marks(days: Sequence[date], axis: Days, top: int, height: int) -> str:
    """Upright strokes at days, as one path; each step from the one before."""
    places = [(d - axis.first).days for d in days]
    if not places:
        return ""
    return f"M{places[0]} {top}v{height}" + "".join(f"m{b - a}-{height}v{height}" for a, b in pairwise(places))


# -- the overview -----------------------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Series:
    """The share of contact days of one medium: a line in a picture of 100 × 100, its marks, and where its name stands."""

    medium: str
    points: str
    marks: tuple[tuple[str, str], ...]
    label_y: float
    value: float


@attrs.frozen(slots=True)
class MixPlot:
    """Shares of media by month, on an axis up to `top`."""

    series: tuple[Series, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[tuple[str, float], ...]
    height: int
    top: float


def mix(found: Mix, spoken: Language, height: int = 240) -> MixPlot:
    """The lines of a mix; a month without any contact is a gap closed by the line."""
    months = [m for m in found.months if m.live.n]
    if len(months) > 1 and found.after and found.after[1] - months[-1].month < timedelta(days=7):
        months.pop()  # a month of a few days says nothing
    places = {m.month: n / max(1, len(months) - 1) for n, m in enumerate(months)}
    all_days = {m.month: m.live.n for m in months}
    media: dict[str, dict[date, float]] = {}
    for row in found.rows:
        if row.month in places:
            media.setdefault(row.medium, {})[row.month] = row.days / all_days[row.month]
    highest = max((v for shares in media.values() for v in shares.values()), default=1.0)
    top = next(t for t in (0.25, 0.5, 0.75, 1.0) if highest <= t + 1e-9)
    series = []
    for medium, shares in media.items():
        values = [(x, shares.get(m, 0.0)) for m, x in places.items()]
        points = " ".join(f"{100 * x:.4g},{100 - 100 * v / top:.4g}" for x, v in values)
        marks = tuple((share(x), share(1 - v / top)) for x, v in values)
        series.append(Series(medium, points, marks, height * (1 - values[-1][1] / top), values[-1][1]))
    ticks = tuple(
        Tick(share(x), spoken.month(m, year=m.month == 1 or n == 0), (len(places) - 1 - n) % 3 != 0)
        for n, (m, x) in enumerate(places.items())
    )
    levels = tuple((spoken.percent(top * n / 5), height * (1 - n / 5)) for n in range(6))
    return MixPlot(tuple(_apart(series, height)), ticks, levels, height, top)


def _apart(series: Sequence[Series], height: float, least: float = 15) -> list[Series]:
    """Names that do not cover each other: from top to bottom, each at least so many pixels below the last."""
    ordered = sorted(series, key=lambda s: s.label_y)
    placed: list[Series] = []
    for one in ordered:
        y = max(one.label_y, placed[-1].label_y + least) if placed else one.label_y
        placed.append(attrs.evolve(one, label_y=y))
    over = placed[-1].label_y - height if placed else 0
    for n in range(len(placed) - 1, -1, -1):  # what was pushed out at the foot pushes the others up
        limit = placed[n + 1].label_y - least if n + 1 < len(placed) else height
        if over > 0 and placed[n].label_y > limit:
            placed[n] = attrs.evolve(placed[n], label_y=limit)
    return placed


@attrs.frozen(slots=True)
class HeatCell:
    """A weekday's hour: what arrives, and how dark it is (0 nothing to 5)."""

    x: str
    y: int
    value: str
    level: int
    weekday: int
    hour: int
    mean: float


@attrs.frozen(slots=True)
class HeatPlot:
    """Arrivals by weekday (across) and hour (down)."""

    cells: tuple[HeatCell, ...]
    width: str
    days: tuple[tuple[str, int], ...]
    hours: tuple[tuple[int, int], ...]
    height: int


HEAT = 24
"""Pixels that an hour is high."""
RARE = 0.02
"""Hours at the ends of the day with less than this share of all arrivals are not drawn."""


def heat(found: Demand, spoken: Language) -> HeatPlot | None:
    """Arrivals by weekday and hour: the means of two half-hours added up; `None` without a profile."""
    means: dict[tuple[int, int], float] = {}
    for cell in found.cells:
        place = cell.weekday, cell.slot // 2
        means[place] = means.get(place, 0.0) + cell.mean
    by_hour = {h: sum(m for (_, hour), m in means.items() if hour == h) for h in range(24)}
    busy = [h for h, n in by_hour.items() if n >= RARE * sum(by_hour.values()) and n >= 0.05]
    if not busy:
        return None
    first, last = min(busy), max(busy)
    weekdays = range(7) if any(w > 4 and m >= 0.05 for (w, _), m in means.items()) else range(5)
    most = max(means.values())
    cells = [
        HeatCell(
            share(n / len(weekdays)), (hour - first) * HEAT,
            spoken.number(mean, 1) if (mean := means.get((w, hour), 0.0)) >= 0.05 else "·",
            min(5, int(mean / most * 5) + 1) if mean >= 0.05 else 0, w, hour, mean,
        )
        for n, w in enumerate(weekdays) for hour in range(first, last + 1)
    ]  # fmt: skip
    return HeatPlot(
        tuple(cells), share(1 / len(weekdays)),
        tuple((share((n + 0.5) / len(weekdays)), w) for n, w in enumerate(weekdays)),
        tuple(((h - first) * HEAT + HEAT // 2, h) for h in range(first, last + 1)), (last - first + 1) * HEAT,
    )  # fmt: skip


@attrs.frozen(slots=True)
class Whisker:
    """A share with its interval, at a height."""

    y: int
    x: str
    interval: Span
    rate: ChannelRate


def whiskers(rates: Sequence[ChannelRate]) -> tuple[Whisker, ...]:
    """Rates below each other, on an axis from 0 to 100 %."""
    return tuple(
        Whisker(n * ROW, share(r.answered.value), span(r.answered.low, r.answered.high), r)
        for n, r in enumerate(r for r in rates if r.answered.n)
        if r.answered.value is not None
    )


@attrs.frozen(slots=True)
class TimeRow:
    """How long answers of one sort take: the median, where nine of ten are through, and the target."""

    y: int
    median: str
    most: Span
    target: str
    row: Responses


@attrs.frozen(slots=True)
class TimesPlot:
    """Answer times on an axis of working hours."""

    rows: tuple[TimeRow, ...]
    ticks: tuple[Tick, ...]


def times(rows: Sequence[Responses], spoken: Language) -> TimesPlot | None:
    """The rows that have times; `None` without any."""
    some = [r for r in rows if r.hours.median is not None and r.hours.p90 is not None]
    if not some:
        return None
    longest = max(max(r.hours.p90 or 0, r.target) for r in some)
    step = next(s for s in (0.5, 1, 2, 4, 8, 16, 40, 80, 200, 1000) if longest / s <= 6 or s == 1000)
    top = step * (int(longest / step) + 1)
    placed = tuple(
        TimeRow(
            n * ROW,
            share((r.hours.median or 0) / top),
            span(0, (r.hours.p90 or 0) / top),
            share(r.target / top),
            r,
        )
        for n, r in enumerate(some)
    )
    count = int(top / step)
    ticks = tuple(
        Tick(share(n / count), spoken.number(n * step, 1 if step < 1 else 0), n % 2 == 1) for n in range(count + 1)
    )
    return TimesPlot(placed, ticks)


@attrs.frozen(slots=True)
class Bar:
    """How many customers have a health between two bounds."""

    x: str
    y: float
    height: float
    n: int
    weak: bool


@attrs.frozen(slots=True)
class HealthRow:
    """The customers of one importance by health."""

    importance: str | None
    y: int
    bars: tuple[Bar, ...]
    n: int
    weak: int


BARS, HEALTH = 56, 110
"""Pixels of the highest bar, and of its row."""


def health(found: Portfolio) -> tuple[HealthRow, ...]:
    """A row of bars for each importance, each row on its own scale."""
    rows = []
    for n, importance in enumerate(found.importances):
        counts = found.bins(importance)
        most = max(counts)
        bars = tuple(
            Bar(share(k * STEP / 100), BARS * (1 - c / most), BARS * c / most, c, k * STEP < WEAK)
            for k, c in enumerate(counts)
            if c
        )
        rows.append(HealthRow(importance, n * HEALTH, bars, sum(counts), len(found.weak(importance))))
    return tuple(rows)


@attrs.frozen(slots=True)
class SourceRow:
    """What a source covers: its spans, and the holes between them."""

    y: int
    covered: tuple[Span, ...]
    holes: tuple[Span, ...]
    source: SourceAge


@attrs.frozen(slots=True)
class CoveragePlot:
    """Sources on an axis of days that ends today."""

    rows: tuple[SourceRow, ...]
    ticks: tuple[Tick, ...]


def coverage(found: Sequence[SourceAge], today: date, spoken: Language) -> CoveragePlot | None:
    """The last three years of sources, the one that ends first on top."""
    if not found:
        return None
    axis = Days(max(min(s.since for s in found), today - timedelta(days=3 * 365)), today)
    rows = []
    for n, source in enumerate(found):
        edges = [source.since, *(d for hole in source.holes for d in hole), source.until]
        parts = [(edges[k], edges[k + 1]) for k in range(0, len(edges), 2)]
        rows.append(SourceRow(
            n * ROW, tuple(s for a, b in parts if (s := span(axis.at(a), axis.at(b))).width != "0%"),
            tuple(span(axis.at(a), axis.at(b)) for a, b in source.holes if axis.at(b) > 0), source,
        ))  # fmt: skip
    return CoveragePlot(tuple(rows), axis.ticks(spoken))
