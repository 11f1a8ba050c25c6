"""Bounds of a weighted ratio over clustered rows: score bounds, the lower one never above the cluster bootstrap's.

The percentile bootstrap is degenerate near 1 (37 of 37 right gives [1, 1]) and too narrow with few errors; Wilson's
bound with the number of rows as denominator ignores clusters. The score bounds of ``score.py`` repair both; their
likelihood is a model, however, so a pass must clear the bootstrap's lower bound too, which needs none
(``benchmarks/simulations.py`` shows by simulation that the bounds cover, and that plain Wilson does not).

Source: O. Binette et al. (2022, 2024) for weighted ratio estimators (Hajek) of precision and recall in entity
resolution.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlops.intervals.bootstrap import affordable, cluster_vectors, percentile_lower, replicate_sums
from mlops.intervals.score import score_bounds


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
    typical: float,
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
        typical: sum(weight^2) / sum(weight) of the whole sample; 1 where weights are.
        confidence: One-sided confidence of each bound, in (0.5, 1).
        replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.

    Returns:
        The Hajek estimate sum(weight of hits) / sum(weight) and its bounds; lower <= value <= upper.
    """
    value = min(1.0, float(weight[hit].sum() / weight.sum()))
    lower, upper = score_bounds(hit, weight, cluster, typical=typical, confidence=confidence)
    vectors, multiplicity = cluster_vectors(np.column_stack([np.where(hit, weight, 0.0), weight]), cluster)
    without = clusters - int(multiplicity.sum())
    if without > 0:
        vectors = np.vstack([vectors, np.zeros((1, 2))])
        multiplicity = np.append(multiplicity, without)
    sums = replicate_sums(
        vectors, multiplicity, replicates=affordable(replicates, len(multiplicity)), seed=seed
    )  # fmt: skip
    resampled = percentile_lower(sums[:, 0], sums[:, 1], confidence)
    return Bounded(value=value, lower=min(value, lower, resampled), upper=max(value, upper))
