"""One-sided bounds of a proportion, and how many rows would decide: Wilson's score interval (Wilson 1927).

Every bound is one-sided at ``confidence``: a lower and an upper bound at 0.95 together are a 90 % two-sided interval.
Counts may be fractional (a weighted sample enters with its effective size).

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212.
"""

from math import ceil, copysign, erfc, inf, log, sqrt
from statistics import NormalDist

MAX_ROWS = 1_000_000_000


def wilson_lower(successes: float, n: float, confidence: float) -> float:
    """Return the one-sided lower Wilson bound of ``successes / n``.

    Args:
        successes: Successes, 0 to ``n``; may be fractional.
        n: Trials; without any, nothing is known and the bound is 0.
        confidence: One-sided confidence, in (0.5, 1).

    Raises:
        ValueError: The arguments are no count, or no confidence.
    """
    _check(successes, n, confidence)
    if n == 0 or successes == 0:
        return 0.0
    centre, half = _wilson(successes / n, n, confidence)
    return max(0.0, centre - half)


def wilson_upper(successes: float, n: float, confidence: float) -> float:
    """Return the one-sided upper Wilson bound of ``successes / n``; 1 where there are no trials.

    Args and errors are those of :func:`wilson_lower`.
    """
    _check(successes, n, confidence)
    if successes >= n:
        return 1.0
    centre, half = _wilson(successes / n, n, confidence)
    return min(1.0, centre + half)


def needed_n(rate: float, threshold: float, confidence: float) -> int | None:
    """Return the smallest denominator at which an unchanged ``rate`` has its lower bound at or above ``threshold``.

    The Wilson bound inverts the score test, so it clears the threshold exactly when
    ``(rate - threshold) / sqrt(threshold (1 - threshold) / n) >= z``: the closed form below.

    Returns:
        The denominator, or None when no number of rows that anyone will label decides: the rate does not exceed the
        threshold, or by so little that more than ``MAX_ROWS`` were needed, or one of them is no rate.
    """
    if not 0 <= threshold < rate <= 1:
        return None
    root = _z(confidence) * sqrt(threshold * (1 - threshold)) / (rate - threshold)
    if root * root > MAX_ROWS:
        return None
    near = max(1, ceil(root * root) - 1)  # rounding may be a row off
    return next((n for n in range(near, near + 4) if wilson_lower(rate * n, n, confidence) >= threshold), None)


def effective_n(rate: float, bound: float, confidence: float) -> float | None:
    """Return the sample size at which Wilson's bound of ``rate`` is ``bound``: how many rows a wider bound is worth.

    The inverse of :func:`wilson_lower` (``bound < rate``) and of :func:`wilson_upper` (``bound > rate``) in ``n``.

    Returns:
        The size; 0 for a bound that tells nothing (0 or 1); None where bound and rate coincide.
    """
    gap = (rate - bound) ** 2
    return _z(confidence) ** 2 * bound * (1 - bound) / gap if gap > 0 else None


def p_at_least(rate: float, threshold: float, n: float) -> float:
    """Return the one-sided p of the hypothesis that the true rate is at least ``threshold``.

    The larger of two: the score test's, which Wilson's bound inverts (p at most ``1 - confidence`` implies a
    :func:`wilson_upper` of at most the threshold), and that of the signed root of the likelihood ratio (Wilks 1938).
    Near 1 the score test's tail is too thin for the small levels of a correction over many hypotheses: with 200 rows
    at a true 0.9 it rejects at the level 0.0033 in 0.54 % of cases, both together in 0.29 %. Mirror rate and threshold
    (``1 - x``) for the hypothesis that the rate is at most the threshold.

    Args:
        rate: The observed rate.
        threshold: The hypothetical rate.
        n: The (effective) sample size; without any nothing is known, and p is 0.5.

    Raises:
        ValueError: The arguments are no rates, or no size.
    """
    if not (0 <= rate <= 1 and 0 <= threshold <= 1 and 0 <= n < inf):
        raise ValueError(f"{rate!r} of {n!r} against {threshold!r} is no proportion")
    if n == 0:
        return 0.5
    error = sqrt(threshold * (1 - threshold) / n)
    if error == 0:  # a rate of exactly 0 or 1 is refuted by one row that says otherwise
        return 0.0 if rate < threshold else 1.0
    divergence = _term(rate, threshold) + _term(1 - rate, 1 - threshold)
    root = copysign(sqrt(2 * n * max(0.0, divergence)), rate - threshold)
    return erfc(-max((rate - threshold) / error, root) / sqrt(2)) / 2  # the normal distribution, exact far out too


def _term(share: float, expected: float) -> float:
    """Return one term of the Kullback-Leibler divergence of Bernoulli distributions."""
    return share * log(share / expected) if share > 0 else 0.0


def f1_of_jaccard(jaccard: float) -> float:
    """Return F1 = 2 J / (1 + J), where J = tp / (tp + fp + fn).

    F1 is no proportion, but J is one: of the rows that are positive or predicted positive, the share that is both.
    Given how many such rows there are, the true positives among them are binomial, and F1 rises with J; so a bound
    of J, mapped, is a bound of F1 with the same coverage.
    """
    return 2 * jaccard / (1 + jaccard)


def jaccard_of_f1(f1: float) -> float:
    """Return J = F1 / (2 - F1), the inverse of :func:`f1_of_jaccard`."""
    return f1 / (2 - f1)


def _wilson(rate: float, n: float, confidence: float) -> tuple[float, float]:
    """Return the centre and the half width of Wilson's interval."""
    z = _z(confidence)
    shrink = 1 + z * z / n
    half = z * sqrt(max(0.0, rate * (1 - rate)) / n + (z / (2 * n)) ** 2)
    return (rate + z * z / (2 * n)) / shrink, half / shrink


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(confidence)


def _check(successes: float, n: float, confidence: float) -> None:
    """Refuse what is no count, NaN included: each comparison is a positive assertion."""
    if not 0 <= successes <= n < inf:
        raise ValueError(f"{successes!r} of {n!r} is no proportion")
    if not 0.5 < confidence < 1:  # noqa: PLR2004  # a one-sided confidence
        raise ValueError(f"{confidence!r} is no one-sided confidence in (0.5, 1)")
