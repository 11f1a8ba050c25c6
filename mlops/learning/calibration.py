"""Calibration: raw log-odds become log-odds that can be read as a probability, and no decision changes.

The map is strictly increasing: a straight line (sigmoid; Platt 1999) or, from ``MIN_POSITIVES`` positives on, straight
pieces between the centres of the blocks of an isotonic regression (Zadrozny & Elkan 2002), because its plateaus would
make ties of scores that the classifier tells apart. Both are fitted on out-of-fold log-odds and on Platt's targets,
which keep every probability off 0 and 1 by what the number of rows allows.

Sources: J. Platt, Probabilistic outputs for support vector machines (1999); B. Zadrozny & C. Elkan, Transforming
classifier scores into accurate multiclass probability estimates, KDD 2002.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.isotonic import isotonic_regression

from mlops.learning.estimators import Labels, LogOdds, Weights

MIN_POSITIVES = 1_000
BINS = 10
_MIN_SLOPE = 0.01
_STILL = 1e-10
_APART = 1e-12
_BEND = 12.0
"""Log-odds from which the map flattens to a logarithm: 1 in 160,000. No sample that people label can show more, and
scores stay apart that would all round to 1."""

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Calibration:
    """A strictly increasing map of log-odds, and the cut between positives and negatives.

    Attributes:
        raw: (k,) ascending raw log-odds, k >= 1.
        calibrated: (k,) ascending calibrated log-odds there; straight lines between.
        slope: Slope below the first and above the last.
        cut: Raw log-odds from which a row is called positive.
    """

    raw: LogOdds
    calibrated: LogOdds
    slope: float
    cut: float = 0.0

    @property
    def method(self) -> str:
        """How it was fitted: ``isotonic`` or ``sigmoid``."""
        return "isotonic" if len(self.raw) > 1 else "sigmoid"

    @property
    def threshold(self) -> float:
        """The score of a row at the cut."""
        return float(expit(self.log_odds(np.array([self.cut])))[0])

    def log_odds(self, raw: LogOdds) -> LogOdds:
        """Return the (n,) calibrated log-odds of (n,) raw ones: what an explanation must add up to."""
        inside = np.clip(raw, self.raw[0], self.raw[-1])
        straight = np.interp(inside, self.raw, self.calibrated) + self.slope * (raw - inside)
        beyond = np.maximum(np.abs(straight) - _BEND, 0.0)
        return np.asarray(np.sign(straight) * (np.abs(straight) - beyond + np.log1p(beyond)), dtype=np.float64)

    def scores(self, raw: LogOdds) -> NDArray[np.float64]:
        """Return the (n,) scores in (0, 1): at least :attr:`threshold` exactly where ``raw`` is at least the cut."""
        scores, threshold = expit(self.log_odds(raw)), self.threshold
        # Rounding may carry the neighbour of the cut across it; the decision is the raw one's.
        decided = np.where(
            raw >= self.cut, np.maximum(scores, threshold), np.minimum(scores, np.nextafter(threshold, 0))
        )
        return np.asarray(decided, dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Return plain arrays and numbers."""
        return {"raw": self.raw, "calibrated": self.calibrated, "slope": self.slope, "cut": self.cut}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild the map from :meth:`state`.

        Raises:
            ValueError: It would not be strictly increasing.
        """
        raw, calibrated = (np.asarray(state[name], dtype=np.float64) for name in ("raw", "calibrated"))
        slope, cut = float(state["slope"]), float(state["cut"])
        ascending = (np.diff(raw) > 0).all() and (np.diff(calibrated) > 0).all() and slope > 0
        if raw.ndim != 1 or raw.shape != calibrated.shape or not len(raw) or not ascending or not np.isfinite(cut):
            raise ValueError("a calibration that is not strictly increasing")
        return cls(raw, calibrated, slope, cut)


def fit_calibration(raw: LogOdds, label: Labels, weight: Weights = None) -> Calibration:
    """Fit on out-of-fold log-odds: isotonic from ``MIN_POSITIVES`` positives on, else a sigmoid.

    Args:
        raw: (n,) raw log-odds, each by a classifier that did not see the row.
        label: (n,) 0 or 1, both present.
        weight: (n,) sampling weights.
    """
    weights = np.ones(len(label)) if weight is None else weight
    targets = _targets(label, weights)
    slope, intercept = _sigmoid(raw, targets, weights)
    if int((label == 1).sum()) < MIN_POSITIVES:
        return Calibration(np.zeros(1), np.array([intercept]), slope)
    centres, heights = _blocks(raw, targets, weights)
    return Calibration(centres, logit(heights), slope)


def calibrate(
    raw: LogOdds, label: Labels, weight: Weights, folds: Sequence[Fold], *, cut: float
) -> tuple[Calibration, dict[str, int | float | str]]:
    """Fit on out-of-fold log-odds, and measure before and after, each fold by a calibration fitted on the others.

    Args:
        raw: (n,) raw out-of-fold log-odds.
        label: (n,) 0 or 1.
        weight: (n,) sampling weights, or None.
        folds: Those that ``raw`` was made with.
        cut: Raw log-odds from which a row is called positive.

    Returns:
        The calibration; method, Brier score, expected calibration error and log loss as facts for the card.
    """
    calibration = replace(fit_calibration(raw, label, weight), cut=cut)
    facts: dict[str, int | float | str] = {"calibration": calibration.method}
    for state, log_odds in (("before", raw), ("after", cross_fitted(raw, label, weight, folds))):
        facts[f"out_of_fold_brier_{state}_calibration"] = round(brier(log_odds, label, weight), 6)
        facts[f"out_of_fold_calibration_error_{state}_calibration"] = round(
            calibration_error(log_odds, label, weight), 6
        )
        facts[f"out_of_fold_log_loss_{state}_calibration"] = round(log_loss(log_odds, label, weight), 6)
    return calibration, facts


def log_loss(log_odds: LogOdds, label: Labels, weight: Weights = None) -> float:
    """Return the mean of -log of the probability given to the label that came true, for (n,) log-odds."""
    return float(np.average(np.logaddexp(0.0, log_odds) - label * log_odds, weights=weight))


def brier(log_odds: LogOdds, label: Labels, weight: Weights = None) -> float:
    """Return the mean squared difference between probability and label (Brier 1950), for (n,) log-odds."""
    return float(np.average((expit(log_odds) - label) ** 2, weights=weight))


def calibration_error(log_odds: LogOdds, label: Labels, weight: Weights = None) -> float:
    """Return the expected calibration error: the mean gap between probability and share of positives in ``BINS`` bins.

    The bins hold equally many rows (Naeini et al. 2015 with the adaptive bins of Nixon et al. 2019): nearly all scores
    of a good model lie near 0 or 1, and bins of equal width would be empty between.
    """
    weights = np.ones(len(label)) if weight is None else weight
    order = np.argsort(log_odds, kind="stable")
    groups = [rows for rows in np.array_split(order, BINS) if len(rows)]
    gaps = [abs(float((weights[rows] * (expit(log_odds[rows]) - label[rows])).sum())) for rows in groups]
    return float(sum(gaps) / weights.sum())


def cross_fitted(raw: LogOdds, label: Labels, weight: Weights, folds: Sequence[Fold]) -> LogOdds:
    """Return the (n,) calibrated log-odds of each row by a calibration that was fitted on the other folds."""
    calibrated = np.zeros(len(raw))
    for train, held_out in folds:
        fitted = fit_calibration(raw[train], label[train], None if weight is None else weight[train])
        calibrated[held_out] = fitted.log_odds(raw[held_out])
    return calibrated


def _blocks(
    raw: LogOdds, targets: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[LogOdds, NDArray[np.float64]]:
    """Return the centres and the heights of the blocks of an isotonic regression, both strictly ascending."""
    distinct, number = np.unique(raw, return_inverse=True)
    mass = np.bincount(number, weight)
    heights = isotonic_regression(np.bincount(number, weight * targets) / mass, sample_weight=mass)
    starts = np.flatnonzero(np.diff(heights, prepend=-1.0) > _APART)
    centres = np.add.reduceat(mass * distinct, starts) / np.add.reduceat(mass, starts)
    return centres, heights[starts]


def _targets(label: Labels, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Platt's targets: a class of n rows is believed to (n + 1) / (n + 2), n being the effective number."""
    positive = label == 1
    believed = [(n + 1) / (n + 2) for n in (_effective(weight[positive]), _effective(weight[~positive]))]
    return np.where(positive, believed[0], 1 - believed[1])


