"""What warmth is compared with: the models that tools and textbooks use for the same question.

Each answers how likely one relation stays silent for so many days: a probability, or any figure that grows with it.
Symbols as in `warmth`: x repeats, tx from first to last, T from first to now, in days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import exp, expm1, lgamma, log, log1p

import attrs

from touchpoints.prior import minimise, stopping_loss

__all__ = ["BgNbd", "History", "ParetoNbd"]

History = tuple[int, float, float]
"""x, tx, T."""


@attrs.frozen(slots=True)
class BgNbd:
    """BG/NBD (Fader, Hardie, Lee 2005): like the rhythm of warmth, but nobody leaves before a first repeat."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fitted(cls, histories: Iterable[History]) -> BgNbd:
        """By maximum likelihood."""
        return cls(*map(exp, minimise(stopping_loss(histories, chances=0), [0.0] * 4)))

    def alive(self, x: int, tx: float, age: float) -> float:
        """Chance that the relationship has not ended; 1 by definition with a single touch."""
        if x == 0:
            return 1.0
        surprise = (self.r + x) * log((self.alpha + age) / (self.alpha + tx))
        return 1 / (1 + self.a / (self.b + x - 1) * exp(min(700, surprise)))

    def touch(self, x: int, tx: float, age: float, horizon: float) -> float:
        """Chance of a touch within `horizon` days."""
        return self.alive(x, tx, age) * -expm1((self.r + x) * log((self.alpha + age) / (self.alpha + age + horizon)))


@attrs.frozen(slots=True)
class ParetoNbd:
    """Pareto/NBD (Schmittlein, Morrison, Colombo 1987): contact rates Gamma(r, alpha), ending rates Gamma(s, beta)."""

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def fitted(cls, histories: Iterable[History]) -> ParetoNbd:
        """By maximum likelihood, the gradient by central differences."""
        rows = sorted(Counter(histories).items())

        def loss(point: Sequence[float]) -> float:
            model = cls(*map(exp, point))
            r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
            same = lgamma(r) - r * log(alpha) - s * log(beta)
            return sum(n * (same - lgamma(r + x) - model._evidence(x, tx, age)) for (x, tx, age), n in rows)

        def slope(point: Sequence[float]) -> tuple[float, list[float]]:
            moved = [[[p + h * (i == j) for j, p in enumerate(point)] for h in (1e-5, -1e-5)] for i in range(4)]
            return loss(point), [(loss(up) - loss(down)) / 2e-5 for up, down in moved]

        return cls(*map(exp, minimise(slope, [0.0, log(10), 0.0, log(10)], steps=100)))

    def touch(self, x: int, tx: float, age: float, horizon: float) -> float:
        """Chance of a touch within `horizon` days: at some w in it for the first time, and not ended before w."""
        k = self.r + x
        evidence = self._evidence(x, tx, age)
        soon, later = (self._tail(k + 1, self.s, t) - evidence for t in (age, age + horizon))
        return k * (exp(soon) - exp(later))

    def _evidence(self, x: int, tx: float, age: float) -> float:
        """Log of (alpha+T)^-k (beta+T)^-s + s * integral from tx to T: not ended yet, or ended some time since tx."""
        k = self.r + x
        lasted = -k * log(self.alpha + age) - self.s * log(self.beta + age)
        ended, not_yet = self._tail(k, self.s + 1, tx), self._tail(k, self.s + 1, age)
        scale = max(lasted, ended)  # k may be in the hundreds, and each term far below the smallest double
        return scale + log(exp(lasted - scale) + self.s * (exp(ended - scale) - exp(not_yet - scale)))

    def _tail(self, p: float, q: float, t: float) -> float:
        """Log of the integral over u > t of (alpha+u)^-p (beta+u)^-q."""
        alpha, beta = self.alpha, self.beta
        if alpha < beta:
            alpha, beta, p, q = beta, alpha, q, p
        near, far = beta + t, alpha + t
        if near < _CLOSE * far:
            return -p * log(far) - q * log(near) + log(_area(p, far, q, near))
        return -p * log(far) + (1 - q) * log(near) - log(p + q - 1) + log(_gauss(p, p + q, (alpha - beta) / far))


_CLOSE = 0.01  # below, the continued fraction takes up to thousands of steps, as in fits where hardly anybody leaves
_STEP = 0.4
_POINTS = [exp(_STEP * i) for i in range(-30, 106)]


def _area(p: float, a: float, q: float, b: float) -> float:
    """The integral over v > 0 of (1+v/a)^-p (1+v/b)^-q, p + q > 1, by the trapezoidal rule in log v: the integrand is
    analytic and falls exponentially to both sides, where it is summed as the geometric series it is."""
    unit = 1 / (p / a + q / b)
    to_a, to_b = unit / a, unit / b
    terms = [v * exp(-p * log1p(to_a * v) - q * log1p(to_b * v)) for v in _POINTS]
    fall = (p + q - 1) * _STEP
    return unit * _STEP * (sum(terms) + terms[0] / expm1(_STEP) - terms[-1] * exp(-fall) / expm1(-fall))


def _gauss(b: float, c: float, z: float) -> float:
    """The hypergeometric function 2F1(1, b; c; z), 0 <= z < 1, by Gauss's continued fraction (DLMF 15.7.5), evaluated
    by the modified method of Lentz."""
    value = upper = 1.0
    lower = 0.0
    for j in range(100_000):
        odd = -(b + j) * (c - 1 + j) / ((c - 1 + 2 * j) * (c + 2 * j)) * z
        even = -(j + 1) * (c - b + j) / ((c + 2 * j) * (c + 1 + 2 * j)) * z
        for part in (odd, even):
            lower = 1 / (1 + part * lower)
            upper = 1 + part / upper
            value *= upper * lower
        if abs(upper * lower - 1) < 1e-14:
            break
    return 1 / value
