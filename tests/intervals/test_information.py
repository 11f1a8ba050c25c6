"""Entropy, stability and false discoveries against what is known of them."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from mlops.intervals.information import entropy, false_discovery, stability

SHARES = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
TRUE = float(-(SHARES * np.log2(SHARES)).sum())


def plain(counts: np.ndarray[tuple[int], np.dtype[np.int_]]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())


def test_the_correction_takes_out_most_of_the_bias_of_entropy() -> None:
    drawn = np.random.default_rng(0).multinomial(60, SHARES, size=4_000)
    biased, corrected = (np.mean([measure(counts) for counts in drawn]) - TRUE for measure in (plain, entropy))
    assert biased < -0.05
    assert abs(corrected) < abs(biased) / 5


@pytest.mark.parametrize(("counts", "bits"), [([0, 0], 0.0), ([7], 0.0), ([50_000, 50_000], 1.0)])
def test_entropies_that_are_known(counts: list[int], bits: float) -> None:
    assert entropy(np.array(counts)) == pytest.approx(bits, abs=1e-4)


def test_samples_of_one_population_are_stable_and_small_ones_are_not_said_to_move() -> None:
    chance = np.random.default_rng(1)
    small = [stability(*chance.multinomial(80, np.full(10, 0.1), size=2)) for _ in range(500)]
    assert np.mean(small) < 0.1  # uncorrected it is (10 - 1)(1/80 + 1/80) = 0.225 on average
    assert np.quantile(small, 0.99) < 0.5


def test_a_moved_population_has_its_index() -> None:
    before, after = np.array([500_000, 300_000, 200_000]), np.array([200_000, 300_000, 500_000])
    assert stability(before, after) == pytest.approx(2 * 0.3 * np.log(2.5), rel=1e-3)
    assert stability(before, before) == 0.0
    assert stability(before, np.zeros(3, dtype=int)) == 0.0


def test_an_empty_bin_is_no_infinity() -> None:
    assert 1 < stability(np.array([100, 0]), np.array([0, 100])) < 20


def test_false_discoveries_are_those_of_scipy() -> None:
    p = np.random.default_rng(2).random(40) ** 3
    assert false_discovery(list(p)) == pytest.approx(false_discovery_control(p))
    assert false_discovery([]) == ()
