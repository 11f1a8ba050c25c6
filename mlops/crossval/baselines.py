"""What needs no model: the majority class, and the best rule on one single feature.

A model that is right on 94 % of rows has learned nothing where 94 % are of one class, and little where one column says
as much. So the gate asks for its lift over both, measured on the same rows, with a bound.

Source: R. C. Holte, Very simple classification rules perform well on most commonly used datasets, Machine Learning 11
(1993) 63-90: one-level decision trees (1R), with a least number of rows behind each branch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

BINS = 16
LEAST_ROWS = 20
"""Training rows behind a branch of a rule; a rarer value is called as the majority is."""


@dataclass(frozen=True)
class OneRule:
    """A stump: the values of one feature, each with the class that most of its training rows have.

    Attributes:
        feature: Name of the feature.
        edges: For numbers the inner edges of their bins, ascending; None for categories.
        branches: By bin or category whether a row is called positive; anything else is called ``otherwise``.
        otherwise: The majority class of all training rows.
    """

    feature: str
    edges: NDArray[np.float64] | None
    branches: Mapping[Any, bool]
    otherwise: bool

    def call(self, features: Mapping[str, NDArray[Any]]) -> Flags:
        """Return which rows of ``features`` are called positive."""
        cells, code = np.unique(_cells(features[self.feature], self.edges), return_inverse=True)
        calls = [self.branches.get(cell, self.otherwise) for cell in cells.tolist()]
        return np.array(calls, dtype=np.bool_)[code]


def majority(label: Flags) -> bool:
    """Return the class of most rows; a tie is negative."""
    return bool(2 * label.sum() > len(label))


def fit_one_rule(features: Mapping[str, NDArray[Any]], label: Flags, train: Rows) -> OneRule:
    """Return the rule on one feature that is right on most training rows; the first of several that are equally good.

    Args:
        features: By name (n,) numbers (NaN is a value of its own) or objects (None is one, too); one or more.
        label: (n,) whether the row is positive.
        train: Positions of the rows to fit on.
    """
    rules = [_rule(name, values[train], label[train]) for name, values in features.items()]
    return max(rules, key=lambda rule: rule[1])[0]


def _rule(name: str, values: NDArray[Any], label: Flags) -> tuple[OneRule, int]:
    """Return the rule on one feature and on how many of its own rows it is right."""
    edges = None
    if values.dtype.kind in "biuf":
        present = values[~np.isnan(values.astype(np.float64))].astype(np.float64)
        edges = np.unique(np.quantile(present, np.linspace(0, 1, BINS + 1)[1:-1])) if len(present) else np.empty(0)
    cells, code, rows = np.unique(_cells(values, edges), return_inverse=True, return_counts=True)
    positive = np.bincount(code, weights=label, minlength=len(cells))
    branches = {
        cell: bool(2 * positive[at] > rows[at]) for at, cell in enumerate(cells.tolist()) if rows[at] >= LEAST_ROWS
    }
    rule = OneRule(name, edges, branches, majority(label))
    return rule, int((rule.call({name: values}) == label).sum())


def _cells(values: NDArray[Any], edges: NDArray[np.float64] | None) -> NDArray[Any]:
    """Return the bin of each number, -1 for NaN, or the category as text; a missing category is the empty text."""
    if edges is None:
        return np.array(["" if value is None else str(value) for value in values.tolist()], dtype=object)
    numbers = values.astype(np.float64)
    return np.where(np.isnan(numbers), -1, np.searchsorted(edges, numbers, side="right"))
