"""What relationships in general are like, and how a user's own ones change that: fitting the MBG/NBD model.

Batislam, Denizel, Filiztekin (2007), doi:10.1016/j.ijresmar.2006.12.005; its likelihood is that of the CBG/NBD of Hoppe
and Wagner (2007). Symbols as in the literature: x = active days - 1, tx = last - first, T = now - first, in days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from heapq import nsmallest
from itertools import accumulate
from math import exp, log, log1p

import attrs

__all__ = ["PRIOR", "SAMPLE", "Prior", "Slope", "fit_prior", "minimise", "prior_sample", "stopping_loss"]


@attrs.frozen(slots=True)
class Prior:
    """How relationships in general behave: contact rates are Gamma(`r`, `alpha` days), and after each active day a
    relationship ends with a chance that is Beta(`a`, `b`)."""

    r: float
    alpha: float
    a: float
    b: float


PRIOR = Prior(r=0.76, alpha=6.2, a=0.28, b=1.22)
"""What stands until a user has 30 relationships of their own: the middle of eight communication data sets."""


Slope = Callable[[Sequence[float]], tuple[float, list[float]]]
"""A function to minimise: its value and its gradient at a point."""

_SPREAD = (1.0, 1.0, 1.25, 1.25)  # how far, in logarithms, a user's own relationships may pull each parameter


SAMPLE = 1000
"""To so many contacts a prior is fitted, at most."""


def prior_sample(ids: Iterable[str], size: int = SAMPLE) -> list[str]:
    """The contacts a prior is fitted to: those with the smallest SHA-256 of their id, an even and lasting choice."""
    from hashlib import sha256  # here, so that importing the package does not pay for it

    return nsmallest(size, ids, key=lambda text: sha256(text.encode()).digest())


def fit_prior(histories: Iterable[tuple[int, int, int]], default: Prior = PRIOR) -> Prior:
    """The prior refitted to a user's own relationships: maximum a posteriori, drawn towards `default`.

    `histories` holds (x, tx, T) of two-way relationships with at least one active day, in any order. Fewer than 30:
    `default` stands.
    """
    known = list(histories)
    if len(known) < 30:
        return default
    likelihood = stopping_loss(known, chances=1)
    centre = [log(theta) for theta in (default.r, default.alpha, default.a, default.b)]

    def loss(point: Sequence[float]) -> tuple[float, list[float]]:
        value, slope = likelihood(point)
        pulls = [(p - c) / sd**2 for p, c, sd in zip(point, centre, _SPREAD, strict=True)]
        value += sum(pull * (p - c) / 2 for pull, p, c in zip(pulls, point, centre, strict=True))
        return value, [s + pull for s, pull in zip(slope, pulls, strict=True)]

    return Prior(*map(exp, minimise(loss, centre)))


def stopping_loss(histories: Iterable[tuple[int, float, float]], chances: int) -> Slope:
    """Negative log-likelihood, with gradient, of a "count until stopped" model at log(r, alpha, a, b), for histories
    (x, tx, T) in any order.

    `chances` is 1 where a relationship may already end on its first day (MBG/NBD), 0 where only after a repeat
    (BG/NBD; Fader, Hardie, Lee 2005). With k = r + x and m = x + chances days to stop on, integrated over both priors:

        L = G(r+x)/G(r) * alpha^r * (alpha+T)^-k * B(a, b+m)/B(a, b) * (1 + w)
        w = a/(b+m-1) * ((alpha+T)/(alpha+tx))^k  if m > 0, else 0: the odds that it has stopped
    """
    rows = sorted(Counter(histories).items())  # so that the order in which contacts were read never shows in a sum
    most = max((x for (x, _, _), _ in rows), default=0)

    def loss(point: Sequence[float]) -> tuple[float, list[float]]:
        r, alpha, a, b = map(exp, point)
        steps = range(most + 1)
        rate = list(accumulate((log(r + j) for j in steps), initial=0.0))
        rate_slope = list(accumulate((1 / (r + j) for j in steps), initial=0.0))
        stay = list(accumulate((log(b + j) - log(a + b + j) for j in steps), initial=0.0))
        stay_a = list(accumulate((-1 / (a + b + j) for j in steps), initial=0.0))
        stay_b = list(accumulate((1 / (b + j) - 1 / (a + b + j) for j in steps), initial=0.0))
        log_a, log_alpha = log(a), log(alpha)
        total = by_r = by_alpha = by_a = by_b = 0.0
        for (x, tx, age), weight in rows:
            k, m = r + x, x + chances
            log_age = log(alpha + age)
            fit = rate[x] + r * log_alpha - k * log_age + stay[m]
            to_r = rate_slope[x] + log_alpha - log_age
            to_alpha = r / alpha - k / (alpha + age)
            to_a, to_b = stay_a[m], stay_b[m]
            if m:
                ratio = log_age - log(alpha + tx)
                odds = log_a - log(b + m - 1) + k * ratio
                stopped = 1 / (1 + exp(-odds)) if odds > -700 else 0.0
                fit += odds + log1p(exp(-odds)) if odds > 0 else log1p(exp(odds))
                to_r += stopped * ratio
                to_alpha += stopped * k * (1 / (alpha + age) - 1 / (alpha + tx))
                to_a += stopped / a
                to_b -= stopped / (b + m - 1)
            total -= weight * fit
            by_r -= weight * to_r
            by_alpha -= weight * to_alpha
            by_a -= weight * to_a
            by_b -= weight * to_b
        return total, [by_r * r, by_alpha * alpha, by_a * a, by_b * b]

    return loss


def minimise(slope: Slope, start: Sequence[float], bound: float = 9.0, steps: int = 200) -> list[float]:
    """The point where `slope` (value and gradient) is smallest, each coordinate within ±`bound`: BFGS with halving."""
    size = range(len(start))
    point = list(start)
    value, grad = slope(point)
    inverse = [[float(i == j) / (1 + abs(grad[i])) for j in size] for i in size]
    for _ in range(steps):
        if max(map(abs, grad)) < 1e-9 * (1 + abs(value)):
            break
        move = [-sum(inverse[i][j] * grad[j] for j in size) for i in size]
        stride = min(1.0, 2 / max(map(abs, move)))  # a factor of e² at once is far enough
        while True:
            new = [max(-bound, min(bound, p + stride * m)) for p, m in zip(point, move, strict=True)]
            step = [n - p for n, p in zip(new, point, strict=True)]
            descent = sum(g * s for g, s in zip(grad, step, strict=True))
            new_value, new_grad = slope(new)
            if new_value <= value + 1e-4 * descent or stride < 1e-9:
                break
            stride /= 2
        if not new_value < value:
            break
        change = [n - g for n, g in zip(new_grad, grad, strict=True)]
        curve = sum(s * c for s, c in zip(step, change, strict=True))
        if curve > 0:
            pushed = [sum(inverse[i][j] * change[j] for j in size) for i in size]
            gain = (1 + sum(c * p for c, p in zip(change, pushed, strict=True)) / curve) / curve
            for i in size:
                for j in size:
                    inverse[i][j] += gain * step[i] * step[j] - (pushed[i] * step[j] + step[i] * pushed[j]) / curve
        point, value, grad = new, new_value, new_grad
    return point
