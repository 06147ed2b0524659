"""Warmth: the chance, in per cent, of being in touch within 30 days if nothing changes; and the words that follow.

Two closed forms over one `View` of distinct active days, averaged on the logit scale. *Momentum* looks at how much
contact there was lately, at four time scales. *Rhythm* asks how this silence compares with the relationship's own
gaps: the MBG/NBD model (Batislam, Denizel, Filiztekin 2007, doi:10.1016/j.ijresmar.2006.12.005; the same likelihood as
the CBG/NBD of Hoppe and Wagner 2007). Why these two, and how well they foresee silence: `docs/warmth.md`.

Symbols, as in the literature: x = active days - 1 (repeats), tx = last - first, T = at - first, silence R = at - last.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from math import ceil, exp, expm1, floor, log, log1p, sqrt

import attrs

from touchpoints.errors import InvalidValue
from touchpoints.language import english
from touchpoints.prior import PRIOR, Prior, fit_prior, prior_sample
from touchpoints.summary import Summary, View

__all__ = [
    "COOLING", "DORMANT", "DUE", "HORIZON", "NOT_ENOUGH_DATA", "ONE_WAY", "ON_TRACK", "PRIOR", "STATUSES", "Part",
    "Prior", "Warmth", "alive", "chance", "density", "due_after", "due_silence", "explain", "fit_prior", "judge",
    "momentum", "one_decimal", "prior_sample", "probability", "rhythm", "status", "status_of", "trend", "warmth",
]  # fmt: skip

HORIZON = 30
"""Days ahead that warmth speaks of."""

ONE_WAY, NOT_ENOUGH_DATA, DORMANT, DUE, COOLING, ON_TRACK = STATUSES = (
    "one-way", "not enough data", "dormant", "due", "cooling", "on track",
)  # fmt: skip

_LN2 = log(2)
_PACE = 1.33  # c: days of contact come in clusters; found once over eight data sets, leave-one-set-out
_SURE = 1e-12  # a part may be this sure at most, so that it never silences the other one
_RARE = log(10)  # "due": only a tenth of this relationship's gaps are longer


# ---- the formulas ----


def momentum(d7: float, d30: float, d90: float, d365: float, horizon: float = HORIZON) -> float:
    """Chance (0..1) of contact within `horizon` days by the mean pace of the last week, month, quarter and year."""
    expected = _PACE * horizon * _LN2 / 4 * (d7 / 7 + d30 / 30 + d90 / 90 + d365 / 365)
    return expected / (1 + expected)


def alive(x: int, tx: int, silence: int, prior: Prior = PRIOR) -> float:
    """Chance (0..1) that the relationship has not ended (MBG/NBD). Never rank by it: a single day looks alive."""
    surprise = (prior.r + x) * log1p(silence / (prior.alpha + tx))
    return 1 / (1 + prior.a / (prior.b + x) * exp(surprise if surprise < 700 else 700))


def rhythm(x: int, tx: int, silence: int, horizon: float = HORIZON, prior: Prior = PRIOR) -> float:
    """Chance (0..1) of contact within `horizon` days by the relationship's own rhythm (MBG/NBD)."""
    miss = (prior.r + x) * log1p(horizon / (prior.alpha + tx + silence))
    return alive(x, tx, silence, prior) * -expm1(-miss)


def probability(
    x: int,
    tx: int,
    silence: int,
    d7: float,
    d30: float,
    d90: float,
    d365: float,
    horizon: float = HORIZON,
    prior: Prior = PRIOR,
) -> float:
    """P(H): chance (0..1) of contact within `horizon` days.

    The mean of the two logits is the logarithm of the geometric mean of the odds, which needs no logarithm.
    """
    p = momentum(d7, d30, d90, d365, horizon)
    q = rhythm(x, tx, silence, horizon, prior)
    p = _SURE if p < _SURE else 1 - _SURE if p > 1 - _SURE else p
    q = _SURE if q < _SURE else 1 - _SURE if q > 1 - _SURE else q
    odds = sqrt(p * q / ((1 - p) * (1 - q)))
    return odds / (1 + odds)


def chance(view: View, at: int, horizon: float = HORIZON, prior: Prior = PRIOR) -> float:
    """P(H) of a view as of the ordinal `at`; 0 for a view without any active day."""
    if view.first is None or view.last is None:
        return 0.0
    last = view.last
    return probability(
        view.n - 1, last - view.first, at - last, view.d7, view.d30, view.d90, view.d365, horizon, prior
    )  # fmt: skip


def due_after(x: int, tx: int, prior: Prior = PRIOR) -> float:
    """Days of silence that only about a tenth of the gaps of this relationship exceed."""
    return (prior.alpha + tx) * expm1(_RARE / (prior.r + x))


