"""The decision threshold, chosen from out-of-fold scores: pure functions of scores and labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops.config import ThresholdSettings
from mlops.intervals.proportions import wilson_lower

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """A threshold, and what it does on the scores from which it was chosen.

    Attributes:
        threshold: The score from which a row is called positive.
        precision: Precision there; NaN when nothing is called positive.
        recall: Recall there.
        f1: Harmonic mean of the two.
        floor_met: Whether the lower bound of precision reaches the floor; True for the objective ``f1``, which has
            none.
    """

    threshold: float
    precision: float
    recall: float
    f1: float
    floor_met: bool = True


@dataclass(frozen=True)
class _Cuts:
    """What each possible cut would do, from the strictest to the loosest: (m,) arrays, one entry a distinct score."""

    score: Scores
    true_positives: NDArray[np.int64]
    predicted: NDArray[np.int64]
    positives: int

    @property
    def f1(self) -> Scores:
        return 2 * self.true_positives / (self.predicted + self.positives)

    def choice(self, cut: int, *, floor_met: bool = True) -> Choice:
        """Return the choice of the cut at position ``cut``, half way to the next lower score."""
        lower = self.score[cut + 1] if cut + 1 < len(self.score) else 0.0
        hits = int(self.true_positives[cut])
        return Choice(
            threshold=_midpoint(float(lower), float(self.score[cut])),
            precision=hits / int(self.predicted[cut]),
            recall=hits / self.positives,
            f1=float(self.f1[cut]),
            floor_met=floor_met,
        )


def choose(scores: Scores, label: NDArray[np.int8], settings: ThresholdSettings) -> Choice:
    """Choose the threshold for out-of-fold ``scores`` (n,) in [0, 1] and their ``label`` (n,), by the policy's aim.

    Raises:
        ValueError: There is no positive, or a score is not finite.
    """
    if settings.objective == "f1":
        return best_f1(scores, label)
    return recall_at_precision(scores, label, floor=settings.precision_floor, confidence=settings.confidence)


def best_f1(scores: Scores, label: NDArray[np.int8]) -> Choice:
    """Choose the best F1; among equals the strictest threshold, because a false match costs more than a missed one."""
    cuts = _cuts(scores, label)
    return cuts.choice(int(np.argmax(cuts.f1)))


def recall_at_precision(scores: Scores, label: NDArray[np.int8], *, floor: float, confidence: float) -> Choice:
    """Choose the highest recall whose one-sided Wilson lower bound of precision is at least ``floor``.

    Among equals the strictest threshold. Where no threshold reaches the floor, the one with the highest lower bound
    is chosen and ``floor_met`` is False.
    """
    cuts = _cuts(scores, label)
    counts = zip(cuts.true_positives.tolist(), cuts.predicted.tolist(), strict=True)
    lower = np.array([wilson_lower(hits, called, confidence) for hits, called in counts])
    met = lower >= floor
    if not met.any():
        return cuts.choice(int(np.argmax(lower)), floor_met=False)
    return cuts.choice(int(np.argmax(np.where(met, cuts.true_positives, -1))))


def _cuts(scores: Scores, label: NDArray[np.int8]) -> _Cuts:
    """Count at every distinct score: equal scores are called positive together or not at all."""
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite")
    positives = int((label == 1).sum())
    if positives == 0:
        raise ValueError("a threshold needs at least one positive")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last_of_ties = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(label[order] == 1)
    return _Cuts(ranked[last_of_ties], hits[last_of_ties].astype(np.int64), last_of_ties + 1, positives)


def _midpoint(lower: float, upper: float) -> float:
    """Return the middle, or ``upper`` where the two are neighbouring floats and the middle rounds down."""
    middle = lower + (upper - lower) / 2
    return middle if middle > lower else upper
