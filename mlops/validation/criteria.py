"""The criteria of gate 1, decided by the one engine that decides every gate's."""

from collections.abc import Mapping
from typing import NamedTuple

from mlops.formatting import format_rate, format_threshold
from mlops.gate.criteria import compare
from mlops.gate.outlook import Numbers
from mlops.gate.report import CriterionResult
from mlops.validation.limits import DIMENSIONS, Limits
from mlops.validation.measuring import Measured

SCORE = "score"
_WHAT = {
    SCORE: "The score",
    "completeness": "Completeness",
    "uniqueness": "Uniqueness",
    "validity": "Validity",
    "timeliness": "Timeliness",
    "label_validity": "Label validity",
    "consistency": "Consistency",
    "missing_share": "The missing share of the required field {about}",
    "parsable_dates": "The share of readable days in {about}",
    "duplicate_keys": "The number of rows that repeat a key and are no revision",
    "future_rows": "The number of rows with a day in the future",
    "classes": "The number of classes among the labels",
}
_UNKNOWN = {
    "label_validity": "No row is old enough for its label to be final, and none has one: ask again when labels arrive.",
    "classes": "No row is old enough for its label to be final, and none has one: ask again when labels arrive.",
    "consistency": "No row has both sides of a rule between fields, so none could be held to it.",
    "parsable_dates": "No column of dates has a cell.",
}
RATES = (SCORE, *DIMENSIONS, "missing_share", "parsable_dates")
"""The criteria whose value is a share; the others count."""


class _Bound(NamedTuple):
    threshold: float
    sign: int


def judge_dimensions(
    dimensions: Mapping[str, Measured], score: float, rows: int, limits: Limits
) -> tuple[CriterionResult, ...]:
    """Decide the score and every dimension, in their order.

    Args:
        dimensions: Their values.
        score: Their weighted geometric mean.
        rows: Rows in the file.
        limits: What is demanded.
    """
    overall = _judge(SCORE, Measured(score, rows), _Bound(limits.min_score, 1))
    return (overall, *(_judge(name, dimensions[name], _Bound(limits.of(name).floor, 1)) for name in DIMENSIONS))


def judge_blockers(blockers: Mapping[str, Measured], limits: Limits) -> tuple[CriterionResult, ...]:
    """Decide what fails alone.

    Args:
        blockers: Their numbers.
        limits: What is demanded.
    """
    bounds = {
        "missing_share": _Bound(limits.max_missing, -1),
        "parsable_dates": _Bound(limits.min_parsable, 1),
        "duplicate_keys": _Bound(0.0, -1),
        "future_rows": _Bound(0.0, -1),
        "classes": _Bound(2.0, 1),
    }
    return tuple(_judge(name, blockers[name], bound) for name, bound in bounds.items())


def shown(name: str, value: float | None, threshold: float | None = None) -> str:
    """Return a criterion's value for people: a share as percent, a count as a number."""
    if name in RATES or value is None:
        return format_rate(value, threshold)
    return f"{value:,.0f}"


def _judge(name: str, found: Measured, bound: _Bound) -> CriterionResult:
    """Decide one criterion. All rows are counted, none is drawn, so the value is its own bound."""
    numbers = Numbers(found.value, found.value, found.value, found.n, "")
    verdict = compare(numbers, bound.threshold, bound.sign, "point")
    required = format_threshold(bound.threshold) if name in RATES else f"{bound.threshold:,.0f}"
    least = "at least" if bound.sign > 0 else "at most"
    what = _WHAT[name].format(about=found.about)
    reason = f"{what} is {shown(name, found.value, bound.threshold)}; it must be {least} {required}."
    if found.value is None:
        reason = _UNKNOWN.get(name, f"{what} is not defined: there is nothing to measure it on.")
    return CriterionResult(
        metric=name,
        value=found.value,
        lower=found.value,
        upper=found.value,
        n=found.n,
        threshold=bound.threshold,
        policy_threshold=bound.threshold,
        direction="min" if bound.sign > 0 else "max",
        decide_on="point",
        verdict=verdict,
        blocking=True,
        reason=reason,
    )
