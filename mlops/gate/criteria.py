"""The criteria: each metric of all test rows compared with its bound. Pure; the one rule for every seed and slice."""

from typing import NamedTuple

from mlops.config import Bounded, Criterion, Policy
from mlops.gate.outlook import Numbers, explain, needed, numbers_of, too_few
from mlops.gate.report import CriterionResult, Verdict
from mlops.metrics import Metrics

_FIRST = ("precision", "recall", "f1")


def judge_criteria(
    metrics: Metrics, rules: Policy, *, declared: Policy, obstacle: str = ""
) -> tuple[CriterionResult, ...]:
    """Decide every criterion of ``rules``, the usual three first.

    Args:
        metrics: What was measured.
        rules: The policy in force.
        declared: The policy as the repository declares it; each result names its threshold beside the one in force.
        obstacle: Why nothing can be decided on these rows; empty if something can.
    """
    return tuple(
        _judge(metrics, metric, rules.criteria[metric], declared, obstacle)
        for metric in sorted(rules.criteria, key=rank_of)
    )


class Limit(NamedTuple):
    """A criterion's threshold, and 1 where more is better, -1 where less is."""

    threshold: float
    sign: int


def bound_of(criterion: Bounded) -> Limit:
    """Return a rule's threshold and direction."""
    if criterion.min is not None:
        return Limit(criterion.min, 1)
    if criterion.max is not None:
        return Limit(criterion.max, -1)
    raise ValueError("a criterion has a bound")


def _judge(metrics: Metrics, metric: str, criterion: Criterion, declared: Policy, obstacle: str) -> CriterionResult:
    """Decide one criterion."""
    threshold, sign = bound_of(criterion)
    numbers = numbers_of(metrics, metric)
    verdict = "inconclusive" if obstacle else compare(numbers, threshold, sign, criterion.decide_on)
    rows = needed(metric, numbers, threshold, metrics.interval.confidence) if verdict == "inconclusive" else None
    reason = explain(numbers, criterion, threshold, verdict, needed_n=rows, rows=metrics.rows)
    few = too_few(numbers, criterion.min_samples, metrics.rows)
    if few and not numbers.missing:
        rows = None if verdict == "inconclusive" and rows is None else max(rows or 0, criterion.min_samples)
        verdict, reason = "inconclusive", few
    origin = declared.criteria.get(metric)
    return CriterionResult(
        metric=metric,
        value=numbers.value,
        lower=numbers.lower,
        upper=numbers.upper,
        n=numbers.n,
        threshold=threshold,
        policy_threshold=threshold if origin is None else bound_of(origin).threshold,
        direction="max" if criterion.min is None else "min",
        decide_on=criterion.decide_on,
        verdict=verdict,
        blocking=criterion.action == "block",
        reason=obstacle or reason,
        needed_n=None if obstacle else rows,
    )


def compare(numbers: Numbers, threshold: float, sign: int, decide_on: str) -> Verdict:
    """Return how a metric compares with its bound.

    Args:
        numbers: The estimate; what is not finite is None and decides nothing.
        threshold: The bound.
        sign: 1 where more is better; -1 mirrors everything, so that one rule serves both directions.
        decide_on: Whether the estimate (``point``) or its bound (``lower_bound``) is compared.
    """
    value, lower, upper = numbers.value, numbers.lower, numbers.upper
    if value is None or lower is None or upper is None:
        return "inconclusive"
    worst, best = (lower, upper) if sign > 0 else (upper, lower)
    bound = sign * threshold
    if decide_on == "point":
        return "pass" if sign * value >= bound else "fail"
    if sign * worst >= bound and sign * value >= bound:
        return "pass"
    return "fail" if sign * best < bound and sign * value < bound else "inconclusive"


def rank_of(metric: str) -> tuple[int, str]:
    """Return the key that orders metrics, whatever the order of the file: the usual three first, then by name."""
    return (_FIRST.index(metric) if metric in _FIRST else len(_FIRST), metric)


def result_of(
    metric: str, criterion: Criterion, numbers: Numbers, verdict: Verdict, reason: str, *, wanted: int | None = None
) -> CriterionResult:
    """Return the result of a criterion that was decided elsewhere; with too few rows it is inconclusive.

    Args:
        metric: Its name.
        criterion: The bound.
        numbers: What was measured.
        verdict: What they say.
        reason: Why, in a sentence.
        wanted: Rows that would decide, where that is known.
    """
    limit, sign = bound_of(criterion)
    few = numbers.n < criterion.min_samples and not numbers.missing
    return CriterionResult(
        metric=metric,
        value=numbers.value,
        lower=numbers.lower,
        upper=numbers.upper,
        n=numbers.n,
        threshold=limit,
        policy_threshold=limit,
        direction="min" if sign > 0 else "max",
        decide_on=criterion.decide_on,
        verdict="inconclusive" if few else verdict,
        blocking=criterion.action == "block",
        reason=f"{numbers.n:,} rows are fewer than the {criterion.min_samples:,} asked for." if few else reason,
        needed_n=max(wanted or 0, criterion.min_samples) if few else wanted,
    )
