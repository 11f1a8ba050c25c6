"""What a sample says of the correlation inside its clusters: the beta-binomial likelihood (Griffiths 1973).

Each cluster draws its own rate of hits from a beta distribution with mean ``p`` and intra-cluster correlation ``rho``,
and its rows from that rate: ``rho = 0`` are independent rows, ``rho = 1`` clusters that are right or wrong as one.

Source: D. A. Griffiths, Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29 (1973) 637-648.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_NODES = (np.arange(24) + 0.5) / 24
RHO: Floats = _NODES**3  # dense near 0, where huge clusters need it
_LOG_PRIOR = np.log(_NODES) / 2  # rho ~ Beta(1/2, 1), on these nodes
_CONCENTRATION = (1 - RHO) / RHO


class Correlation:
    """The posterior of the intra-cluster correlation on the nodes ``RHO``, given a rate of hits.

    Counts are held once with how often they occur, so that the cost does not grow with the number of clusters.
    """

    def __init__(self, hits: Counts, sizes: Counts) -> None:
        """Take the hits and the rows of each cluster, (c,) each; every cluster has a row."""
        won, of_won = np.unique(hits, return_counts=True)
        lost, of_lost = np.unique(sizes - hits, return_counts=True)
        rows, of_rows = np.unique(sizes, return_counts=True)
        self._values = np.concatenate([won, lost])[:, np.newaxis]
        self._counts = np.concatenate([of_won, of_lost])
        self._side = np.concatenate([np.zeros(len(won), dtype=np.intp), np.ones(len(lost), dtype=np.intp)])
        self._fixed = _LOG_PRIOR - of_rows @ _log_rising(rows[:, np.newaxis], _CONCENTRATION)

    def posterior(self, rate: float) -> Floats:
        """Return the (24,) probabilities of the nodes ``RHO`` if ``rate``, in (0, 1), is the true rate of hits."""
        start = np.outer((rate, 1 - rate), _CONCENTRATION)
        log_density = self._fixed + self._counts @ _log_rising(self._values, start[self._side])
        density = np.exp(log_density - log_density.max())
        return np.asarray(density / density.sum())


def _log_rising(value: Counts, start: Floats) -> Floats:
    """Return log(start (start + 1) ... (start + value - 1)), elementwise."""
    return np.asarray(gammaln(value + start) - gammaln(start))
