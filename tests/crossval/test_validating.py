"""Cross-validation measures each fold as scikit-learn would, and refuses scores and labels that are none."""

from collections.abc import Callable
from statistics import fmean, stdev

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from mlops.crossval.folding import folds
from mlops.crossval.validating import cross_validate
from mlops.errors import InputRefusedError
from tests.crossval.claims import claims

DATA = claims()
FOLDS = folds(DATA.time, embargo_days=14)


def test_every_fold_is_measured_on_its_own_rows() -> None:
    found = DATA.validate()
    for score in found.folds:
        label, scores = DATA.label[score.fold.test], DATA.score(score.fold.train, score.fold.test)
        assert score.accuracy == accuracy_score(label, scores >= 0.5)
        assert score.auc == roc_auc_score(label, scores)
        assert score.log_loss == log_loss(label, scores)
        assert (score.n, score.base_rate) == (len(label), label.mean())
    assert found.accuracy.mean == pytest.approx(fmean(found.accuracies))
    assert found.accuracy.sd == pytest.approx(stdev(found.accuracies))
    assert found.right.mean() == pytest.approx(np.average(found.accuracies, weights=found.sizes))
    assert np.array_equal(found.label, DATA.label[found.rows] == 1)
    assert np.array_equal(found.fold, np.repeat(np.arange(5), found.sizes))


def test_a_model_that_chose_its_own_threshold_is_called_by_it() -> None:
    cuts = [0.2, 0.35, 0.5, 0.65, 0.8]

    def score(train: NDArray[np.intp], test: NDArray[np.intp]) -> tuple[NDArray[np.float64], float]:
        return DATA.score(train, test), next(chosen)

    chosen = iter(cuts)
    found = cross_validate(score, DATA.label, FOLDS, 0.5)
    assert [one.threshold for one in found.folds] == cuts
    for at, one in enumerate(found.folds):
        rows = found.fold == at
        assert np.array_equal(found.called[rows], found.score[rows] >= cuts[at])
        assert one.accuracy == accuracy_score(found.label[rows], found.score[rows] >= cuts[at])
    same = DATA.validate()
    assert np.array_equal(same.score, found.score)
    assert [one.auc for one in same.folds] == [one.auc for one in found.folds]  # no threshold moves an area
    assert {one.threshold for one in same.folds} == {0.5}


def test_a_block_of_one_class_has_no_area() -> None:
    label = DATA.label.copy()
    label[FOLDS[2].test] = 0
    found = cross_validate(DATA.score, label, FOLDS, 0.5)
    assert [score.auc is None for score in found.folds] == [False, False, True, False, False]


def altered(change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Callable[..., NDArray[np.float64]]:
    return lambda train, test: change(DATA.score(train, test))


@pytest.mark.parametrize("change", [lambda s: s * np.nan, lambda s: s + 1, lambda s: s[1:], lambda s: s[:, np.newaxis]])
def test_scores_that_are_none_are_a_letter(change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
    with pytest.raises(InputRefusedError, match="fold 1 did not score every row"):
        cross_validate(altered(change), DATA.label, FOLDS, 0.5)


def test_undecided_rows_and_a_past_of_one_class_are_letters() -> None:
    label = DATA.label.copy()
    label[FOLDS[1].test[0]] = -1
    with pytest.raises(InputRefusedError, match="Fold 2 has rows without a label"):
        cross_validate(DATA.score, label, FOLDS, 0.5)
    label = DATA.label.copy()
    label[FOLDS[0].train] = 1
    with pytest.raises(InputRefusedError, match="one class only"):
        cross_validate(DATA.score, label, FOLDS, 0.5)
