"""All decision thresholds at once: weighted counts above each score and Wilson bounds of their ratios."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratios:
    """A ratio at ``t`` thresholds: (t,) arrays, NaN where the denominator has no row.

    Attributes:
        value: Weighted estimate.
        lower: One-sided lower Wilson bound at the effective sample size.
        upper: One-sided upper Wilson bound at the effective sample size.
        n: Rows in the denominator.
    """

    value: Floats
    lower: Floats
    upper: Floats
    n: NDArray[np.int64]


@dataclass(frozen=True)
class Sweep:
    """Precision, recall and J = tp / (tp + fp + fn) if rows with ``score >= threshold`` were called positive."""

    threshold: Floats
    precision: Ratios
    recall: Ratios
    jaccard: Ratios


def sweep(label: NDArray[np.bool_], score: Floats, weight: Floats, thresholds: Floats, confidence: float) -> Sweep:
    """Count at each threshold.

    Args:
        label: (n,) whether each row is positive.
        score: (n,) scores.
        weight: (n,) positive weights.
        thresholds: (t,) decision thresholds.
        confidence: One-sided confidence of each bound.
    """
    order = np.argsort(-score, kind="stable")
    above = np.searchsorted(-score[order], -thresholds, side="right")
    positive, weights = label[order], weight[order]

    def total(values: NDArray[np.generic]) -> Floats:
        """Return the sum of (n,) values over the rows above each threshold."""
        return np.concatenate([[0.0], np.cumsum(values)])[above]

    hits, called = total(weights * positive), total(weights)
    positives = np.full_like(called, (weight * label).sum())
    called_squares, missed_squares = total(weights**2), (weight**2 * label).sum() - total(weights**2 * positive)
    called_rows = above.astype(np.int64)
    missed_rows = (label.sum() - total(positive)).astype(np.int64)
    positive_squares = np.full_like(called, (weight**2 * label).sum())
    positive_rows = np.full_like(called_rows, int(label.sum()))
    either = called + positives - hits
    return Sweep(
        threshold=thresholds,
        precision=_ratios(hits, called, called_squares, called_rows, confidence),
        recall=_ratios(hits, positives, positive_squares, positive_rows, confidence),
        jaccard=_ratios(hits, either, called_squares + missed_squares, called_rows + missed_rows, confidence),
    )


def _ratios(hits: Floats, total: Floats, squares: Floats, rows: NDArray[np.int64], confidence: float) -> Ratios:
    """Return weighted ratios with Wilson's bounds (Wilson 1927) at ``total^2 / squares`` rows."""
    known = rows > 0
    value, n = np.full((2, len(rows)), np.nan)
    value[known] = np.minimum(hits[known] / total[known], 1.0)
    n[known] = total[known] ** 2 / squares[known]
    z = NormalDist().inv_cdf(confidence)
    shrink = 1 + z * z / n
    centre = (value + z * z / (2 * n)) / shrink
    half = z * np.sqrt(value * (1 - value) / n + (z / (2 * n)) ** 2) / shrink
    return Ratios(
        value=value, lower=np.clip(centre - half, 0.0, value), upper=np.clip(centre + half, value, 1.0), n=rows
    )  # fmt: skip
