"""How well warmth foresees silence: time-based splits on a data set or on a user's own history.

At each of four cut-offs every relation is judged by what came before, with the one warmth function, and compared with
what came after, next to what other tools do (days since the last contact, a fixed 30-day rule, the NBD family).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from random import Random

import attrs

from touchpoints.dataset import Case, Event, Timeline, read
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.measures import Bin, auc, auc_of, capture, codes_of, precision_of, quantile, reliability, spearman
from touchpoints.prior import Prior, fit_prior, prior_sample
from touchpoints.progress import counted, step
from touchpoints.rivals import BgNbd, ParetoNbd
from touchpoints.warmth import HORIZON, chance, density

__all__ = ["Backtest", "Scores", "evaluate", "run", "span_needed"]

_FIRST_CUT = 0.62  # of the span: what comes before is history for every cut-off


@attrs.frozen(slots=True)
class _Model:
    """`silent(case, horizon)` grows with the chance of silence, and is that chance if `chance` is set."""

    silent: Callable[[Case, float], float]
    chance: bool = False


@step(Text("fitting the models"))
def _models(timeline: Timeline, at: int) -> tuple[Prior, dict[str, _Model]]:
    """Warmth and its rivals, whatever has parameters fitted as of `at` to the same relations: the prior's sample."""
    known = {one.id: (one, history) for one in timeline.relations if (history := one.history(at))}
    sample = [known[one] for one in prior_sample(known)]
    prior = fit_prior(history for _, history in sample)
    by_event = BgNbd.fitted(one.raw(at) for one, _ in sample)
    by_day = BgNbd.fitted(history for _, history in sample)
    pareto = ParetoNbd.fitted(history for _, history in sample)
    return prior, {
        "warmth": _Model(lambda case, horizon: 1 - chance(case.view, case.at, horizon, prior), chance=True),
        "days_since_last": _Model(lambda case, _: case.silence),
        "rule_30_days": _Model(lambda case, _: case.silence > 30),
        "gap_ratio": _Model(lambda case, _: case.silence / max(case.gap, 1)),
        "half_life_30_on_days": _Model(lambda case, _: -case.view.d30),
        "bgnbd_alive_on_events": _Model(lambda case, _: 1 - by_event.alive(*case.raw), chance=True),
        "bgnbd_touch_on_days": _Model(lambda case, horizon: 1 - by_day.touch(*case.history, horizon), chance=True),
        "paretonbd_touch_on_days": _Model(lambda case, horizon: 1 - pareto.touch(*case.history, horizon), chance=True),
    }


@attrs.frozen(slots=True, kw_only=True)
class Scores:
    """How one model did; None where a figure is not defined. Silence is the positive class.

    `spearman` is with the active days to come. `capture`: `capture()` with the loss a relation's contact days per day
    if it fell silent; models that give a chance rank by contact days at risk as the call list does, others as they
    are. `brier` and `bias` (foreseen minus seen share of silence): only of models that give a chance. `overdue_auc`:
    the overdue task, silence for three own mean gaps (two days at least) from four active days on.
    """

    auc: float | None = None
    average_precision: float | None = None
    spearman: float | None = None
    capture: float | None = None
    brier: float | None = None
    bias: float | None = None
    overdue_auc: float | None = None


