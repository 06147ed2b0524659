"""What this user's contacts do on average: how often each kind of way is answered, how much contacts differ in it, at
which hours and on which weekdays calls are taken, and how soon answers come."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import exp, lgamma, log
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from touchpoints.reach.attempts import WINDOW, Attempt, Way

HALF_LIFE = 180
"""Days after which an attempt counts half: numbers change, and so do habits."""

_DEFAULTS = {"call": 0.6, "appointment": 0.85, "written": 0.5}  # before there is anything to go by; worth four attempts
_STRENGTHS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
_PROFILE = 20  # attempts that the average hour or weekday counts in the profile of all


@attrs.frozen(slots=True)
class Average:
    """What to expect of a way before the contact's own attempts: `mean` answer rate, worth `strength` attempts; from `n`
    attempts to `contacts` contacts."""

    mean: float
    strength: float = 4.0
    n: int = 0
    contacts: int = 0


@attrs.frozen(slots=True)
class Averages:
    """This user's averages by kind of way, and the profile of the day and the week: log-odds of a call being taken, by
    hour and by weekday, against the mean; `calls` says from how many calls of ours. `delays`: seconds after which answers
    in writing came, in order, at equal steps of their share."""

    kinds: Mapping[str, Average] = attrs.field(factory=dict)
    hours: tuple[float, ...] = (0.0,) * 24
    weekdays: tuple[float, ...] = (0.0,) * 7
    calls: int = 0
    delays: tuple[float, ...] = ()

    @classmethod
    def of(cls, attempts: Iterable[Attempt], at: datetime, zone: ZoneInfo) -> Averages:
        """The averages of all attempts as of `at`; hours and weekdays are those of `zone`."""
        some_of = [a for a in attempts if not a.bounced]
        delays = _steps(sorted(a.after for a in some_of if a.after is not None and not a.way.live))
        channels: dict[str, list[Attempt]] = defaultdict(list)
        for a in some_of:
            channels[a.way.channel if a.way.handle else f"{a.way.channel} appointment"].append(a)
        kinds: dict[str, Average] = {}
        for channel, some in channels.items():
            kinds[channel] = whole = _average(some, at, delays, _DEFAULTS[_sort(some[0].way)], 4)
            alike: dict[str, list[Attempt]] = defaultdict(list)
            for a in some:
                alike[a.way.kind].append(a)
            if some[0].way.handle:
                kinds |= {
                    kind: _average(few, at, delays, whole.mean, 10) for kind, few in alike.items() if kind != channel
                }
        calls = [(a.at.astimezone(zone), bool(a.answered)) for a in some_of if a.way.handle and a.way.live]
        mean = (sum(taken for _, taken in calls) + 1) / (len(calls) + 2)
        hours = [_offset([t for when, t in calls if when.hour == hour], mean) for hour in range(24)]
        weekdays = tuple(_offset([t for when, t in calls if when.weekday() == day], mean) for day in range(7))
        return cls(kinds, _smooth(hours), weekdays, len(calls), delays)

    def of_way(self, way: Way) -> Average:
        """The average for a way: of its kind, else of its channel, else a default."""
        if way.handle is None:
            return self.kinds.get(f"{way.channel} appointment") or Average(_DEFAULTS["appointment"])
        return self.kinds.get(way.kind) or self.kinds.get(way.channel) or Average(_DEFAULTS[_sort(way)])

    def as_record(self) -> dict[str, Any]:
        """Plain values, for keeping."""
        return {
            "kinds": {kind: attrs.astuple(average) for kind, average in sorted(self.kinds.items())},
            "hours": self.hours, "weekdays": self.weekdays, "calls": self.calls, "delays": self.delays,
        }  # fmt: skip

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Averages:
        """The averages that `as_record` gave."""
        kinds = {kind: Average(*values) for kind, values in record["kinds"].items()}
        hours, weekdays, delays = (tuple(record[name]) for name in ("hours", "weekdays", "delays"))
        return cls(kinds, hours, weekdays, record["calls"], delays)


def _sort(way: Way) -> str:
    return "appointment" if way.handle is None else "call" if way.live else "written"


def tally(some: Iterable[Attempt], at: datetime, delays: Sequence[float]) -> tuple[float, float]:
    """Answered and unanswered attempts, the older the lighter, an open one as far as it is overdue."""
    sums = [0.0, 0.0]
    for a in some:
        age = (at - a.at).total_seconds()
        overdue = 1.0 if a.answered is not None else _come_by(age, delays)
        sums[not a.answered] += overdue * exp(-log(2) * age / 86400 / HALF_LIFE)
    return sums[0], sums[1]


def _come_by(age: float, delays: Sequence[float]) -> float:
    """The share of answers that come within `age` seconds."""
    return (bisect_right(delays, age) + 2 * min(1.0, age / WINDOW.total_seconds())) / (len(delays) + 2)


def _steps(ordered: Sequence[float], most: int = 50) -> tuple[float, ...]:
    n = len(ordered)
    return tuple(ordered) if n <= most else tuple(ordered[(2 * k + 1) * n // (2 * most)] for k in range(most))


def _average(some: Sequence[Attempt], at: datetime, delays: Sequence[float], mean: float, worth: float) -> Average:
    """The average of attempts that are alike, itself drawn towards `mean`; how much contacts differ decides its strength
    (the likelihood of the beta-binomial distribution, with a log-normal prior around four attempts)."""
    whose: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in some:
        whose[attempt.contact].append(attempt)
    sums = [tally(few, at, delays) for few in whose.values()]
    hits, misses = (sum(row[n] for row in sums) for n in (0, 1))
    mean = (hits + worth * mean) / (hits + misses + worth)

    def likelihood(strength: float) -> float:
        a, b = mean * strength, (1 - mean) * strength
        start = lgamma(strength) - lgamma(a) - lgamma(b)
        seen = (start + lgamma(a + y) + lgamma(b + n) - lgamma(strength + y + n) for y, n in sums)
        return float(sum(seen) - log(strength / 4) ** 2 / 2)

    return Average(mean, max(_STRENGTHS, key=likelihood), sum(a.answered is not None for a in some), len(sums))


def _offset(taken: Sequence[bool], mean: float) -> float:
    return log_odds((sum(taken) + _PROFILE * mean) / (len(taken) + _PROFILE)) - log_odds(mean)


def _smooth(hours: Sequence[float]) -> tuple[float, ...]:
    """Each hour with half of its neighbours: nine and ten are not different worlds."""
    return tuple((hours[h - 1] / 2 + hours[h] + hours[(h + 1) % 24] / 2) / 2 for h in range(24))


def log_odds(p: float) -> float:
    """The logarithm of the odds of a chance."""
    return log(p / (1 - p))


def from_log_odds(odds: float) -> float:
    """The chance with these log-odds."""
    return 1 / (1 + exp(-odds))
