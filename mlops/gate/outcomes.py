"""Tables of how likely the gate is to pass: each criterion exactly, all together by simulation (pure)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil

from mlops.config import Criterion, Policy
from mlops.gate.attainable import ordered
from mlops.gate.criteria import bound_of
from mlops.gate.findings import METRICS
from mlops.gate.prospects import Chances, Rule, chances
from mlops.gate.sample import Denominator, Sample, Truth, effect_of, predicted_by
from mlops.gate.simulating import DRAWS, SEED, error_of, simulate

OFFSETS = (-0.02, -0.01, 0.0, 0.01, 0.02, 0.03, 0.05)
"""How far from the threshold the true qualities of a table lie."""

GROWTH = (2, 4)
"""How many times the rows at hand a table shows besides them."""


@dataclass(frozen=True)
class Outcome:
    """How one criterion, or all together, is likely to come out for a model of known quality.

    Attributes:
        truth: The true values, by metric.
        n: Rows in the criterion's denominator; of all together the positive rows.
        effective: How many independent rows they are worth.
        passes: Probability that the gate passes.
        inconclusive: Probability that it cannot decide.
        fails: Probability that it fails.
        in_a_row: Probability of so many passes in a row as were asked for, each on fresh test rows.
        point_passes: Probability of a pass if the estimate alone were compared.
        passes_at: Probability of a pass at the multiples of ``GROWTH`` of the rows.
        error: Standard error of ``passes``; 0 where it is exact.
    """

    truth: dict[str, float]
    n: int
    effective: int
    passes: float
    inconclusive: float
    fails: float
    in_a_row: float
    point_passes: float
    passes_at: tuple[float, ...] = ()
    error: float = 0.0


@dataclass(frozen=True)
class CriterionTable:
    """The outcomes of one criterion over true qualities."""

    metric: str
    blocking: bool
    threshold: float
    direction: str
    decide_on: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Outlook:
    """What a policy is likely to do.

    Attributes:
        criteria: By criterion, blocking ones first.
        together: All blocking criteria; empty where the policy bounds neither precision, recall nor F1 from below.
        not_simulated: What else the policy asks for: it can only make passes rarer.
        draws: Samples that were drawn for ``together``.
        seed: Seed of the draws.
    """

    criteria: tuple[CriterionTable, ...]
    together: tuple[Outcome, ...]
    not_simulated: tuple[str, ...] = ()
    draws: int = DRAWS
    seed: int = SEED


def of_model(policy: Policy, sample: Sample, truth: Truth, *, runs: int) -> Outlook:
    """Return the outlook of a model of quality ``truth`` on the test rows at hand; errors are those of ``simulate``."""
    decided = decided_by(sample, truth)
    together = _together(policy, decided, truth, runs)
    tables = [
        _table(policy, metric, criterion, [truth.of(metric)], decided.denominators[metric], runs=runs, growth=())
        for metric, criterion in ordered(policy)
        if metric in METRICS
    ]
    return Outlook(tuple(tables), (together,), not_simulated(policy))


def of_grid(policy: Policy, sample: Sample, *, runs: int) -> Outlook:
    """Return the outlook over true qualities around the thresholds, as far as there are rows to show them."""
    tables = []
    for metric, criterion in ordered(policy):
        denominator = sample.denominators.get(metric)
        if metric in METRICS and denominator is not None and denominator.n:
            threshold = bound_of(criterion).threshold
            tables.append(_table(policy, metric, criterion, _around(threshold), denominator, runs=runs, growth=GROWTH))
    together = []
    for truth in _truths(policy):
        with suppress(ValueError):  # fewer negatives than a model of this precision would call positive
            together.append(_together(policy, decided_by(sample, truth), truth, runs))
    return Outlook(tuple(tables), tuple(together), not_simulated(policy))


def decided_by(sample: Sample, truth: Truth) -> Sample:
    """Return the sample with the denominators that a model of quality ``truth`` would leave in it."""
    hits, predicted = sample.positives * truth.recall, predicted_by(truth, sample.positives)
    sizes = {"precision": predicted, "recall": sample.positives, "f1": sample.positives + predicted - hits}
    effects = {metric: denominator.effect for metric, denominator in sample.denominators.items()}
    denominators = {metric: Denominator(round(n), effects.get(metric, 1.0)) for metric, n in sizes.items()}
    return replace(sample, denominators=denominators)


def not_simulated(policy: Policy) -> tuple[str, ...]:
    """Return what the policy asks for besides bounds on all rows: it can only make passes rarer."""
    blocking = [criterion for criterion in policy.criteria.values() if criterion.action == "block"]
    slices = any(rule.action == "block" for criterion in policy.criteria.values() for rule in criterion.slices.values())
    asked = {
        "bounds inside slices": slices,
        "the comparison with the model in production": any(criterion.change is not None for criterion in blocking),
        "other seeds": policy.seeds > 1,
    }
    return tuple(name for name, holds in asked.items() if holds)


def _table(
    policy: Policy,
    metric: str,
    criterion: Criterion,
    truths: Sequence[float],
    denominator: Denominator,
    *,
    runs: int,
    growth: Sequence[int],
) -> CriterionTable:
    rule = Rule.of(metric, criterion, policy.confidence)
    return CriterionTable(
        metric=metric,
        blocking=criterion.action == "block",
        threshold=rule.threshold,
        direction="min" if rule.least else "max",
        decide_on=rule.decide_on,
        outcomes=tuple(_outcome(rule, denominator, truth, runs, growth) for truth in truths),
    )


def _outcome(rule: Rule, denominator: Denominator, truth: float, runs: int, growth: Sequence[int]) -> Outcome:
    """Return the exact outcome of one criterion; its denominator enters with the independent rows it is worth."""
    rows = max(1, round(denominator.effective))
    scaled = rule._replace(min_samples=ceil(rule.min_samples / denominator.effect))
    found = chances(scaled, rows, truth)
    return Outcome(
        truth={rule.metric: truth},
        n=denominator.n,
        effective=rows,
        passes=found.passes,
        inconclusive=found.inconclusive,
        fails=found.fails,
        in_a_row=found.passes**runs,
        point_passes=chances(scaled._replace(decide_on="point"), rows, truth).passes,
        passes_at=tuple(chances(scaled, rows * times, truth).passes for times in growth),
    )


def _together(policy: Policy, sample: Sample, truth: Truth, runs: int) -> Outcome:
    found = simulate(policy, truth, sample)
    point: Chances = simulate(policy, truth, sample, decide_on="point")
    return Outcome(
        truth={metric: truth.of(metric) for metric in METRICS},
        n=sample.positives,
        effective=max(1, round(sample.positives / effect_of(sample))),
        passes=found.passes,
        inconclusive=found.inconclusive,
        fails=found.fails,
        in_a_row=found.passes**runs,
        point_passes=point.passes,
        error=error_of(found.passes),
    )


def _around(threshold: float) -> list[float]:
    """Return the true qualities around a threshold that lie in (0, 1)."""
    values = (round(threshold + offset, 10) for offset in OFFSETS)
    return [value for value in values if 0 < value < 1]


def _truths(policy: Policy) -> list[Truth]:
    """Return models whose precision and recall lie equally far from their minima; F1's stands in for one missing."""
    minima = {metric: criterion.min for metric, criterion in policy.criteria.items() if criterion.action == "block"}
    precision, recall = (minima.get(metric) or minima.get("f1") for metric in ("precision", "recall"))
    precision, recall = precision or recall, recall or precision
    if precision is None or recall is None:
        return []
    pairs = ((round(precision + offset, 10), round(recall + offset, 10)) for offset in OFFSETS)
    return [Truth(*pair) for pair in pairs if all(0 < value < 1 for value in pair)]
