"""Cross-validation: one model a fold, and what its scores of the days after it are worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from mlops.crossval.folding import Fold
from mlops.errors import InputRefusedError
from mlops.intervals.excess import Spread, spread

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Scorer = Callable[[Rows, Rows], Floats | tuple[Floats, float]]
"""Fits on the rows at the first positions and returns the scores, in [0, 1], of those at the second.

A model that chose its own threshold on its past returns that, too.
"""


@dataclass(frozen=True)
class FoldScore:
    """What one fold measured.

    Attributes:
        fold: Its rows and days.
        positives: Positive test rows.
        accuracy: Share of test rows decided rightly.
        auc: Area under the ROC curve; None where the test rows have one class only.
        log_loss: Mean log loss in nats; scores of exactly 0 and 1 are clipped as scikit-learn does.
        threshold: The score from which a row is called positive.
    """

    fold: Fold
    positives: int
    accuracy: float
    auc: float | None
    log_loss: float
    threshold: float

    @property
    def n(self) -> int:
        """Test rows."""
        return len(self.fold.test)

    @property
    def base_rate(self) -> float:
        """Share of positive test rows."""
        return self.positives / self.n


@dataclass(frozen=True)
class CrossValidation:
    """All folds, and the rows that they scored: each row of a test block once, by a model of its past.

    Attributes:
        folds: The earliest test block first.
        rows: (m,) positions of the scored rows, fold after fold.
        fold: (m,) number of the fold, from 0, that scored each.
        label: (m,) whether each is positive.
        score: (m,) its score.
    """

    folds: tuple[FoldScore, ...]
    rows: Rows
    fold: Rows
    label: NDArray[np.bool_]
    score: Floats

    @property
    def called(self) -> NDArray[np.bool_]:
        """Which scored rows are called positive."""
        return self.score >= np.array([score.threshold for score in self.folds])[self.fold]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which scored rows are decided rightly."""
        return np.equal(self.called, self.label)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Test rows of each fold."""
        return tuple(score.n for score in self.folds)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Accuracy of each fold."""
        return tuple(score.accuracy for score in self.folds)

    @property
    def accuracy(self) -> Spread:
        """Accuracy over the folds: mean, standard deviation, noise and excess."""
        return spread(self.accuracies, self.sizes)


def cross_validate(
    fit_and_score: Scorer, label: NDArray[Any], folds: Sequence[Fold], threshold: float
) -> CrossValidation:
    """Fit and measure each fold.

    Args:
        fit_and_score: See :data:`Scorer`; called once a fold, the earliest first.
        label: (n,) 0 or 1.
        folds: Two or more, from :func:`mlops.crossval.folding.folds`.
        threshold: The score from which a row is called positive, where a model chose none of its own.

    Raises:
        InputRefusedError: A fold's rows have labels other than 0 and 1, its past has one class only, or its scores are
            not one number in [0, 1] a row.
    """
    known = np.asarray(label)
    parts = [_scored(fit_and_score, known, fold, number, threshold) for number, fold in enumerate(folds, start=1)]
    rows = np.concatenate([fold.test for fold in folds])
    return CrossValidation(
        folds=tuple(
            _measure(fold, known[fold.test] == 1, score, cut) for fold, (score, cut) in zip(folds, parts, strict=True)
        ),
        rows=rows,
        fold=np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds]),
        label=known[rows] == 1,
        score=np.concatenate([score for score, _ in parts]),
    )


def _scored(
    fit_and_score: Scorer, label: NDArray[Any], fold: Fold, number: int, threshold: float
) -> tuple[Floats, float]:
    both = np.concatenate([fold.train, fold.test])
    if not np.isin(label[both], (0, 1)).all():
        raise InputRefusedError(
            f"Fold {number} has rows without a label.",
            field="label",
            expected="0 or 1",
            found=f"{int((~np.isin(label[both], (0, 1))).sum()):,} rows that have neither",
            fix="Leave undecided rows out before the folds are made.",
        )
    if len(np.unique(label[fold.train])) == 1:
        raise InputRefusedError(
            f"Before fold {number} there is one class only, and nothing to learn.",
            field="label",
            expected="both classes in the past of every test block",
            found=f"{len(fold.train):,} rows of class {label[fold.train][0]}",
            fix="Collect over a longer time, or ask for fewer blocks.",
        )
    found = fit_and_score(fold.train, fold.test)
    raw, cut = found if isinstance(found, tuple) else (found, threshold)
    score = np.asarray(raw, dtype=np.float64)
    if score.shape != fold.test.shape or not ((score >= 0) & (score <= 1)).all():
        raise InputRefusedError(
            f"The model of fold {number} did not score every row in [0, 1].",
            field="score",
            expected=f"{len(fold.test):,} numbers in [0, 1]",
            found=f"{int(((score >= 0) & (score <= 1)).sum()):,} of {score.size:,}",
            fix="Look for infinite or missing features.",
        )
    return score, cut


def _measure(fold: Fold, label: NDArray[np.bool_], score: Floats, threshold: float) -> FoldScore:
    return FoldScore(
        fold=fold,
        positives=int(label.sum()),
        accuracy=float(accuracy_score(label, score >= threshold)),
        auc=float(roc_auc_score(label, score)) if 0 < label.sum() < len(label) else None,
        log_loss=float(log_loss(label, score, labels=[False, True])),
        threshold=threshold,
    )