class _Forecasts:
    """What one model says of some cases, measured over any choice of them (a bootstrap chooses with repeats)."""

    def __init__(self, model: _Model, cases: Sequence[Case], horizon: float) -> None:
        self.model = model
        self.forecasts = [float(model.silent(case, horizon)) for case in cases]
        self.labels = [case.silent(horizon) for case in cases]
        self.codes = codes_of(self.labels, self.forecasts)
        self.future = [case.future_days for case in cases]
        self.at = [case.at for case in cases]
        worth = [density(case.view) for case in cases]
        self.loss = [value * label for value, label in zip(worth, self.labels, strict=True)]
        at_risk = [float(model.silent(case, HORIZON)) for case in cases] if horizon != HORIZON else self.forecasts
        self.priority = [v * p for v, p in zip(worth, at_risk, strict=True)] if model.chance else at_risk

    def auc(self, chosen: Sequence[int]) -> float | None:
        return auc_of([self.codes[i] for i in chosen])

    def scores(self, chosen: Sequence[int]) -> Scores:
        codes = [self.codes[i] for i in chosen]
        return Scores(
            auc=auc_of(codes),
            average_precision=precision_of(codes),
            spearman=spearman([-self.forecasts[i] for i in chosen], [self.future[i] for i in chosen]),
            capture=capture(
                [self.at[i] for i in chosen], [self.priority[i] for i in chosen], [self.loss[i] for i in chosen]
            ),
            brier=self._mean((self.forecasts[i] - self.labels[i]) ** 2 for i in chosen),
            bias=self._mean(self.forecasts[i] - self.labels[i] for i in chosen),
        )

    def _mean(self, values: Iterable[float]) -> float | None:
        known = list(values)
        return sum(known) / len(known) if known and self.model.chance else None


def _overdue_auc(model: _Model, cases: Sequence[Case]) -> float | None:
    horizons = [_overdue(case) for case in cases]
    labels = [case.silent(horizon) for case, horizon in zip(cases, horizons, strict=True)]
    return auc(labels, [model.silent(case, horizon) for case, horizon in zip(cases, horizons, strict=True)])


def _overdue(case: Case) -> float:
    return max(3 * case.gap, 2)


Interval = tuple[float, float]


def _intervals(
    forecasts: Mapping[str, _Forecasts], cases: Sequence[Case], draws: int, seed: int
) -> tuple[dict[str, Interval], dict[str, Interval]]:
    """95 % intervals of warmth's scores, and of how far its AUC is ahead of each rival's: owners drawn with repeats,
    or relations where owners are fewer than ten."""
    by_owner = len({case.owner for case in cases}) >= 10
    members: defaultdict[str, list[int]] = defaultdict(list)
    for i, case in enumerate(cases):
        members[case.owner if by_owner else case.relation].append(i)
    clusters, random = list(members.values()), Random(seed)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    ahead: defaultdict[str, list[float]] = defaultdict(list)
    for _ in counted(range(draws if clusters else 0), Text("drawing anew")):
        chosen = [i for cluster in random.choices(clusters, k=len(clusters)) for i in cluster]
        drawn = forecasts["warmth"].scores(chosen)
        for name, value in attrs.asdict(drawn).items():
            if value is not None:
                scores[name].append(value)
        for name, rival in forecasts.items():
            theirs = rival.auc(chosen) if name != "warmth" else None
            if drawn.auc is not None and theirs is not None:
                ahead[name].append(drawn.auc - theirs)
    return _middle(scores), _middle(ahead)


def _middle(drawn: Mapping[str, list[float]]) -> dict[str, Interval]:
    return {
        name: (quantile(ordered, 0.025), quantile(ordered, 0.975))
        for name, ordered in ((name, sorted(values)) for name, values in drawn.items())
    }


@attrs.frozen(slots=True, kw_only=True)
class Backtest:
    """The result of one run.

    `n` cases at the `cutoffs` (days from the first event kept, of `span`), of which the share `silent` had no touch
    within `horizon` days; `scores` of warmth with 95 % `intervals`; `baselines` by name, and `ahead`, the interval of
    warmth's AUC minus theirs; `overdue_n` cases of the overdue task; `reliability` of the chance of contact; `prior`
    as fitted before the first cut-off.
    """

    n: int
    horizon: int
    span: int
    cutoffs: tuple[int, ...]
    silent: float | None
    scores: Scores
    intervals: Mapping[str, Interval]
    baselines: Mapping[str, Scores]
    ahead: Mapping[str, Interval]
    overdue_n: int
    reliability: tuple[Bin, ...]
    prior: Prior

    def to_json(self) -> dict[str, object]:
        """Plain values: the scores of warmth at the top, unrounded, and everything else beside them."""
        return {
            "n": self.n,
            **attrs.asdict(self.scores),
            "baselines": {
                name: {**attrs.asdict(scores), "ahead": list(self.ahead.get(name, ())) or None}
                for name, scores in self.baselines.items()
            },
            "horizon": self.horizon,
            "span": self.span,
            "cutoffs": list(self.cutoffs),
            "silent": self.silent,
            "intervals": {name: list(interval) for name, interval in self.intervals.items()},
            "overdue_n": self.overdue_n,
            "reliability": [attrs.asdict(some) for some in self.reliability],
            "prior": attrs.asdict(self.prior),
        }


