"""Scenarios: samples of rows of which the true rate is known, alone, weighted, or in clusters that err together."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Generator = np.random.Generator
Sizes = NDArray[np.int64]

ERROR_WEIGHT = 10.0
_HUGE = 5


@dataclass(frozen=True)
class Sample:
    """Rows of a denominator.

    Attributes:
        hit: (n,) whether each row is a hit.
        weight: (n,) weights.
        cluster: (n,) number of each row's cluster.
        typical: sum(w^2) / sum(w) of the whole sample, the rows outside this denominator included.
    """

    hit: NDArray[np.bool_]
    weight: NDArray[np.float64]
    cluster: NDArray[np.intp]
    typical: float = 1.0


@dataclass(frozen=True)
class Scenario:
    """A way to draw samples: ``draw(generator, n, rate)``."""

    name: str
    group: Literal["independent", "clustered", "heavy"]
    description: str
    draw: Callable[[Generator, int, float], Sample]


def clustered(
    generator: Generator,
    n: int,
    rate: float,
    *,
    sizes: Callable[[Generator, int], Sizes],
    hits: Callable[[Generator, Sizes, float], Sizes],
    weighted: bool = False,
) -> Sample:
    """Draw about ``n`` rows in clusters: their sizes first, then the hits of each."""
    size = sizes(generator, n)
    won = hits(generator, size, rate)
    cluster = np.repeat(np.arange(len(size)), size)
    place = np.arange(len(cluster)) - np.repeat(np.cumsum(size) - size, size)
    weight = generator.choice([1.0, 4.0], len(cluster)) if weighted else np.ones(len(cluster))
    return Sample(
        hit=place < won[cluster], weight=weight, cluster=cluster, typical=3.4 if weighted else 1.0
    )  # fmt: skip


def beta_binomial(generator: Generator, size: Sizes, rate: float, *, correlation: float) -> Sizes:
    """Draw hits whose errors have this intra-cluster correlation."""
    if correlation == 0:
        return generator.binomial(size, rate)
    if correlation == 1:
        return size * (generator.random(len(size)) < rate)
    spread = (1 - correlation) / correlation
    return generator.binomial(size, generator.beta(rate * spread, (1 - rate) * spread, len(size)))


def mixed(generator: Generator, size: Sizes, rate: float) -> Sizes:
    """Draw hits of which no beta-binomial distribution is the law: every other cluster is all right or all wrong."""
    return np.where(
        generator.integers(0, 2, len(size)) == 0,
        beta_binomial(generator, size, rate, correlation=1),
        beta_binomial(generator, size, rate, correlation=0),
    )


def huge_are_harder(generator: Generator, size: Sizes, rate: float) -> Sizes:
    """Draw hits that are rarer in the huge clusters, as often in all: sizes inform about rates."""
    huge = np.arange(len(size)) < _HUGE
    share = size[huge].sum() / size.sum()
    gap = (1 - rate) / 2
    return generator.binomial(size, np.where(huge, rate - gap * (1 - share), rate + gap * share))


def fives(_: Generator, n: int) -> Sizes:
    """Return clusters of five rows."""
    return np.full(n // 5, 5)


def geometric(generator: Generator, n: int) -> Sizes:
    """Return clusters of three rows on average, many of one and some of a dozen."""
    return _fill(generator.geometric(1 / 3, n), n)


def huge(generator: Generator, n: int) -> Sizes:
    """Return five clusters with half of all rows, and clusters of one to three rows."""
    return np.concatenate([[n // (2 * _HUGE)] * _HUGE, _fill(generator.integers(1, 4, n), n - n // 2)])


def zipf(_: Generator, n: int) -> Sizes:
    """Return clusters whose sizes fall with their rank: the first has a fifth of the rows or so."""
    share = 1 / np.arange(1, n // 4 + 1)
    sizes: Sizes = np.maximum(np.round(share / share.sum() * n), 1).astype(np.int64)
    return sizes


def _fill(sizes: Sizes, n: int) -> Sizes:
    """Return as many of the sizes as make ``n`` rows or a few more."""
    return sizes[: int(np.searchsorted(np.cumsum(sizes), n)) + 1]


def _independent(generator: Generator, n: int, rate: float) -> Sample:
    return Sample(hit=generator.random(n) < rate, weight=np.ones(n), cluster=np.arange(n))


def _weighted(generator: Generator, n: int, rate: float) -> Sample:
    return Sample(
        hit=generator.random(n) < rate, weight=generator.choice([1.0, 4.0], n), cluster=np.arange(n), typical=3.4
    )


def _sampled_errors(generator: Generator, n: int, rate: float) -> Sample:
    """Draw rows whose errors were labelled one in ten: the rate by weight is ``rate``."""
    hit = generator.random(n) < rate / (rate + (1 - rate) / ERROR_WEIGHT)
    return Sample(hit=hit, weight=np.where(hit, 1.0, ERROR_WEIGHT), cluster=np.arange(n), typical=ERROR_WEIGHT)


_SHAPES = (
    ("five rows an entity", "clustered", fives),
    ("geometric sizes, mean 3", "clustered", geometric),
    ("five entities with half the rows", "heavy", huge),
    ("Zipf sizes", "heavy", zipf),
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("independent", "independent", "Independent rows of weight 1.", _independent),
    Scenario("weights by chance", "independent", "Independent rows of weight 1 or 4.", _weighted),
    Scenario("errors sampled 1 in 10", "independent", "Errors weigh 10, hits 1.", _sampled_errors),
    *(
        Scenario(
            f"{name}, correlation {correlation}",
            group,  # type: ignore[arg-type]  # a Literal in a tuple is read as a str
            f"{shape.__doc__} Errors inside an entity correlate {correlation}.",
            partial(clustered, sizes=shape, hits=partial(beta_binomial, correlation=correlation)),
        )
        for name, group, shape in _SHAPES
        for correlation in (0, 0.3, 1)
    ),
    Scenario(
        "geometric sizes, weights by chance, correlation 0.3",
        "clustered",
        "Rows weigh 1 or 4.",
        partial(clustered, sizes=geometric, hits=partial(beta_binomial, correlation=0.3), weighted=True),
    ),
    Scenario(
        "geometric sizes, every other entity all or none",
        "clustered",
        "Not beta-binomial: half of the entities err as one, the others row by row.",
        partial(clustered, sizes=geometric, hits=mixed),
    ),
    Scenario(
        "five entities with half the rows, and harder",
        "heavy",
        "Not exchangeable: errors are more frequent in the huge entities.",
        partial(clustered, sizes=huge, hits=huge_are_harder),
    ),
)


def scenario(name: str) -> Scenario:
    """Return the scenario of this name."""
    return next(one for one in SCENARIOS if one.name == name)
