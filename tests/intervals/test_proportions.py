"""Wilson's bounds: their published values, their inverse, and how many rows decide."""

from math import comb, log
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.intervals.proportions import (
    effective_n,
    f1_of_jaccard,
    jaccard_of_f1,
    needed_n,
    p_at_least,
    wilson_lower,
    wilson_upper,
)

CONFIDENCES = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(("n", "rate"), [(100, 0.970), (500, 0.940), (1000, 0.935), (5000, 0.9264)])
def test_the_smallest_rate_that_clears_92_percent_is_the_published_one(n: int, rate: float) -> None:
    assert min(k for k in range(n + 1) if wilson_lower(k, n, 0.95) >= 0.92) == round(rate * n)


def test_37_of_37_right_is_not_certainty() -> None:
    assert wilson_lower(37, 37, 0.95) == pytest.approx(0.9319, abs=1e-4)
    assert wilson_upper(37, 37, 0.95) == 1.0


def test_96_percent_cannot_be_shown_with_37_rows() -> None:
    assert wilson_lower(37, 37, 0.95) < 0.96


def test_without_trials_nothing_is_known() -> None:
    assert (wilson_lower(0, 0, 0.95), wilson_upper(0, 0, 0.95)) == (0.0, 1.0)


@given(st.integers(1, 10_000), st.floats(0, 1), CONFIDENCES)
def test_the_bounds_enclose_the_rate_and_mirror_each_other(n: int, share: float, confidence: float) -> None:
    successes = share * n
    lower, upper = wilson_lower(successes, n, confidence), wilson_upper(successes, n, confidence)
    assert 0 <= lower <= successes / n + 1e-12
    assert successes / n - 1e-12 <= upper <= 1
    assert upper == pytest.approx(1 - wilson_lower(n - successes, n, confidence), abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), CONFIDENCES)
def test_the_needed_denominator_clears_the_threshold_and_one_less_does_not(
    rate: float, threshold: float, confidence: float
) -> None:
    n = needed_n(rate, threshold, confidence)
    if n is None:
        assert rate - threshold < 1e-3
    elif n < 1_000_000:
        assert wilson_lower(rate * n, n, confidence) >= threshold
        assert n == 1 or wilson_lower(rate * (n - 1), n - 1, confidence) < threshold


@pytest.mark.parametrize(("rate", "low", "high"), [(1.0, 32, 32), (0.95, 215, 230), (0.94, 490, 505)])
def test_the_denominators_that_show_92_percent_are_the_expected_ones(rate: float, low: int, high: int) -> None:
    needed = needed_n(rate, 0.92, 0.95)
    assert needed is not None
    assert low <= needed <= high


@pytest.mark.parametrize("rate", [0.0, 0.9, 0.92])
def test_no_number_of_rows_shows_what_the_estimate_does_not_exceed(rate: float) -> None:
    assert needed_n(rate, 0.92, 0.95) is None


@given(st.floats(0.01, 0.99), st.integers(5, 100_000), CONFIDENCES)
def test_the_effective_size_is_the_inverse_of_both_bounds(rate: float, n: int, confidence: float) -> None:
    for bound in (wilson_lower(rate * n, n, confidence), wilson_upper(rate * n, n, confidence)):
        found = effective_n(rate, bound, confidence)
        assert found is not None
        assert found == pytest.approx(n, rel=1e-3)


def test_a_bound_that_tells_nothing_is_worth_no_row_and_one_without_width_has_no_size() -> None:
    assert effective_n(0.9, 0.0, 0.95) == 0
    assert effective_n(0.9, 0.9, 0.95) is None


@pytest.mark.parametrize("arguments", [(2, 1, 0.95), (-1, 1, 0.95), (float("nan"), 1, 0.95), (1, 1, 0.5), (1, 1, 1.0)])
def test_what_is_no_proportion_is_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"no proportion|no one-sided confidence"):
        wilson_lower(*arguments)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_f1_is_a_function_of_the_jaccard_index(tp: int, fp: int, fn: int) -> None:
    if tp + fp + fn:
        f1 = 2 * tp / (2 * tp + fp + fn)
        assert f1_of_jaccard(tp / (tp + fp + fn)) == pytest.approx(f1)
        assert jaccard_of_f1(f1) == pytest.approx(tp / (tp + fp + fn))


