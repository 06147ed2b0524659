"""How well warmth foresees silence on data sets: the tables of docs/warmth.md.

    python benchmarks/warmth_table.py reality_calls.csv.gz cns_both.csv.gz ...

Files have the form of `touchpoints.dataset`. The horizon is 30 days, or 7 where a set is too short for that.
Exit status 1 if a bar is missed (the bars are means over communication data sets, so give only those).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import process_time

from touchpoints.backtest import Backtest, evaluate
from touchpoints.dataset import Case, Timeline, read
from touchpoints.summary import Summary
from touchpoints.warmth import DORMANT, DUE, HORIZON, judge

MODELS = {
    "warmth": "**warmth**",
    "paretonbd_touch_on_days": "Pareto/NBD, P(touch within H), days",
    "bgnbd_touch_on_days": "BG/NBD, P(touch within H), days",
    "half_life_30_on_days": "30-day half-life, days",
    "days_since_last": "days since last",
    "bgnbd_alive_on_events": "BG/NBD P(alive), raw events",
    "gap_ratio": "silence / own mean gap",
    "rule_30_days": "fixed 30-day rule",
}
ON_DAYS = ("paretonbd_touch_on_days", "bgnbd_touch_on_days")


def mean(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return sum(v for v in known if v is not None) / len(known) if known and None not in known else None


def row(*cells: object) -> None:
    print("|", " | ".join(f"{c:.3f}" if isinstance(c, float) else "–" if c is None else str(c) for c in cells), "|")


def head(*cells: str) -> None:
    row(*cells)
    row(*("---" for _ in cells))


def flagged(timeline: Timeline, test: Backtest, days: int) -> tuple[float | None, float | None, int, int]:
    """Share silent for the horizon with and without status due, and how many of each: of the relations in scope (four
    active days over at least `days`, both sides heard, not dormant)."""
    silent: dict[bool, list[bool]] = {True: [], False: []}
    for at in test.cutoffs:
        for case in timeline.cases(at, test.horizon, events=4, silent=float("inf")):
            if in_scope(case, days) and (status := judged(case, test)) != DORMANT:
                silent[status == DUE].append(case.silent(test.horizon))
    shares = (sum(kept) / len(kept) if kept else None for kept in (silent[True], silent[False]))
    return *shares, len(silent[True]), len(silent[False])  # type: ignore[return-value]  # two shares, two counts


def in_scope(case: Case, days: int) -> bool:
    x, tx, _ = case.history
    return x >= 3 and tx >= days and case.answered


def judged(case: Case, test: Backtest) -> str:
    return judge(Summary(case.at, all=case.view, last_sign=case.view.last), test.prior).status


def main(paths: Sequence[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    tests: dict[str, Backtest] = {}
    flags: dict[str, list[tuple[float | None, float | None, int, int]]] = {}
    started = process_time()
    for path in paths:
        name = Path(path).name.split(".")[0]
        timeline = Timeline.of(read(path))
        horizon = HORIZON if timeline.span * 0.38 >= HORIZON else 7
        tests[name] = evaluate(read(path), horizon, source=name)
        flags[name] = [flagged(timeline, tests[name], days) for days in (90, 30)]

    print("\nWarmth by data set (95 % intervals by a bootstrap over owners)\n")
    head("data set", "H", "cases", "silent", "lapse AUC", "95 %", "ahead of days since last", "95 %", "Brier", "bias",
         "overdue AUC", "capture", "Spearman")  # fmt: skip
    for name, test in tests.items():
        low, high = test.intervals["auc"]
        ahead = test.ahead["days_since_last"]
        gain = test.scores.auc - test.baselines["days_since_last"].auc  # type: ignore[operator]  # both are defined
        row(name, test.horizon, test.n, test.silent, test.scores.auc, f"{low:.3f} to {high:.3f}", gain,
            f"{ahead[0]:+.3f} to {ahead[1]:+.3f}", test.scores.brier, test.scores.bias, test.scores.overdue_auc,
            test.scores.capture, test.scores.spearman)  # fmt: skip

    print(f"\nModels, mean of {len(tests)} data sets\n")
    head("model", "lapse AUC", "average precision", "Brier", "overdue AUC", "capture", "Spearman")
    for key, title in MODELS.items():
        scores = [t.scores if key == "warmth" else t.baselines[key] for t in tests.values()]
        columns = ("auc", "average_precision", "brier", "overdue_auc", "capture", "spearman")
        row(title, *(mean(getattr(s, column) for s in scores) for column in columns))

    print("\nChance of contact, all cases: foreseen and seen\n")
    head("foreseen", "cases", "mean foreseen", "seen")
    for low in range(10):
        bins = [b for t in tests.values() for b in t.reliability if round(b.low * 10) == low]
        if n := sum(b.n for b in bins):
            foreseen, seen = (sum(b.n * value for b, value in zip(bins, values, strict=True)) / n
                              for values in ([b.foreseen for b in bins], [b.seen for b in bins]))  # fmt: skip
            row(f"{low / 10:.1f} to {(low + 1) / 10:.1f}", n, foreseen, seen)

    print("\nSilent for the whole horizon: with and without status due, relations in scope\n")
    head("data set", "due, 90 days", "not due, 90 days", "n", "due, 30 days", "not due, 30 days", "n")
    for name, ((due90, not90, n90, m90), (due30, not30, n30, m30)) in flags.items():
        row(name, due90, not90, f"{n90} + {m90}", due30, not30, f"{n30} + {m30}")

    def over(figure: str) -> float:
        return mean(getattr(t.scores, figure) for t in tests.values()) or 0.0

    def baseline(key: str) -> float:
        return mean(t.baselines[key].auc for t in tests.values()) or 0.0

    bars = [
        ("mean lapse AUC", over("auc"), 0.825),
        ("ahead of days since last", over("auc") - baseline("days_since_last"), 0.035),
        ("ahead of BG/NBD P(alive), raw events", over("auc") - baseline("bgnbd_alive_on_events"), 0.060),
        ("ahead of the best NBD model on days", over("auc") - max(map(baseline, ON_DAYS)), 0.003),
        ("Brier (at most)", -over("brier"), -0.148),
        ("mean absolute bias (at most)", -(mean(abs(t.scores.bias or 0) for t in tests.values()) or 0), -0.05),
        ("overdue AUC", over("overdue_auc"), 0.820),
        ("call-list capture", over("capture"), 0.55),
    ]
    print("\nBars\n")
    head("figure", "reached", "bar", "")
    for title, reached, bar in bars:
        row(title, abs(reached), abs(bar), "ok" if reached >= bar else "missed")
    print(f"\n{process_time() - started:.0f} s of CPU", file=sys.stderr)
    return 0 if all(reached >= bar for _, reached, bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
