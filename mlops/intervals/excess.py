"""The spread of a rate over folds, and how much of it is nothing but counting.

A fold of ``n`` rows measures a rate ``p`` with a binomial standard error of ``sqrt(p (1 - p) / n)``. A bound on the
standard deviation over folds is thus first of all a bound on ``n``: at 48 rows a fold the noise alone is 0.034 to
0.051. What is left when it is taken out is the excess, the part that a model is answerable for.

Sources: R. DerSimonian & N. Laird, Controlled Clinical Trials 7 (1986) 177-188, for the variance between samples by
moments; A. Agresti & B. A. Coull, The American Statistician 52 (1998) 119-126, for the shrunken rate that keeps folds
without an error from having no noise; Y. Bengio & Y. Grandvalet, JMLR 5 (2004) 1089-1105, for why folds that share
training rows are no independent sample, and bounds over them hold about.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, stdtrit

from mlops.intervals.proportions import MAX_ROWS, needed_n, wilson_lower, wilson_upper

Floats = NDArray[np.float64]


class Spread(NamedTuple):
    """A rate over ``k`` folds.

    Attributes:
        mean: Mean over the folds, each counting as much.
        sd: Standard deviation over the folds (divisor k - 1).
        noise: What counting alone contributes: sqrt(mean p (1 - p) / n).
        excess: sqrt(max(0, sd^2 - noise^2)).
    """

    mean: float
    sd: float
    noise: float
    excess: float


class Bounds(NamedTuple):
    """One-sided bounds, each at the confidence asked for."""

    lower: float
    upper: float


def spread(rates: Sequence[float], sizes: Sequence[int]) -> Spread:
    """Return mean, standard deviation, noise and excess of ``rates`` measured on ``sizes`` rows each.

    Raises:
        ValueError: Less than two folds, a fold without rows, or what is no rate.
    """
    p, n = _checked(rates, sizes)
    variance, noise = float(p.var(ddof=1)), float((p * (1 - p) / n).mean())
    return Spread(fmean(rates), sqrt(variance), sqrt(noise), sqrt(max(0.0, variance - noise)))


def mean_bounds(rates: Sequence[float], sizes: Sequence[int], confidence: float) -> Bounds:
    """Return bounds of the mean rate: the wider of Wilson's over all rows and Student's t over the folds.

    Wilson's knows how many rows were counted but not that months differ; Student's t is the other way round, and sees
    no doubt at all where every fold is perfect.
    """
    p, n = _checked(rates, sizes)
    mean, rows = fmean(rates), float(n.sum())
    half = float(stdtrit(len(p) - 1, confidence)) * sqrt(float(p.var(ddof=1)) / len(p))
    return Bounds(
        max(0.0, min(wilson_lower(mean * rows, rows, confidence), mean - half)),
        min(1.0, max(wilson_upper(mean * rows, rows, confidence), mean + half)),
    )


def sd_bounds(rates: Sequence[float], sizes: Sequence[int], confidence: float) -> Bounds:
    """Return bounds of the standard deviation over folds, as if rates were normal: chi-squared with k - 1 degrees."""
    p, _ = _checked(rates, sizes)
    freedom, sd = len(p) - 1, float(p.std(ddof=1))
    low, high = (float(chdtri(freedom, tail)) for tail in (1 - confidence, confidence))
    return Bounds(sd * sqrt(freedom / low), sd * sqrt(freedom / high))


def rows_for_sd(rates: Sequence[float], sizes: Sequence[int], limit: float) -> int | None:
    """Return how many rows each fold needs before counting alone is no more than ``limit``; None beyond any number.

    The rates are shrunken towards 1/2 by two rows, so that folds too small to have an error are not taken as certain.
    """
    p, n = _checked(rates, sizes)
    near = (p * n + 1) / (n + 2)
    wanted = float((near * (1 - near)).mean())
    return ceil(wanted / limit**2) if limit > 0 and wanted / limit**2 <= MAX_ROWS else None


def rows_for_mean(limit: float, confidence: float) -> int | None:
    """Return how many rows all folds together need before even a faultless model has its bound at ``limit``."""
    return needed_n(1.0, limit, confidence)


def typical_size(sizes: Sequence[int]) -> float:
    """Return the harmonic mean of fold sizes: folds of this size would have the same mean noise."""
    return len(sizes) / sum(1 / size for size in sizes)


def sd_refuted(rates: Sequence[float], sizes: Sequence[int], limit: float, confidence: float) -> bool:
    """Tell whether the folds differ more than an excess of ``limit`` and the noise together explain."""
    found = spread(rates, sizes)
    explained = found.noise**2 + limit**2
    freedom = len(rates) - 1
    return freedom * found.sd**2 > explained * float(chdtri(freedom, 1 - confidence))


def _checked(rates: Sequence[float], sizes: Sequence[int]) -> tuple[Floats, Floats]:
    """Refuse what is no rate, NaN included: each comparison is a positive assertion."""
    p, n = np.asarray(rates, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if not (len(p) == len(n) > 1 and bool(np.all((p >= 0) & (p <= 1) & (n >= 1)))):
        raise ValueError(f"{list(rates)!r} of {list(sizes)!r} rows are no rates of two folds or more")
    return p, n
