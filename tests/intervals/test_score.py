"""The score bounds: Wilson's on independent rows, honest about weights and clusters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, norm

from mlops.intervals.correlation import RHO
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.intervals.score import score_bounds


def bounds(
    hit: Any, *, weight: Any = 1.0, cluster: Any = None, typical: float = 1.0, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the bounds of rows that are alone in their clusters and weigh 1 unless told otherwise."""
    hits = np.asarray(hit, dtype=bool)
    weights = np.broadcast_to(np.asarray(weight, dtype=float), hits.shape)
    clusters = np.arange(len(hits)) if cluster is None else np.asarray(cluster)
    return score_bounds(hits, weights, clusters, typical=typical, confidence=confidence)


def rows(*clusters: tuple[int, int]) -> tuple[list[bool], list[int]]:
    """Return hits and clusters of ``(hits, rows)`` per cluster."""
    hit = [row < hits for hits, size in clusters for row in range(size)]
    return hit, [number for number, (_, size) in enumerate(clusters) for _ in range(size)]


@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]), st.sampled_from([1.0, 3.0]))
def test_independent_rows_of_equal_weight_get_wilsons_bounds(
    n: int, share: float, confidence: float, weight: float
) -> None:
    hits = round(share * n)
    found = bounds(np.arange(n) < hits, weight=weight, typical=weight, confidence=confidence)
    assert found == (wilson_lower(hits, n, confidence), wilson_upper(hits, n, confidence))


def test_rows_of_one_cluster_tell_nothing_but_a_single_row_is_a_row() -> None:
    assert bounds([True] * 9 + [False], cluster=[7] * 10) == (0.0, 1.0)
    assert bounds([True, True], cluster=[7, 7]) == (0.0, 1.0)
    assert bounds([True]) == (wilson_lower(1, 1, 0.95), 1.0)


def test_only_the_ratio_of_weights_to_the_typical_one_counts() -> None:
    hit = np.arange(60) % 9 > 0
    weight = np.where(np.arange(60) % 4, 1.0, 2.5)
    once = bounds(hit, weight=weight, typical=1.5)
    assert bounds(hit, weight=1000 * weight, typical=1500) == pytest.approx(once, rel=1e-6)


def p_value(truth: float, *, value: float, variance: float) -> float:
    """Return the one-sided p-value of ``truth``."""
    return float(norm.sf(abs(value - truth) / np.sqrt(variance)))


def test_sampled_errors_weigh_what_they_stand_for() -> None:
    """990 hits of weight 1 and 10 errors of weight 10: the errors' chance is that of 10 rows, not of 100."""
    hit = np.arange(1000) >= 10
    weight = np.where(hit, 1.0, 10.0)
    lower, upper = bounds(hit, weight=weight, typical=9.0)
    value, total = 990 / 1090, 1090
    of_hits, of_errors = (990 + 81) / (990 + 9), (10 * 100 + 81) / (10 * 10 + 9)
    for truth in (lower, upper):
        variance = truth * (1 - truth) * ((1 - truth) * of_hits + truth * of_errors) / total
        assert p_value(truth, value=value, variance=variance) == pytest.approx(0.05, abs=1e-5)
    assert lower < value < upper
    assert lower < wilson_lower(value * 500, 500, 0.95)  # (sum w)^2 / sum w^2 would say 597 rows


def test_an_error_that_was_not_seen_would_weigh_what_a_typical_row_does() -> None:
    assert bounds([True] * 100, typical=1.0)[0] == wilson_lower(100, 100, 0.95)
    lower, upper = bounds([True] * 100, typical=10.0)
    assert upper == 1.0
    of_hits, of_errors = (100 + 100) / (100 + 10), 10.0
    variance = lower * (1 - lower) * ((1 - lower) * of_hits + lower * of_errors) / 100
    assert p_value(lower, value=1.0, variance=variance) == pytest.approx(0.05, abs=1e-5)


