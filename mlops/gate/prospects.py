"""What one rule can decide at a given number of rows, and how likely it is to: the gate's own rule, counted out (pure).

Over independent rows the gate's upper bound is Wilson's, its lower one the lower of Wilson's and the bootstrap's. A
bootstrap replicate of a proportion is binomial there, so its percentile is taken exactly, without chance, and is the
gate's to about a row (its denominators vary a little). Rows that are not independent enter with their effective number.
F1 is judged through J = tp / (tp + fp + fn), with which it rises.

Sources: E. B. Wilson, JASA 22 (1927) 209-212; J. L. Fleiss, B. Levin & M. C. Paik, Statistical Methods for Rates and
Proportions (2003), ch. 2, for the sample size of a one-sided test of a proportion at a given power.
"""

from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from math import ceil, sqrt
from statistics import NormalDist
from typing import NamedTuple, Self

from mlops.config import Criterion, DecideOn, SliceRule
from mlops.gate.criteria import bound_of, compare
from mlops.gate.outlook import Numbers
from mlops.gate.report import Verdict
from mlops.intervals.binomial import at_least, at_most, quantile
from mlops.intervals.proportions import (
    MAX_ROWS,
    f1_of_jaccard,
    jaccard_of_f1,
    needed_n,
    wilson_lower,
    wilson_upper,
)

POWER = 0.8
"""The chance of passing that a number of rows is planned for."""

_MANY = 5_000  # rows from which Wilson's bound and the percentile differ by less than a row
_RANK = {"fail": 0, "inconclusive": 1, "pass": 2}


class Rule(NamedTuple):
    """A bound on a metric as the gate applies it.

    Attributes:
        metric: The metric's name; all but ``f1`` are proportions.
        threshold: The bound.
        least: Whether the metric must be at least the threshold, or at most.
        decide_on: Whether the estimate or its bound is compared.
        confidence: Of each one-sided bound.
        min_samples: Rows in the denominator below which nothing is decided.
    """

    metric: str
    threshold: float
    least: bool
    decide_on: DecideOn
    confidence: float
    min_samples: int = 1

    @classmethod
    def of(cls, metric: str, bound: Criterion | SliceRule, confidence: float) -> Self:
        """Return the rule that a criterion, or a rule inside slices, states."""
        threshold, _ = bound_of(bound)
        return cls(metric, threshold, bound.min is not None, bound.decide_on, confidence, bound.min_samples)

    def value_of(self, share: float) -> float:
        """Return the metric's value for a share of hits in its denominator."""
        return f1_of_jaccard(share) if self.metric == "f1" else share

    def share_of(self, value: float) -> float:
        """Return the share of hits at which the metric has ``value``; the inverse of :meth:`value_of`."""
        return jaccard_of_f1(value) if self.metric == "f1" else value


class Limits(NamedTuple):
    """What ``n`` rows decide, counted in good outcomes: hits under a minimum, other rows under a maximum.

    Attributes:
        n: Rows in the denominator.
        passes_from: Fewest good outcomes that pass; ``n + 1`` where not even ``n`` of them do.
        fails_below: Fewer good outcomes than this fail; 0 where none do.
    """

    n: int
    passes_from: int
    fails_below: int


class Chances(NamedTuple):
    """The probabilities of the three verdicts; they sum to 1."""

    passes: float
    inconclusive: float
    fails: float


def bounds(share: float, rows: float, confidence: float) -> tuple[float, float]:
    """Return the one-sided bounds of a share of hits: Wilson's, the lower not above the bootstrap's exact percentile.

    Args:
        share: Hits over rows, in [0, 1].
        rows: Effective number of rows, positive; the bootstrap's is rounded.
        confidence: One-sided confidence, in (0.5, 1).
    """
    draws = max(1, round(rows))
    lower = min(share, wilson_lower(share * rows, rows, confidence))
    upper = max(share, wilson_upper(share * rows, rows, confidence))
    if draws <= _MANY:
        lower = min(lower, quantile(1 - confidence, draws, share) / draws)
    return lower, upper


