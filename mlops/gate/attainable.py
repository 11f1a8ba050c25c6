"""What a policy can decide on a number of test rows: for each rule the smallest value that passes, and what it needs.

A table of facts (pure); what follows from them stands in :mod:`mlops.gate.linting`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from mlops.config import Criterion, Policy
from mlops.gate.criteria import rank_of
from mlops.gate.prospects import Rule, limits, needed_for, needed_without_error
from mlops.gate.sample import Denominator, Sample

SIZES = (100, 500, 1_000, 5_000)
"""Denominators that are shown where no test rows are at hand."""

STEPS = (0.01, 0.02, 0.03)
"""How much better than the threshold a model may truly be."""


@dataclass(frozen=True)
class Needed:
    """Rows in the denominator at which a model of true value ``truth`` passes in four cases of five; None: none."""

    truth: float
    n: int | None


@dataclass(frozen=True)
class Attainable:
    """What a rule can decide in one denominator.

    Attributes:
        metric: The metric's name.
        slice: The slice's name; empty over all rows.
        value: The value of the slice.
        blocking: Whether the outcome counts for the verdict.
        threshold: The bound.
        direction: Whether the metric must be at least (``min``) or at most (``max``) the threshold.
        decide_on: Whether the estimate or its bound is compared.
        min_samples: Rows in the denominator below which nothing is decided.
        n: Rows in the denominator.
        effective: How many independent rows they are worth.
        passes_at: The smallest value that passes (of a maximum the largest); None where none does.
        errors_allowed: Rows of the denominator that may be wrong; None where not even no error passes.
        needed_without_error: Rows at which a model without an error passes; None where no number does.
        needed: Rows at which a model that is a little better than the threshold is likely to pass.
    """

    metric: str
    slice: str
    value: str
    blocking: bool
    threshold: float
    direction: str
    decide_on: str
    min_samples: int
    n: int
    effective: float
    passes_at: float | None
    errors_allowed: int | None
    needed_without_error: int | None
    needed: tuple[Needed, ...]


@dataclass(frozen=True)
class Margin:
    """The comparison with the model in production.

    Attributes:
        metric: The metric's name.
        blocking: Whether the outcome counts for the verdict.
        max_drop: The margin that the policy asks for.
        n: Rows in the metric's denominator.
        provable: About the smallest margin that these rows prove when no row flips: the exact upper bound of no loss
            in n rows, ``1 - (1 - confidence)^(1 / n)``, at 95 % the rule of three (Hanley & Lippman-Hand 1983).
    """

    metric: str
    blocking: bool
    max_drop: float
    n: int
    provable: float


def of_criteria(policy: Policy, sample: Sample | None) -> list[Attainable]:
    """Return what each criterion can decide, blocking ones first; without a sample at several denominators."""
    found = []
    for metric, criterion in ordered(policy):
        rule = Rule.of(metric, criterion, policy.confidence)
        if sample is None:
            denominators: Sequence[Denominator] = [Denominator(n) for n in SIZES]
        else:
            denominators = [sample.denominators.get(metric, Denominator(0))]
        blocking = criterion.action == "block"
        found += [_attainable(rule, denominator, blocking=blocking) for denominator in denominators]
    return found


def of_slices(policy: Policy, sample: Sample) -> list[Attainable]:
    """Return what each rule inside slices can decide in each value that the test rows show."""
    return [
        _attainable(
            Rule.of(metric, rule, policy.confidence),
            part.denominators.get(metric, Denominator(0)),
            blocking=rule.action == "block",
            place=(name, part.value),
        )
        for metric, criterion in ordered(policy)
        for name, rule in sorted(criterion.slices.items())
        for part in sample.slices or ()
        if part.slice == name
    ]


def of_changes(policy: Policy, sample: Sample) -> list[Margin]:
    """Return what each comparison with the model in production can prove when both models decide every row alike."""
    return [
        Margin(
            metric=metric,
            blocking=criterion.action == "block",
            max_drop=criterion.change.max_drop,
            n=denominator.n,
            provable=1 - (1 - policy.confidence) ** (1 / denominator.effective) if denominator.n else 1.0,
        )
        for metric, criterion in ordered(policy)
        if criterion.change is not None
        for denominator in [sample.denominators.get(metric, Denominator(0))]
    ]


def ordered(policy: Policy) -> Iterator[tuple[str, Criterion]]:
    """Yield the criteria, blocking ones first, the usual three before others."""
    yield from sorted(policy.criteria.items(), key=lambda item: (item[1].action != "block", rank_of(item[0])))


def _attainable(
    rule: Rule, denominator: Denominator, *, blocking: bool, place: tuple[str, str] = ("", "")
) -> Attainable:
    n, effect = denominator.n, denominator.effect
    passes_from = limits(rule, n, denominator.effective).passes_from
    errors = n - passes_from if passes_from <= n else None
    free = rule._replace(min_samples=1)
    return Attainable(
        metric=rule.metric,
        slice=place[0],
        value=place[1],
        blocking=blocking,
        threshold=rule.threshold,
        direction="min" if rule.least else "max",
        decide_on=rule.decide_on,
        min_samples=rule.min_samples,
        n=n,
        effective=round(denominator.effective, 1),
        passes_at=None if errors is None else rule.value_of((n - errors if rule.least else errors) / n),
        errors_allowed=errors,
        needed_without_error=_grown(needed_without_error(free), effect, rule.min_samples),
        needed=tuple(
            Needed(truth, _grown(needed_for(free, truth), effect, rule.min_samples))
            for step in STEPS
            for truth in [round(rule.threshold + (step if rule.least else -step), 10)]
            if 0 <= truth <= 1
        ),
    )


def _grown(rows: int | None, effect: float, least: int) -> int | None:
    """Return how many rows like those at hand are worth ``rows`` independent ones, but ``least`` at least."""
    return None if rows is None else max(least, ceil(rows * effect))