def due_silence(view: View, prior: Prior = PRIOR) -> int:
    """The first whole number of silent days at which a view with two active days or more is `due`.

    That is `due_after`, or more than 1.5 times the longest gap so far (from four active days on: regular but rare
    contact), but a week at least.
    """
    x = view.n - 1
    rare = ceil(max(due_after(x, _span(view), prior), 7))
    return min(rare, floor(max(7, 1.5 * view.longest_gap)) + 1) if x >= 3 else rare


def trend(view: View) -> float:
    """z of the last month's pace against the last year's, in standard deviations of a steady pace: above 1 rising,
    below -1 cooling."""
    month, year = _LN2 * view.d30 / 30, _LN2 * view.d365 / 365
    return (month - year) / sqrt((year + 0.003) * _LN2 / 60)


def density(view: View) -> float:
    """Contact days per day: what a relationship is worth in days, shrunk towards few for short histories."""
    return (view.n - 0.25) / (_span(view) + 30)


def status_of(summary: Summary, prior: Prior = PRIOR) -> str:
    """What a person reads first of a relationship; one of `STATUSES`."""
    view = summary.all
    if summary.last_sign is None:
        return ONE_WAY if view.n else NOT_ENOUGH_DATA
    if summary.out_days_since >= 3:  # we keep writing and nothing comes back: their silence counts, not ours
        unanswered = summary.at - summary.last_sign
        if unanswered > due_after(view.n - 1, _span(view), prior):
            return ONE_WAY
    return status(view, summary.at, prior)


def status(view: View, at: int, prior: Prior = PRIOR) -> str:
    """Status of a view by rhythm and pace alone: every word of `STATUSES` but "one-way" (which knows who wrote)."""
    if view.n < 2 or view.last is None:
        return NOT_ENOUGH_DATA
    silence, x, tx = at - view.last, view.n - 1, _span(view)
    # alive alone would call a daily partner dormant after 13 days; nearly half of those are back within 30.
    if silence > max(180, 4 * tx / x) and alive(x, tx, silence, prior) < 0.1:
        return DORMANT
    if silence >= 7 and silence >= due_silence(view, prior):
        return DUE
    return COOLING if trend(view) < -1 else ON_TRACK


def _span(view: View) -> int:
    return 0 if view.first is None or view.last is None else view.last - view.first


# ---- the judgement ----


@attrs.frozen(slots=True)
class Warmth:
    """A summary, judged. Everything follows from `summary` and `prior`, is computed when first asked for, unrounded."""

    summary: Summary
    prior: Prior = PRIOR

    @cached_property
    def status(self) -> str:
        """What a person reads first; one of `STATUSES`."""
        return status_of(self.summary, self.prior)

    @property
    def score(self) -> float | None:
        """Warmth, 0..100: the chance of contact within 30 days. None without contact, or when only we ever wrote."""
        return 100 * self._chance if self._scored else None

    @property
    def personal(self) -> float | None:
        """Warmth over live contact only (meeting, video, call). None without any."""
        live = self.summary.live
        return 100 * chance(live, self.summary.at, HORIZON, self.prior) if live.n else None

    @cached_property
    def personal_status(self) -> str:
        """Status by the same formulas over live contact only."""
        return status(self.summary.live, self.summary.at, self.prior)

    @property
    def health(self) -> float | None:
        """Warmth against its own rhythm, 0..100: chance of contact within three usual gaps. None below four days."""
        if self.summary.all.n < 4 or not self._scored:
            return None
        horizon = max(3 * (self.usual_gap_days or 0), 2)
        return 100 * chance(self.summary.all, self.summary.at, horizon, self.prior)

    @property
    def if_called(self) -> float:
        """What the score would be with one more active day: today."""
        at = self.summary.at
        return 100 * chance(self.summary.all.and_on(at), at, HORIZON, self.prior)

    @property
    def trend(self) -> float | None:
        """z of the last month against the last year: above 1 rising, below -1 cooling. None without a score."""
        return trend(self.summary.all) if self._scored else None

    @property
    def silence_days(self) -> int | None:
        """Whole days since the last active day."""
        last = self.summary.all.last
        return None if last is None else self.summary.at - last

    @property
    def usual_gap_days(self) -> float | None:
        """Mean days between active days, from two of them on."""
        view = self.summary.all
        return _span(view) / (view.n - 1) if view.n > 1 else None

    @property
    def longest_gap_days(self) -> int | None:
        """Most days between successive active days, from two of them on."""
        return self.summary.all.longest_gap if self.summary.all.n > 1 else None

    @property
    def due_on(self) -> date | None:
        """The date on which silence makes it due, passed or not. None below two active days, or without a score."""
        view = self.summary.all
        if view.n < 2 or view.last is None or not self._scored:
            return None
        day = view.last + due_silence(view, self.prior)
        return date.fromordinal(day) if day <= date.max.toordinal() else None

    @property
    def momentum(self) -> float | None:
        """The momentum part of the score, 0..100."""
        view = self.summary.all
        return 100 * momentum(view.d7, view.d30, view.d90, view.d365) if self._scored else None

    @property
    def rhythm(self) -> float | None:
        """The rhythm part of the score, 0..100."""
        return 100 * rhythm(*self._history, prior=self.prior) if self._scored else None

    @property
    def alive(self) -> float | None:
        """Chance (0..1) that the relationship has not ended."""
        return alive(*self._history, prior=self.prior) if self.summary.all.n else None

    @property
    def unusual(self) -> float | None:
        """This silence is longer than this share (0..1) of the relationship's gaps."""
        x, tx, silence = self._history
        return -expm1(-(self.prior.r + x) * log1p(silence / (self.prior.alpha + tx))) if self.summary.all.n else None

    @property
    def due_after(self) -> float | None:
        """Days of silence that only about a tenth of its gaps exceed (the status may turn due earlier: `due_on`)."""
        return due_after(*self._history[:2], prior=self.prior) if self.summary.all.n else None

    @property
    def priority(self) -> float:
        """Contact days per day at risk: orders silence within the scope of the call list, and nothing else."""
        view = self.summary.all
        return density(view) * (1 - self._chance) if view.n else 0.0

    @cached_property
    def _chance(self) -> float:
        return chance(self.summary.all, self.summary.at, HORIZON, self.prior)

    @property
    def _scored(self) -> bool:
        return self.summary.last_sign is not None and self.summary.all.n > 0

    @property
    def _history(self) -> tuple[int, int, int]:
        view = self.summary.all
        return (view.n - 1, _span(view), self.silence_days or 0)

    def as_record(self) -> dict[str, object]:
        """The plain values programs read: score, personal and health with one decimal, the date as ISO text."""
        return {
            "score": one_decimal(self.score),
            "personal": one_decimal(self.personal),
            "status": self.status,
            "health": one_decimal(self.health),
            "trend": self.trend,
            "silence_days": self.silence_days,
            "usual_gap_days": self.usual_gap_days,
            "longest_gap_days": self.longest_gap_days,
            "due_on": self.due_on.isoformat() if self.due_on else None,
        }


