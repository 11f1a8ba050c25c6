"""The decision threshold, chosen from out-of-fold scores: pure functions of scores and labels."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from mlops.config import ThresholdSettings
from mlops.intervals.proportions import wilson_lower

Scores = NDArray[np.float64]

MIN_POSITIVES = 200
"""Positives from which the best F1 is sought under noise; fewer leave gaps between the classes that noise
would blur (tried on grouped halves of public training rows)."""
_NOISE = 1.0
_EDGE = 12.0
_STEP = 0.05
_TINY = 1e-12


@dataclass(frozen=True)
class Choice:
    """A threshold, and what it does on the scores from which it was chosen.

    Attributes:
        threshold: The score from which a row is called positive.
        precision: Precision there; NaN when nothing is called positive.
        recall: Recall there.
        f1: Harmonic mean of the two.
        floor_met: Whether the lower bound of precision reaches the floor; True for objectives that have none.
    """

    threshold: float
    precision: float
    recall: float
    f1: float
    floor_met: bool = True


@dataclass(frozen=True)
class _Cuts:
    """What each possible cut would do, from the strictest to the loosest: (m,) arrays, one entry a distinct score.

    Attributes:
        score: The score of the cut.
        true_positives: Weight of the positives called positive.
        predicted: Weight of all rows called positive.
        effective: Effective number of rows called positive, (sum w)^2 / sum w^2 (Kish 1965).
        positives: Weight of all positives.
    """

    score: Scores
    true_positives: Scores
    predicted: Scores
    effective: Scores
    positives: float

    @property
    def f1(self) -> Scores:
        return 2 * self.true_positives / (self.predicted + self.positives)

    def choice(self, cut: int, *, floor_met: bool = True) -> Choice:
        """Return the choice of the cut at position ``cut``, half way to the next lower score."""
        lower = self.score[cut + 1] if cut + 1 < len(self.score) else 0.0
        hits = float(self.true_positives[cut])
        return Choice(
            threshold=_midpoint(float(lower), float(self.score[cut])),
            precision=hits / float(self.predicted[cut]),
            recall=hits / self.positives,
            f1=float(self.f1[cut]),
            floor_met=floor_met,
        )


def choose(
    scores: Scores, label: NDArray[np.int8], settings: ThresholdSettings, weight: Scores | None = None
) -> Choice:
    """Choose the threshold by the policy's aim.

    Args:
        scores: (n,) out-of-fold scores in [0, 1].
        label: (n,) 0 or 1.
        settings: The aim.
        weight: (n,) sampling weights: precision and recall are then weighted (Hajek) ratios, and the lower bound is
            that of the effective number of rows. None is a plain sample.

    Raises:
        ValueError: There is no positive, or a score is not finite.
    """
    few = int((label == 1).sum()) < MIN_POSITIVES
    if settings.objective == "f1":
        return (best_f1 if few else steady_f1)(scores, label, weight)
    if settings.objective == "accuracy":
        return steady_accuracy(scores, label, weight)
    return recall_at_precision(
        scores, label, weight, floor=settings.precision_floor, confidence=settings.confidence
    )  # fmt: skip


def aim(settings: ThresholdSettings) -> str:
    """Return in a few words what the threshold was chosen for."""
    floor = f"recall with precision's lower bound at {settings.precision_floor} ({settings.confidence:.0%})"
    return {"f1": "best F1", "accuracy": "best accuracy", "recall_at_precision": floor}[settings.objective]


def best_f1(scores: Scores, label: NDArray[np.int8], weight: Scores | None = None) -> Choice:
    """Choose the best F1; among equals the strictest threshold, because a false alarm costs more than a miss."""
    cuts = _cuts(scores, label, weight)
    return cuts.choice(int(np.argmax(cuts.f1)))


def best_accuracy(scores: Scores, label: NDArray[np.int8], weight: Scores | None = None) -> Choice:
    """Choose the best accuracy at which a row is called positive at all; among equals the strictest threshold."""
    cuts = _cuts(scores, label, weight)
    return cuts.choice(int(np.argmax(2 * cuts.true_positives - cuts.predicted)))


def steady_f1(scores: Scores, label: NDArray[np.int8], weight: Scores | None = None) -> Choice:
    """Choose the best F1 that is expected if the log-odds of every score carried normal noise of one unit.

    The maximum of F1 over out-of-fold scores follows single rows; another fit would move each of them. Averaged over
    such moves, F1 has one broad maximum. The choice reports what the threshold does on the scores as they are.
    """
    grid = np.arange(-_EDGE, _EDGE + _STEP / 2, _STEP)
    near = np.clip(scores, expit(-_EDGE), expit(_EDGE))
    place = np.rint((logit(near) + _EDGE) / _STEP).astype(np.intp)
    weights = np.ones(len(scores)) if weight is None else weight
    all_rows = np.bincount(place, weights, len(grid))
    positives = np.bincount(place, weights * (label == 1), len(grid))
    above = ndtr((grid - grid[:, None]) / _NOISE)
    value = 2 * (above * positives).sum(axis=1) / ((above * all_rows).sum(axis=1) + positives.sum())
    threshold = float(expit(grid[int(np.argmax(value))]))
    called = scores >= threshold
    if not called.any():
        return best_f1(scores, label, weight)
    hits, predicted = float(weights[called & (label == 1)].sum()), float(weights[called].sum())
    total = float(positives.sum())
    return Choice(threshold, hits / predicted, hits / total, 2 * hits / (predicted + total))


def steady_accuracy(scores: Scores, label: NDArray[np.int8], weight: Scores | None = None) -> Choice:
    """Choose the threshold nearest to one half whose accuracy is within one standard error of the best.

    One half is the best threshold of calibrated scores whatever the base rate; the maximum itself follows single rows,
    and wanders far where a weak model leaves accuracy flat (the rule of one standard error: L. Breiman, J. Friedman, R.
    Olshen & C. Stone, Classification and Regression Trees, 1984, 3.4.3).
    """
    weights = np.ones(len(scores)) if weight is None else weight
    cuts = _cuts(scores, label, weight)
    whole = float(weights.sum())
    right = (2 * cuts.true_positives - cuts.predicted + whole - cuts.positives) / whole
    best = float(right.max())
    allowed = best - sqrt(best * (1 - best) * float((weights**2).sum())) / whole
    middle = _accuracy(scores, label, weights, 0.5)
    if middle is not None and middle >= allowed:
        called = scores >= 0.5  # noqa: PLR2004  # one half
        hits, predicted = float(weights[called & (label == 1)].sum()), float(weights[called].sum())
        return Choice(0.5, hits / predicted, hits / cuts.positives, 2 * hits / (predicted + cuts.positives))
    near = np.where(right >= allowed, np.abs(logit(np.clip(cuts.score, _TINY, 1 - _TINY))), np.inf)
    return cuts.choice(int(np.argmin(near)))


def _accuracy(scores: Scores, label: NDArray[np.int8], weights: Scores, threshold: float) -> float | None:
    """Return the accuracy at a threshold; None where no row is called positive."""
    called = scores >= threshold
    right = float(weights[called == (label == 1)].sum())
    return right / float(weights.sum()) if called.any() else None


def recall_at_precision(
    scores: Scores, label: NDArray[np.int8], weight: Scores | None = None, *, floor: float, confidence: float
) -> Choice:
    """Choose the highest recall whose one-sided Wilson lower bound of precision is at least ``floor``.

    Among equals the strictest threshold. Where no threshold reaches the floor, the one with the highest lower bound
    is chosen and ``floor_met`` is False.
    """
    cuts = _cuts(scores, label, weight)
    hits = np.minimum(cuts.true_positives * (cuts.effective / cuts.predicted), cuts.effective)
    counts = zip(hits.tolist(), cuts.effective.tolist(), strict=True)
    lower = np.array([wilson_lower(successes, rows, confidence) for successes, rows in counts])
    met = lower >= floor
    if not met.any():
        return cuts.choice(int(np.argmax(lower)), floor_met=False)
    return cuts.choice(int(np.argmax(np.where(met, cuts.true_positives, -1))))


def _cuts(scores: Scores, label: NDArray[np.int8], weight: Scores | None) -> _Cuts:
    """Count at every distinct score: equal scores are called positive together or not at all."""
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite")
    positive = label == 1
    if not positive.any():
        raise ValueError("a threshold needs at least one positive")
    weights = np.ones(len(scores)) if weight is None else weight
    order = np.argsort(-scores, kind="stable")
    ranked, weights, positive = scores[order], weights[order], positive[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits, called, squares = (np.cumsum(values)[last] for values in (weights * positive, weights, weights**2))
    return _Cuts(ranked[last], hits, called, called**2 / squares, float(hits[-1]))


def _midpoint(lower: float, upper: float) -> float:
    """Return the middle, or ``upper`` where the two are neighbouring floats and the middle rounds down."""
    middle = lower + (upper - lower) / 2
    return middle if middle > lower else upper
