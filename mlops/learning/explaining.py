"""Which groups of columns moved a score: exact Shapley values of what an estimator adds up.

That is the margin of boosted trees, the votes of a forest, the terms of a linear model (there, the difference to a mean
training row). What comes after, from votes or a margin to calibrated log-odds, is strictly increasing in that sum; it
stretches all contributions of a row by the same positive factor, so that signs and proportions stay and everything adds
up to the log-odds of the score.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mlops.learning.calibration import Calibration
from mlops.learning.estimators import Boosting, Estimator, Floats, Forest, Linear
from mlops.shapley import Ensemble, boosting_intercept, boosting_trees, forest_trees

Numbers = NDArray[np.float64]
Link = Callable[[Numbers], Numbers]
_STEP = 1e-6


def contributions(
    estimator: Estimator, calibration: Calibration, table: Floats, group: NDArray[np.intp]
) -> tuple[float, Numbers]:
    """Return the log-odds of the score of an average training row, and what each group adds to them, by row.

    Args:
        estimator: The fitted classifier.
        calibration: Its last step.
        table: (n, f) numbers.
        group: (f,) the number of the group that each column belongs to, from 0.

    Returns:
        The base, and (n, groups) contributions: base and a row of them add up to the log-odds of that row's score.

    Raises:
        TypeError: The estimator is of a kind that is not known here.
    """
    base, moved, link = _additive(estimator, calibration, table, group)
    total = base + moved.sum(axis=1)
    start = float(link(np.array([base]))[0])
    return start, moved * _stretch(link(total) - start, total - base, link, base)[:, None]


def _additive(
    estimator: Estimator, calibration: Calibration, table: Floats, group: NDArray[np.intp]
) -> tuple[float, Numbers, Link]:
    """Return the base and the (n, groups) contributions of what adds up, and the way from their sum to log-odds."""
    calibrated = calibration.log_odds
    groups = int(group.max()) + 1
    if isinstance(estimator, Boosting):
        trees = Ensemble.of(boosting_trees(estimator.model), group, intercept=boosting_intercept(estimator.model))
        return trees.base, trees.contributions(table), calibrated
    if isinstance(estimator, Forest):
        trees = Ensemble.of(forest_trees(estimator.model), group)
        return trees.base, trees.contributions(table), lambda share: calibrated(estimator.from_share(share))
    if isinstance(estimator, Linear):
        terms = estimator.contributions(table)
        summed = [terms[:, group == number].sum(axis=1) for number in range(groups)]
        return estimator.intercept, np.column_stack(summed), calibrated
    raise TypeError(f"an estimator of kind {type(estimator).__name__}")


def _stretch(after: Numbers, before: Numbers, link: Link, base: float) -> Numbers:
    """Return (n,) ``after / before``, and the slope at the base where a row lies there itself."""
    slope = float((link(np.array([base + _STEP])) - link(np.array([base - _STEP])))[0]) / (2 * _STEP)
    near = np.abs(before) < _STEP
    return np.where(near, slope, after / np.where(near, 1.0, before))
