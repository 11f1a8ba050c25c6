"""How often the bounds cover a rate that is known, through the function behind every number of the product."""

from collections.abc import Iterable

import numpy as np

from benchmarks.simulations.results import Average, Coverage, Point
from benchmarks.simulations.samples import Sample, Scenario
from mlops.intervals.proportions import wilson_lower
from mlops.intervals.ratios import Bounded, ratio

_ROUNDING = 1e-12


def cover(
    scenario: Scenario, *, sizes: Iterable[int], rates: Iterable[float], samples: int, replicates: int
) -> Coverage:
    """Draw samples of each size and rate, and count the bounds that cover."""
    rates = tuple(rates)
    points = [
        _point(scenario, n, rate, samples=samples, replicates=replicates) for n in sizes for rate in rates
    ]  # fmt: skip
    return Coverage(
        name=scenario.name,
        group=scenario.group,
        description=scenario.description,
        average=_average(points, None),
        by_n=tuple(
            _average([point for point in points if point.n == n], n) for n in dict.fromkeys(p.n for p in points)
        ),
        points=tuple(points),
    )


def bounded(sample: Sample, confidence: float, *, replicates: int, seed: int) -> Bounded:
    """Return the product's estimate and bounds of a sample's share of hits."""
    return ratio(
        sample.hit,
        sample.weight,
        sample.cluster,
        clusters=int(sample.cluster.max()) + 1,
        typical=sample.typical,
        confidence=confidence,
        replicates=replicates,
        seed=seed,
    )


def naive(sample: Sample, confidence: float) -> float:
    """Return Wilson's lower bound of the share of hits as if the rows were independent and of equal weight."""
    value = float(np.average(sample.hit, weights=sample.weight))
    return wilson_lower(value * len(sample.hit), len(sample.hit), confidence)


def _point(scenario: Scenario, n: int, rate: float, *, samples: int, replicates: int) -> Point:
    generator = np.random.default_rng([n, round(1000 * rate), *scenario.name.encode()])
    covered = np.zeros(4)
    for seed in range(samples):
        sample = scenario.draw(generator, n, rate)
        one, both = (bounded(sample, level, replicates=replicates, seed=seed) for level in (0.95, 0.975))
        covered += [
            one.lower <= rate + _ROUNDING,
            one.upper >= rate - _ROUNDING,
            both.lower <= rate + _ROUNDING and both.upper >= rate - _ROUNDING,
            naive(sample, 0.95) <= rate + _ROUNDING,
        ]
    lower, upper, two_sided, plain = (float(count) / samples for count in covered)
    return Point(n=n, rate=rate, lower=lower, upper=upper, both=two_sided, naive=plain)


def _average(points: list[Point], n: int | None) -> Average:
    return Average(
        n=n,
        lower=_mean(point.lower for point in points),
        upper=_mean(point.upper for point in points),
        both=_mean(point.both for point in points),
        naive=_mean(point.naive for point in points),
        worst_lower=min(point.lower for point in points),
    )


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 6)
