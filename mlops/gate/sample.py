"""The test rows at hand, as a rule sees them: each metric's denominator, and how many independent rows it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import NamedTuple

from mlops.intervals.proportions import effective_n, jaccard_of_f1
from mlops.metrics import Estimate, Metrics


@dataclass(frozen=True)
class Denominator:
    """A metric's own denominator.

    Attributes:
        n: Rows; 0 where the metric is not defined.
        effect: Design effect: rows that are worth one independent row, at least 1.
    """

    n: int
    effect: float = 1.0

    @property
    def effective(self) -> float:
        """How many independent rows tell as much."""
        return self.n / self.effect


@dataclass(frozen=True)
class SliceSample:
    """The test rows that share one value of one slice."""

    slice: str
    value: str
    rows: int
    denominators: Mapping[str, Denominator]


@dataclass(frozen=True)
class Sample:
    """Test rows.

    Attributes:
        source: Where the counts come from, in words.
        rows: All test rows; None where not known.
        positives: Positive rows.
        denominators: By metric.
        slices: The values of the slices; None where not known.
    """

    source: str
    rows: int | None
    positives: int
    denominators: Mapping[str, Denominator]
    slices: tuple[SliceSample, ...] | None = None


class Truth(NamedTuple):
    """A model's true quality."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def of(self, metric: str) -> float:
        """Return the true value of a metric."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}[metric]


def from_metrics(metrics: Metrics, source: str) -> Sample:
    """Return the test rows of a measurement; design effects are read off the bounds that it reports."""
    confidence = metrics.interval.confidence
    return Sample(
        source=source,
        rows=metrics.rows,
        positives=metrics.positives,
        denominators=_denominators(metrics.metrics, confidence),
        slices=tuple(
            SliceSample(part.slice, part.value, part.rows, _denominators(part.metrics, confidence))
            for part in metrics.slices
        ),
    )


def from_counts(*, rows: int | None, positives: int, predicted: int, hits: float, effect: float) -> Sample:
    """Return test rows that exist only as counts.

    Args:
        rows: All test rows; None where not known.
        positives: Positive rows: recall's denominator.
        predicted: Rows that a model will call positive: precision's denominator.
        hits: How many of them it will get right; F1's denominator is what is positive or called so.
        effect: Design effect of every metric.
    """
    sizes = {"precision": predicted, "recall": positives, "f1": round(positives + predicted - hits)}
    return Sample(
        source="as given",
        rows=rows,
        positives=positives,
        denominators={metric: Denominator(n, effect) for metric, n in sizes.items()},
    )


def effect_of(sample: Sample) -> float:
    """Return the largest design effect of the sample's metrics."""
    return max((denominator.effect for denominator in sample.denominators.values()), default=1.0)


def predicted_by(truth: Truth, positives: float) -> float:
    """Return how many rows a model of quality ``truth`` calls positive; infinite where its precision is 0."""
    return positives * truth.recall / truth.precision if truth.precision else inf


def _denominators(estimates: Mapping[str, Estimate], confidence: float) -> dict[str, Denominator]:
    return {metric: _denominator(metric, estimate, confidence) for metric, estimate in estimates.items()}


def _denominator(metric: str, estimate: Estimate, confidence: float) -> Denominator:
    """Return a metric's denominator; the side whose bound differs from the value tells what its rows are worth."""
    value, lower, upper = estimate.value, estimate.lower, estimate.upper
    if value is None or lower is None or upper is None or not all(map(isfinite, (value, lower, upper))):
        return Denominator(0)
    if metric == "f1":
        value, lower, upper = (jaccard_of_f1(number) for number in (value, lower, upper))
    worth = effective_n(value, lower if lower < value else upper, confidence)
    return Denominator(estimate.n, 1.0 if worth is None else max(1.0, estimate.n / max(1.0, worth)))
