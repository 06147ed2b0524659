"""Measures of a forecast: how well it orders, how far it is off, and how much of what was lost it would have found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import ceil, floor, sqrt

import attrs

__all__ = [
    "Bin", "auc", "auc_of", "average_precision", "capture", "codes_of", "precision_of", "quantile", "reliability",
    "spearman",
]  # fmt: skip


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie, linear between the two nearest."""
    place = share * (len(ordered) - 1)
    below = floor(place)
    return ordered[below] + (place - below) * (ordered[ceil(place)] - ordered[below])


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    ranks, start = [0.0] * len(values), 0
    for _, same in groupby(sorted(range(len(values)), key=values.__getitem__), key=values.__getitem__):
        tied = list(same)
        for i in tied:
            ranks[i] = start + (len(tied) + 1) / 2
        start += len(tied)
    return ranks


def codes_of(labels: Sequence[bool], scores: Sequence[float]) -> list[int]:
    """Twice the dense rank of each score, plus its label: small integers, quick to count and to sort."""
    dense = {score: 2 * i for i, score in enumerate(sorted(set(scores)))}
    return [dense[score] + label for score, label in zip(scores, labels, strict=True)]


def auc_of(codes: Iterable[int]) -> float | None:
    """`auc` of a choice of the codes that `codes_of` gave for all (quick to repeat in a bootstrap)."""
    counts = Counter(codes)
    won, below, positive = 0.0, 0, 0
    for code in sorted(counts):
        if code % 2:
            won += counts[code] * (below - counts[code - 1] / 2)
            positive += counts[code]
        else:
            below += counts[code]
    return won / (positive * below) if positive and below else None


def precision_of(codes: Iterable[int]) -> float | None:
    """`average_precision` of a choice of codes, as in `auc_of`."""
    counts = Counter(codes)
    found, taken, total = 0, 0, 0.0
    for score in sorted({code // 2 for code in counts}, reverse=True):
        found += counts[2 * score + 1]
        taken += counts[2 * score + 1] + counts[2 * score]
        total += counts[2 * score + 1] * found / taken
    return total / found if found else None


def auc(labels: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, equal scores counting half. None unless there are both."""
    return auc_of(codes_of(labels, scores))


def average_precision(labels: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Mean precision over the positives from the highest score down, equal scores taken together. None without any."""
    return precision_of(codes_of(labels, scores))


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Rank correlation, equal values sharing a rank. None where either does not vary."""
    first, second = _ranks(one), _ranks(other)
    middle = (len(first) + 1) / 2
    across = sum((f - middle) * (s - middle) for f, s in zip(first, second, strict=True))
    spread = sum((f - middle) ** 2 for f in first) * sum((s - middle) ** 2 for s in second)
    return across / sqrt(spread) if spread else None


def capture(at: Sequence[int], priority: Sequence[float], loss: Sequence[float]) -> float | None:
    """Call-list capture: at each cut-off the tenth of highest priority is called; the loss found there over all
    cut-offs, as a share of what the best possible choice would have found. None if nothing was lost.

    Where equal priorities do not all fit, they are taken by lot: their mean loss counts.
    """
    lists: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for cutoff, rank, lost in zip(at, priority, loss, strict=True):
        lists[cutoff].append((rank, lost))
    found = best = 0.0
    for entries in lists.values():
        room = ceil(len(entries) / 10)
        best += sum(sorted((lost for _, lost in entries), reverse=True)[:room])
        for _, tied in groupby(sorted(entries, reverse=True), key=lambda entry: entry[0]):
            losses = [lost for _, lost in tied]
            fits = min(room, len(losses))
            found += sum(losses) * fits / len(losses)
            room -= fits
            if not room:
                break
    return found / best if best else None


@attrs.frozen(slots=True)
class Bin:
    """Cases with a forecast in [low, high): how many, what was foreseen on average, and what came (shares, 0..1)."""

    low: float
    high: float
    n: int
    foreseen: float
    seen: float


def reliability(forecasts: Sequence[float], came: Sequence[bool], bins: int = 10) -> tuple[Bin, ...]:
    """Forecasts (0..1) against what came, in `bins` equal steps; empty ones are left out."""
    inside: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for forecast, happened in zip(forecasts, came, strict=True):
        inside[min(int(forecast * bins), bins - 1)].append((forecast, happened))
    return tuple(
        Bin(i / bins, (i + 1) / bins, n := len(some), sum(f for f, _ in some) / n, sum(h for _, h in some) / n)
        for i, some in sorted(inside.items())
    )
