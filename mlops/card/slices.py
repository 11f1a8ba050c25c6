"""The bounds inside slices on a card: the table of all slices, and whether the gate's numbers are the measured ones."""

from collections.abc import Iterator
from typing import NamedTuple

from mlops.gate import GateReport, SliceResult
from mlops.metrics import Estimate, Metrics, SliceMetrics
from mlops.render import Safe
from mlops.words import bounds, count, in_words, rate, threshold

_METRICS = ("precision", "recall", "f1")
_VALUE_TOLERANCE = 1e-9
_BOUND_TOLERANCE = 0.05  # with another version of numpy the bootstrap draws other replicates, of few rows
_DECIDED = ("metric", "slice", "value", "threshold", "direction", "blocking", "verdict")


class SliceRow(NamedTuple):
    """A slice in the table of all slices."""

    slice: str
    value: str
    rows: Safe
    positives: Safe
    cells: tuple[Safe, ...]


def slice_rows(metrics: Metrics, gate: GateReport) -> tuple[SliceRow, ...]:
    """Return all slices in their order, their metrics with bounds and, where the policy has a rule, the verdict."""
    judged = {(result.slice, result.value, result.metric): result for result in gate.slices}
    return tuple(
        SliceRow(
            slice=in_words(part.slice),
            value=part.value,
            rows=count(part.rows),
            positives=count(part.positives),
            cells=tuple(_cell(part.metrics.get(m), judged.get((part.slice, part.value, m))) for m in _METRICS),
        )
        for part in metrics.slices
    )


def _cell(found: Estimate | None, judged: SliceResult | None) -> Safe:
    at = judged.threshold if judged else None
    defined = found is not None and found.value is not None
    shown = f"{rate(found.value, at)} ({bounds(found, at)})" if found is not None and defined else "not defined"
    if judged is None:
        return Safe(shown)
    word = judged.verdict if judged.verdict == "pass" else f"**{judged.verdict}**"
    sign = "at least" if judged.direction == "min" else "at most"
    warns = "" if judged.blocking else " (warns only)"
    return Safe(f"{shown}, {word}: {sign} {threshold(judged.threshold)}{warns}")


def as_judged(metrics: Metrics, gate: GateReport) -> tuple[SliceMetrics, ...]:
    """Return the slices with the numbers that the gate judged in place of the measured ones."""
    judged = {(r.slice, r.value, r.metric): r for r in gate.slices}
    return tuple(
        part.model_copy(
            update={
                "metrics": {
                    name: _estimate(judged.get((part.slice, part.value, name)), found)
                    for name, found in part.metrics.items()
                }
            }
        )
        for part in metrics.slices
    )


def _estimate(result: SliceResult | None, measured: Estimate) -> Estimate:
    if result is None:
        return measured
    return Estimate(
        value=result.estimate, lower=result.lower, upper=result.upper, n=result.n, reason=measured.reason
    )  # fmt: skip


def slice_differences(metrics: Metrics, gate: GateReport, again: GateReport) -> Iterator[tuple[str, object, object]]:
    """Yield field, expected and found of what the gate says of slices and of what follows from the measurement.

    Args:
        metrics: What was measured.
        gate: The verdict that was kept.
        again: What the gate decides on its own numbers.
    """
    fresh, kept = ([[getattr(r, name) for name in _DECIDED] for r in report.slices] for report in (again, gate))
    yield "slices", fresh, kept
    measured = {(p.slice, p.value, name): found for p in metrics.slices for name, found in p.metrics.items()}
    bounded = metrics.interval.confidence == gate.policy.confidence
    for result in gate.slices:
        found = measured.get((result.slice, result.value, result.metric))
        if found is None:
            continue
        where = f"slices.{result.slice}.{result.metric}"
        yield f"{where}.n", found.n, result.n
        tolerances = (("estimate", "value", _VALUE_TOLERANCE), ("lower", "lower", _BOUND_TOLERANCE))
        for ours, theirs, tolerance in (*tolerances, ("upper", "upper", _BOUND_TOLERANCE)):
            expected, said = getattr(found, theirs), getattr(result, ours)
            if (bounded or ours == "estimate") and not _close(expected, said, tolerance):
                yield f"{where}.{ours}", expected, said


def _close(expected: float | None, found: float | None, tolerance: float) -> bool:
    if expected is None or found is None:
        return expected is found
    return abs(expected - found) <= tolerance
