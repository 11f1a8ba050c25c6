"""The parts of paired differences: what a replicate without a denominator counts as, and what a pseudo-flip weighs."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import stdtrit

from mlops.intervals.multiple import holm
from mlops.intervals.paired import PairedRows, _bounded, _flip_size, _replicates, differences


def paired(*rows: tuple[int, int, int, float, int]) -> PairedRows:
    """Return rows of label, candidate, champion, weight, cluster."""
    label, candidate, champion, weight, cluster = (np.array(column) for column in zip(*rows, strict=True))
    return PairedRows(label == 1, candidate == 1, champion == 1, weight.astype(float), cluster)


def fraction(numerator: Any, denominator: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a fraction of arrays."""
    return np.array(numerator, dtype=float), np.array(denominator, dtype=float)


def test_a_replicate_without_a_denominator_is_the_worst_below_and_the_best_above() -> None:
    candidate, champion = fraction([9], [10]), fraction([5], [10])
    known, unknown = fraction([9] * 20, [10] * 20), fraction([0] * 2 + [9] * 18, [0] * 2 + [10] * 18)
    found = _bounded(candidate, champion, drawn=(unknown, known), confidence=0.95)
    assert found == pytest.approx((0.4, -0.9, 0.4))
    found = _bounded(candidate, champion, drawn=(known, unknown), confidence=0.95)
    assert found == pytest.approx((0.4, -0.1, 0.9))


def test_a_denominator_may_be_a_fraction_of_a_row_but_not_nothing() -> None:
    some, none = fraction([0.25], [0.5]), fraction([0], [0])
    assert _bounded(some, some, drawn=None, confidence=0.95) == (0.0, -1.0, 1.0)
    assert _bounded(some, none, drawn=None, confidence=0.95) is None
    assert _bounded(none, some, drawn=None, confidence=0.95) is None


def test_a_model_that_calls_nothing_has_no_precision_and_still_a_recall() -> None:
    rows = paired((1, 0, 1, 1.0, 0), (0, 0, 0, 1.0, 1), (1, 0, 0, 1.0, 2))
    found = differences(rows, confidence=0.95, replicates=50, seed=0)
    assert found["precision"] is None
    assert found["recall"] is not None
    assert found["recall"].value == -0.5


def test_one_cluster_shows_a_difference_but_not_its_bounds() -> None:
    rows = paired((1, 1, 0, 1.0, 4), (1, 1, 1, 1.0, 4), (0, 0, 0, 1.0, 4))
    assert differences(rows, confidence=0.95, replicates=50, seed=0)["recall"] == (0.5, -1.0, 1.0)


MIXED = paired(
    (1, 1, 0, 2.0, 0), (1, 0, 1, 2.0, 0), (1, 1, 1, 3.0, 0), (1, 1, 0, 1.0, 1), (0, 1, 1, 5.0, 1), (0, 0, 1, 7.0, 2)
)  # fmt: skip
CODE = np.array([0, 0, 0, 1, 1, 2])


def test_a_pseudo_flip_weighs_what_flips_in_a_cluster_and_a_whole_cluster_once() -> None:
    whole = (7**2 + 1**2) / 8  # positives: clusters of 7 and 1
    assert _flip_size(MIXED, CODE, positives=True) == pytest.approx((4**2 + 1**2 + whole**2) / (4 + 1 + whole))
    whole = (5**2 + 7**2) / 12  # negatives: clusters of 5 and 7
    assert _flip_size(MIXED, CODE, positives=False) == pytest.approx((7**2 + whole**2) / (7 + whole))


def test_where_no_row_is_of_a_kind_a_pseudo_flip_weighs_what_a_row_does() -> None:
    rows = paired((1, 1, 0, 2.0, 0), (1, 0, 1, 4.0, 1))
    assert _flip_size(rows, np.array([0, 1]), positives=False) == 3.0


def test_holm_says_what_a_p_is_and_adjusts_no_p_beyond_one() -> None:
    with pytest.raises(ValueError, match=r"^a p is a number in \[0, 1\]$"):
        holm([1.5])
    assert max(holm([0.9, 0.9, 0.001, 1.0])) == 1.0


@pytest.mark.parametrize(
    ("weights", "degrees"), [((20.0, 1.0, 1.0, 1.0, 1.0, 1.0), 1.0), ((3.0, 2.0, 2.0, 2.0, 2.0, 1.0), 144 / 26 - 1)]
)
def test_replicates_are_clusters_drawn_and_pseudo_flips_of_student_t(weights: Any, degrees: float) -> None:
    labels, candidates, champions = (1, 0, 1, 0, 1, 0), (1, 0, 0, 1, 1, 0), (1, 0, 1, 0, 1, 0)
    rows = paired(*zip(labels, candidates, champions, weights, range(6), strict=True))
    decided = (rows.label & rows.candidate, rows.candidate, rows.label & rows.champion, rows.champion, rows.label)
    cells = np.column_stack([rows.weight * flags for flags in decided])
    found = _replicates(rows, cells, confidence=0.95, replicates=40_000, seed=1)
    assert found is not None
    unseen = stdtrit(degrees, 0.95) ** 2 / 2
    of_positives, of_negatives = (_flip_size(rows, np.arange(6), positives=kind) for kind in (True, False))
    flips = [of_positives, of_positives + of_negatives, of_positives, of_positives + of_negatives, 2 * of_positives]
    assert found.mean(axis=0) == pytest.approx(cells.sum(axis=0) + unseen * np.array(flips), rel=0.02)
    again = _replicates(rows, cells, confidence=0.95, replicates=40_000, seed=1)
    assert (found == again).all()


def test_bounds_are_replicates_and_no_difference_exceeds_one() -> None:
    one = fraction([0.5], [1.0])
    steps = fraction(np.arange(10), [10] * 10)
    found = _bounded(one, one, drawn=(steps, fraction([5] * 10, [10] * 10)), confidence=0.93)
    assert found == pytest.approx((0.0, -0.5, 0.4))
    wild = fraction([30] * 5 + [-30] * 5, [0.5] * 10)
    assert _bounded(one, one, drawn=(wild, fraction([0] * 10, [0.5] * 10)), confidence=0.95) == (0.0, -1.0, 1.0)


def test_an_unknown_champion_counts_as_nothing_above() -> None:
    known, unknown = fraction([2] * 20, [10] * 20), fraction([0] * 20, [0] * 20)
    found = _bounded(fraction([9], [10]), fraction([5], [10]), drawn=(unknown, known), confidence=0.95)
    assert found == pytest.approx((0.4, -0.2, 0.8))


def test_half_a_row_is_a_denominator_of_a_replicate() -> None:
    one = fraction([0.5], [1.0])
    found = _bounded(one, one, drawn=(fraction([0.25] * 9, [0.5] * 9), fraction([0.1] * 9, [0.5] * 9)), confidence=0.9)
    assert found == pytest.approx((0.0, 0.0, 0.3))


def test_two_clusters_are_drawn() -> None:
    rows = paired((1, 1, 0, 1.0, 0), (0, 0, 0, 1.0, 1))
    found = differences(rows, confidence=0.95, replicates=50, seed=0)["recall"]
    assert found is not None
    assert found.lower > -1
