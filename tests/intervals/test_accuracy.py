"""Bounds of accuracy and of a lift cover where rows depend by group or by day, and the widest stands."""

import numpy as np
import pytest

from mlops.intervals.accuracy import accuracy, accuracy_difference
from mlops.intervals.proportions import wilson_lower

SAMPLES = 200


def test_the_lowest_bound_of_both_groupings_and_of_wilson_stands() -> None:
    rng = np.random.default_rng(0)
    day = np.repeat(np.arange(60), 5)
    right = rng.random(300) < np.repeat(rng.beta(6, 1, 60), 5)
    group = np.arange(300)
    found = accuracy(right, {"group": group, "day": day}, confidence=0.95, replicates=1_000)
    assert set(found.lowers) == {"rows", "group", "day"}
    assert found.lower == min(found.lowers.values()) == found.lowers["day"]
    assert found.lowers["rows"] == wilson_lower(int(right.sum()), 300, 0.95)
    assert found.lower < found.value < found.upper


def test_no_error_at_all_proves_only_what_wilson_says() -> None:
    found = accuracy(np.ones(37, dtype=bool), {"day": np.arange(37)}, confidence=0.95, replicates=500)
    assert found.lower == wilson_lower(37, 37, 0.95) < 0.94


def test_one_single_day_tells_nothing() -> None:
    found = accuracy(np.ones(50, dtype=bool), {"day": np.zeros(50, dtype=int)}, confidence=0.95, replicates=200)
    assert (found.lower, found.upper) == (0, 1)


def test_bounds_cover_where_rows_depend_by_day() -> None:
    rng = np.random.default_rng(3)
    day = np.repeat(np.arange(40), 6)
    covered = naive = 0
    for sample in range(SAMPLES):
        right = rng.random(240) < np.repeat(rng.beta(9, 1, 40), 6)
        found = accuracy(right, {"day": day}, confidence=0.95, replicates=200, seed=sample)
        covered += found.lower <= 0.9
        naive += found.lowers["rows"] <= 0.9
    assert covered / SAMPLES >= 0.915
    assert naive < covered


def test_a_difference_is_bounded_and_covers() -> None:
    rng = np.random.default_rng(4)
    day = np.repeat(np.arange(50), 4)
    low = high = 0
    for sample in range(SAMPLES):
        hard = np.repeat(rng.random(50), 4)
        right, other = rng.random(200) < 0.6 + 0.4 * hard, rng.random(200) < 0.5 + 0.4 * hard
        found = accuracy_difference(right, other, {"day": day}, confidence=0.95, replicates=400, seed=sample)
        assert found.value == pytest.approx(right.mean() - other.mean())
        low += found.lower <= 0.1
        high += found.upper >= 0.1
    assert min(low, high) / SAMPLES >= 0.915


def test_deciders_that_agree_are_not_proven_equal_by_few_rows() -> None:
    right = np.arange(30) % 10 != 0
    found = accuracy_difference(right, right, {}, confidence=0.95, replicates=1_000)
    assert found.value == 0
    assert found.lower < -0.04
