"""Permutation tests inside strata of time: does a model know more than when a row was filed?

Permuting labels over all rows is fooled by a base rate that drifts: whoever knows the date alone beats such a null. So
labels are exchanged inside strata (months) only, on rows that the model was not fitted on.

Two forms. Predictions that stand fixed need no permutation at all: given the margins of each stratum, the positives
among the rows called positive are hypergeometric, and their sum over the strata is the statistic of Cochran, Mantel
and Haenszel, whose distribution is computed here exactly. Refitting under permuted labels asks whether the *learner*
finds a relation; all permutations share one design, so a ridge regression is one factorisation with many right-hand
sides.

Sources: W. G. Cochran, Biometrics 10 (1954) 417-451, and N. Mantel & W. Haenszel, JNCI 22 (1959) 719-748, for the
stratified test; B. Phipson & G. K. Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010) art. 39,
for ``(b + 1) / (m + 1)``; P. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses (2005), for strata.
"""

from math import floor, sqrt
from sys import float_info
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr
from scipy.stats import hypergeom

Floats = NDArray[np.float64]

EXACT_COST = 2_000_000_000
"""Multiplications that an exact distribution may take: some seconds. Beyond it a normal tail is as good."""


class Chance(NamedTuple):
    """How surprising a statistic would be if labels were exchangeable inside strata.

    Attributes:
        p: One-sided p, in (0, 1].
        statistic: What was observed: rows rightly called positive, or the area under the ROC curve.
        expected: Its mean under exchangeability.
        method: ``exact``, ``normal`` (an approximation, for huge tables) or ``refits``.
        permutations: Refits; 0 where the distribution was computed instead of drawn.
        strata: Strata in which something could be exchanged.
        rows: Rows in those strata.
        note: Why p cannot decide, or holds only so far; empty otherwise.
    """

    p: float
    statistic: float
    expected: float
    method: Literal["exact", "normal", "refits"]
    permutations: int
    strata: int
    rows: int
    note: str = ""


def p_of(as_extreme: int, permutations: int) -> float:
    """Return the p of a statistic that ``as_extreme`` of so many random permutations reach: never 0.

    The observed labelling is one of the labellings, so it is counted in (Phipson & Smyth 2010).

    Raises:
        ValueError: No permutation, or more extreme ones than there are.
    """
    if not (0 <= as_extreme <= permutations and permutations > 0):
        raise ValueError(f"{as_extreme} of {permutations} permutations is no count")
    return (as_extreme + 1) / (permutations + 1)


def least_permutations(alpha: float) -> int:
    """Return how many permutations it takes before any p is below ``alpha``, in (0, 1): 20 for 0.05, not 19."""
    if not 0 < alpha < 1:
        raise ValueError(f"{alpha!r} is no level in (0, 1)")
    least = max(1, floor(1 / alpha) - 2)
    while p_of(0, least) >= alpha:
        least += 1
    return least


def too_few_permutations(permutations: int, alpha: float) -> str:
    """Return the sentence that so many permutations can never be significant; empty if they can."""
    needed = least_permutations(alpha)
    if permutations >= needed:
        return ""
    return (
        f"{permutations} permutations can never give p < {alpha:g}, because the smallest p is "
        f"1/{permutations + 1} = {1 / (permutations + 1):.3g}; at least {needed} are needed, 999 are usual."
    )


def fixed_predictions(label: NDArray[np.bool_], called: NDArray[np.bool_], stratum: ArrayLike) -> Chance:
    """Test fixed decisions on held-out rows: is the label independent of them inside every stratum?

    Given the margins, accuracy, precision and recall of a stratum all rise with its true positives, so one test serves
    them all. Rows count as independent; where rows share a group, p is too small.

    Args:
        label: (n,) whether the row is positive.
        called: (n,) whether the model, fitted on other rows, calls it positive.
        stratum: (n,) the row's month, or anything else that labels may depend on.

    Returns:
        The exact one-sided p, or beyond ``EXACT_COST`` that of the normal approximation with continuity correction. A
        model that calls all rows of every stratum alike gets 1.
    """
    _, code = np.unique(np.asarray(stratum), return_inverse=True)
    table = np.column_stack(
        [np.bincount(code, weights=flags) for flags in (np.ones(len(label)), label, called, label & called)]
    ).astype(np.int64)
    size, positive, predicted, _ = table.T
    table = table[(positive > 0) & (positive < size) & (predicted > 0) & (predicted < size)]
    if not len(table):
        note = "In no stratum do both the labels and the decisions differ, so nothing can be exchanged."
        return Chance(1.0, 0.0, 0.0, "exact", 0, 0, 0, note)
    size, positive, predicted, hit = table.T
    observed, expected = int(hit.sum()), float((positive * predicted / size).sum())
    least = np.maximum(0, positive + predicted - size)
    support = np.minimum(positive, predicted) - least + 1
    if int((np.cumsum(support) * support).sum()) <= EXACT_COST:
        p, method = _exact(table, observed - int(least.sum())), "exact"
    else:
        p, method = _normal(table, observed - expected), "normal"
    return Chance(
        p=min(1.0, max(p, float_info.min)),
        statistic=float(observed),
        expected=expected,
        method="exact" if method == "exact" else "normal",
        permutations=0,
        strata=len(table),
        rows=int(size.sum()),
    )


def _exact(table: NDArray[np.int64], above_least: int) -> float:
    """Return the upper tail of a sum of independent hypergeometric counts, all shifted to begin at 0.

    All terms are positive, so that a sum keeps its digits far out in the tail, which a Fourier transform would lose.
    """
    distribution = np.ones(1)
    for size, positive, predicted, _ in table.tolist():
        least = max(0, positive + predicted - size)
        counts = np.arange(least, min(positive, predicted) + 1)
        distribution = np.convolve(distribution, hypergeom.pmf(counts, size, positive, predicted))
    return float(distribution[above_least:].sum())


def _normal(table: NDArray[np.int64], surplus: float) -> float:
    """Return the tail of the Mantel-Haenszel statistic with its continuity correction of one half."""
    size, positive, predicted, _ = table.astype(np.float64).T
    variance = positive * predicted * (size - positive) * (size - predicted) / (size**2 * (size - 1))
    return float(ndtr(-(surplus - 0.5) / sqrt(variance.sum())))