def judge(rule: Rule, hits: int, n: int, effective: float | None = None) -> Verdict:
    """Return what the gate says of ``hits`` in a denominator of ``n`` rows.

    Args:
        rule: The rule.
        hits: Rows of the denominator that count in the numerator.
        n: Rows in the denominator.
        effective: How many independent rows they are worth; None for all.
    """
    if n < max(1, rule.min_samples):
        return "inconclusive"
    share = hits / n
    point = rule.decide_on == "point"
    lower, upper = (share, share) if point else bounds(share, effective or n, rule.confidence)
    numbers = Numbers(rule.value_of(share), rule.value_of(lower), rule.value_of(upper), n, "")
    return compare(numbers, rule.threshold, 1 if rule.least else -1, rule.decide_on)


@lru_cache(maxsize=100_000)
def limits(rule: Rule, n: int, effective: float | None = None) -> Limits:
    """Return which counts pass and which fail in a denominator of ``n`` rows; args are those of :func:`judge`."""
    if n < max(1, rule.min_samples):
        return Limits(n, passes_from=n + 1, fails_below=0)

    def rank(good: int) -> int:
        return _RANK[judge(rule, good if rule.least else n - good, n, effective)]

    target, z = _target(rule), NormalDist().inv_cdf(rule.confidence) if rule.decide_on == "lower_bound" else 0.0
    half = z * sqrt((effective or n) * target * (1 - target)) * n / (effective or n)
    passes_from = _first(rank, _RANK["pass"], n, guess=ceil(n * target + half))
    fails_below = _first(rank, _RANK["inconclusive"], n, guess=ceil(n * target - half))
    return Limits(n, passes_from, fails_below)


def chances(rule: Rule, n: int, truth: float) -> Chances:
    """Return the exact probabilities of the verdicts over ``n`` independent rows.

    Args:
        rule: The rule.
        n: Rows in the denominator.
        truth: The metric's true value; each row is a hit with the share that it means.
    """
    found = limits(rule, n)
    share = rule.share_of(truth)
    good = share if rule.least else 1 - share
    passes, fails = at_least(found.passes_from, n, good), at_most(found.fails_below - 1, n, good)
    return Chances(passes, max(0.0, 1 - passes - fails), fails)


def needed_without_error(rule: Rule) -> int | None:
    """Return the smallest denominator that passes when every outcome is good; None where none does."""
    target = _target(rule)
    rows = 1 if rule.decide_on == "point" else needed_n(1.0, target, rule.confidence)
    return None if rows is None else max(rows, rule.min_samples)


def needed_for(rule: Rule, truth: float, power: float = POWER) -> int | None:
    """Return the independent rows at which a model of true value ``truth`` passes with probability ``power``.

    ``((z_c sqrt(t (1 - t)) + z_p sqrt(q (1 - q))) / (q - t))^2`` (Fleiss et al. 2003): the exact chance swings around
    ``power`` by a few points from one n to the next, because hits are whole.

    Returns:
        The denominator; None where the truth does not clear the threshold, or by so little that nobody labels that
        many rows. Not less than it takes without an error.
    """
    target, share = _target(rule), rule.share_of(truth)
    good = share if rule.least else 1 - share
    least = needed_without_error(rule)
    if least is None or not good > target:
        return None
    normal = NormalDist()
    z = 0.0 if rule.decide_on == "point" else normal.inv_cdf(rule.confidence)
    spread = z * sqrt(target * (1 - target)) + normal.inv_cdf(power) * sqrt(good * (1 - good))
    rows = (spread / (good - target)) ** 2
    return max(least, ceil(rows)) if rows <= MAX_ROWS else None


def _first(rank: Callable[[int], int], level: int, n: int, *, guess: int) -> int:
    """Return the first of the counts 0 to ``n`` whose rank is at least ``level``, ``n + 1`` if none; ranks rise.

    The search widens from a guess, which the score test's closed form makes good to a row or two.
    """
    low = high = min(max(guess, 0), n)
    step = 1
    while low > 0 and rank(low - 1) >= level:
        low, step = max(0, low - step), 2 * step
    while high <= n and rank(high) < level:
        high, step = min(n + 1, high + step), 2 * step
    return bisect_left(range(n + 1), level, lo=low, hi=high, key=rank)


def _target(rule: Rule) -> float:
    """Return the share of good outcomes that the rule asks for."""
    share = rule.share_of(rule.threshold)
    return share if rule.least else 1 - share
