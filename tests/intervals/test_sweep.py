"""All thresholds at once: the counts and bounds of a loop."""

import numpy as np
import pytest

from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.intervals.sweep import Ratios, sweep


def test_the_sweep_counts_as_a_loop_would() -> None:
    rng = np.random.default_rng(3)
    label, score, weight = rng.random(200) < 0.4, rng.random(200).round(2), rng.choice([1.0, 2.0], 200)
    thresholds = np.array([0.0, 0.25, 0.5, 0.99, 1.0])
    found = sweep(label, score, weight, thresholds, 0.95)
    assert (found.threshold == thresholds).all()
    for i, threshold in enumerate(thresholds):
        predicted = score >= threshold
        for ratios, rows in ((found.precision, predicted), (found.recall, label), (found.jaccard, label | predicted)):
            assert ratios.n[i] == rows.sum()
            if rows.any():
                value = weight[rows & label & predicted].sum() / weight[rows].sum()
                n = weight[rows].sum() ** 2 / (weight[rows] ** 2).sum()
                assert ratios.value[i] == pytest.approx(value)
                assert ratios.lower[i] == pytest.approx(wilson_lower(value * n, n, 0.95))
                assert ratios.upper[i] == pytest.approx(wilson_upper(value * n, n, 0.95))
            else:
                assert np.isnan([ratios.value[i], ratios.lower[i], ratios.upper[i]]).all()


def at(ratios: Ratios) -> tuple[float, float, float, int]:
    """Return the numbers at the first threshold."""
    return float(ratios.value[0]), float(ratios.lower[0]), float(ratios.upper[0]), int(ratios.n[0])


def test_one_row_is_a_denominator() -> None:
    found = sweep(np.array([True, False]), np.array([0.9, 0.1]), np.ones(2), np.array([0.5]), 0.95)
    assert at(found.precision) == pytest.approx((1.0, wilson_lower(1, 1, 0.95), 1.0, 1))


def test_bounds_lie_around_the_value_and_between_0_and_1_whatever_rounding_says() -> None:
    score = np.linspace(0, 1, 40)
    for label in (score > 2, score > 0.3, score > -1):
        for weight in (np.full(40, 0.1), np.linspace(0.1, 0.7, 40)):
            found = sweep(label, score, weight, np.linspace(0, 0.95, 20), 0.95)
            for ratios in (found.precision, found.recall, found.jaccard):
                known = ratios.n > 0
                lower, value, upper = (x[known] for x in (ratios.lower, ratios.value, ratios.upper))
                assert ((lower >= 0) & (lower <= value) & (value <= upper) & (upper <= 1)).all()


def test_what_no_row_can_be_is_not_a_number_and_no_warning() -> None:
    found = sweep(np.zeros(3, dtype=bool), np.full(3, 0.2), np.ones(3), np.array([0.5]), 0.95)
    for ratios in (found.precision, found.recall, found.jaccard):
        assert ratios.n[0] == 0
        assert np.isnan([ratios.value[0], ratios.lower[0], ratios.upper[0]]).all()


def test_rows_are_whole_numbers() -> None:
    found = sweep(np.array([True, False]), np.array([0.9, 0.1]), np.ones(2), np.array([0.5]), 0.95)
    for ratios in (found.precision, found.recall, found.jaccard):
        assert ratios.n.dtype == np.int64
