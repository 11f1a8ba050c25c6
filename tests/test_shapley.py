"""Shapley values of groups of features: against their definition, and against what scikit-learn predicts."""

from collections.abc import Callable
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from mlops.shapley import Ensemble, Tree, boosting_intercept, boosting_trees, forest_trees

GROUP = np.array([0, 0, 1, 2, 2, 3], dtype=np.intp)
Table = NDArray[np.float32]


def rows(seed: int = 0, n: int = 300) -> tuple[Table, NDArray[np.int8]]:
    """Return a table with missing values and labels that hang on an interaction; the last column is noise."""
    generator = np.random.default_rng(seed)
    table = generator.normal(size=(n, len(GROUP))).astype(np.float32)
    label = (table[:, 0] * table[:, 2] + table[:, 3] > 0).astype(np.int8)
    table[generator.random(table.shape) < 0.1] = np.nan
    return table, label


def boosted(table: Table, label: NDArray[np.int8], *, trees: int = 20) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=trees, max_leaf_nodes=15, random_state=0).fit(table, label)


def expectation(trees: list[Tree], row: Table, known: set[int]) -> float:
    """Return the trees' output where only the groups ``known`` are, by the definition."""

    def walk(tree: Tree, at: int) -> float:
        if tree.left[at] < 0:
            return float(tree.value[at])
        feature = tree.feature[at]
        left, right = int(tree.left[at]), int(tree.right[at])
        if int(GROUP[feature]) in known:
            goes_left = tree.missing_left[at] if np.isnan(row[feature]) else row[feature] <= tree.threshold[at]
            return walk(tree, left if goes_left else right)
        share = float(tree.rows[left] / tree.rows[at])
        return share * walk(tree, left) + (1 - share) * walk(tree, right)

    return sum(walk(tree, 0) for tree in trees)


def by_definition(value: Callable[[set[int]], float], groups: int) -> list[float]:
    """Return Shapley values by going through all coalitions."""
    found = []
    for group in range(groups):
        others = [other for other in range(groups) if other != group]
        total = 0.0
        for size in range(groups):
            chance = factorial(size) * factorial(groups - size - 1) / factorial(groups)
            total += chance * sum(value({*set_, group}) - value(set(set_)) for set_ in combinations(others, size))
        found.append(total)
    return found


@pytest.mark.parametrize("kind", ["boosting", "forest"])
def test_contributions_are_the_shapley_values_of_the_definition(kind: str) -> None:
    table, label = rows()
    trees = list(
        boosting_trees(boosted(table, label, trees=4))
        if kind == "boosting"
        else forest_trees(RandomForestClassifier(3, max_depth=6, random_state=0).fit(table, label))
    )
    found = Ensemble.of(trees, GROUP)
    for row in table[:4]:
        expected = by_definition(lambda known, row=row: expectation(trees, row, known), 4)  # type: ignore[misc]  # bound now
        assert found.contributions(row[None])[0] == pytest.approx(expected, abs=1e-12)
    assert found.base == pytest.approx(expectation(trees, table[0], set()), abs=1e-12)


def test_base_and_contributions_add_up_to_the_margin_of_boosting() -> None:
    table, label = rows()
    model = boosted(table, label, trees=60)
    ensemble = Ensemble.of(boosting_trees(model), GROUP, intercept=boosting_intercept(model))
    margin = ensemble.base + ensemble.contributions(table[:50]).sum(axis=1)
    assert margin == pytest.approx(model.decision_function(table[:50]), abs=1e-9)


def test_base_and_contributions_add_up_to_the_share_of_a_forest() -> None:
    table, label = rows()
    model = RandomForestClassifier(30, min_samples_leaf=2, random_state=0).fit(table, label)
    ensemble = Ensemble.of(forest_trees(model), GROUP)
    share = ensemble.base + ensemble.contributions(table[:50]).sum(axis=1)
    assert share == pytest.approx(model.predict_proba(table[:50])[:, 1], abs=1e-9)


def test_a_group_that_no_split_reads_contributes_nothing() -> None:
    table, label = rows()
    table[:, 5] = 1.0
    found = Ensemble.of(boosting_trees(boosted(table, label)), GROUP).contributions(table[:5])
    assert not found[:, 3].any()
    assert found[:, :3].any(axis=0).all()


def test_trees_without_a_split_give_their_value_to_the_base() -> None:
    stump = Tree(
        left=np.array([-1]),
        right=np.array([-1]),
        feature=np.array([0]),
        threshold=np.zeros(1),
        missing_left=np.zeros(1, dtype=np.bool_),
        rows=np.ones(1),
        value=np.array([0.25]),
    )
    ensemble = Ensemble.of([stump, stump], GROUP, intercept=1.0)
    assert ensemble.base == 1.5
    assert ensemble.contributions(np.zeros((3, len(GROUP)))).tolist() == [[0.0] * 4] * 3


def test_no_row_gives_no_contribution() -> None:
    table, label = rows()
    found: Any = Ensemble.of(boosting_trees(boosted(table, label)), GROUP).contributions(table[:0])
    assert found.shape == (0, 4)
