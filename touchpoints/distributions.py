"""Intervals for small numbers: the beta distribution for shares, the gamma distribution for rates, in plain Python.

Incomplete beta and gamma functions by their continued fractions (Lentz's method) and series, as in Press et al.,
Numerical Recipes, section 6.2 and 6.4; quantiles by bisection, to about 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, floor, lgamma, log, log1p, sqrt

import attrs

__all__ = ["Share", "beta_below", "beta_interval", "count_interval", "gamma_below", "gamma_interval", "share"]

_TINY = 1e-300
_CLOSE = 3e-15


@attrs.frozen(slots=True)
class Share:
    """`hits` of `n` cases, as a share between 0 and 1, with the 95 % credible interval; no `value` without cases."""

    hits: int
    n: int
    value: float | None
    low: float
    high: float


def share(hits: int, n: int) -> Share:
    """A share with its interval by Jeffreys' prior, Beta(½, ½): honest down to no cases at all (0 to 1)."""
    low, high = beta_interval(hits + 0.5, n - hits + 0.5)
    return Share(hits, n, hits / n if n else None, 0.0 if hits == 0 else low, 1.0 if hits == n else high)


def beta_below(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b): the chance that a Beta(a, b) variable is below x."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):  # where the fraction of the other side converges faster
        return 1 - front * _beta_fraction(b, a, 1 - x) / b
    return front * _beta_fraction(a, b, x) / a


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def gamma_below(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function P(shape, x)."""
    if x <= 0:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while term > total * _CLOSE:
            n += 1
            term *= x / n
            total += term
        return total * front
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    value = d
    for n in range(1, 10_000):
        step = -n * (n - shape)
        b += 2
        d = 1 / _not_zero(step * d + b)
        c = _not_zero(b + step / c)
        value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return 1 - front * value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def beta_interval(a: float, b: float, mass: float = 0.95) -> tuple[float, float]:
    """The equal-tailed interval that holds `mass` of Beta(a, b)."""
    tail = (1 - mass) / 2
    return _quantile(lambda x: beta_below(a, b, x), tail, 1), _quantile(lambda x: beta_below(a, b, x), 1 - tail, 1)


def gamma_interval(shape: float, rate: float, mass: float = 0.95) -> tuple[float, float]:
    """The equal-tailed interval that holds `mass` of a gamma distribution with mean shape / rate."""
    tail, most = (1 - mass) / 2, shape + 20 * sqrt(shape) + 40
    low, high = (_quantile(lambda x: gamma_below(shape, x), p, most) for p in (tail, 1 - tail))
    return low / rate, high / rate


def _quantile(below: Callable[[float], float], p: float, most: float) -> float:
    low, high = 0.0, most
    while high - low > 1e-10 * most:
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < p else (low, middle)
    return (low + high) / 2


def count_interval(mean: float, dispersion: float = 1.0, mass: float = 0.8) -> tuple[int, int]:
    """Between which counts the next one lies with a chance of `mass`: Poisson, or negative binomial where the variance
    is `dispersion` (above 1) times the mean."""
    if mean <= 0:
        return 0, 0
    if mean > 500:
        from statistics import NormalDist

        spread = NormalDist().inv_cdf((1 + mass) / 2) * sqrt(mean * dispersion)
        return max(0, floor(mean - spread)), floor(mean + spread + 1)
    tail, n, below, low = (1 - mass) / 2, 0, 0.0, -1
    # the chance of n is that of n - 1, times (rest * (n - 1) + first) / n
    rest = 1 - 1 / dispersion if dispersion > 1.001 else 0.0
    first = mean * (1 - rest)
    chance = (1 - rest) ** (first / rest) if rest else exp(-mean)
    while True:
        below += chance
        low = n if low < 0 and below >= tail else low
        if below >= 1 - tail or n > 10_000:
            return low, n
        n += 1
        chance *= (rest * (n - 1) + first) / n
