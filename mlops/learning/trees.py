"""Fitted trees side by side in flat arrays: a few rows go down all of them at once.

scikit-learn goes tree by tree, and what a call costs by itself, some hundred times, is most of the time of one row.
Every row ends in the same leaf here, and leaves are added in the same order, so both ways give the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FEW_ROWS = 200
"""Rows up to which all trees at once take less time than one after the other."""


@dataclass(frozen=True)
class Trees:
    """``t`` trees, their ``m`` nodes one tree after the other; a leaf's children are itself.

    Attributes:
        roots: (t,) where each tree begins.
        leaf: (m,) whether a node is a leaf.
        column: (m,) the column that a node asks.
        threshold: (m,) up to which a value goes left.
        missing_left: (m,) whether a missing value does.
        left: (m,) the left child.
        right: (m,) the right child.
        value: (m,) what a leaf says.
    """

    roots: NDArray[np.intp]
    leaf: NDArray[np.bool_]
    column: NDArray[np.intp]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    value: NDArray[np.float64]

    @classmethod
    def of_boosting(cls, model: Any) -> Self | None:  # noqa: ANN401  # scikit-learn is not typed
        """Return the trees of a HistGradientBoostingClassifier for two classes; None if they ask for categories."""
        nodes = [tree.nodes for (tree,) in model._predictors]  # noqa: SLF001  # scikit-learn has no public way
        if any(each["is_categorical"].any() for each in nodes):
            return None
        return cls._of(
            [
                (
                    each["feature_idx"], each["num_threshold"], each["missing_go_to_left"],
                    np.where(each["is_leaf"], -1, each["left"].astype(np.intp)),
                    np.where(each["is_leaf"], -1, each["right"].astype(np.intp)), each["value"],
                )
                for each in nodes
            ]
        )  # fmt: skip

    @classmethod
    def of_forest(cls, model: Any) -> Self:  # noqa: ANN401  # scikit-learn is not typed
        """Return the trees of a RandomForestClassifier for two classes, whose leaves say the share of the second."""
        trees = [each.tree_ for each in model.estimators_]
        return cls._of(
            [
                (
                    each.feature, each.threshold, each.missing_go_to_left, each.children_left, each.children_right,
                    each.value[:, 0, 1],
                )
                for each in trees
            ]
        )  # fmt: skip

    @classmethod
    def _of(cls, trees: Sequence[tuple[NDArray[Any], ...]]) -> Self:
        """Return trees of columns, thresholds, where missing values go, children (below 0 in a leaf), and values."""
        sizes = [len(each[0]) for each in trees]
        roots = np.cumsum([0, *sizes[:-1]])
        own, first = np.arange(sum(sizes)), np.repeat(roots, sizes)
        columns, thresholds, missing, lefts, rights, values = (
            np.concatenate(parts) for parts in zip(*trees, strict=True)
        )
        leaf = lefts < 0
        left, right = np.where(leaf, own, first + lefts), np.where(leaf, own, first + rights)
        return cls(
            roots.astype(np.intp), leaf, np.where(leaf, 0, columns).astype(np.intp), thresholds.astype(np.float64),
            missing.astype(bool), left.astype(np.intp), right.astype(np.intp), values.astype(np.float64),
        )  # fmt: skip

    def add(self, table: NDArray[np.float32], start: float) -> NDArray[np.float64]:
        """Return ``start`` and what all trees say of (n, f) rows, added tree by tree: (n,)."""
        rows, trees = len(table), len(self.roots)
        cells, begins = np.ascontiguousarray(table).reshape(-1), np.arange(rows) * table.shape[1]
        at = np.tile(self.roots, rows)
        on_way = np.flatnonzero(~self.leaf[at])  # which of all ways, a row down a tree, have not come to a leaf
        node, begin = at[on_way], np.repeat(begins, trees)[on_way]
        while on_way.size:
            asked = cells[begin + self.column[node]]
            goes_left = (asked <= self.threshold[node]) | (np.isnan(asked) & self.missing_left[node])
            node = np.where(goes_left, self.left[node], self.right[node])
            at[on_way] = node
            further = np.flatnonzero(~self.leaf[node])
            on_way, node, begin = on_way[further], node[further], begin[further]
        said = np.column_stack([np.full(rows, start), self.value[at].reshape(rows, trees)])
        return np.asarray(np.cumsum(said, axis=1)[:, -1])