@pytest.mark.parametrize("tilted", [False, True])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_p_value_is_averaged_over_the_correlations_that_the_hypothesis_makes_likely(
    confidence: float, *, tilted: bool
) -> None:
    clusters = ((3, 4), (5, 5), (0, 2), (1, 1), (1, 1), (9, 10), (6, 6))
    hit, cluster = rows(*clusters)
    weight = np.where(hit, 1.0, 3.0) if tilted else np.ones(len(hit))
    won, lost = weight[hit], weight[~np.array(hit)]
    value = won.sum() / weight.sum()
    total = np.bincount(cluster, weights=weight)
    crowding = np.square(total).sum() / np.square(weight).sum() - 1
    of_hits, of_errors = ((np.square(w).sum() + 1) / (w.sum() + 1) for w in (won, lost))
    hits, sizes = np.array(clusters).T
    concentration = (1 - RHO) / RHO
    for truth, side in zip(bounds(hit, weight=weight, cluster=cluster, confidence=confidence), (-1, 1), strict=True):
        rate = truth / (truth + (1 - truth) * (won.sum() / lost.sum()) / (len(won) / len(lost)))
        likely = np.array([np.prod(betabinom.pmf(hits, sizes, rate * c, (1 - rate) * c)) for c in concentration])
        likely *= RHO ** (1 / 6)
        variance = truth * (1 - truth) * ((1 - truth) * of_hits + truth * of_errors) / weight.sum()
        tails = [p_value(truth, value=value, variance=variance * (1 + rho * crowding)) for rho in RHO]
        assert side * (truth - value) > 0
        assert np.average(tails, weights=likely) == pytest.approx(1 - confidence, abs=1e-4)


def test_clusters_that_err_as_one_are_worth_about_a_row_each() -> None:
    together = bounds(*rows(*[(0, 5)] * 20, *[(5, 5)] * 180)[:1], cluster=rows(*[(0, 5)] * 20, *[(5, 5)] * 180)[1])
    assert together[0] == pytest.approx(wilson_lower(180, 200, 0.95), abs=0.004)
    assert together[1] == pytest.approx(wilson_upper(180, 200, 0.95), abs=0.004)


def test_clusters_whose_errors_come_singly_are_worth_almost_their_rows() -> None:
    hit, cluster = rows(*[(4, 5)] * 100, *[(5, 5)] * 100)
    assert bounds(hit, cluster=cluster)[0] == pytest.approx(wilson_lower(900, 1000, 0.95), abs=0.003)


def test_clusters_without_errors_do_not_pretend_that_errors_would_come_singly() -> None:
    hit, cluster = rows(*[(5, 5)] * 40)
    assert bounds(hit, cluster=cluster)[0] < wilson_lower(60, 60, 0.95) < wilson_lower(200, 200, 0.95)


def test_a_few_huge_clusters_without_an_error_do_not_vouch_for_the_rest() -> None:
    """500 single rows with 10 % errors, and five entities of 100 rows that are all right: no 92.5 % is shown."""
    hit, cluster = rows(*[(100, 100)] * 5, *[(0, 1)] * 50, *[(1, 1)] * 450)
    assert np.mean(hit) == 0.95
    assert bounds(hit, cluster=cluster)[0] < 0.88


def test_without_a_hit_or_an_error_a_bound_is_the_end_of_the_scale() -> None:
    hit, cluster = rows((3, 3), (2, 2), (1, 1))
    assert bounds(hit, cluster=cluster)[1] == 1.0
    assert bounds(np.logical_not(hit), cluster=cluster)[0] == 0.0


def test_hits_and_errors_mirror_each_other() -> None:
    hit, cluster = rows((3, 4), (5, 5), (0, 2), (1, 1), (9, 10))
    weight = np.linspace(1, 2, len(hit))
    lower, upper = bounds(hit, cluster=cluster, weight=weight)
    mirrored = bounds(np.logical_not(hit), cluster=cluster, weight=weight)
    assert mirrored == pytest.approx((1 - upper, 1 - lower), abs=1e-6)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.sampled_from([1e-9, 0.5, 1.0, 1e9])), min_size=1),
    st.sampled_from([1e-9, 1.0, 1e9]),
)
def test_bounds_are_numbers_around_the_estimate_whatever_the_weights(
    table: list[tuple[bool, int, float]], typical: float
) -> None:
    hit, cluster, weight = (np.array(column) for column in zip(*table, strict=True))
    lower, upper = bounds(hit, weight=weight, cluster=cluster, typical=typical)
    value = np.average(hit, weights=weight)
    assert 0 <= lower <= value + 1e-12
    assert value - 1e-12 <= upper <= 1


def test_without_an_error_rows_and_weights_have_the_same_rate() -> None:
    clusters = ((5, 5),) * 6 + ((1, 1),) * 4
    hit, cluster = rows(*clusters)
    lower, _ = bounds(hit, cluster=cluster)
    sizes = np.array(clusters)[:, 1]
    crowding = np.square(sizes).sum() / sizes.sum() - 1
    concentration = (1 - RHO) / RHO
    likely = np.array([np.prod(betabinom.pmf(sizes, sizes, lower * c, (1 - lower) * c)) for c in concentration])
    tails = [
        p_value(lower, value=1.0, variance=lower * (1 - lower) / sizes.sum() * (1 + rho * crowding)) for rho in RHO
    ]  # fmt: skip
    assert np.average(tails, weights=likely * RHO ** (1 / 6)) == pytest.approx(0.05, abs=1e-4)
