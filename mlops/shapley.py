"""Which attributes moved a score: exact Shapley values of groups of features in an ensemble of trees.

The game is the path-dependent one of TreeSHAP: a tree's expectation where only some attributes are known follows both
branches of a split on an unknown attribute, in proportion to the training rows that went there. For one leaf that
expectation is a product over the attributes on its path, ``value * prod(o)`` over the known and ``prod(z)`` over the
unknown ones, where ``o`` is 1 if the row meets all of the attribute's splits on the path (else 0) and ``z`` the share
of training rows that do. The Shapley value of a product is an integral over Owen's multilinear extension,
``value * (o_g - z_g) * integral over t of prod_{h != g} (t o_h + (1 - t) z_h)``: a polynomial, which Gauss-Legendre
nodes integrate exactly.

Sources: S. Lundberg et al., From local explanations to global understanding with explainable AI for trees, Nature
Machine Intelligence 2 (2020) 56-67; G. Owen, Multilinear extensions of games, Management Science 18 (1972) 64-79.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_LEAST_SHARE = 1e-12  # no training row went there: only a tree that was not fitted has such a branch


@dataclass(frozen=True)
class Tree:
    """One fitted tree: (m,) arrays over its nodes, the root first.

    Attributes:
        left: Number of the left child, where the feature is at most ``threshold``; -1 in a leaf.
        right: Number of the right child; -1 in a leaf.
        feature: Column that an inner node splits.
        threshold: Its bound.
        missing_left: Whether a missing value goes left.
        rows: Training rows (or their weight) that reached the node.
        value: What a leaf adds to the ensemble's output.
    """

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    feature: NDArray[np.intp]
    threshold: Numbers
    missing_left: NDArray[np.bool_]
    rows: Numbers
    value: Numbers


@dataclass(frozen=True)
class Ensemble:
    """The paths to all leaves of all trees, as one table of conditions.

    A *cell* is what one group of features must meet on the path to one leaf.

    Attributes:
        feature: (m,) column of each inner node of all trees.
        threshold: (m,) its bound.
        missing_left: (m,) where a missing value goes.
        node: (c,) inner node of each condition; conditions stand by leaf, then by group.
        side: (c,) whether the path goes left there.
        cell_starts: (k,) the first condition of each cell.
        cell_leaf: (k,) the leaf of each cell.
        cell_group: (k,) the group of each cell.
        unknown: (k,) share of training rows that meet the cell.
        leaf_starts: (l,) the first cell of each leaf.
        value: (l,) what each leaf adds.
        groups: Number of groups.
        base: Output where no group is known: the mean over the training rows.
    """

    feature: NDArray[np.intp]
    threshold: Numbers
    missing_left: NDArray[np.bool_]
    node: NDArray[np.intp]
    side: NDArray[np.bool_]
    cell_starts: NDArray[np.intp]
    cell_leaf: NDArray[np.intp]
    cell_group: NDArray[np.intp]
    unknown: Numbers
    leaf_starts: NDArray[np.intp]
    value: Numbers
    groups: int
    base: float

    @classmethod
    def of(cls, trees: Iterable[Tree], group: NDArray[np.intp], *, intercept: float = 0.0) -> Self:
        """Gather the paths of fitted trees.

        Args:
            trees: The trees, whose leaves add up.
            group: (f,) the group, from 0, of each column that the trees read.
            intercept: What is added to every row.
        """
        nodes: list[tuple[Any, ...]] = []
        conditions: list[tuple[int, int, int, bool, float]] = []
        values: list[float] = []
        base = intercept
        for tree in trees:
            numbers = {int(old): len(nodes) + new for new, old in enumerate(np.flatnonzero(tree.left >= 0))}
            nodes += [(tree.feature[old], tree.threshold[old], tree.missing_left[old]) for old in numbers]
            if not numbers:
                base += float(tree.value[0])
                continue
            for leaf, path in _paths(tree):
                conditions += [
                    (len(values), int(group[tree.feature[at]]), numbers[at], left, share) for at, left, share in path
                ]
                values.append(float(tree.value[leaf]))
        conditions.sort(key=lambda condition: condition[:2])
        leaves, groups, node, side, share = _columns(conditions)
        first = np.flatnonzero(np.diff(leaves * (len(group) + 1) + groups, prepend=-1))
        unknown = np.multiply.reduceat(share, first) if len(first) else share
        cell_leaf = leaves[first]
        leaf_starts = np.flatnonzero(np.diff(cell_leaf, prepend=-1))
        value = np.array(values)
        if len(value):
            base += float((value * np.multiply.reduceat(unknown, leaf_starts)).sum())
        feature, threshold, missing_left = zip(*nodes, strict=True) if nodes else ((), (), ())
        return cls(
            feature=np.array(feature, dtype=np.intp),
            threshold=np.array(threshold, dtype=np.float64),
            missing_left=np.array(missing_left, dtype=np.bool_),
            node=node,
            side=side,
            cell_starts=first,
            cell_leaf=cell_leaf,
            cell_group=groups[first],
            unknown=unknown,
            leaf_starts=leaf_starts,
            value=value,
            groups=int(group.max(initial=-1)) + 1,
            base=base,
        )

    def contributions(self, features: NDArray[Any]) -> Numbers:
        """Return the (n, groups) Shapley values of (n, f) ``features``; with ``base`` they add up to the output."""
        if not len(self.value):
            return np.zeros((len(features), self.groups))
        most = int(np.bincount(self.cell_leaf).max())
        points, weights = np.polynomial.legendre.leggauss((most + 1) // 2)
        nodes, weights = (points + 1) / 2, weights / 2
        return np.array([self._of_row(row, nodes, weights) for row in features]).reshape(len(features), self.groups)

    def _of_row(self, row: NDArray[Any], nodes: Numbers, weights: Numbers) -> Numbers:
        read = row[self.feature].astype(np.float64)
        left = np.where(np.isnan(read), self.missing_left, read <= self.threshold)
        met = np.logical_and.reduceat(left[self.node] == self.side, self.cell_starts).astype(np.float64)
        factors = np.outer(met, nodes) + np.outer(self.unknown, 1 - nodes)
        products = np.multiply.reduceat(factors, self.leaf_starts, axis=0)
        others = (products[self.cell_leaf] / factors) @ weights
        moved = self.value[self.cell_leaf] * (met - self.unknown) * others
        return np.asarray(np.bincount(self.cell_group, weights=moved, minlength=self.groups), dtype=np.float64)


def boosting_trees(model: Any) -> Iterator[Tree]:  # noqa: ANN401  # scikit-learn is not typed
    """Yield the trees of a fitted ``HistGradientBoostingClassifier`` for two classes; they add up to its margin.

    :func:`boosting_intercept` belongs to them.
    """
    for (predictor,) in model._predictors:  # noqa: SLF001  # scikit-learn has no public way to its trees
        nodes = predictor.nodes
        leaf = nodes["is_leaf"] == 1
        yield Tree(
            left=np.where(leaf, -1, nodes["left"].astype(np.intp)),
            right=np.where(leaf, -1, nodes["right"].astype(np.intp)),
            feature=nodes["feature_idx"].astype(np.intp),
            threshold=nodes["num_threshold"].astype(np.float64),
            missing_left=nodes["missing_go_to_left"] == 1,
            rows=nodes["count"].astype(np.float64),
            value=nodes["value"].astype(np.float64),
        )


def boosting_intercept(model: Any) -> float:  # noqa: ANN401  # scikit-learn is not typed
    """Return the margin from which the trees of a ``HistGradientBoostingClassifier`` start."""
    return float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001  # as above


def forest_trees(model: Any) -> Iterator[Tree]:  # noqa: ANN401  # scikit-learn is not typed
    """Yield the trees of a fitted ``RandomForestClassifier`` for classes 0 and 1; they add up to the share of 1."""
    for estimator in model.estimators_:
        tree = estimator.tree_
        value = tree.value[:, 0, :]
        yield Tree(
            left=tree.children_left.astype(np.intp),
            right=tree.children_right.astype(np.intp),
            feature=tree.feature.astype(np.intp),
            threshold=tree.threshold.astype(np.float64),
            missing_left=tree.missing_go_to_left == 1,
            rows=tree.weighted_n_node_samples.astype(np.float64),
            value=value[:, 1] / value.sum(axis=1) / len(model.estimators_),
        )


def _paths(tree: Tree) -> Iterable[tuple[int, list[tuple[int, bool, float]]]]:
    """Yield each leaf with its path: inner nodes, whether it goes left there, and the share of rows that do."""
    waiting: list[tuple[int, list[tuple[int, bool, float]]]] = [(0, [])]
    while waiting:
        at, path = waiting.pop()
        if tree.left[at] < 0:
            yield at, path
            continue
        for child, left in ((int(tree.left[at]), True), (int(tree.right[at]), False)):
            share = max(float(tree.rows[child] / tree.rows[at]), _LEAST_SHARE)
            waiting.append((child, [*path, (at, left, share)]))


def _columns(
    conditions: list[tuple[int, int, int, bool, float]],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_], Numbers]:
    leaf, group, node, side, share = zip(*conditions, strict=True) if conditions else ((), (), (), (), ())
    return (
        np.array(leaf, dtype=np.intp),
        np.array(group, dtype=np.intp),
        np.array(node, dtype=np.intp),
        np.array(side, dtype=np.bool_),
        np.array(share, dtype=np.float64),
    )
