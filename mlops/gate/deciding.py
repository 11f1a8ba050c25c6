"""The decision: metrics and policy in, a verdict out. Pure, three-valued, and closed on failure.

Every comparison is a positive assertion (``value >= threshold``), so that a number that is missing or no number never
passes; what cannot be decided is ``inconclusive``, which blocks exactly like ``fail``.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mlops.config import Criterion, Policy
from mlops.formatting import format_threshold
from mlops.gate.outlook import Numbers, explain, needed, numbers_of
from mlops.gate.report import Bindings, CriterionResult, Diagnosis, GateReport, Verdict
from mlops.metrics import Metrics

_FIRST = ("precision", "recall", "f1")


def decide(
    metrics: Metrics,
    policy: Policy,
    *,
    declared: Policy,
    bindings: Bindings,
    first_version: bool,
    diagnosis: Diagnosis | None = None,
) -> GateReport:
    """Judge a model.

    Args:
        metrics: What was measured, recomputed from the evaluation.
        policy: The policy in force, after options tightened it. Where it is looser than ``declared``, or leaves a
            criterion out, the declared one holds.
        declared: The policy as the repository declares it; the report names it.
        bindings: The bytes and the code that the verdict is about.
        first_version: Whether there is no model in production to compare with.
        diagnosis: Why the model did not pass, if that is known already.

    Returns:
        The report. Its verdict is ``fail`` if a blocking criterion fails, else ``inconclusive`` if one cannot be
        decided or there is none, else ``pass``.
    """
    obstacle = _obstacle(metrics, max(policy.min_rows, declared.min_rows), bindings)
    results = tuple(
        _judge(
            metrics, metric, _stricter(policy.criteria.get(metric), declared.criteria.get(metric)), declared, obstacle
        )
        for metric in sorted({*policy.criteria, *declared.criteria}, key=_rank)
    )
    verdict, reason = _combine(results, obstacle)
    return GateReport(
        task=metrics.task,
        model_id=metrics.model_id,
        verdict=verdict,
        reason=reason,
        first_version=first_version,
        criteria=results,
        policy=declared,
        bindings=bindings,
        diagnosis=diagnosis,
    )


def _obstacle(metrics: Metrics, min_rows: int, bindings: Bindings) -> str:
    """Return why nothing can be decided on these rows; empty if something can."""
    counts = metrics.counts
    measured = (metrics.dataset_sha256, metrics.model_sha256, metrics.evaluation_sha256)
    obstacles = (
        (metrics.rows == 0, "The evaluation has no rows."),
        (metrics.positives == 0, f"None of the {metrics.rows:,} test rows is positive."),
        (metrics.positives == metrics.rows, f"All {metrics.rows:,} test rows are positive; negatives are needed too."),
        (
            metrics.rows < min_rows,
            f"{metrics.rows:,} test rows are fewer than the {min_rows:,} that the policy asks for.",
        ),
        (
            counts.tp + counts.fp == 0,
            "The model predicts no row positive, so its precision is not defined (0 of 0 predictions are right).",
        ),
        (
            measured != (bindings.dataset_sha256, bindings.model_sha256, bindings.evaluation_sha256),
            "The metrics were measured on other bytes than this verdict is bound to.",
        ),
    )
    return next((reason for holds, reason in obstacles if holds), "")


def _stricter(asked: Criterion | None, declared: Criterion | None) -> Criterion:
    """Return the stricter of two criteria of one metric, field by field; at least one is given."""
    if asked is None or declared is None:
        found = asked or declared
        if found is None:
            raise ValueError("a criterion is asked for or declared")
        return found
    if (asked.min is None) != (declared.min is None):
        return declared
    return Criterion(
        min=None if asked.min is None or declared.min is None else max(asked.min, declared.min),
        max=None if asked.max is None or declared.max is None else min(asked.max, declared.max),
        decide_on="lower_bound" if "lower_bound" in {asked.decide_on, declared.decide_on} else "point",
        action="block" if "block" in {asked.action, declared.action} else "warn",
    )


class _Bound(NamedTuple):
    """A criterion's threshold, and 1 where more is better, -1 where less is."""

    threshold: float
    sign: int


def _bound(criterion: Criterion) -> _Bound:
    if criterion.min is not None:
        return _Bound(criterion.min, 1)
    if criterion.max is not None:
        return _Bound(criterion.max, -1)
    raise ValueError("a criterion has a bound")


def _judge(metrics: Metrics, metric: str, criterion: Criterion, declared: Policy, obstacle: str) -> CriterionResult:
    """Decide one criterion."""
    threshold, sign = _bound(criterion)
    numbers = numbers_of(metrics, metric)
    verdict = "inconclusive" if obstacle else _compare(numbers, threshold, sign, criterion.decide_on)
    rows = needed(metric, numbers, threshold, metrics.interval.confidence) if verdict == "inconclusive" else None
    reason = explain(numbers, criterion, threshold, verdict, needed_n=rows, rows=metrics.rows)
    origin = declared.criteria.get(metric)
    return CriterionResult(
        metric=metric,
        value=numbers.value,
        lower=numbers.lower,
        upper=numbers.upper,
        n=numbers.n,
        threshold=threshold,
        policy_threshold=threshold if origin is None else _bound(origin).threshold,
        direction="min" if sign > 0 else "max",
        decide_on=criterion.decide_on,
        verdict=verdict,
        blocking=criterion.action == "block",
        reason=obstacle or reason,
        needed_n=None if obstacle else rows,
    )


def _compare(numbers: Numbers, threshold: float, sign: int, decide_on: str) -> Verdict:
    """Compare; ``sign`` -1 mirrors everything, so that one rule serves both directions."""
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


def _combine(results: Sequence[CriterionResult], obstacle: str) -> tuple[Verdict, str]:
    """Return the verdict over all blocking criteria and the sentence that says why."""
    blocking = [result for result in results if result.blocking]
    warnings = [result for result in results if not result.blocking and result.verdict != "pass"]
    if not blocking:
        return "inconclusive", "The policy has no blocking criterion, so it asks nothing of the model."
    if obstacle:
        return "inconclusive", obstacle
    noted = "".join(f" Warning: {result.metric}: {result.reason}" for result in warnings)
    for verdict in ("fail", "inconclusive"):
        found = [result for result in blocking if result.verdict == verdict]
        if found:
            return verdict, " ".join(f"{result.metric}: {result.reason}" for result in found) + noted
    met = ", ".join(
        f"{r.metric} {'>=' if r.direction == 'min' else '<='} {format_threshold(r.threshold)}" for r in blocking
    )
    return "pass", f"Every blocking criterion is met: {met}.{noted}"


def _rank(metric: str) -> tuple[int, str]:
    """Order criteria in one way, whatever the order of the file: the usual three first, then by name."""
    return (_FIRST.index(metric) if metric in _FIRST else len(_FIRST), metric)
