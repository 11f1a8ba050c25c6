"""The binomial distribution in plain Python says what SciPy says."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlops.intervals.binomial import at_least, at_most, quantile

TRIALS = st.integers(0, 3_000)
RATES = st.one_of(st.floats(1e-6, 1 - 1e-6), st.sampled_from([0.0, 1e-9, 0.5, 0.92, 1 - 1e-9, 1.0]))


@given(TRIALS, RATES, st.integers(-2, 3_002))
def test_both_tails_are_those_of_scipy(n: int, rate: float, count: int) -> None:
    assert at_most(count, n, rate) == pytest.approx(float(stats.binom.cdf(count, n, rate)), rel=1e-9, abs=1e-12)
    assert at_least(count, n, rate) == pytest.approx(float(stats.binom.sf(count - 1, n, rate)), rel=1e-9, abs=1e-12)


@given(TRIALS, RATES, st.floats(0.001, 0.999))
def test_the_quantile_is_the_smallest_count_that_reaches_its_level(n: int, rate: float, level: float) -> None:
    found = quantile(level, n, rate)
    assert 0 <= found <= n
    assert at_most(found, n, rate) >= level - 1e-9
    assert found == 0 or at_most(found - 1, n, rate) < level + 1e-9


def test_a_small_tail_keeps_its_digits() -> None:
    assert at_most(400, 500, 0.95) == pytest.approx(float(stats.binom.cdf(400, 500, 0.95)), rel=1e-9)
    assert 0 < at_most(400, 500, 0.95) < 1e-20


def test_many_trials_are_summed_in_a_few_steps() -> None:
    n = 10_000_000
    assert at_most(9_200_000, n, 0.92) == pytest.approx(float(stats.binom.cdf(9_200_000, n, 0.92)), abs=1e-6)
    assert quantile(0.05, n, 0.92) == pytest.approx(float(stats.binom.ppf(0.05, n, 0.92)), abs=1)


@pytest.mark.parametrize(("n", "rate"), [(-1, 0.5), (5, -0.1), (5, 1.1), (5, float("nan"))])
def test_what_is_not_binomial_is_an_error(n: int, rate: float) -> None:
    with pytest.raises(ValueError, match="not binomial"):
        at_most(1, n, rate)
    with pytest.raises(ValueError, match="not binomial"):
        quantile(0.5, n, rate)


@pytest.mark.parametrize("n", range(7))
@pytest.mark.parametrize("rate", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_a_few_trials_are_counted_to_the_last_one(n: int, rate: float) -> None:
    for count in range(-1, n + 2):
        expected = sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(count + 1) if k <= n)
        assert at_most(count, n, rate) == pytest.approx(expected, rel=1e-12, abs=1e-15)
        assert at_least(count + 1, n, rate) == pytest.approx(1 - expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("level", "count"), [(0.06, 0), (0.07, 1), (0.31, 1), (0.32, 2), (0.68, 2), (0.95, 4)])
def test_the_quantile_of_four_coins(level: float, count: int) -> None:
    assert quantile(level, 4, 0.5) == count


def test_a_level_that_is_reached_exactly_is_reached() -> None:
    assert at_most(0, 1, 0.5) == 0.5
    assert quantile(0.5, 1, 0.5) == 0
