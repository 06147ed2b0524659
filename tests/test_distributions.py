"""Intervals for small numbers agree with closed forms and, where it is installed, with scipy."""

from math import comb, exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from touchpoints.distributions import beta_below, beta_interval, count_interval, gamma_below, gamma_interval, share


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 1))
def test_the_beta_function_is_the_binomial_tail(a: int, b: int, x: float) -> None:
    n = a + b - 1
    tail = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_below(a, b, x) == pytest.approx(tail, abs=1e-12)


@given(st.integers(1, 30), st.floats(0, 80))
def test_the_gamma_function_is_the_poisson_tail(shape: int, x: float) -> None:
    chance, below = exp(-x), 0.0
    for n in range(shape):
        below += chance
        chance *= x / (n + 1)
    assert gamma_below(shape, x) == pytest.approx(1 - below, abs=1e-12)


@settings(deadline=None)  # the first one waits for scipy
@given(st.floats(0.05, 300), st.floats(0.05, 300), st.floats(0.001, 0.999))
def test_beta_and_gamma_agree_with_scipy(a: float, b: float, x: float) -> None:
    special = pytest.importorskip("scipy.special")
    assert beta_below(a, b, x) == pytest.approx(special.betainc(a, b, x), abs=1e-10)
    assert gamma_below(a, b) == pytest.approx(special.gammainc(a, b), abs=1e-10)


def test_intervals_hold_their_mass() -> None:
    low, high = beta_interval(3, 8)
    assert (beta_below(3, 8, low), beta_below(3, 8, high)) == (pytest.approx(0.025), pytest.approx(0.975))
    low, high = gamma_interval(12.5, 4, 0.8)
    assert (gamma_below(12.5, low * 4), gamma_below(12.5, high * 4)) == (pytest.approx(0.1), pytest.approx(0.9))


def test_a_share_of_nothing_has_no_value_and_may_be_anything() -> None:
    nothing = share(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0, 1)


def test_three_of_three_is_no_certainty() -> None:
    all_three = share(3, 3)
    assert all_three.value == 1
    assert all_three.low == pytest.approx(0.4644, abs=1e-4)  # Beta(3.5, 0.5), lower 2.5 %


@pytest.mark.parametrize(("mean", "dispersion"), [(0.4, 1), (7, 1), (7, 2.5), (120, 1.3)])
def test_the_next_count_lies_in_its_interval_as_often_as_it_says(mean: float, dispersion: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    size = mean / (dispersion - 1) if dispersion > 1 else None
    d = stats.poisson(mean) if size is None else stats.nbinom(size, 1 / dispersion)
    assert count_interval(mean, dispersion) == (d.ppf(0.1), d.ppf(0.9))


def test_no_calls_are_expected_where_there_never_were_any() -> None:
    assert count_interval(0) == (0, 0)
