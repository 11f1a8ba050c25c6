"""Score bounds of a weighted share over clustered rows: Wilson's test, with the correlation inside clusters unknown.

Wilson's lower bound is the lowest true share that the score test does not reject. The same test is inverted here, with
two changes. The variance counts weights, those of hits and of errors apart. And where rows share clusters it grows by
the design effect ``1 + rho C``, whose intra-cluster correlation ``rho`` nobody knows: the p-value is averaged over what
the sample says of ``rho`` *if that share were true*. A huge entity without an error is thus no proof that errors come
singly: were more errors due, it is better explained by rows that are right or wrong together. Independent rows of equal
weight get Wilson's bound itself.

Sources: E. B. Wilson, JASA 22 (1927) 209-212; L. Kish, Survey Sampling (1965), ch. 5 and 8, for the design effect;
X.-L. Meng, Annals of Statistics 22 (1994) 1142-1160, for p-values averaged over a nuisance parameter's posterior under
the hypothesis; O. Binette et al. (2022, 2024) for weighted ratio estimators (Hajek) in entity resolution.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from mlops.intervals.correlation import RHO, Correlation
from mlops.intervals.proportions import wilson_lower, wilson_upper

Floats = NDArray[np.float64]

_PRECISION = 1e-7
_LEAST_P = 1e-300
_LEAST_RATE = 1e-12


def score_bounds(
    hit: NDArray[np.bool_], weight: Floats, cluster: NDArray[np.integer], *, typical: float, confidence: float
) -> tuple[float, float]:
    """Return the one-sided lower and upper score bound of the weighted share of hits.

    Args:
        hit: (n,) whether each row is a hit; n >= 1.
        weight: (n,) 1 / inclusion probability of each row, positive.
        cluster: (n,) number of each row's cluster.
        typical: Mean weight of a unit of weight, sum(w^2) / sum(w), in the whole sample: what a hit or an error that
            was not seen would weigh. Sampled negatives weigh much, and a false positive is one of them.
        confidence: One-sided confidence of each bound, in (0.5, 1).

    Returns:
        The bounds, in [0, 1]. Rows of one single cluster tell nothing: 0 and 1.
    """
    _, code = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(code)
    if len(sizes) == 1 < len(hit):
        return 0.0, 1.0
    weight = weight / typical
    share = _share(hit, weight)
    if len(sizes) == len(hit):
        test = _Test(share, confidence, np.ones(1), None)
    else:
        total = np.bincount(code, weights=weight)
        crowding = total @ total / (weight @ weight) - 1
        hits = np.bincount(code, weights=hit).astype(np.int64)
        test = _Test(share, confidence, 1 + RHO * crowding, Correlation(hits, sizes))
    return test.lower(), test.upper()


class _Share(NamedTuple):
    """A weighted share of hits, and the weights that its variance is made of; a typical row weighs 1.

    Attributes:
        value: sum(weight of hits) / sum(weight).
        total: Sum of all weights.
        of_hits: sum(w^2) / sum(w) among the hits and one typical row more.
        of_errors: The same among the other rows.
        odds: Odds of a hit by weight over those by rows: 1 unless weights depend on the outcome.
    """

    value: float
    total: float
    of_hits: float
    of_errors: float
    odds: float

    def rows(self, truth: float) -> float:
        """Return how many independent rows of equal weight these are worth if ``truth`` is the share.

        The linearised variance of the ratio is truth (1 - truth) ((1 - truth) of_hits + truth of_errors) / total.
        """
        return self.total / ((1 - truth) * self.of_hits + truth * self.of_errors)

    def by_rows(self, truth: float) -> float:
        """Return the rate of hits among rows if ``truth`` is the share by weight; inside (0, 1) as a number, too."""
        return _inside(truth / (truth + (1 - truth) * self.odds))


def _share(hit: NDArray[np.bool_], weight: Floats) -> _Share:
    won, lost = weight[hit], weight[~hit]
    hits, errors = float(won.sum()), float(lost.sum())
    return _Share(
        value=hits / (hits + errors),
        total=hits + errors,
        of_hits=(float(won @ won) + 1) / (hits + 1),
        of_errors=(float(lost @ lost) + 1) / (errors + 1),
        odds=hits * len(lost) / (errors * len(won)) if hits and errors else 1.0,
    )


class _Test(NamedTuple):
    """The score test of a share of hits: design effects, and what makes one more probable than another."""

    share: _Share
    confidence: float
    effect: Floats
    correlation: Correlation | None

    def lower(self) -> float:
        """Return the share below the estimate at which the test begins to reject."""
        return self._invert(*(wilson_lower(self.share.value * n, n, self.confidence) for n in self._rows()))

    def upper(self) -> float:
        """Return the share above the estimate at which the test begins to reject."""
        return self._invert(*(wilson_upper(self.share.value * n, n, self.confidence) for n in self._rows()))

    def _rows(self) -> tuple[float, float]:
        """Return the fewest and the most rows that these rows can be worth."""
        of = (self.share.of_hits, self.share.of_errors)
        total = self.share.total
        return total / (max(of) * float(self.effect.max())), total / (min(of) * float(self.effect.min()))

    def _invert(self, wide: float, narrow: float) -> float:
        """Return where between two Wilson bounds the test begins to reject; ``wide`` where they coincide."""
        narrow = _inside(narrow)
        if not (0 < wide < 1 and self._margin(wide) < 0 < self._margin(narrow)):
            return wide
        return float(brentq(self._margin, wide, narrow, xtol=_PRECISION))

    def _margin(self, truth: float) -> float:
        """Return by how much the test accepts ``truth``, a share in (0, 1), in standard deviations."""
        share = self.share
        deviation = np.abs(share.value - truth) / np.sqrt(truth * (1 - truth) / share.rows(truth) * self.effect)
        likely = np.ones(1) if self.correlation is None else self.correlation.posterior(share.by_rows(truth))
        return float(ndtri(max(likely @ ndtr(-deviation), _LEAST_P)) - ndtri(1 - self.confidence))


def _inside(rate: float) -> float:
    """Return ``rate``, or the number next to it that is not as good as 0 or 1."""
    return min(max(rate, _LEAST_RATE), 1 - _LEAST_RATE)
