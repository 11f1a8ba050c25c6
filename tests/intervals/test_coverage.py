"""The bounds cover the truth as often as they say: the quick version of ``python -m benchmarks.simulations``."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mlops.intervals.proportions import f1_of_jaccard, wilson_lower
from mlops.intervals.ratios import ratio

SAMPLES = 200
CHANCE = 0.035
"""What the simulation's own chance may take away: twice its standard error, and a little."""


def sizes(rng: np.random.Generator, shape: str) -> NDArray[np.int64]:
    """Return the rows of each cluster: 300 or so in all."""
    if shape == "single":
        return np.ones(300, dtype=np.int64)
    if shape == "even":
        return rng.integers(1, 6, 100)
    return np.concatenate([[30] * 5, rng.integers(1, 4, 75)])  # half the rows in five entities


def coverage(shape: str, rate: float, correlation: float, *, weighted: bool = False) -> tuple[float, float, float]:
    """Return how often the lower bound, both 97.5 % bounds, and the naive Wilson lower bound cover ``rate``."""
    rng = np.random.default_rng([len(shape), round(100 * correlation), round(1000 * rate)])
    covered = np.zeros(3)
    for sample in range(SAMPLES):
        size = sizes(rng, shape)
        share = np.full(len(size), rate)
        if correlation:
            spread = (1 - correlation) / correlation
            share = rng.beta(rate * spread, (1 - rate) * spread, len(size))
        cluster = np.repeat(np.arange(len(size)), size)
        hit = rng.random(len(cluster)) < share[cluster]
        weight = rng.choice([1.0, 4.0], len(hit)) if weighted else np.ones(len(hit))
        one, both = (
            ratio(
                hit, weight, cluster, clusters=len(size) + 20, typical=3.4 if weighted else 1.0,
                confidence=confidence, replicates=200, seed=sample,
            )
            for confidence in (0.95, 0.975)
        )  # fmt: skip
        naive = wilson_lower(int(hit.sum()), len(hit), 0.95)
        covered += [one.lower <= rate, both.lower <= rate <= both.upper, naive <= rate]
    lower, two_sided, naive = (float(x) / SAMPLES for x in covered)
    return lower, two_sided, naive


@pytest.mark.parametrize("rate", [0.85, 0.95])
def test_bounds_cover_on_independent_rows(rate: float) -> None:
    lower, both, _ = coverage("single", rate, 0.0)
    assert min(lower, both) >= 0.95 - CHANCE


@pytest.mark.parametrize("rate", [0.85, 0.95])
@pytest.mark.parametrize("correlation", [0.3, 0.9])
def test_bounds_cover_on_clustered_rows_and_are_not_too_wide(rate: float, correlation: float) -> None:
    lower, both, _ = coverage("even", rate, correlation)
    assert min(lower, both) >= 0.95 - CHANCE
    assert both < 1


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9])
def test_bounds_cover_where_half_the_rows_belong_to_five_entities(correlation: float) -> None:
    lower, both, _ = coverage("huge", 0.88, correlation)
    assert min(lower, both) >= 0.95 - CHANCE


def test_bounds_cover_on_weighted_clustered_rows() -> None:
    lower, both, _ = coverage("even", 0.92, 0.3, weighted=True)
    assert min(lower, both) >= 0.95 - CHANCE


def test_ignoring_clusters_would_pass_models_falsely() -> None:
    *_, naive = coverage("even", 0.92, 0.9)
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
            clusters=600, typical=1.0, confidence=0.95, replicates=200, seed=sample,
        )  # fmt: skip
        covered += f1_of_jaccard(found.lower) <= truth <= 1
    assert covered / SAMPLES >= 0.95 - CHANCE
