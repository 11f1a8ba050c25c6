"""``simulations.json``: how often the bounds cover the truth, and how often the gate is fooled."""

from typing import Literal

from benchmarks.machine import Machine
from mlops.documents import Document, Part
from mlops.metrics import Count
from mlops.provenance import CodeVersion


class Point(Part):
    """Shares of samples of one size and one true rate.

    Attributes:
        n: Rows in the denominator.
        rate: True rate.
        lower: Samples whose lower 95 % bound is at most the rate; the others would pass a threshold there.
        upper: Samples whose upper 95 % bound is at least the rate.
        both: Samples whose 97.5 % bounds hold the rate between them: a nominal 95 % interval.
        naive: As ``lower``, for Wilson's bound that ignores weights and clusters.
    """

    n: Count
    rate: float
    lower: float
    upper: float
    both: float
    naive: float


class Average(Part):
    """The mean over all rates of a grid, of one sample size or (``n`` is None) of all, and the worst point."""

    n: int | None
    lower: float
    upper: float
    both: float
    naive: float
    worst_lower: float


class Coverage(Part):
    """A scenario.

    Attributes:
        name: Its name.
        group: What it belongs to on the page.
        description: What is drawn.
        average: Over everything.
        by_n: Per sample size.
        points: Every point.
    """

    name: str
    group: Literal["independent", "clustered", "heavy"]
    description: str
    average: Average
    by_n: tuple[Average, ...]
    points: tuple[Point, ...]


class ExactPass(Part):
    """The probability that the gate passes a model on independent rows, summed over all outcomes.

    Attributes:
        threshold: Minimum that the policy sets.
        truth: The model's true rate.
        n: Predicted positives.
        point: Where the estimate decides.
        lower_bound: Where the lower bound decides.
    """

    threshold: float
    truth: float
    n: Count
    point: float
    lower_bound: float


class NeededRows(Part):
    """How many predicted positives show that a model clears a threshold.

    Attributes:
        threshold: Minimum that the policy sets.
        truth: The model's true rate.
        power: Probability with which it passes.
        first: The smallest number of predicted positives that has it.
        always: The number from which on all have it: whole counts make the probability a saw.
    """

    threshold: float
    truth: float
    power: float
    first: Count
    always: Count


class FalsePass(Part):
    """How often a model passes whose true precision is the threshold, so that nothing shows it to be better.

    Attributes:
        name: The scenario's name.
        n: Predicted positives, about.
        point: Where the estimate decides.
        lower_bound: Where the lower bound decides.
        naive: Where Wilson's bound decides that ignores clusters.
    """

    name: str
    n: Count
    point: float
    lower_bound: float
    naive: float


class Decisions(Part):
    """What ``mlops.gate.decide`` said."""

    exact: tuple[ExactPass, ...]
    needed: tuple[NeededRows, ...]
    false_pass: tuple[FalsePass, ...]


class Simulations(Document):
    """The results of ``python -m benchmarks.simulations``.

    Attributes:
        machine: Where it ran.
        code: The state of the repository.
        seconds: CPU seconds.
        samples: Samples a point of coverage.
        decided: Samples a row of false passes.
        replicates: Bootstrap replicates a sample; the gate takes 10,000.
        rates: The grid of true rates.
        sizes: The grid of sample sizes.
        coverage: Scenarios.
        decisions: Decisions.
    """

    machine: Machine
    code: CodeVersion
    seconds: float
    samples: Count
    decided: Count
    replicates: Count
    rates: tuple[float, ...]
    sizes: tuple[Count, ...]
    coverage: tuple[Coverage, ...]
    decisions: Decisions
