from itertools import pairwise
from math import exp

import pytest

from touchpoints.rivals import BgNbd, ParetoNbd

PARETO = ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)
BG = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


def test_published_pareto_parameters_are_reproduced() -> None:
    """Schmittlein et al. 1987 on the CDNOW sample, as in Fader, Hardie, Lee 2005: weeks."""
    datasets = pytest.importorskip("lifetimes.datasets")
    data = datasets.load_cdnow_summary()
    rows = list(zip(map(int, data["frequency"]), data["recency"], data["T"], strict=True))
    got = ParetoNbd.fitted(rows)
    assert (0.553, 10.578, 0.606, 11.668) == pytest.approx((got.r, got.alpha, got.s, got.beta), abs=2e-3)


LOYAL = ParetoNbd(r=0.3, alpha=130.0, s=0.2, beta=0.01)  # far apart: where the continued fraction is given up


@pytest.mark.parametrize("model", [PARETO, ParetoNbd(r=0.4, alpha=2.0, s=3.0, beta=900.0), LOYAL])
@pytest.mark.parametrize(("x", "tx", "age"), [(0, 0, 39), (2, 30.4, 38.9), (40, 300, 301), (500, 700, 3600)])
def test_a_touch_is_as_likely_as_by_numerical_integration(model: ParetoNbd, x: int, tx: float, age: float) -> None:
    """Given rates lam, mu: alive until age, then a touch before the end; lam, mu integrated out first (both Gamma)."""
    integrate = pytest.importorskip("scipy.integrate")
    k = model.r + x

    def weight(p: float, q: float, u: float) -> float:  # relative to its value at tx, which cancels
        return ((model.alpha + tx) / (model.alpha + u)) ** p * ((model.beta + tx) / (model.beta + u)) ** q

    def area(p: float, q: float, low: float, high: float) -> float:
        # Where k is large all happens within days: in steps that grow with the distance, nothing is missed.
        edges = [low, *(e for e in (low + 2**i / 4 for i in range(20)) if e < high), high]
        parts = (integrate.quad(lambda u: weight(p, q, u), a, b)[0] for a, b in pairwise(edges))
        return float(sum(parts))

    alive = weight(k, model.s, age)
    ended = model.s / (model.beta + tx) * area(k, model.s + 1, tx, age)
    touched = k / (model.alpha + tx) * area(k + 1, model.s, age, age + 30)
    expected = touched / (alive + ended)
    assert expected == pytest.approx(model.touch(x, tx, age, 30), rel=1e-6, abs=1e-300)


def test_bg_nbd_knows_the_published_example() -> None:
    """CDNOW customer with x = 2, tx = 30.43, T = 38.86 weeks: alive with 0.7266 (lifetimes gives the same)."""
    assert 0.726 == pytest.approx(BG.alive(2, 30.43, 38.86), abs=1e-3)
    assert 1 == BG.alive(0, 0, 38.86)


def test_a_touch_needs_a_living_relationship_and_grows_with_time() -> None:
    for model in (BG, PARETO):
        chances = [model.touch(3, 20, 30, horizon) for horizon in (1, 30, 300, 1e6)]
        assert chances == sorted(chances)
        assert chances[0] > 0
    assert BG.alive(3, 20, 30) == pytest.approx(BG.touch(3, 20, 30, 1e9), rel=1e-6)


def test_long_histories_and_silences_do_not_overflow() -> None:
    for model in (BG, PARETO):
        assert 0 <= model.touch(3000, 3000, 20_000, 30) < exp(-30)
