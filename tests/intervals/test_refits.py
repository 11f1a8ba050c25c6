"""Refits under exchanged labels: a date alone is found out, a real relation is found, dense and sparse agree."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from mlops.intervals.refits import PENALTY, Design, refits

N = 1_500
DAY = np.sort(np.random.default_rng(0).integers(14_000, 14_000 + 24 * 30, N))
MONTH = DAY // 30
TRAIN, TEST = np.split(np.arange(N), [int(np.searchsorted(MONTH, MONTH[-1] - 12))])


def drifting(*, signal: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the day beside a column with ``signal``, and labels whose base rate rises from 0.05 to 0.95."""
    rng = np.random.default_rng(1)
    column = rng.normal(size=N)
    odds = np.linspace(-3.0, 3.0, 25)[MONTH - MONTH[0]] + signal * column
    return np.column_stack([DAY, column]).astype(float), rng.random(N) < 1 / (1 + np.exp(-odds))


def test_a_date_only_model_passes_over_all_rows_and_not_inside_months() -> None:
    design, label = drifting(signal=0.0)
    date = design[:, :1]
    over_all = refits(date, label, train=TRAIN, test=TEST)
    inside = refits(date, label, train=TRAIN, test=TEST, stratum=MONTH)
    assert over_all.statistic == inside.statistic > 0.6
    assert over_all.p < 0.01
    assert inside.p > 0.2


def test_a_real_relation_passes_inside_months_too() -> None:
    design, label = drifting(signal=0.8)
    found = refits(design, label, train=TRAIN, test=TEST, stratum=MONTH, permutations=99)
    assert found.p == pytest.approx(0.01)
    assert (found.permutations, found.note) == (99, "")


def test_the_statistic_is_the_area_of_scikit_learns_ridge() -> None:
    design, label = drifting(signal=0.8)
    columns = (design - design[TRAIN].mean(axis=0)) / design[TRAIN].std(axis=0)
    model = Ridge(alpha=PENALTY).fit(columns[TRAIN], label[TRAIN])
    found = refits(design, label, train=TRAIN, test=TEST, permutations=1)
    assert found.statistic == pytest.approx(roc_auc_score(label[TEST], model.predict(columns[TEST])))


def test_sparse_and_dense_designs_give_the_same_p_and_the_seed_repeats_it() -> None:
    rng = np.random.default_rng(2)
    label = rng.random(N) < 0.5
    design = (rng.random((N, 12)) < 0.1).astype(np.float64)
    design[:, 3] = 0.0  # a constant column
    designs: list[tuple[Design, int]] = [(design, 7), (csr_array(design), 7), (design, 8)]
    dense, sparse, other = (
        refits(kind, label, train=TRAIN, test=TEST, stratum=MONTH, permutations=59, seed=seed) for kind, seed in designs
    )
    assert dense == sparse
    assert dense.expected != other.expected


def test_19_permutations_say_that_they_cannot_decide() -> None:
    design, label = drifting(signal=3.0)
    found = refits(design, label, train=TRAIN, test=TEST, stratum=MONTH, permutations=19)
    assert found.p == 0.05
    assert "can never give p < 0.05" in found.note


def test_test_rows_of_one_class_decide_nothing() -> None:
    design, label = drifting(signal=1.0)
    label[TEST] = True  # the last year
    found = refits(design, label, train=TRAIN, test=TEST, permutations=20)
    assert (found.p, found.note) == (1.0, "The test rows have one class only.")


def test_labels_stay_in_their_strata() -> None:
    """Strata of one class each leave nothing to exchange: every permutation is the observation."""
    design, _ = drifting(signal=1.0)
    found = refits(design, MONTH % 2 == 0, train=TRAIN, test=TEST, stratum=MONTH, permutations=20)
    assert found.p == 1.0
    assert found.expected == pytest.approx(found.statistic)
