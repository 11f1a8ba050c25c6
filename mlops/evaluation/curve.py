"""The precision-recall curve over the range of scores, thinned to what a chart needs."""

import numpy as np
from numpy.typing import NDArray

from mlops.evaluation.rows import Evaluation
from mlops.intervals.sweep import Ratios, Sweep, sweep
from mlops.metrics import CurvePoint, Estimate

MAX_POINTS = 60
_BY_POSITIVES = 40


def curve(evaluation: Evaluation, threshold: float, confidence: float) -> tuple[CurvePoint, ...]:
    """Return at most 60 points, by rising threshold, the model's own threshold among them.

    Most points stand at scores of positive rows (even steps of recall), the rest at even steps over all distinct
    scores; bounds are Wilson's, without the clusters. Empty when there are no rows.
    """
    if not len(evaluation):
        return ()
    positives = np.unique(evaluation.score[evaluation.label == 1])
    every = np.unique(evaluation.score)
    chosen = np.unique(
        np.concatenate([[threshold], thin(positives, _BY_POSITIVES), thin(every, MAX_POINTS - _BY_POSITIVES - 1)])
    )
    found = sweep(evaluation.label == 1, evaluation.score, evaluation.weight, chosen, confidence)
    return tuple(_point(found, i) for i in range(len(chosen)))


def thin(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return at most ``count`` of the sorted values, first and last among them, in even steps."""
    if len(values) <= count:
        return values
    return values[np.linspace(0, len(values) - 1, count).round().astype(np.intp)]


def _point(found: Sweep, i: int) -> CurvePoint:
    return CurvePoint(
        threshold=float(found.threshold[i]),
        precision=_estimate(found.precision, i, "no row is predicted positive"),
        recall=_estimate(found.recall, i, "no row is positive"),
    )


def _estimate(ratios: Ratios, i: int, reason: str) -> Estimate:
    n = int(ratios.n[i])
    if n == 0:
        return Estimate(value=None, lower=None, upper=None, n=0, reason=reason)
    return Estimate(value=float(ratios.value[i]), lower=float(ratios.lower[i]), upper=float(ratios.upper[i]), n=n)