@given(st.floats(0, 1), st.floats(0.01, 0.99), st.integers(1, 100_000), CONFIDENCES)
def test_a_threshold_that_is_refuted_lies_above_the_upper_bound(
    rate: float, threshold: float, n: int, confidence: float
) -> None:
    upper = wilson_upper(rate * n, n, confidence)
    if abs(upper - threshold) > 1e-9 and p_at_least(rate, threshold, n) <= 1 - confidence:
        assert upper < threshold


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 10_000))
def test_a_higher_rate_speaks_more_for_the_threshold(one: float, other: float, threshold: float, n: float) -> None:
    assert p_at_least(min(one, other), threshold, n) <= p_at_least(max(one, other), threshold, n) + 1e-12


def test_p_is_that_of_the_score_test_or_of_the_likelihood_ratio_where_that_is_larger() -> None:
    """80 of 100 against 0.9: z = -3.33, the root of the ratio -2.98; 2 of 100 against 0.1: -2.67 and -3.36."""
    assert p_at_least(0.8, 0.9, 100) == pytest.approx(NormalDist().cdf(-2.9798), rel=1e-3)
    assert p_at_least(0.02, 0.1, 100) == pytest.approx(NormalDist().cdf(-8 / 3), rel=1e-6)
    assert p_at_least(0.9, 0.9, 100) == 0.5


@pytest.mark.parametrize(("threshold", "n"), [(0.8, 50), (0.9, 30), (0.9, 200), (0.95, 100), (0.98, 200), (0.5, 100)])
@pytest.mark.parametrize("level", [0.05, 0.01, 0.0033, 0.001])
def test_a_true_threshold_is_rejected_hardly_more_often_than_the_level_says(
    threshold: float, n: int, level: float
) -> None:
    """Exactly, over all outcomes; the score test alone comes to 4.3 times the level."""
    rejected = [k for k in range(n + 1) if p_at_least(k / n, threshold, n) <= level]
    assert sum(comb(n, k) * threshold**k * (1 - threshold) ** (n - k) for k in rejected) <= 1.35 * level


def test_certainty_is_refuted_by_one_row_and_nothing_by_none() -> None:
    assert (p_at_least(0.99, 1.0, 100), p_at_least(1.0, 1.0, 100), p_at_least(0.0, 0.0, 100)) == (0.0, 1.0, 1.0)
    assert p_at_least(0.0, 1.0, 0) == 0.5


@pytest.mark.parametrize("arguments", [(1.1, 0.5, 1), (0.5, -0.1, 1), (0.5, 0.5, float("nan")), (0.5, 0.5, -1)])
def test_a_test_of_no_proportion_is_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        p_at_least(*arguments)


def test_rows_are_needed_up_to_a_billion_and_counted_to_the_row() -> None:
    z = 1.6448536269514722
    gap = z * 0.5 / 1_000_000_000**0.5
    assert needed_n(0.5 + 1.0001 * gap, 0.5, 0.95) == pytest.approx(1e9, rel=1e-3)
    assert needed_n(0.5 + 0.9999 * gap, 0.5, 0.95) is None
    assert needed_n(1e-9, 0.0, 0.95) == 1


@pytest.mark.parametrize(("rate", "threshold"), [(1.1, 0.9), (0.9, -0.1), (float("nan"), 0.9), (0.9, float("nan"))])
def test_what_is_no_rate_needs_no_rows(rate: float, threshold: float) -> None:
    assert needed_n(rate, threshold, 0.95) is None


@pytest.mark.parametrize(
    "arguments",
    [(1.1, 0.9, 10), (-0.1, 0.9, 10), (0.9, 1.1, 10), (0.9, -0.1, 10), (0.9, 0.9, -1), (0.9, 0.9, float("inf"))],
)
def test_a_p_of_what_is_no_proportion_is_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        p_at_least(*arguments)


def test_the_p_of_no_hit_at_all_is_the_larger_of_both_tests() -> None:
    likelihood_ratio = (2 * 10 * log(1 / 0.7)) ** 0.5
    score = 0.3 / (0.3 * 0.7 / 10) ** 0.5
    assert score < likelihood_ratio
    assert p_at_least(0.0, 0.3, 10) == pytest.approx(NormalDist().cdf(-score))
    likelihood_ratio = (2 * 10 * log(1 / 0.2)) ** 0.5
    assert p_at_least(0.0, 0.8, 10) == pytest.approx(NormalDist().cdf(-likelihood_ratio))


def test_numbers_too_small_to_compute_with_need_no_rows() -> None:
    assert needed_n(3.697072126302905e-101, 5e-324, 0.9) is None


@pytest.mark.parametrize("confidence", [0.6, 0.95, 0.999])
def test_without_a_success_the_lower_bound_is_exactly_nothing(confidence: float) -> None:
    assert {wilson_lower(0, n, confidence) for n in range(300)} == {0.0}


def test_endless_trials_are_no_count() -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson_lower(1, float("inf"), 0.95)