def one_decimal(value: float | None) -> float | None:
    """A score as it is written down."""
    return None if value is None else round(value, 1)


def judge(summary: Summary, prior: Prior = PRIOR) -> Warmth:
    """The one judgement that list, report and backtest share."""
    return Warmth(summary, prior)


def warmth(dates: Iterable[date | datetime], at: date | datetime, prior: Prior = PRIOR) -> Warmth:
    """Warmth from bare dates, up to and including `at` (age 0), taken as contact from both sides.

    A datetime stands for its own local date and must carry a zone, else `InvalidValue` is raised.
    """
    return judge(Summary.of_dates(map(_ordinal, dates), _ordinal(at)), prior)


def _ordinal(day: date | datetime) -> int:
    if isinstance(day, datetime) and day.utcoffset() is None:
        raise InvalidValue(english("a date or a datetime with a time zone is needed, not {day}", day=repr(day)))
    return day.toordinal()


@attrs.frozen(slots=True)
class Part:
    """One part of an explanation: `name`, and `value` in the unit the name says. Words are the renderer's."""

    name: str
    value: float


def explain(summary: Summary, prior: Prior = PRIOR) -> tuple[Part, ...]:
    """Why the score is what it is, most telling first; what is unknown is left out.

    `silence`, `usual_gap`, `longest_gap`, `due_after` (days); `unusual` (share of its gaps that are shorter, 0..1);
    `momentum`, `rhythm` (the two halves of the score, 0..100); `trend` (z); `live_minutes` (in 90 days);
    `inbound_share` (of all touchpoints, 0..1); `score` and the counterfactual `if_called` (0..100).
    """
    judged = judge(summary, prior)
    both = summary.inbound + summary.outbound
    parts = (
        ("silence", judged.silence_days),
        ("usual_gap", judged.usual_gap_days),
        ("longest_gap", judged.longest_gap_days),
        ("due_after", judged.due_after if summary.all.n > 1 else None),
        ("unusual", judged.unusual if summary.all.n > 1 else None),
        ("momentum", judged.momentum),
        ("rhythm", judged.rhythm),
        ("trend", judged.trend),
        ("live_minutes", summary.live_seconds_90 / 60 if summary.live.n else None),
        ("inbound_share", summary.inbound / both if both else None),
        ("score", judged.score),
        ("if_called", judged.if_called),
    )
    return tuple(Part(name, value) for name, value in parts if value is not None)
