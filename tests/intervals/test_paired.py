"""The bounds of a paired difference cover, also where few rows flip or whole clusters do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

from mlops.intervals.paired import PairedRows, differences, mcnemar_exact

SAMPLES = 300
LEAST = 0.93 - 0.02
"""The coverage that must hold is 0.93; 0.02 is for the chance of the simulation itself."""
METRICS = ("precision", "recall", "f1")


def rows_of(
    counts: dict[tuple[int, int, int], int], *, size: int = 1, weight: NDArray[np.float64] | None = None
) -> PairedRows:
    """Return so many rows of each (label, candidate, champion), ``size`` neighbours a cluster."""
    cells = np.repeat(np.array(list(counts)), list(counts.values()), axis=0).astype(bool)
    n = len(cells)
    return PairedRows(
        cells[:, 0], cells[:, 1], cells[:, 2], np.ones(n) if weight is None else weight, np.arange(n) // size
    )


def bounds(rows: PairedRows, metric: str, *, confidence: float = 0.95, seed: int = 0) -> tuple[float, float, float]:
    found = differences(rows, confidence=confidence, replicates=2_000, seed=seed)[metric]
    assert found is not None
    return found


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n", [30, 300])
def test_without_a_flip_a_small_sample_proves_nothing(metric: str, n: int) -> None:
    rows = rows_of({(1, 1, 1): n - 2, (1, 0, 0): 1, (0, 1, 1): 1, (0, 0, 0): 5 * n})
    value, lower, upper = bounds(rows, metric)
    assert value == 0
    assert -6 / n < lower < -1.5 / n  # about the rule of three
    assert 1.5 / n < upper < 6 / n


def test_many_rows_without_a_flip_prove_non_inferiority() -> None:
    _, lower, _ = bounds(rows_of({(1, 1, 1): 20_000, (0, 0, 0): 20_000}), "recall")
    assert -0.001 < lower < 0


def test_a_flip_that_may_come_by_whole_clusters_weighs_as_much() -> None:
    counts = {(1, 1, 1): 400, (0, 0, 0): 400}
    single, grouped = (bounds(rows_of(counts, size=size), "recall")[1] for size in (1, 8))
    assert grouped < 4 * single


def test_rows_of_one_cluster_tell_nothing() -> None:
    assert bounds(rows_of({(1, 1, 1): 50, (1, 1, 0): 5}, size=100), "recall")[1:] == (-1, 1)


def test_a_metric_without_a_denominator_is_not_defined() -> None:
    found = differences(rows_of({(1, 1, 0): 5, (0, 0, 0): 5}), confidence=0.95, replicates=200, seed=0)
    assert found["precision"] is None
    assert found["recall"] is not None
    empty = differences(rows_of({(0, 0, 0): 9}), confidence=0.95, replicates=200, seed=0)
    assert set(empty.values()) == {None}
    nothing = differences(rows_of({(1, 1, 1): 0}), confidence=0.95, replicates=200, seed=0)
    assert set(nothing.values()) == {None}


def test_the_differences_are_those_of_the_two_models() -> None:
    rows = rows_of(
        {(1, 1, 1): 80, (1, 1, 0): 6, (1, 0, 1): 4, (1, 0, 0): 10, (0, 1, 0): 5, (0, 0, 1): 8, (0, 0, 0): 99}
    )
    assert bounds(rows, "recall")[0] == pytest.approx(86 / 100 - 84 / 100)
    assert bounds(rows, "precision")[0] == pytest.approx(86 / 91 - 84 / 92)
    assert bounds(rows, "f1")[0] == pytest.approx(2 * 86 / 191 - 2 * 84 / 192)


def test_weights_count() -> None:
    counts = {(1, 1, 1): 80, (1, 1, 0): 10, (1, 0, 0): 10}
    weight = np.repeat([1.0, 5.0, 1.0], [80, 10, 10])
    assert bounds(rows_of(counts, weight=weight), "recall")[0] == pytest.approx(50 / 140)
    assert bounds(rows_of(counts), "recall")[0] == pytest.approx(10 / 100)


def test_what_both_models_find_hard_cancels() -> None:
    """The same two recalls of 0.8: decisions that agree give far narrower bounds than decisions that do not."""
    agree = rows_of({(1, 1, 1): 798, (1, 1, 0): 2, (1, 0, 1): 2, (1, 0, 0): 198})
    differ = rows_of({(1, 1, 1): 640, (1, 1, 0): 160, (1, 0, 1): 160, (1, 0, 0): 40})
    assert bounds(differ, "recall")[1] < 3 * bounds(agree, "recall")[1]


@given(
    counts=st.lists(st.integers(0, 40), min_size=8, max_size=8),
    size=st.integers(1, 6),
    confidence=st.sampled_from([0.8, 0.95, 0.99]),
)
def test_bounds_enclose_the_difference_and_swap_with_the_models(
    counts: list[int], size: int, confidence: float
) -> None:
    kinds = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    rows = rows_of(dict(zip(kinds, counts, strict=True)), size=size)
    swapped = PairedRows(rows.label, rows.champion, rows.candidate, rows.weight, rows.cluster)
    one = differences(rows, confidence=confidence, replicates=100, seed=0)
    other = differences(swapped, confidence=confidence, replicates=100, seed=0)
    for metric in METRICS:
        found, mirrored = one[metric], other[metric]
        assert (found is None) == (mirrored is None)
        if found is not None and mirrored is not None:
            assert -1 <= found.lower <= found.value <= found.upper <= 1
            assert mirrored.value == pytest.approx(-found.value)


def test_the_same_seed_gives_the_same_bounds() -> None:
    rows = rows_of({(1, 1, 1): 80, (1, 1, 0): 6, (1, 0, 1): 4, (0, 0, 0): 100})
    assert bounds(rows, "f1", seed=3) == bounds(rows, "f1", seed=3)


def coverage(*, recall: tuple[float, float], clusters: int, size: int, correlation: float) -> NDArray[np.float64]:
    """Return how often the lower and the upper bound cover the true difference of recall and of precision.

    Both models call a row by one latent difficulty, so that only rows between their two recalls flip: the case in
    which flips go one way and are few, the hardest for the bounds.
    """
    rng = np.random.default_rng([clusters, size, round(1000 * recall[0])])
    false_alarm, share = 0.02, 0.4
    precision = [share * r / (share * r + (1 - share) * false_alarm) for r in recall]
    truth = {"recall": recall[0] - recall[1], "precision": precision[0] - precision[1]}
    covered = np.zeros((2, 2))
    for sample in range(SAMPLES):
        cluster = np.repeat(np.arange(clusters), rng.integers(1, 2 * size, clusters))
        common, own = rng.standard_normal(clusters)[cluster], rng.standard_normal(len(cluster))
        difficulty = norm.cdf(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
        label = rng.random(len(cluster)) < share
        calls = [difficulty < np.where(label, r, false_alarm) for r in recall]
        rows = PairedRows(label, calls[0], calls[1], np.ones(len(cluster)), cluster)
        found = differences(rows, confidence=0.95, replicates=250, seed=sample)
        for place, (metric, value) in enumerate(truth.items()):
            estimate = found[metric]
            assert estimate is not None
            covered[place] += [estimate.lower <= value, estimate.upper >= value]
    return covered / SAMPLES


@pytest.mark.parametrize("recall", [(0.9, 0.9), (0.88, 0.90), (0.91, 0.90), (0.98, 0.99)])
def test_bounds_cover_on_independent_rows(recall: tuple[float, float]) -> None:
    assert coverage(recall=recall, clusters=600, size=1, correlation=0.0).min() >= LEAST


@pytest.mark.parametrize("recall", [(0.9, 0.9), (0.86, 0.90), (0.95, 0.99)])
def test_bounds_cover_where_entities_flip_as_a_whole(recall: tuple[float, float]) -> None:
    assert coverage(recall=recall, clusters=200, size=3, correlation=0.9).min() >= LEAST


@pytest.mark.parametrize(("gained", "lost", "p"), [(0, 0, 1.0), (5, 5, 1.0), (0, 6, 2 / 64), (9, 1, 22 / 1024)])
def test_mcnemar_is_the_exact_binomial_test_of_the_flips(gained: int, lost: int, p: float) -> None:
    assert mcnemar_exact(gained, lost) == pytest.approx(p)
    assert mcnemar_exact(lost, gained) == pytest.approx(p)


def test_as_many_gained_as_lost_is_no_difference_and_one_flip_is_no_proof() -> None:
    assert mcnemar_exact(5, 5) == 1.0
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(1, 0) == 1.0
    assert mcnemar_exact(0, 5) == pytest.approx(2 / 2**5)
