"""Judging many summaries, against a plain Python loop of the closed form (bar: at most twice its CPU).

python benchmarks/warmth_speed.py [1000000]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import exp, log
from random import Random
from statistics import median
from time import process_time

from touchpoints.summary import Summary, View
from touchpoints.warmth import PRIOR, chance, judge

AT = 740_000


def some(count: int) -> list[Summary]:
    """Distinct views, repeated: building a million of them is not what is measured."""
    random, summaries = Random(1), []
    for _ in range(min(count, 20_000)):
        days = [AT - random.randrange(1, 600) for _ in range(random.choice([1, 1, 2, 3, 5, 10, 40]))]
        view = View.of(days, AT)
        summaries.append(Summary(AT, all=view, last_sign=view.last))
    return (summaries * (count // len(summaries) + 1))[:count]


def plain(rows: list[tuple[int, int, int, float, float, float, float]]) -> list[float]:
    r, alpha, a, b = PRIOR.r, PRIOR.alpha, PRIOR.a, PRIOR.b
    pace, scores = log(2) / 4, []
    for n, first, last, d7, d30, d90, d365 in rows:
        x, tx, age = n - 1, last - first, AT - first
        odds = 1.33 * 30 * pace * (d7 / 7 + d30 / 30 + d90 / 90 + d365 / 365)
        momentum = odds / (1 + odds)
        alive = 1 / (1 + a / (b + x) * exp(min(700, (r + x) * (log(alpha + age) - log(alpha + tx)))))
        rhythm = alive * (1 - exp((r + x) * (log(alpha + age) - log(alpha + age + 30))))
        momentum, rhythm = min(max(momentum, 1e-12), 1 - 1e-12), min(max(rhythm, 1e-12), 1 - 1e-12)
        scores.append(100 / (1 + exp(-(log(momentum / (1 - momentum)) + log(rhythm / (1 - rhythm))) / 2)))
    return scores


def cpu(work: Callable[[], object]) -> float:
    took = []
    for _ in range(5):
        started = process_time()
        work()
        took.append(process_time() - started)
    return median(took)


def main(count: int) -> int:
    summaries = some(count)
    views = [s.all for s in summaries]
    rows = [(v.n, v.first or 0, v.last or 0, v.d7, v.d30, v.d90, v.d365) for v in views]
    floor = cpu(lambda: plain(rows))
    print(f"{count} summaries, plain loop {floor:.2f} s of CPU")
    works: dict[str, Callable[[], object]] = {
        "chance(view)": lambda: [chance(view, AT) for view in views],
        "judge(summary).score": lambda: [judge(one).score for one in summaries],
        "judge(summary).status": lambda: [judge(one).status for one in summaries],
        "judge(summary): all three": lambda: [(w.status, w.score, w.priority) for w in map(judge, summaries)],
    }
    ratios = {name: cpu(work) / floor for name, work in works.items()}
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f} x")
    return 0 if ratios["judge(summary).score"] <= 2 else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
