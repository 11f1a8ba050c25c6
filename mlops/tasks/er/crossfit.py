"""Out-of-fold scores: every training pair is scored by a classifier that saw no pair of its cluster."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

from mlops.tasks.er.vocabulary import Floats

FOLDS = 5
SIDE_BY_SIDE = 1_000_000
"""Cells of a table from which processes pay: below, a fit takes less time than starting one."""

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def cross_fit(
    classifier: Any,  # noqa: ANN401  # scikit-learn is not typed
    features: Floats,
    label: NDArray[np.int8],
    folds: Sequence[Fold],
    *,
    jobs: int | None = None,
) -> tuple[NDArray[np.float64], Any]:
    """Return the (n,) out-of-fold scores of (n, f) ``features``, and ``classifier`` fitted on all of them.

    Each fit runs on one thread; a large table is fitted on side by side, one process a core. Processes, because
    scikit-learn's fits hold the interpreter's lock between trees; the result does not depend on their number.

    Args:
        classifier: An estimator that is not fitted; it is cloned.
        features: (n, f) numbers, NaN where missing.
        label: (n,) 0 or 1.
        folds: Training and held-out rows of each fold.
        jobs: Processes; by default one for small tables, else as many as there are cores.
    """
    everything = np.arange(len(label), dtype=np.intp)
    tasks: list[Fold] = [(everything, everything[:0]), *folds]
    processes = jobs or (1 if features.size < SIDE_BY_SIDE else min(os.cpu_count() or 1, len(tasks)))
    fits = Parallel(n_jobs=processes)(
        delayed(_fit_and_score)(clone(classifier), features, label, train, held_out) for train, held_out in tasks
    )
    scores = np.zeros(len(label), dtype=np.float64)
    for (_, held_out), (_, found) in zip(tasks, fits, strict=True):
        scores[held_out] = found
    return scores, fits[0][0]


def _fit_and_score(
    classifier: Any,  # noqa: ANN401  # scikit-learn is not typed
    features: Floats,
    label: NDArray[np.int8],
    train: NDArray[np.intp],
    held_out: NDArray[np.intp],
) -> tuple[Any, NDArray[np.float64]]:
    """Fit on some rows and score others; a fit that scores rows is of use for nothing else, and is not returned."""
    if not len(held_out):
        return fitted(classifier, features[train], label[train]), np.zeros(0, dtype=np.float64)
    # Histogram boosting refuses a column without any value, which a sparse one may be in the rest of a fold.
    filled = np.flatnonzero(~np.isnan(features[train]).all(axis=0))
    fitted(classifier, features[np.ix_(train, filled)], label[train])
    return None, probabilities(classifier, features[np.ix_(held_out, filled)])


def fitted(classifier: Any, features: Floats, label: NDArray[np.int8]) -> Any:  # noqa: ANN401  # scikit-learn is not typed
    """Return ``classifier`` fitted on (n, f) ``features``."""
    with _one_thread():
        return classifier.fit(features, label)


def probabilities(classifier: Any, features: Floats) -> NDArray[np.float64]:  # noqa: ANN401  # scikit-learn is not typed
    """Return the (n,) probabilities of a match for (n, f) ``features``; of none, none."""
    if not len(features):
        return np.zeros(0, dtype=np.float64)
    with _one_thread():
        return np.asarray(classifier.predict_proba(features)[:, 1], dtype=np.float64)


def _one_thread() -> Any:  # noqa: ANN401  # threadpoolctl is not typed
    """Return a context in which scikit-learn's OpenMP code runs on one core.

    Its threads spin until the slowest has arrived, several times a tree: on a busy machine two of them can take many
    times as long as one, on a quiet one they save less than half.
    """
    return threadpool_limits(1, user_api="openmp")


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
    most = min(FOLDS, rarest, int(groups.max()) + 1)
    if most > 1:
        grouped = StratifiedGroupKFold(most, shuffle=True, random_state=seed)
        folds = list(grouped.split(groups, label, groups))
        if all(_usable(folds, label)):
            return folds, True
    plain = StratifiedKFold(min(FOLDS, rarest), shuffle=True, random_state=seed)
    return list(plain.split(groups, label)), False


def _usable(folds: list[Fold], label: NDArray[np.int8]) -> Iterator[bool]:
    """Tell for each fold whether it has rows and leaves both classes to train on."""
    for train, held_out in folds:
        yield len(held_out) > 0 and 0 < int(label[train].sum()) < len(train)
