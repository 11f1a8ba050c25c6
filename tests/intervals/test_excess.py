"""The noise of counting is told apart from what a model is answerable for, and the bounds cover."""

from math import sqrt

import numpy as np
import pytest

from mlops.intervals.excess import (
    mean_bounds,
    rows_for_mean,
    rows_for_sd,
    sd_bounds,
    sd_refuted,
    spread,
    typical_size,
)

FOLDS, SIZE = 5, 400


def test_240_rows_scatter_more_than_any_bound_of_a_hundredth() -> None:
    noises = [spread([rate] * FOLDS, [48] * FOLDS).noise for rate in (0.94, 0.85)]
    assert noises == pytest.approx([0.034, 0.051], abs=0.001)
    needed = rows_for_sd([0.94] * FOLDS, [48] * FOLDS, 0.015)
    assert needed is not None
    assert needed > 250


def test_the_excess_is_what_the_noise_leaves() -> None:
    found = spread([0.90, 0.94, 0.92], [100, 200, 400])
    assert found.sd == pytest.approx(0.02)
    assert found.noise == pytest.approx(sqrt((0.09 / 100 + 0.0564 / 200 + 0.0736 / 400) / 3))
    assert found.excess == pytest.approx(sqrt(max(0, 0.02**2 - found.noise**2)))
    wide = spread([0.5, 0.9], [10_000, 10_000])
    assert wide.excess == pytest.approx(sqrt(wide.sd**2 - wide.noise**2))


def test_folds_without_an_error_are_not_taken_as_certain() -> None:
    assert spread([1.0] * 3, [5] * 3).noise == 0
    needed = rows_for_sd([1.0] * 3, [5] * 3, 0.015)
    assert needed is not None
    assert needed > 500
    assert mean_bounds([1.0] * 3, [5] * 3, 0.95).lower < 0.9


def test_at_the_number_of_rows_asked_for_counting_alone_keeps_the_bound() -> None:
    needed = rows_for_sd([0.9] * 4, [40] * 4, 0.02)
    assert needed is not None
    assert spread([0.9] * 4, [needed] * 4).noise <= 0.02 * 1.001 + 0.002
    assert rows_for_sd([0.9] * 4, [40] * 4, 0.0) is None
    assert rows_for_mean(0.94, 0.95) == 43
    assert typical_size([30, 60]) == pytest.approx(40)


@pytest.mark.parametrize("excess", [0.0, 0.03])
def test_bounds_cover_whether_or_not_months_differ(excess: float) -> None:
    rng = np.random.default_rng(11)
    samples, mean, covered = 600, 0.85, np.zeros(4)
    for _ in range(samples):
        true = np.clip(rng.normal(mean, excess, FOLDS), 0, 1)
        rates = rng.binomial(SIZE, true) / SIZE
        sizes = [SIZE] * FOLDS
        low, high = mean_bounds(rates.tolist(), sizes, 0.95)
        of_sd = sd_bounds(rates.tolist(), sizes, 0.95)
        sd = sqrt(excess**2 + mean * (1 - mean) / SIZE)
        refuted = sd_refuted(rates.tolist(), sizes, max(excess, 1e-9), 0.95)
        covered += [low <= mean, high >= mean, of_sd.lower <= sd <= of_sd.upper, not refuted]
    low, high, both, kept = covered / samples
    assert min(low, high) >= 0.93
    assert 0.87 <= both <= 0.93  # two one-sided bounds together
    assert kept >= 0.92


def test_folds_that_differ_more_than_noise_are_refuted() -> None:
    assert sd_refuted([0.5, 0.7, 0.95, 0.6, 0.9], [48] * 5, 0.015, 0.95)
    assert not sd_refuted([0.90, 0.94, 0.97, 0.92, 0.95], [48] * 5, 0.015, 0.95)


@pytest.mark.parametrize(
    ("rates", "sizes"), [([0.5], [9]), ([0.5, float("nan")], [9, 9]), ([0.5, 1.1], [9, 9]), ([0.5, 0.5], [9, 0])]
)
def test_what_is_no_rate_has_no_spread(rates: list[float], sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="no rates"):
        spread(rates, sizes)
