"""Folds keep clusters together where they can, and say when they cannot."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from mlops.persistence import dump
from mlops.tasks.er.crossfit import FOLDS, cross_fit, plan_folds, probabilities


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
    scores, whole = cross_fit(LogisticRegression(C=100), noise, label, folds)
    seen = probabilities(whole, noise)
    assert ((scores > 0.5) != label).mean() > 0.3
    assert ((seen > 0.5) != label).mean() < 0.05


def test_a_column_filled_in_one_fold_only_does_not_stop_training() -> None:
    label = (np.arange(60) % 2).astype(np.int8)
    folds, _ = plan_folds(label, _clusters([f"c{i // 12}" for i in range(60)]), seed=0)
    table = np.full((60, 2), np.nan, dtype=np.float32)
    table[:, 0] = label
    table[folds[0][1], 1] = np.arange(len(folds[0][1]))
    scores, _ = cross_fit(HistGradientBoostingClassifier(min_samples_leaf=2), table, label, folds)
    assert ((scores > 0.5) == label).all()


def test_of_no_pairs_there_are_no_probabilities() -> None:
    assert probabilities(None, np.zeros((0, 3), dtype=np.float32)).shape == (0,)


def test_the_number_of_processes_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(300, 8)).astype(np.float32)
    label = (table[:, 0] + rng.normal(size=300) > 0).astype(np.int8)
    folds, _ = plan_folds(label, _clusters([f"c{i // 3}" for i in range(300)]), seed=0)
    boosting = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    alone, one = cross_fit(boosting, table, label, folds, jobs=1)
    together, two = cross_fit(boosting, table, label, folds, jobs=2)
    assert (alone == together).all()
    assert dump({"classifier": one}) == dump({"classifier": two})
