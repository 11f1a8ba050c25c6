"""Bounds of accuracy, and of its difference between two deciders, where rows may depend by group and by day.

Rows of one seller are not independent, nor are rows of one day (a policy, a holiday, one reviewer). Each grouping gives
a bound of its own, and Wilson's gives one that ignores both; the lowest stands. The percentile bootstrap alone would be
degenerate near 1: 37 of 37 right gives [1, 1].

Sources: those of ``ratios.py`` and ``paired.py``; A. C. Cameron, J. B. Gelbach & D. L. Miller, Journal of Business and
Economic Statistics 29 (2011) 238-249, for rows that depend in two ways at once.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlops.intervals.bootstrap import REPLICATES
from mlops.intervals.paired import PairedRows, differences
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.intervals.ratios import Bounded, ratio

Flags = NDArray[np.bool_]
Groupings = Mapping[str, NDArray[np.integer]]


class AccuracyBounds(NamedTuple):
    """A share of right decisions with one-sided bounds.

    Attributes:
        value: The share.
        lower: The lowest of the lower bounds.
        upper: The highest of the upper bounds.
        n: Rows.
        lowers: The lower bound by the name of the grouping, and ``rows`` for Wilson's, which has none.
    """

    value: float
    lower: float
    upper: float
    n: int
    lowers: Mapping[str, float]


def accuracy(
    right: Flags, groupings: Groupings, *, confidence: float, replicates: int = REPLICATES, seed: int = 0
) -> AccuracyBounds:
    """Bound the share of right decisions.

    Args:
        right: (n,) whether each row was decided rightly; n >= 1.
        groupings: By name the (n,) number of each row's cluster, say ``group`` and ``day``. A grouping that puts all
            rows into one cluster tells nothing, and so does the bound then.
        confidence: One-sided confidence, in (0.5, 1).
        replicates: Bootstrap replicates.
        seed: Seed of the bootstrap; the same seed gives the same bounds.
    """
    n, hits = len(right), int(right.sum())
    found = {
        name: ratio(
            right, np.ones(n), code, clusters=len(np.unique(code)), typical=1.0,
            confidence=confidence, replicates=replicates, seed=seed,
        )
        for name, code in groupings.items()
    }  # fmt: skip
    lowers = {"rows": wilson_lower(hits, n, confidence)} | {name: bound.lower for name, bound in found.items()}
    uppers = [wilson_upper(hits, n, confidence), *(bound.upper for bound in found.values())]
    return AccuracyBounds(hits / n, min(lowers.values()), max(uppers), n, lowers)


def accuracy_difference(
    right: Flags,
    other_right: Flags,
    groupings: Groupings,
    *,
    confidence: float,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Bounded:
    """Bound by how much one decider is more often right than another on the same rows.

    Accuracy is the recall of being right, so the paired bounds of recall are those of accuracy.

    Args:
        right: (n,) whether the one decided each row rightly; n >= 1.
        other_right: (n,) whether the other did.
        groupings: As for :func:`accuracy`; none counts rows as independent. The widest bounds stand.
        confidence: One-sided confidence, in (0.5, 1).
        replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    n = len(right)
    found = [
        differences(
            PairedRows(np.ones(n, dtype=np.bool_), right, other_right, np.ones(n), code),
            confidence=confidence,
            replicates=replicates,
            seed=seed,
        )["recall"]
        for code in (np.arange(n), *groupings.values())
    ]
    bounds = [bound for bound in found if bound is not None]
    return Bounded(bounds[0].value, min(bound.lower for bound in bounds), max(bound.upper for bound in bounds))
