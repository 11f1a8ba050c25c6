"""Bounds of the difference of two models on the same rows: the cluster bootstrap with pseudo-flips, and McNemar's test.

Both models are drawn with the same clusters, so that what is hard for both cancels and only rows on which they differ
are left. Where few rows flip, the percentile bootstrap knows too little: without any flip it says ``[0, 0]`` at every
sample size, and 30 rows would prove that nothing is lost. So each replicate also gets flips that were not seen: rows
gained and rows lost among the positives and among the negatives, each Poisson(z^2 / 2). That is Agresti & Min's repair
of Wald's interval of matched proportions (they add 1/2 to each cell; z^2 / 2 is Wilson's own number of pseudo-successes
and pseudo-failures), and without a flip it gives about the -3 / n of the exact bound (the rule of three). Where rows
share clusters, flips may come by whole clusters, so a pseudo-flip has the size of a flipping cluster.

Sources: A. Agresti & Y. Min, Statistics in Medicine 24 (2005) 729-740, and T. Tango, Statistics in Medicine 17 (1998)
891-908, for matched proportions; C. A. Field & A. H. Welsh, JRSS B 69 (2007) 369-390, for drawing clusters; J. A.
Hanley & A. Lippman-Hand, JAMA 249 (1983) 1743-1745, for the rule of three; Q. McNemar, Psychometrika 12 (1947) 153-157.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from mlops.intervals.bootstrap import affordable, cluster_vectors, replicate_sums
from mlops.intervals.ratios import Bounded

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_TP, _CALLED, _OTHER_TP, _OTHER_CALLED, _POSITIVE = range(5)
_FLIPS = np.array(
    [
        [1, 1, 0, 0, 1],  # a positive that only the candidate finds
        [0, 0, 1, 1, 1],  # a positive that only the champion finds
        [0, 0, 0, 1, 0],  # a negative that only the champion calls positive
        [0, 1, 0, 0, 0],  # a negative that only the candidate calls positive
    ],
    dtype=np.float64,
)


@dataclass(frozen=True)
class PairedRows:
    """What two models decided on the same ``n`` rows: aligned arrays of length n.

    Attributes:
        label: Whether the row is positive.
        candidate: Whether the candidate calls it positive.
        champion: Whether the champion does.
        weight: 1 / inclusion probability, positive.
        cluster: Number of the row's cluster.
    """

    label: Flags
    candidate: Flags
    champion: Flags
    weight: Floats
    cluster: NDArray[np.integer]


def differences(rows: PairedRows, *, confidence: float, replicates: int, seed: int) -> Mapping[str, Bounded | None]:
    """Estimate candidate minus champion for precision, recall and F1, with one-sided bounds.

    Args:
        rows: The decisions.
        confidence: One-sided confidence of each bound, in (0.5, 1).
        replicates: Bootstrap replicates.
        seed: Seed of the bootstrap; the same seed gives the same bounds.

    Returns:
        By metric the difference of the Hajek estimates and its bounds, in [-1, 1]; lower <= value <= upper. None where
        the metric of one of the models has an empty denominator. Rows of one single cluster tell nothing: -1 and 1.
    """
    cells = np.column_stack(
        [
            rows.weight * flags
            for flags in (
                rows.label & rows.candidate,
                rows.candidate,
                rows.label & rows.champion,
                rows.champion,
                rows.label,
            )
        ]
    )
    observed = _fractions(cells.sum(axis=0, keepdims=True))
    sums = _replicates(rows, cells, confidence=confidence, replicates=replicates, seed=seed)
    drawn = _fractions(sums) if sums is not None else {}
    return {
        name: _bounded(*fractions, drawn=drawn.get(name), confidence=confidence) for name, fractions in observed.items()
    }


def mcnemar_exact(gained: int, lost: int) -> float:
    """Return the two-sided exact p of ``gained`` against ``lost`` flips if both were equally likely.

    Rows count as independent and of equal weight; where flips come by clusters, p is too small, and the bounds of
    :func:`differences` are what decides. 1 where nothing flipped.
    """
    from scipy.stats import binomtest  # noqa: PLC0415  # takes longer to import than a verdict without a comparison

    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


_Fraction = tuple[Floats, Floats]


def _fractions(sums: Floats) -> dict[str, tuple[_Fraction, _Fraction]]:
    """Return by metric the (r,) numerators and denominators of both models, from (r, 5) sums."""
    tp, called, other_tp, other_called, positive = sums.T
    return {
        "precision": ((tp, called), (other_tp, other_called)),
        "recall": ((tp, positive), (other_tp, positive)),
        "f1": ((2 * tp, called + positive), (2 * other_tp, other_called + positive)),
    }


def _bounded(
    candidate: _Fraction,
    champion: _Fraction,
    *,
    drawn: tuple[_Fraction, _Fraction] | None,
    confidence: float,
) -> Bounded | None:
    if not candidate[1][0] > 0 or not champion[1][0] > 0:
        return None
    value = float(candidate[0][0] / candidate[1][0] - champion[0][0] / champion[1][0])
    if drawn is None:
        return Bounded(value, -1.0, 1.0)
    # A replicate in which a model has no denominator says nothing: it counts as the worst below, as the best above.
    low = _ratio(drawn[0], 0.0) - _ratio(drawn[1], 1.0)
    high = _ratio(drawn[0], 1.0) - _ratio(drawn[1], 0.0)
    lower = float(np.quantile(low, 1 - confidence, method="lower"))
    upper = float(np.quantile(high, confidence, method="higher"))
    return Bounded(value, max(-1.0, min(value, lower)), min(1.0, max(value, upper)))


def _ratio(fraction: _Fraction, unknown: float) -> Floats:
    numerator, denominator = fraction
    return np.divide(numerator, denominator, out=np.full_like(numerator, unknown), where=denominator > 0)


def _replicates(rows: PairedRows, cells: Floats, *, confidence: float, replicates: int, seed: int) -> Floats | None:
    """Return the (r, 5) sums of the replicates, pseudo-flips included; None for less than two clusters."""
    _, code = np.unique(rows.cluster, return_inverse=True)
    size = np.bincount(code, weights=rows.weight)
    if len(size) <= 1:
        return None
    effective = float(size.sum()) ** 2 / float(np.square(size).sum())
    vectors, multiplicity = cluster_vectors(cells, rows.cluster)
    drawn = replicate_sums(vectors, multiplicity, replicates=affordable(replicates, len(multiplicity)), seed=seed)
    quantile = float(stdtrit(max(1.0, effective - 1), confidence))  # Student's t: few clusters know their spread badly
    unseen = np.random.default_rng([seed, 1]).poisson(quantile**2 / 2, (len(drawn), len(_FLIPS)))
    sizes = np.array([_flip_size(rows, code, positives=positives) for positives in (True, True, False, False)])
    found: Floats = drawn + (unseen * sizes) @ _FLIPS
    return found


def _flip_size(rows: PairedRows, code: NDArray[np.intp], *, positives: bool) -> float:
    """Return the weight of a pseudo-flip: that of the flips of a cluster in which rows flip, as a flipped row sees it.

    One whole cluster that flips at once is counted in: without a flip nobody knows whether they come singly.
    """
    kind = rows.label == positives
    if not kind.any():
        return float(rows.weight.mean())
    members = np.bincount(code, weights=rows.weight * kind)
    whole = float(np.square(members).sum() / members.sum())
    flips = np.bincount(code, weights=rows.weight * (kind & (rows.candidate != rows.champion)))
    return float((np.square(flips).sum() + whole**2) / (flips.sum() + whole))
