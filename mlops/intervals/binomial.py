"""The binomial distribution, in plain Python: what is looked up before any data is loaded must not wait for SciPy.

Sums run outwards from the count asked for, so that they stop after a few standard deviations, and each tail is summed
on its own side, so that a small probability keeps its digits.
"""

from math import exp, lgamma, log

_NEGLIGIBLE = 1e-17


def at_most(count: int, n: int, rate: float) -> float:
    """Return the probability of at most ``count`` hits in ``n`` trials of probability ``rate``."""
    _check(n, rate)
    if count < 0:
        return 0.0
    if count >= n:
        return 1.0
    if count <= n * rate:
        return _below(count, n, rate)
    return max(0.0, 1 - _below(n - count - 1, n, 1 - rate))


def at_least(count: int, n: int, rate: float) -> float:
    """Return the probability of at least ``count`` hits in ``n`` trials of probability ``rate``."""
    return at_most(n - count, n, 1 - rate)


def quantile(level: float, n: int, rate: float) -> int:
    """Return the smallest count that is not exceeded with probability ``level``, in (0, 1), or more."""
    _check(n, rate)
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if at_most(middle, n, rate) >= level:
            high = middle
        else:
            low = middle + 1
    return low


def _below(count: int, n: int, rate: float) -> float:
    """Return the probability of at most ``count``, which is not above the mean: terms fall from ``count`` down."""
    if rate in {0, 1}:
        return 1.0 if rate == 0 else 0.0
    term = total = _probability(count, n, rate)
    odds = (1 - rate) / rate
    for k in range(count, 0, -1):
        term *= k / (n - k + 1) * odds
        total += term
        if term <= _NEGLIGIBLE * total:
            break
    return total


def _probability(count: int, n: int, rate: float) -> float:
    """Return the probability of exactly ``count``; ``rate`` in (0, 1)."""
    ways = lgamma(n + 1) - lgamma(count + 1) - lgamma(n - count + 1)
    return exp(ways + count * log(rate) + (n - count) * log(1 - rate))


def _check(n: int, rate: float) -> None:
    if not (n >= 0 and 0 <= rate <= 1):
        raise ValueError(f"{n!r} trials of probability {rate!r} are not binomial")
