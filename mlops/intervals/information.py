"""What counts say of a column: its entropy, how far two samples of it lie apart, and which of many tests to believe.

Sources: G. A. Miller, Note on the bias of information estimates (1955), for entropy's bias; B. Yurdakul & J. Naranjo,
Statistical properties of the population stability index, Journal of Risk Model Validation 14 (2020), for what it is
between samples of one population, (k - 1)(1/n + 1/m); Y. Benjamini & Y. Hochberg, Journal of the Royal Statistical
Society B 57 (1995) 289-300.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.integer] | NDArray[np.floating]
"""By bin: rows, or of a weighted sample its weights, scaled to the number of equal rows that they are worth."""


def entropy(counts: Counts) -> float:
    """Return the entropy in bits of the distribution that ``counts`` (k,) were drawn from, after Miller and Madow.

    The plain entropy of a sample is too small by (k - 1) / 2n nats on average; 0.0 for no rows.
    """
    seen = counts[counts > 0]
    total = float(seen.sum())
    if not total:
        return 0.0
    share = seen / total
    plain = float(-(share * np.log2(share)).sum())
    return max(0.0, plain + (len(seen) - 1) / (2 * total * float(np.log(2))))


def stability(before: Counts, after: Counts) -> float:
    """Return the population stability index of two samples without what sampling alone contributes, 0 or more.

    Args:
        before: (k,) rows by bin of the one sample.
        after: (k,) rows by the same bin of the other.
    """
    index, floor = stability_index(before, after)
    return max(0.0, index - floor)


def stability_index(before: Counts, after: Counts) -> tuple[float, float]:
    """Return the population stability index of two samples, and what sampling alone makes of it on average.

    Args:
        before: (k,) rows by bin of the one sample.
        after: (k,) rows by the same bin of the other. A bin that is empty in both is left out; half a row is added to
            every other, so that an empty one is no infinity. Without rows in either sample both numbers are 0.
    """
    used = (before + after) > 0
    n, m, bins = float(before.sum()), float(after.sum()), int(used.sum())
    if not n or not m:
        return 0.0, 0.0
    left, right = (before[used] + 0.5) / (n + bins / 2), (after[used] + 0.5) / (m + bins / 2)
    return float(((left - right) * np.log(left / right)).sum()), (bins - 1) * (1 / n + 1 / m)


def false_discovery(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return the q-value of each p-value: the least share of false discoveries at which it would be one."""
    if not p_values:
        return ()
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(np.minimum(1.0, p[order] * len(p) / ranks))
    return tuple(float(value) for value in q)
