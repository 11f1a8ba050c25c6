"""Bounds of a weighted ratio over clustered rows: the wider of a score interval and the cluster bootstrap.

The percentile bootstrap is degenerate near 1 (37 of 37 right gives [1, 1]) and too narrow with few errors; Wilson's
bound with the number of rows as denominator ignores clusters. Wilson's bound with the *effective* number of rows
repairs both, so the reported bounds are the lower of the two lower ones and the higher of the two upper ones
(``tests/intervals/test_coverage.py`` shows by simulation that they cover, and that plain Wilson does not).

Sources: L. Kish, Survey Sampling (1965), ch. 8 and 11, for the effective size and the design effect; E. L. Korn & B.
I. Graubard, Survey Methodology 24 (1998) 193-201, for score and exact intervals at an effective size, with Student's t;
O. Binette et al. (2022, 2024) for weighted ratio estimators (Hajek) of precision and recall in entity resolution.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from mlops.intervals.bootstrap import affordable, cluster_vectors, percentile_bounds, replicate_sums
from mlops.intervals.proportions import wilson_lower, wilson_upper


class Bounded(NamedTuple):
    """A ratio with its one-sided bounds."""

    value: float
    lower: float
    upper: float


def ratio(
    hit: NDArray[np.bool_],
    weight: NDArray[np.float64],
    cluster: NDArray[np.integer],
    *,
    clusters: int,
    confidence: float,
    replicates: int,
    seed: int,
) -> Bounded:
    """Estimate the weighted share of hits among the rows of a denominator, with bounds.

    Args:
        hit: (n,) whether each row of the denominator counts in the numerator; n >= 1.
        weight: (n,) 1 / inclusion probability of each row, positive.
        cluster: (n,) number of each row's cluster.
        clusters: Clusters in the whole sample, those without a row in this denominator included.
        confidence: One-sided confidence of each bound, in (0.5, 1).
        replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.

    Returns:
        The Hajek estimate sum(weight of hits) / sum(weight) and its bounds; lower <= value <= upper.
    """
    value = min(1.0, float(weight[hit].sum() / weight.sum()))
    rows = effective_rows(hit, weight, cluster, confidence=confidence)
    vectors, multiplicity = cluster_vectors(np.column_stack([np.where(hit, weight, 0.0), weight]), cluster)
    without = clusters - int(multiplicity.sum())
    if without > 0:
        vectors = np.vstack([vectors, np.zeros((1, 2))])
        multiplicity = np.append(multiplicity, without)
    sums = replicate_sums(
        vectors, multiplicity, replicates=affordable(replicates, len(multiplicity)), seed=seed
    )  # fmt: skip
    lower, upper = percentile_bounds(sums[:, 0], sums[:, 1], confidence)
    return Bounded(
        value=value,
        lower=min(value, lower, wilson_lower(value * rows, rows, confidence)),
        upper=min(1.0, max(value, upper, wilson_upper(value * rows, rows, confidence))),
    )


def effective_rows(
    hit: NDArray[np.bool_], weight: NDArray[np.float64], cluster: NDArray[np.integer], *, confidence: float
) -> float:
    """Return how many independent rows of equal weight tell as much about the share of hits as these rows do.

    ``(sum w)^2 / sum w^2``, divided by the design effect of the clusters. The design effect is the larger of the
    linearised between-cluster variance against the binomial one, and ``1 + rho (m - 1)`` with ``m`` the mean cluster
    size as a row sees it and ``rho`` the intra-cluster correlation, shrunk towards 1 by the weight of one error. A
    sample without errors cannot show whether errors come singly or by whole clusters, so there a cluster counts as
    one row; with a few dozen errors nothing of that is left. Clusters of one have a design effect of 1.
    """
    total, squares = float(weight.sum()), float(np.square(weight).sum())
    kish = total * total / squares
    _, code = np.unique(cluster, return_inverse=True)
    size = np.bincount(code, weights=weight)
    size_squares = float(np.square(size).sum())
    if len(size) == len(weight):
        return kish
    effective_clusters = total * total / size_squares
    if effective_clusters <= 1:
        return 0.0
    share = float(weight[hit].sum()) / total
    residual = np.bincount(code, weights=np.where(hit, weight, 0.0)) - share * size
    between = float(np.square(residual).sum()) * effective_clusters / (effective_clusters - 1)
    binomial = share * (1 - share) * squares
    errors = min(int(hit.sum()), int(len(hit) - hit.sum()))
    rho = max(0.0, (between - binomial) / (share * (1 - share) * (size_squares - squares))) if errors else 0.0
    shrunk = (errors * rho + 1) / (errors + 1)
    effect = max(1.0, between / binomial if errors else 1.0, 1 + shrunk * (size_squares / squares - 1))
    student = float(stdtrit(max(1.0, effective_clusters - 1), confidence))
    return kish / effect * (NormalDist().inv_cdf(confidence) / student) ** 2
