"""Bounds of the area under the ROC curve: the value is scikit-learn's, the bounds cover, clusters widen them."""

import numpy as np
import pytest
from scipy.special import ndtri
from sklearn.metrics import roc_auc_score

from mlops.intervals.auc import auc_bounds
from mlops.intervals.proportions import wilson_lower


def test_the_value_is_scikit_learns_with_ties() -> None:
    rng = np.random.default_rng(0)
    label, score = rng.random(200) < 0.3, np.round(rng.random(200), 1)
    found = auc_bounds(label, score, confidence=0.95)
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score(label, score))
    assert found.lower < found.value < found.upper


@pytest.mark.parametrize(("area", "n"), [(0.7, 120), (0.95, 200), (0.98, 400)])
def test_bounds_cover(area: float, n: int) -> None:
    rng = np.random.default_rng(n)
    shift, samples, low, high = float(ndtri(area)) * 2**0.5, 500, 0, 0
    for _ in range(samples):
        label = rng.random(n) < 0.35
        found = auc_bounds(label, rng.normal(size=n) + shift * label, confidence=0.95)
        assert found is not None
        low += found.lower <= area
        high += found.upper >= area
    assert min(low, high) / samples >= 0.92


def test_bounds_cover_rows_that_come_in_fives() -> None:
    rng = np.random.default_rng(9)
    cluster, samples = np.repeat(np.arange(60), 5), 300
    covered = naive = 0
    for _ in range(samples):
        label = np.repeat(rng.random(60) < 0.5, 5)
        score = np.repeat(rng.normal(size=60), 5) + 0.3 * rng.normal(size=300) + label
        area = 0.7511  # normal: 1 / sqrt(2 * 1.09) = 0.677 standard deviations
        bounded, rows = (auc_bounds(label, score, code, confidence=0.95) for code in (cluster, None))
        assert bounded is not None
        assert rows is not None
        covered += bounded.lower <= area
        naive += rows.lower <= area
    assert covered / samples >= 0.92
    assert naive / samples < 0.88


def test_a_perfect_ranking_of_few_rows_proves_little() -> None:
    found = auc_bounds(np.arange(40) >= 30, np.arange(40.0), confidence=0.95)
    assert found == (1.0, wilson_lower(10, 10, 0.95), 1.0)


def test_one_class_has_no_area_and_one_cluster_no_bound() -> None:
    score = np.arange(10.0)
    assert auc_bounds(np.ones(10, dtype=bool), score, confidence=0.95) is None
    assert auc_bounds(score > 4, -score, np.zeros(10, dtype=int), confidence=0.95) == (0.0, 0.0, 1.0)
