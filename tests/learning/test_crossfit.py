"""Folds keep clusters together where they can, and say when they cannot."""

import numpy as np
import pytest

from mlops.learning.crossfit import FOLDS, FOLDS_OF_MANY, MANY, cross_fit, plan_folds
from mlops.learning.estimators import Boosting, Linear
from mlops.persistence import dump


def _clusters(names: list[str]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array(names, dtype=object)


def test_no_cluster_is_in_two_folds() -> None:
    label = np.tile(np.array([1, 0, 0, 0], dtype=np.int8), 50)
    cluster = _clusters([f"c{i // 4}" for i in range(200)])
    folds, grouped = plan_folds(label, cluster, seed=0)
    assert grouped
    assert len(folds) == FOLDS
    assert sorted(row for _, held_out in folds for row in held_out) == list(range(200))
    assert not any(set(cluster[train]) & set(cluster[held_out]) for train, held_out in folds)


@pytest.mark.parametrize("names", [["one"] * 60, ["one"] * 59 + ["two"]])
def test_too_few_clusters_fall_back_to_stratified_folds(names: list[str]) -> None:
    label = np.array([1, 0, 0] * 20, dtype=np.int8)
    folds, grouped = plan_folds(label, _clusters(names), seed=0)
    assert not grouped
    assert all(0 < label[train].sum() < len(train) for train, _ in folds)


def test_rare_matches_make_fewer_folds() -> None:
    label = np.array([1, 1] + [0] * 58, dtype=np.int8)
    folds, _ = plan_folds(label, _clusters([f"c{i}" for i in range(60)]), seed=0)
    assert len(folds) == 2


def test_a_pair_is_scored_by_a_classifier_that_did_not_see_it() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(200, 150)).astype(np.float32)
    label = (np.arange(200) % 2).astype(np.int8)
    alone = _clusters([f"c{i}" for i in range(200)])
    folds, _ = plan_folds(label, alone, seed=0)
    unseen, whole = cross_fit(Linear, noise, label, None, folds, seed=0)
    assert ((unseen > 0) != label).mean() > 0.3
    assert ((whole.log_odds(noise) > 0) != label).mean() < 0.1


def test_a_column_filled_in_one_fold_only_does_not_stop_training() -> None:
    label = (np.arange(60) % 2).astype(np.int8)
    folds, _ = plan_folds(label, _clusters([f"c{i // 12}" for i in range(60)]), seed=0)
    table = np.full((60, 2), np.nan, dtype=np.float32)
    table[:, 0] = label
    table[folds[0][1], 1] = np.arange(len(folds[0][1]))
    log_odds, _ = cross_fit(Boosting, table, label, None, folds, seed=0)
    assert ((log_odds > 0) == label).all()


def test_the_number_of_processes_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(300, 8)).astype(np.float32)
    label = (table[:, 0] + rng.normal(size=300) > 0).astype(np.int8)
    folds, _ = plan_folds(label, _clusters([f"c{i // 3}" for i in range(300)]), seed=0)
    alone, one = cross_fit(Boosting, table, label, None, folds, seed=0, jobs=1)
    together, two = cross_fit(Boosting, table, label, None, folds, seed=0, jobs=2)
    assert (alone == together).all()
    assert dump(one.state()) == dump(two.state())


def test_many_pairs_are_worth_fewer_folds_and_cheaper_fits() -> None:
    label = np.tile(np.array([1, 0, 0, 0], dtype=np.int8), MANY // 4)
    folds, grouped = plan_folds(label, _clusters([f"c{i // 4}" for i in range(MANY)]), seed=0)
    assert grouped
    assert len(folds) == FOLDS_OF_MANY < FOLDS
    table = np.random.default_rng(0).normal(size=(MANY, 2)).astype(np.float32) + label[:, None]
    raw, whole = cross_fit(Boosting, table, label, None, folds, seed=3)
    train, held_out = folds[0]
    assert (raw[held_out] == Boosting.draft(table[train], label[train], None, 3).log_odds(table[held_out])).all()
    assert (whole.log_odds(table[:9]) == Boosting.fit(table, label, None, 3).log_odds(table[:9])).all()
