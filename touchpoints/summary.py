"""Sums of contact: the daily roll-up of one relationship, and the few numbers that warmth is computed from.

All arithmetic is in whole days. A day is a proleptic ordinal (`date.toordinal()`) of a local date, an age is
`at - day`, and a day after `at` is planned: it takes no part in anything here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, pairwise
from typing import NamedTuple

import attrs

from touchpoints.model import LIVE_MEDIA

__all__ = ["HALF_LIVES", "DayRow", "Days", "Summary", "View"]

HALF_LIVES = (7, 30, 90, 365)
"""Half-lives of the decayed sums, in days: week, month, quarter, year."""


class DayRow(NamedTuple):
    """One line of the roll-up: what happened on one local date, one medium, one direction, with one outcome.

    `counts` says whether it counts as contact (the outcome was reached, and policy lets it count); it is part of the
    key like the four before it. `n` is the number of touchpoints, `seconds` their durations added up.
    """

    day: int
    medium: str
    direction: str
    outcome: str
    counts: bool
    n: int = 1
    seconds: float = 0


@attrs.frozen(slots=True)
class Days:
    """Daily roll-up of one relationship: a commutative monoid under `+`, with `Days()` as identity.

    Counts and seconds of equal keys add, so that partial roll-ups (by file, handle, colleague, machine) may be merged
    in any order as long as no touchpoint is in two of them. Active dates are a set: a date in two parts is one date.
    `rows` is sorted, one row per key; make it with `Days.of`.
    """

    rows: tuple[DayRow, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, str, str, bool, int, float]]) -> Days:
        """The roll-up of `rows` in any order, equal keys added up."""
        sums: dict[tuple[int, str, str, str, bool], tuple[int, float]] = {}
        for day, medium, direction, outcome, counts, n, seconds in rows:
            key = (day, medium, direction, outcome, bool(counts))
            so_far = sums.get(key, (0, 0))
            sums[key] = (so_far[0] + n, so_far[1] + seconds)
        return cls(tuple(DayRow(*key, *sums[key]) for key in sorted(sums)))

    def merge(self, *others: Days) -> Days:
        """All of them as one; faster than repeated `+`."""
        return Days.of(chain(self.rows, *(other.rows for other in others)))

    def __add__(self, other: Days) -> Days:
        return self.merge(other)


class View(NamedTuple):
    """What the formulas need to know of a set of active days, as of one date.

    `n`: distinct active days. `first`, `last`: ordinals. `longest_gap`: days between successive active days at most
    (0 below two). `d7`, `d30`, `d90`, `d365`: sum of `2 ** (-age / h)` over the active days.
    """

    n: int = 0
    first: int | None = None
    last: int | None = None
    longest_gap: int = 0
    d7: float = 0.0
    d30: float = 0.0
    d90: float = 0.0
    d365: float = 0.0

    @classmethod
    def of(cls, days: Iterable[int], at: int) -> View:
        """The view of `days` (any order, repeated or not) as of `at`; days after `at` are left out."""
        active = sorted({day for day in days if day <= at})
        if not active:
            return cls()
        longest = max((later - day for day, later in pairwise(active)), default=0)
        decayed = (sum(2.0 ** ((day - at) / h) for day in active) for h in HALF_LIVES)
        return cls(len(active), active[0], active[-1], longest, *decayed)

    def and_on(self, at: int) -> View:
        """The same view, as of the same date `at`, had that date been active too."""
        if self.first is None or self.last is None:
            return View(1, at, at, 0, 1.0, 1.0, 1.0, 1.0)
        if self.last == at:
            return self
        longest = max(self.longest_gap, at - self.last)
        return View(self.n + 1, self.first, at, longest, self.d7 + 1, self.d30 + 1, self.d90 + 1, self.d365 + 1)


@attrs.frozen(slots=True)
class Summary:
    """One relationship as of the ordinal `at`: everything that is judged about it.

    Only rows with `counts` and `day <= at` take part, each as follows (written so that a GROUP BY can follow it):

    - `all`: the view of the distinct days of all of them.
    - `live`: the view of the distinct days of live rows: medium meeting, video or call, whatever the direction.
    - `last_sign`: the latest day with a live row, or with any row whose direction is in or mutual. None: no sign yet.
    - `out_days_since`: distinct days after `last_sign` (all days, if None). By the definition of a sign these hold
      nothing but written rows with direction out.
    - `inbound`, `outbound`: sums of `n` by direction; mutual adds to both.
    - `live_seconds_90`: sum of `seconds` of live rows of age 0 to 89.
    """

    at: int
    all: View = attrs.field(factory=View)
    live: View = attrs.field(factory=View)
    last_sign: int | None = None
    out_days_since: int = 0
    inbound: int = 0
    outbound: int = 0
    live_seconds_90: float = 0

    @classmethod
    def of(cls, days: Days, at: int) -> Summary:
        """The summary of a roll-up as of `at`."""
        rows = [row for row in days.rows if row.counts and row.day <= at]
        live = [row for row in rows if row.medium in LIVE_MEDIA]
        signs = [row.day for row in rows if row.medium in LIVE_MEDIA or row.direction != "out"]
        last_sign = max(signs, default=None)
        return cls(
            at,
            all=View.of((row.day for row in rows), at),
            live=View.of((row.day for row in live), at),
            last_sign=last_sign,
            out_days_since=len({row.day for row in rows if last_sign is None or row.day > last_sign}),
            inbound=sum(row.n for row in rows if row.direction != "out"),
            outbound=sum(row.n for row in rows if row.direction != "in"),
            live_seconds_90=sum(row.seconds for row in live if at - row.day < 90),
        )

    @classmethod
    def of_dates(cls, days: Iterable[int], at: int) -> Summary:
        """The summary of bare days: taken as contact from both sides on each, of no known medium (nothing live)."""
        view = View.of(days, at)
        return cls(at, all=view, last_sign=view.last, inbound=view.n, outbound=view.n)