def span_needed(horizon: int) -> int:
    """How many days a history must span to be judged so many days ahead."""
    return ceil(horizon / (1 - _FIRST_CUT))


def run(path: str | Path, horizon: int = HORIZON, *, draws: int | None = None, seed: int = 1) -> Backtest:
    """Backtest on a data set; see `evaluate`. Raises `UnreadableSource` for a file that is damaged, of another form, or too short."""
    return evaluate(read(path), horizon, source=Path(path).name, draws=draws, seed=seed)


def evaluate(
    events: Iterable[Event], horizon: int = HORIZON, *, source: str = "history", draws: int | None = None, seed: int = 1
) -> Backtest:
    """Backtest on events in any order; `source` names them in errors, `draws` and `seed` are the bootstrap's (200 draws
    unless given, fewer where cases are many, so that the intervals never take minutes).

    The four cut-offs lie evenly between 0.62 of the span and the last one with `horizon` days to come. A case has at
    least three events before, is silent for at most a year, and its owner is still seen when the horizon has passed.
    """
    if horizon < 1:
        raise InvalidValue(english("the horizon is a number of days, one or more, not {horizon}", horizon=horizon))
    timeline = Timeline.of(counted(events, Text("reading the history")))
    first, last = _FIRST_CUT * timeline.span, timeline.span - horizon
    if last < first:
        need, fits = span_needed(horizon), int((1 - _FIRST_CUT) * timeline.span)
        hint = f", or --horizon {fits}" if fits else ""
        reason = english(
            "spans {span} days, and {horizon} days ahead need {need}: a longer history{hint}",
            span=timeline.span,
            horizon=horizon,
            need=need,
            hint=hint,
        )
        raise UnreadableSource(source, reason)
    cutoffs = tuple(int(first + i * (last - first) / 3) for i in range(4))
    prior, models = _models(timeline, int(max(first - horizon, 0.27 * timeline.span)))
    judged = [case for at in cutoffs for case in timeline.cases(at, horizon)]
    cases = [case for case in judged if case.watched >= horizon]
    overdue = [case for case in judged if case.view.n >= 4 and case.watched >= _overdue(case)]
    asked = counted(models.items(), Text("foreseeing silence"))
    forecasts = {name: _Forecasts(model, cases, horizon) for name, model in asked}
    scores = {
        name: attrs.evolve(made.scores(range(len(cases))), overdue_auc=_overdue_auc(made.model, overdue))
        for name, made in counted(forecasts.items(), Text("measuring the forecasts"))
    }
    if draws is None:
        draws = max(25, min(200, 2_500_000 // max(len(cases), 1)))
    intervals, ahead = _intervals(forecasts, cases, draws, seed)
    silent = forecasts["warmth"].labels
    return Backtest(
        n=len(cases),
        horizon=horizon,
        span=timeline.span,
        cutoffs=cutoffs,
        silent=sum(silent) / len(silent) if silent else None,
        scores=scores.pop("warmth"),
        intervals=intervals,
        baselines=scores,
        ahead=ahead,
        overdue_n=len(overdue),
        reliability=reliability([1 - f for f in forecasts["warmth"].forecasts], [not label for label in silent]),
        prior=prior,
    )
