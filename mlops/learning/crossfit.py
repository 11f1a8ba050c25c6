"""Out-of-fold scores: every training row is scored by a classifier that saw no row of its cluster."""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.utils.parallel import Parallel, delayed

from mlops.learning.estimators import Estimator, Floats, Labels, LogOdds, Weights

FOLDS = 5
FOLDS_OF_MANY = 3
MANY = 2_000
"""Rows from which three folds and cheaper fits say about as much out of fold as five and whole ones, in half the time
(chosen out of fold on training pairs of public data, where the differences are within noise)."""
SIDE_BY_SIDE = 1_000_000
"""Cells of a table from which processes pay: below, a fit takes less time than starting one."""

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def cross_fit(
    kind: type[Estimator],
    features: Floats,
    label: Labels,
    weight: Weights,
    folds: Sequence[Fold],
    *,
    seed: int,
    jobs: int | None = None,
) -> tuple[LogOdds, Estimator]:
    """Return the (n,) out-of-fold raw log-odds of (n, f) ``features``, and an estimator fitted on all of them.

    Each fit runs on one thread; a large table is fitted on side by side, one process a core. Processes, because
    scikit-learn's fits hold the interpreter's lock between trees; the result does not depend on their number.

    Args:
        kind: The estimator.
        features: (n, f) numbers, NaN where missing.
        label: (n,) 0 or 1.
        weight: (n,) sampling weights, or None.
        folds: Training and held-out rows of each fold.
        seed: Seed of the estimator.
        jobs: Processes; by default one for small tables, else as many as there are cores for this process.
    """
    everything = np.arange(len(label), dtype=np.intp)
    tasks: list[Fold] = [(everything, everything[:0]), *folds]
    processes = jobs or (1 if features.size < SIDE_BY_SIDE else min(_cores(), len(tasks)))
    fits = Parallel(n_jobs=processes)(
        delayed(_fit_and_score)(kind, features, label, weight, fold, seed=seed) for fold in tasks
    )
    scores = np.zeros(len(label), dtype=np.float64)
    for (_, held_out), (_, found) in zip(tasks, fits, strict=True):
        scores[held_out] = found
    return scores, fits[0][0]


def _cores() -> int:
    """Return how many cores this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _fit_and_score(
    kind: type[Estimator],
    features: Floats,
    label: Labels,
    weight: Weights,
    fold: Fold,
    *,
    seed: int,
) -> tuple[Estimator | None, LogOdds]:
    """Fit on some rows and score others; a fit that scores rows is of use for nothing else, and is not returned."""
    train, held_out = fold
    weights = None if weight is None else weight[train]
    if not len(held_out):
        return kind.fit(features[train], label[train], weights, seed), np.zeros(0, dtype=np.float64)
    # Histogram boosting refuses a column without any value, which a sparse one may be in the rest of a fold.
    filled = np.flatnonzero(~np.isnan(features[train]).all(axis=0))
    fit = kind.draft if len(label) >= MANY else kind.fit
    estimator = fit(features[np.ix_(train, filled)], label[train], weights, seed)
    return None, estimator.log_odds(features[np.ix_(held_out, filled)])


def plan_folds(label: NDArray[np.int8], cluster: NDArray[np.object_], seed: int) -> tuple[list[Fold], bool]:
    """Return stratified folds that keep clusters together, and whether they do.

    Where clusters are too few or too large for that, the folds are stratified only: a threshold from such scores is
    still better than one from training scores.

    Args:
        label: (n,) 0 or 1, at least two of each.
        cluster: (n,) names of clusters.
        seed: Shuffles the clusters.
    """
    groups = np.unique(cluster.astype(str), return_inverse=True)[1].reshape(-1)
    rarest = int(np.bincount(label, minlength=2).min())
    wanted = FOLDS_OF_MANY if len(label) >= MANY else FOLDS
    most = min(wanted, rarest, int(groups.max()) + 1)
    if most > 1:
        grouped = StratifiedGroupKFold(most, shuffle=True, random_state=seed)
        folds = list(grouped.split(groups, label, groups))
        if all(_usable(folds, label)):
            return folds, True
    plain = StratifiedKFold(min(wanted, rarest), shuffle=True, random_state=seed)
    return list(plain.split(groups, label)), False


def _usable(folds: list[Fold], label: NDArray[np.int8]) -> Iterator[bool]:
    """Tell for each fold whether it has rows and leaves both classes to train on."""
    for train, held_out in folds:
        yield len(held_out) > 0 and 0 < int(label[train].sum()) < len(train)