def _effective(weight: NDArray[np.float64]) -> float:
    return float(weight.sum() ** 2 / np.square(weight).sum())


def _sigmoid(raw: LogOdds, targets: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and intercept of least weighted log loss, by Newton's method with halved steps.

    The slope is at least ``_MIN_SLOPE``: a classifier that is no better than chance must still give an increasing map.
    """
    design = np.column_stack([raw, np.ones(len(raw))])
    found = np.array([1.0, 0.0])
    for _ in range(100):
        chance = expit(design @ found)
        gradient = design.T @ (weight * (chance - targets))
        curvature = (design * (weight * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-9 * weight.sum() * np.eye(2), gradient)
        loss = _loss(design @ found, targets, weight)
        while _loss(design @ (found - step), targets, weight) > loss and np.abs(step).max() > _STILL:
            step = step / 2
        found = found - step
        if np.abs(step).max() < _STILL:
            break
    if found[0] < _MIN_SLOPE:
        share, centre = np.average(targets, weights=weight), np.average(raw, weights=weight)
        return _MIN_SLOPE, float(logit(share) - _MIN_SLOPE * centre)
    return float(found[0]), float(found[1])


def _loss(log_odds: LogOdds, targets: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    return float((weight * (np.logaddexp(0.0, log_odds) - targets * log_odds)).sum())
