"""Diagnosis: why a model did not pass, and what to do about it."""

import numpy as np

from mlops.config import Policy
from mlops.diagnosis.advice import advise
from mlops.diagnosis.passing import passing_thresholds
from mlops.evaluation import Evaluation
from mlops.formatting import format_rate, printable
from mlops.gate import Diagnosis, ErrorRow
from mlops.metrics import Metrics, SliceMetrics

MAX_ERRORS = 10


def diagnose(evaluation: Evaluation, metrics: Metrics, policy: Policy) -> Diagnosis:
    """Find what costs most.

    Args:
        evaluation: The scored rows that were judged.
        metrics: What was measured on them.
        policy: The policy in force.

    Returns:
        The surest wrong decisions of both kinds, the worst slice with enough rows, thresholds that would have passed
        on these very rows (a hint for the next training, never for a release), and what to do.
    """
    worst = worst_slice(metrics, policy)
    passing = passing_thresholds(evaluation, policy)
    return Diagnosis(
        false_positives=_errors(evaluation, positive=False),
        false_negatives=_errors(evaluation, positive=True),
        worst_slice=describe_worst(metrics, policy),
        seen_on_test_thresholds=passing,
        advice=tuple(advise(metrics, policy, worst, can_pass=bool(passing))),
    )


def worst_slice(metrics: Metrics, policy: Policy) -> SliceMetrics | None:
    """Return the slice whose F1 is surely lowest: with the lowest upper bound, so that few rows do not point.

    Candidates have at least ``min_slice_rows`` rows, not all rows, and rows of both classes: the F1 of one class says
    nothing.
    """
    candidates = [
        part
        for part in metrics.slices
        if policy.min_slice_rows <= part.rows < metrics.rows
        and 0 < part.positives < part.rows
        and part.metrics["f1"].upper is not None
    ]
    return min(candidates, key=lambda part: (part.metrics["f1"].upper or 0.0, part.slice, part.value), default=None)


def describe_worst(metrics: Metrics, policy: Policy) -> str:
    """Return the worst slice in words, with its numbers; empty where none has rows enough."""
    worst = worst_slice(metrics, policy)
    return "" if worst is None else _describe(worst)


def _errors(evaluation: Evaluation, *, positive: bool) -> tuple[ErrorRow, ...]:
    """Return the wrong rows of one true class, the surest of them first."""
    wrong = np.flatnonzero((evaluation.label == positive) & (evaluation.predicted != positive))
    score = evaluation.score[wrong]
    order = np.lexsort((wrong, score if positive else -score))[:MAX_ERRORS]
    return tuple(
        ErrorRow(
            row_id=str(evaluation.row_id[row]),
            score=float(evaluation.score[row]),
            slices={name: str(values[row]) for name, values in evaluation.slices.items()},
        )
        for row in wrong[order]
    )


def _describe(part: SliceMetrics) -> str:
    """Return a slice with its numbers, for example ``script = greek: F1 71.4 % (…)``."""
    f1, precision, recall = (part.metrics[name] for name in ("f1", "precision", "recall"))
    return (
        f"{part.slice} = {printable(part.value)}: F1 {format_rate(f1.value)}, precision {format_rate(precision.value)} "
        f"(n = {precision.n:,}), recall {format_rate(recall.value)} (n = {recall.n:,}), {part.rows:,} rows"
    )
