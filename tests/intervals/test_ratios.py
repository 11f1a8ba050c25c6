"""The bootstrap, and ratios that are bounded by both it and the score test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.intervals.bootstrap import affordable, cluster_vectors, percentile_lower, replicate_sums
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.intervals.ratios import ratio


def test_drawing_distinct_vectors_is_drawing_clusters() -> None:
    """The mean and the variance of the sums are those of clusters drawn one by one."""
    rng = np.random.default_rng(0)
    cluster = rng.integers(0, 60, 300)
    cells = rng.integers(0, 2, (300, 2)).astype(float)
    vectors, multiplicity = cluster_vectors(cells, cluster)
    sums = replicate_sums(vectors, multiplicity, replicates=20_000, seed=1)
    per_cluster = np.column_stack([np.bincount(cluster, weights=column, minlength=60) for column in cells.T])
    picked = per_cluster[rng.integers(0, 60, (20_000, 60))].sum(axis=1)
    assert len(vectors) < 60
    assert sums.mean(axis=0) == pytest.approx(picked.mean(axis=0), rel=0.01)
    assert sums.std(axis=0) == pytest.approx(picked.std(axis=0), rel=0.05)


def test_the_same_seed_gives_the_same_replicates_whatever_the_chunks() -> None:
    vectors, multiplicity = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([3, 7])
    first = replicate_sums(vectors, multiplicity, replicates=100, seed=5)
    assert (first == replicate_sums(vectors, multiplicity, replicates=100, seed=5)).all()
    assert (first != replicate_sums(vectors, multiplicity, replicates=100, seed=6)).any()


def test_many_distinct_vectors_are_drawn_less_often_but_never_hardly() -> None:
    assert affordable(10_000, 20) == 10_000
    assert affordable(10_000, 20_000) == 2_500
    assert affordable(10_000, 10**9) == 1_000
    assert affordable(300, 10**9) == 300


def test_a_replicate_without_a_denominator_lowers_the_bound() -> None:
    numerator, denominator = np.array([0.0, 9.0, 9.0]), np.array([0.0, 10.0, 10.0])
    assert percentile_lower(numerator, denominator, 0.95) == 0.0


def test_half_a_row_is_a_denominator() -> None:
    assert percentile_lower(np.full(20, 0.25), np.full(20, 0.5), 0.95) == 0.5


def test_the_percentile_is_the_replicate_at_or_below_it() -> None:
    assert percentile_lower(np.arange(101.0), np.full(101, 100.0), 0.955) == 0.04


def test_one_cluster_tells_nothing() -> None:
    found = ratio(
        np.ones(50, dtype=bool), np.ones(50), np.zeros(50, dtype=int),
        clusters=1, typical=1.0, confidence=0.95, replicates=100, seed=0,
    )  # fmt: skip
    assert found == (1.0, 0.0, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from([0.5, 1.0, 3.0])), min_size=1, max_size=60))
def test_bounds_enclose_the_estimate_and_lie_in_the_unit_interval(rows: list[tuple[bool, int, float]]) -> None:
    hit, cluster, weight = (np.array(column) for column in zip(*rows, strict=True))
    found = ratio(hit, weight, cluster, clusters=8, typical=1.0, confidence=0.9, replicates=50, seed=0)
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    assert found.value == pytest.approx(np.average(hit, weights=weight))


def test_no_errors_give_wilsons_bound_where_the_bootstrap_says_certainty() -> None:
    found = ratio(
        np.ones(37, dtype=bool), np.ones(37), np.arange(37),
        clusters=37, typical=1.0, confidence=0.95, replicates=200, seed=0,
    )  # fmt: skip
    assert found.lower == wilson_lower(37, 37, 0.95)


def test_the_lower_bound_is_the_bootstraps_where_that_is_lower() -> None:
    found = ratio(
        np.arange(10) < 5, np.ones(10), np.arange(10),
        clusters=10, typical=1.0, confidence=0.95, replicates=5_000, seed=0,
    )  # fmt: skip
    assert found.lower == 0.2 < wilson_lower(5, 10, 0.95)
    assert found.upper == wilson_upper(5, 10, 0.95)


@pytest.mark.parametrize(("clusters", "lower"), [(1, wilson_lower(1, 1, 0.95)), (2, 0.0)])
def test_a_cluster_without_a_row_in_the_denominator_is_drawn_too(clusters: int, lower: float) -> None:
    found = ratio(
        np.ones(1, dtype=bool), np.ones(1), np.zeros(1, dtype=int),
        clusters=clusters, typical=1.0, confidence=0.95, replicates=500, seed=0,
    )  # fmt: skip
    assert found == (1.0, lower, 1.0)


def test_the_same_seed_gives_the_same_bounds() -> None:
    weight = 1 + np.arange(12) / 7
    found = [
        ratio(
            np.arange(12) % 2 == 0, weight, np.arange(12),
            clusters=12, typical=2.0, confidence=0.95, replicates=300, seed=seed,
        )
        for seed in (0, 0, 1, 2, 3)
    ]  # fmt: skip
    assert found[0] == found[1]
    assert len({each.lower for each in found}) == 4


@pytest.mark.parametrize("replicates", [1, 1_999, 2_000, 2_001, 4_500])
def test_as_many_replicates_are_drawn_as_were_asked_for_whatever_the_chunks(replicates: int) -> None:
    vectors, multiplicity = np.ones((1_000, 2)), np.ones(1_000, dtype=np.int64)
    sums = replicate_sums(vectors, multiplicity, replicates=replicates, seed=0)
    assert sums.shape == (replicates, 2)
    assert (sums == 1_000).all()


def test_a_number_of_replicates_is_whole() -> None:
    assert [type(affordable(10_000, distinct)) for distinct in (1, 7_000, 10**9)] == [int] * 3
