"""The bounds cover the truth as often as they say, on independent rows and on rows that err together."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mlops.intervals.proportions import f1_of_jaccard, wilson_lower
from mlops.intervals.ratios import ratio

SAMPLES = 250
LEAST = 0.93 - 0.02
"""The coverage that must hold is 0.93; 0.02 is for the chance of the simulation itself."""


def draw(
    rng: np.random.Generator, *, rate: float, clusters: int, size: int, correlation: float
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return hits and clusters: sizes 1 to 2 * size - 1, beta-binomial with this intra-cluster correlation."""
    cluster = np.repeat(np.arange(clusters), rng.integers(1, 2 * size, clusters))
    share = np.full(clusters, rate)
    if correlation:
        spread = (1 - correlation) / correlation
        share = rng.beta(rate * spread, (1 - rate) * spread, clusters)
    return rng.random(len(cluster)) < share[cluster], cluster


def coverage(
    *, rate: float, clusters: int, size: int, correlation: float, weighted: bool = False
) -> NDArray[np.float64]:
    """Return how often the lower, the upper and the naive Wilson lower bound cover ``rate``."""
    rng = np.random.default_rng([clusters, size, round(100 * correlation), round(1000 * rate)])
    covered = np.zeros(3)
    for sample in range(SAMPLES):
        hit, cluster = draw(rng, rate=rate, clusters=clusters, size=size, correlation=correlation)
        weight = rng.choice([1.0, 4.0], len(hit)) if weighted else np.ones(len(hit))
        found = ratio(
            hit, weight, cluster, clusters=clusters + 20, confidence=0.95, replicates=250, seed=sample
        )  # fmt: skip
        naive = wilson_lower(int(hit.sum()), len(hit), 0.95)
        covered += [found.lower <= rate, found.upper >= rate, naive <= rate]
    return covered / SAMPLES


@pytest.mark.parametrize("rate", [0.85, 0.92, 0.98])
@pytest.mark.parametrize("rows", [50, 500])
def test_bounds_cover_on_independent_rows(rate: float, rows: int) -> None:
    lower, upper, _ = coverage(rate=rate, clusters=rows, size=1, correlation=0.0)
    assert min(lower, upper) >= LEAST


@pytest.mark.parametrize("rate", [0.85, 0.92, 0.98])
@pytest.mark.parametrize("correlation", [0.2, 0.6])
def test_bounds_cover_on_clustered_rows(rate: float, correlation: float) -> None:
    lower, upper, _ = coverage(rate=rate, clusters=150, size=3, correlation=correlation)
    assert min(lower, upper) >= LEAST


def test_bounds_cover_on_weighted_clustered_rows() -> None:
    lower, upper, _ = coverage(rate=0.92, clusters=150, size=3, correlation=0.3, weighted=True)
    assert min(lower, upper) >= LEAST


def test_ignoring_clusters_would_pass_models_falsely() -> None:
    *_, naive = coverage(rate=0.92, clusters=150, size=3, correlation=0.6)
    assert naive < 0.88


@pytest.mark.parametrize("rate", [0.90, 0.98])
def test_f1_through_the_jaccard_index_covers(rate: float) -> None:
    """Positives and negatives drawn, decisions drawn: the F1 of the population is covered."""
    rng = np.random.default_rng(round(1000 * rate))
    recall, false_alarm = rate, 0.02
    truth = 2 * 0.3 * recall / (0.3 + 0.3 * recall + 0.7 * false_alarm)
    covered = 0
    for sample in range(SAMPLES):
        label = rng.random(600) < 0.3
        predicted = rng.random(600) < np.where(label, recall, false_alarm)
        either = np.flatnonzero(label | predicted)
        found = ratio(
            (label & predicted)[either], np.ones(len(either)), either,
            clusters=600, confidence=0.95, replicates=250, seed=sample,
        )  # fmt: skip
        covered += f1_of_jaccard(found.lower) <= truth <= 1
    assert covered / SAMPLES >= LEAST
