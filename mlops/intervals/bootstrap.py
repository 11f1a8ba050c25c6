"""The cluster bootstrap of ratios of weighted counts (Efron 1979; Field & Welsh 2007: resample whole clusters).

Rows of one entity are not independent, so whole clusters are drawn with replacement. A ratio sees a cluster only
through its vector of sums, and few distinct vectors occur; drawing how often each distinct vector is taken, from the
multinomial with the multiplicities, is the same distribution and needs no pass over the rows. Rows that are
independent are clusters of one.

Source: C. A. Field & A. H. Welsh, Bootstrapping clustered data, JRSS B 69 (2007) 369-390.
"""

import numpy as np
from numpy.typing import NDArray

REPLICATES = 10_000
_DRAWS = 50_000_000  # replicates x distinct vectors at most: some seconds
_CHUNK = 2_000_000  # of which at a time: 16 MB


def cluster_vectors(
    cells: NDArray[np.float64], cluster: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum the rows of each cluster and group equal sums.

    Args:
        cells: (n, k) weights of the rows in each cell, 0 where a row is not in the cell.
        cluster: (n,) number of each row's cluster.

    Returns:
        The distinct sums (d, k) and in how many clusters each occurs (d,).
    """
    _, code = np.unique(cluster, return_inverse=True)
    sums = np.column_stack([np.bincount(code, weights=column).astype(np.float64) for column in cells.T])
    vectors, multiplicity = np.unique(sums, axis=0, return_counts=True)
    return vectors, multiplicity.astype(np.int64)


def affordable(replicates: int, distinct: int) -> int:
    """Return how many of ``replicates`` are drawn over ``distinct`` vectors: fewer, never under 1,000, when many."""
    return max(min(replicates, 1_000), min(replicates, _DRAWS // max(1, distinct)))


def replicate_sums(
    vectors: NDArray[np.float64], multiplicity: NDArray[np.int64], *, replicates: int, seed: int
) -> NDArray[np.float64]:
    """Draw as many clusters as there are, with replacement, ``replicates`` times.

    Args:
        vectors: (d, k) distinct sums of clusters.
        multiplicity: (d,) clusters that have each.
        replicates: Number of draws, r.
        seed: Seed of the draws; the same seed gives the same bounds.

    Returns:
        The (r, k) sums over the clusters drawn.
    """
    generator = np.random.default_rng(seed)
    clusters = int(multiplicity.sum())
    share = multiplicity / clusters
    step = max(1, _CHUNK // len(multiplicity))
    parts = [
        generator.multinomial(clusters, share, size=min(step, replicates - start)) @ vectors
        for start in range(0, replicates, step)
    ]
    return np.concatenate(parts)


def percentile_lower(numerator: NDArray[np.float64], denominator: NDArray[np.float64], confidence: float) -> float:
    """Return the one-sided lower percentile bound of ``numerator / denominator`` over (r,) replicates.

    A replicate without a denominator says nothing, so it counts as 0: where too few clusters carry the ratio, the
    bound is low instead of silent.
    """
    ratio = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
    return float(np.quantile(ratio, 1 - confidence, method="lower"))
