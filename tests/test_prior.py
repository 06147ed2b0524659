from hashlib import sha256
from math import exp, log
from pathlib import Path
from random import Random
from time import process_time

import pytest

from touchpoints.prior import PRIOR, Prior, fit_prior, minimise, prior_sample, stopping_loss
from touchpoints.rivals import BgNbd

CDNOW = Path(__file__).resolve().parents[2] / "shared" / "datasets" / "cdnow.csv.gz"


def relationships(n: int, prior: Prior, days: int = 400, seed: int = 7) -> list[tuple[int, int, int]]:
    """Histories drawn from the model itself: whole days, one contact a day at most."""
    random, histories = Random(seed), []
    for _ in range(n):
        rate, ends = random.gammavariate(prior.r, 1 / prior.alpha), random.betavariate(prior.a, prior.b)
        at, active = 0.0, {0}
        while random.random() >= ends and (at := at + random.expovariate(rate)) < days:
            active.add(int(at))
        histories.append((len(active) - 1, max(active), days))
    return histories


def test_the_likelihood_of_one_short_history_is_its_integral() -> None:
    """x = 0, by hand over both priors: ended at once, a/(a+b), or silent since, b/(a+b) (alpha/(alpha+T))^r."""
    r, alpha, a, b = 0.7, 5.0, 0.4, 1.5
    value, _ = stopping_loss([(0, 0, 20)], chances=1)([log(v) for v in (r, alpha, a, b)])
    assert a / (a + b) + b / (a + b) * (alpha / (alpha + 20)) ** r == pytest.approx(exp(-value), rel=1e-12)


@pytest.mark.parametrize("chances", [0, 1])
def test_the_gradient_is_the_slope(chances: int) -> None:
    loss = stopping_loss([*relationships(40, PRIOR), (0, 0, 9), (300, 700, 3600)], chances)
    point = [0.3, 1.2, -0.8, 0.4]
    _, slope = loss(point)
    for i in range(4):
        up, down = ([p + h * (i == j) for j, p in enumerate(point)] for h in (1e-5, -1e-5))
        assert (loss(up)[0] - loss(down)[0]) / 2e-5 == pytest.approx(slope[i], rel=1e-5, abs=1e-5)


def test_a_minimum_is_found_and_kept_within_bounds() -> None:
    def bowl(point):  # type: ignore[no-untyped-def]
        x, y = point
        return (x - 1) ** 2 + 50 * (y - x * x) ** 2, [2 * (x - 1) - 200 * x * (y - x * x), 100 * (y - x * x)]

    assert [1, 1] == pytest.approx(minimise(bowl, [-1.0, 2.0]), abs=1e-5)
    assert [-9.0] == minimise(lambda point: (point[0], [1.0]), [0.0])


def test_the_prior_of_simulated_relationships_is_found_again() -> None:
    true = Prior(r=1.2, alpha=25.0, a=0.6, b=3.0)
    got = fit_prior(relationships(3000, true))
    for name in ("r", "alpha", "a", "b"):
        assert getattr(true, name) == pytest.approx(getattr(got, name), rel=0.25)


def test_below_thirty_relationships_the_default_stands_and_at_thirty_it_moves() -> None:
    some = relationships(30, Prior(r=2.0, alpha=60.0, a=0.5, b=6.0))
    assert PRIOR == fit_prior(some[:29])
    assert PRIOR != fit_prior(some)


def test_the_order_of_relationships_does_not_show() -> None:
    some = relationships(200, PRIOR)
    assert fit_prior(some) == fit_prior(some[::-1])


def test_few_relationships_stay_nearer_to_the_default_than_many() -> None:
    true = Prior(r=3.0, alpha=90.0, a=0.3, b=4.0)
    few, many = (fit_prior(relationships(n, true)) for n in (30, 2000))
    assert abs(log(few.alpha / PRIOR.alpha)) < abs(log(many.alpha / PRIOR.alpha))


def test_odd_populations_give_finite_priors() -> None:
    for odd in ([(0, 0, 0)] * 50, [(0, 0, 3000)] * 50, [(400, 400, 400)] * 50, [(5, 20, 3000), (300, 3000, 3000)] * 40):
        got = fit_prior(odd)
        assert all(exp(-9) <= value <= exp(9) for value in (got.r, got.alpha, got.a, got.b))


def test_a_thousand_relationships_are_fitted_well_within_a_second() -> None:
    some, started = relationships(1000, PRIOR), process_time()
    fit_prior(some)
    assert process_time() - started < 1


def test_the_sample_is_those_with_the_smallest_digest_whatever_their_order() -> None:
    ids = [f"c{i}" for i in range(50)]
    expected = sorted(ids, key=lambda one: sha256(one.encode()).hexdigest())[:10]
    assert expected == prior_sample(ids, 10) == prior_sample(reversed(ids), 10)
    assert set(ids) == set(prior_sample(ids))


def test_published_parameters_of_the_cdnow_sample_are_reproduced() -> None:
    """Fader, Hardie, Lee 2005 (BG/NBD) and Batislam et al. 2007 (MBG/NBD), 2,357 customers, weeks."""
    datasets = pytest.importorskip("lifetimes.datasets")
    data = datasets.load_cdnow_summary()
    histories = list(zip(map(int, data["frequency"]), data["recency"], data["T"], strict=True))
    bg = BgNbd.fitted(histories)
    assert (0.243, 4.414, 0.793, 2.426) == pytest.approx((bg.r, bg.alpha, bg.a, bg.b), abs=6e-4)
    mbg = list(map(exp, minimise(stopping_loss(histories, chances=1), [0.0] * 4)))
    assert [0.525, 6.183, 0.891, 1.614] == pytest.approx(mbg, abs=6e-4)


@pytest.mark.skipif(not CDNOW.exists(), reason="the data set cdnow is not here")
def test_all_customers_of_cdnow_are_fitted_as_by_lifetimes() -> None:
    """Expected: lifetimes 0.11.3 on the same 23,570 customers, first 39 weeks of 1997, alpha in weeks."""
    from touchpoints.dataset import read

    active: dict[str, set[int]] = {}
    for event in read(CDNOW):
        if (day := int(event.seconds - 852_076_800) // 86_400) <= 272:
            active.setdefault(event.partner, set()).add(day)
    histories = [(len(days) - 1, max(days) - min(days), 272 - min(days)) for days in active.values()]
    assert 23_570 == len(histories)
    r, alpha, a, b = map(exp, minimise(stopping_loss(histories, chances=1), [0.0] * 4))
    assert (0.63714, 7.31029, 0.80747, 1.22839) == pytest.approx((r, alpha / 7, a, b), abs=2e-5)
