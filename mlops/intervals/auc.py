"""Bounds of the area under the ROC curve, for independent and for clustered rows.

The area is the share of pairs of a positive and a negative row in which the positive one scores higher. DeLong's
variance comes from how often each single row wins its pairs; where rows share clusters those wins are summed by cluster
first (Obuchowski). The interval is made on the logit, because near 1 the area's distribution is skewed.

Sources: E. R. DeLong, D. M. DeLong & D. L. Clarke-Pearson, Biometrics 44 (1988) 837-845; N. A. Obuchowski, Biometrics
53 (1997) 567-578, for clusters; M. S. Pepe, The Statistical Evaluation of Medical Tests (2003), sec. 5.2, for the
logit; Z. W. Birnbaum & O. M. Klose, Annals of Mathematical Statistics 28 (1957) 933-945, for the largest variance.
"""

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.intervals.ratios import Bounded

Floats = NDArray[np.float64]


def auc_bounds(
    label: NDArray[np.bool_], score: Floats, cluster: NDArray[np.integer] | None = None, *, confidence: float
) -> Bounded | None:
    """Return the area with one-sided bounds; None where one class is missing.

    Args:
        label: (n,) whether the row is positive.
        score: (n,) its score.
        cluster: (n,) number of each row's cluster; None for independent rows. One single cluster tells nothing: 0, 1.
        confidence: One-sided confidence of each bound, in (0.5, 1).
    """
    positive, negative = score[label], score[~label]
    few = min(len(positive), len(negative))
    if not few:
        return None
    own, all_ranks = np.empty(len(score)), rankdata(score)
    own[label], own[~label] = rankdata(positive), rankdata(negative)
    placement = (all_ranks - own) / np.where(label, len(negative), len(positive))
    placement[~label] = 1 - placement[~label]  # the share of pairs that the row is on the right side of
    area = float(placement[label].mean())
    code = np.arange(len(label)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    clusters = int(code.max()) + 1
    if clusters == 1:
        return Bounded(area, 0.0, 1.0)
    influence = (placement - area) / np.where(label, len(positive), len(negative))
    sums = np.bincount(code, weights=influence)
    variance = float(sums @ sums) * clusters / (clusters - 1)
    if not (0 < area < 1 and variance > 0):  # no pair, or no row, differs: the largest variance there can be
        rows = min(few, clusters)
        return Bounded(area, wilson_lower(area * rows, rows, confidence), wilson_upper(area * rows, rows, confidence))
    half = NormalDist().inv_cdf(confidence) * sqrt(variance) / (area * (1 - area))
    return Bounded(area, _shifted(area, -half), _shifted(area, half))


def _shifted(share: float, by: float) -> float:
    """Return the share whose log-odds lie ``by`` further."""
    return 1 / (1 + exp(-max(-700.0, min(700.0, log(share / (1 - share)) + by))))
