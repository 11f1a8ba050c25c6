"""The metrics of a profile, each decided by the rule that fits it (pure).

``permutation_p`` and the lifts are met only strictly. Their direction is checked as well as their value: what a profile
asks the wrong way round is inconclusive, so it can never be met.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf, isfinite, nextafter

from mlops.certification.document import LATENCY, Performance
from mlops.certification_settings import LatencyLimit, Metric
from mlops.config import Criterion
from mlops.crossval.document import Bound
from mlops.crossval.judging import judge as judge_folds
from mlops.formatting import format_p
from mlops.gate.criteria import bound_of, compare, result_of
from mlops.gate.outlook import Numbers, explain, needed
from mlops.gate.report import CriterionResult, Verdict
from mlops.intervals.proportions import MAX_ROWS, wilson_lower

_CV = ("cv_mean", "cv_sd")
_LIFTS = {"lift_majority": "majority", "lift_one_rule": "one_rule"}
_DIRECTION = {"cv_sd": -1, "permutation_p": -1}
_ORDER = (
    "cv_mean", "cv_sd", "bootstrap_lower", "permutation_p", "test_accuracy", "auc_lower", "lift_majority",
    "lift_one_rule",
)  # fmt: skip


@dataclass(frozen=True)
class _Folds:
    accuracies: tuple[float, ...]
    sizes: tuple[int, ...]


def decide(
    performance: Performance, criteria: Mapping[Metric, Criterion], latency: LatencyLimit | None, *, confidence: float
) -> tuple[CriterionResult, ...]:
    """Decide every criterion, in the order of the runbook.

    Args:
        performance: What was measured.
        criteria: By the name of a metric, its bound.
        latency: How long a row may take; None demands nothing.
        confidence: Of each one-sided bound.
    """
    decided = [
        _decide(performance, metric, criteria[metric], confidence) for metric in sorted(criteria, key=_ORDER.index)
    ]
    return tuple(decided) if latency is None else (*decided, _latency(performance, latency))


def _decide(performance: Performance, metric: Metric, criterion: Criterion, confidence: float) -> CriterionResult:
    limit, sign = bound_of(criterion)
    if sign != _DIRECTION.get(metric, 1):
        asked = "at most" if sign < 0 else "at least"
        return _missing(metric, criterion, f"The profile asks for {asked} {limit:g}, the wrong way round.")
    if metric in _CV:
        return _folds(performance, metric, criterion, confidence)
    if metric == "permutation_p":
        return _chance(performance, criterion)
    if metric in _LIFTS:
        return _lift(performance, metric, criterion)
    bounds = {"auc_lower": performance.auc, "bootstrap_lower": performance.cv_accuracy}
    return _bound(bounds.get(metric, performance.accuracy), metric, criterion, confidence)


def _folds(performance: Performance, metric: str, criterion: Criterion, confidence: float) -> CriterionResult:
    blocks = performance.cv_blocks
    if len(blocks) < 2:  # noqa: PLR2004  # a spread needs two
        return _missing(metric, criterion, f"The cross-validation has {len(blocks)} blocks; a spread needs two.")
    folds = _Folds(tuple(block.accuracy for block in blocks), tuple(block.n for block in blocks))
    return judge_folds(folds, {metric: criterion}, confidence=confidence)[0]


def _bound(bound: Bound | None, metric: str, criterion: Criterion, confidence: float) -> CriterionResult:
    """Decide a rate by its value or by its lowest bound."""
    numbers = _numbers(bound)
    if numbers.missing:
        return _missing(metric, criterion, numbers.missing, n=numbers.n)
    limit, sign = bound_of(criterion)
    verdict = compare(numbers, limit, sign, criterion.decide_on)
    area = metric == "auc_lower"
    wanted = None
    if verdict == "inconclusive":
        wanted = _needed_by_width(numbers, limit) if area else needed("accuracy", numbers, limit, confidence)
    reason = explain(numbers, criterion, limit, verdict, needed_n=wanted, rows=numbers.n)
    if not area and verdict == "inconclusive" and wilson_lower(numbers.n, numbers.n, confidence) < limit:
        reason = f"Unattainable with {numbers.n:,} rows, even without an error. {reason}"
    return result_of(metric, criterion, numbers, verdict, reason, wanted=wanted)


def _chance(performance: Performance, criterion: Criterion) -> CriterionResult:
    """Decide p; it can be below the limit only if the test could have given less than the limit at all."""
    chance, metric = performance.chance, "permutation_p"
    if chance is None or not isfinite(chance.p):
        return _missing(metric, criterion, "The permutation test was not made.")
    limit, _ = bound_of(criterion)
    if not chance.stratified:
        return _missing(metric, criterion, "Labels were not exchanged inside months, so a drifting base rate fools p.")
    numbers = Numbers(chance.p, chance.p, chance.p, chance.rows, "")
    if chance.method == "refits" and 1 / (chance.permutations + 1) >= limit:
        least = ceil(1 / limit) if limit > 0 else None
        return result_of(
            metric, criterion, numbers, "inconclusive",
            f"Unattainable with {chance.permutations} permutations: p is at least 1/{chance.permutations + 1}, and "
            f"less than {limit:g} is asked for. It needs {'more' if least is None else f'{least:,}'} permutations.",
        )  # fmt: skip
    verdict = compare(numbers, nextafter(limit, -inf), -1, "point")
    shown = format_p(chance.p, nextafter(limit, -inf))
    reason = f"p is {shown}, inside {chance.strata:,} months; less than {limit:g} is asked for."
    return result_of(metric, criterion, numbers, verdict, reason)


def _lift(performance: Performance, metric: str, criterion: Criterion) -> CriterionResult:
    """Decide a lift: strictly more, by the bound of the paired difference, than what needs no model."""
    over = _LIFTS[metric]
    lift = next((lift for lift in performance.lifts if lift.over == over), None)
    finite = lift is not None and all(map(isfinite, (lift.value, lift.lower, lift.upper)))
    if lift is None or not finite:
        return _missing(metric, criterion, f"The lift over {over.replace('_', ' ')} was not measured.")
    limit, _ = bound_of(criterion)
    numbers = Numbers(lift.value, lift.lower, lift.upper, lift.n, "")
    verdict = compare(numbers, nextafter(limit, inf), 1, criterion.decide_on)
    wanted = _needed_by_width(numbers, limit) if verdict == "inconclusive" else None
    points, lower, upper = (f"{100 * share:+.2f}" for share in (lift.value, lift.lower, lift.upper))
    reason = (
        f"{points} points over {over.replace('_', ' ')}, bounds {lower} and {upper}; "
        f"more than {100 * limit:+.2f} is asked for."
    )
    if wanted:
        reason += f" About {wanted:,} rows would decide if the value stays."
    return result_of(metric, criterion, numbers, verdict, reason, wanted=wanted)


def _latency(performance: Performance, limit: LatencyLimit) -> CriterionResult:
    found = performance.latency
    value = found.p95_ms if found is not None and isfinite(found.p95_ms) else None
    verdict: Verdict = "inconclusive" if value is None else "pass" if value <= limit.p95_ms else "fail"
    said = (
        "It was not measured." if value is None else f"{value:.1f} ms a row; at most {limit.p95_ms:g} ms are asked for."
    )
    return CriterionResult(
        metric=LATENCY,
        value=value,
        lower=value,
        upper=value,
        n=0 if found is None else found.runs,
        threshold=limit.p95_ms,
        policy_threshold=limit.p95_ms,
        direction="max",
        decide_on="point",
        verdict=verdict,
        blocking=limit.action == "block",
        reason=said,
    )


def _numbers(bound: Bound | None) -> Numbers:
    if bound is None:
        return Numbers(None, None, None, 0, "It was not measured.")
    rates = (bound.value, bound.lower, bound.upper)
    if bound.n < 1 or not all(0 <= rate <= 1 for rate in rates):
        return Numbers(None, None, None, bound.n, "It is not defined: no number in [0, 1].")
    return Numbers(*rates, bound.n, "")


def _needed_by_width(numbers: Numbers, limit: float) -> int | None:
    """Return the rows at which the distance of bound and value, shrinking with the root of n, no longer reaches."""
    value, lower, upper, n, _ = numbers
    if value is None or lower is None or upper is None or value == limit:
        return None
    width = value - lower if value > limit else upper - value
    rows = n * (width / (value - limit)) ** 2
    return max(n + 1, ceil(rows)) if rows <= MAX_ROWS else None


def _missing(metric: str, criterion: Criterion, reason: str, *, n: int = 0) -> CriterionResult:
    return result_of(metric, criterion, Numbers(None, None, None, n, reason), "inconclusive", reason)
