"""Out-of-fold scores: every training pair is scored by a classifier that saw no pair of its cluster."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from mlops.tasks.er.vocabulary import Floats

FOLDS = 5
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def out_of_fold(
    build: Callable[[], Any], features: Floats, label: NDArray[np.int8], folds: Sequence[Fold]
) -> NDArray[np.float64]:
    """Return the (n,) scores of (n, f) ``features``, fold by fold, by fresh classifiers from ``build``."""
    scores = np.zeros(len(label), dtype=np.float64)
    for train, held_out in folds:
        # Histogram boosting refuses a column without any value, which a sparse one may be in the rest of a fold.
        filled = np.flatnonzero(~np.isnan(features[train]).all(axis=0))
        classifier = fitted(build(), features[np.ix_(train, filled)], label[train])
        scores[held_out] = probabilities(classifier, features[np.ix_(held_out, filled)])
    return scores


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

    Its threads spin until the slowest has arrived, several times a tree: on a busy machine two of them took up to 28
    times as long as one (measured), on a quiet one they save a third.
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
