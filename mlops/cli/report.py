"""A verdict as a person reads it: rich on a terminal, plain text elsewhere."""

from collections.abc import Callable, Sequence

from rich.console import Console

from mlops.cli.champion_report import print_comparison
from mlops.cli.holdout import print_holdout
from mlops.cli.printing import VERDICT_STYLE, heading, line, table
from mlops.cli.seeds import print_seeds
from mlops.formatting import format_p, format_rate, format_threshold, printable
from mlops.gate import CriterionResult, Diagnosis, ErrorRow, GateReport, SliceResult
from mlops.metrics import Estimate, Metrics

_SHOWN_ERRORS = 5
_SHOWN_SLICES = 12
_WORDS = frozenset({"metric", "slice", "", "verdict"})

Describe = Callable[[str], str]
"""Says in one line what a row of the evaluation holds, by its id; for the terminal only."""


def print_report(report: GateReport, console: Console, *, describe: Describe | None = None) -> None:
    """Print the verdict with its table, its reason and, where there is one, the diagnosis.

    Args:
        report: The gate's report.
        console: Where to; plain text unless it is a terminal.
        describe: Adds to each misjudged row what it holds.
    """
    line(console, f"{report.verdict.upper()}  {report.model_id}", style=VERDICT_STYLE[report.verdict])
    header = ("metric", "value", "bounds", "n", "threshold", "verdict")
    table(console, header, [_criterion(result) for result in report.criteria], words=_WORDS)
    confidence = format_threshold(report.policy.confidence)
    line(console, f"Each bound is one-sided at {confidence}; n is the metric's own denominator in rows.", style="dim")
    _slices(report, console)
    print_comparison(report, console, describe=describe)
    print_seeds(report, console)
    line(console, "")
    line(console, report.reason)
    if report.verdict == "pass" and report.first_version:
        line(console, "There was no model in production to compare with.")
    print_holdout(report, console)
    _warnings(report, console)
    if report.diagnosis is not None:
        _diagnosis(report.diagnosis, console, describe)


def print_slice(metrics: Metrics, name: str, console: Console) -> None:
    """Print the table of one slice; says so when the evaluation has no such slice."""
    parts = [part for part in metrics.slices if part.slice == name]
    line(console, "")
    if not parts:
        known = ", ".join(sorted({part.slice for part in metrics.slices})) or "none"
        line(console, f"The evaluation has no slice {name}; it has: {known}.")
        return
    rows = [
        (
            printable(part.value, 40),
            f"{part.rows:,}",
            *(_estimate(part.metrics[m]) for m in ("precision", "recall", "f1")),
        )
        for part in parts
    ]
    table(console, (name, "rows", "precision", "recall", "F1"), rows, words=(name,))


def _criterion(result: CriterionResult) -> tuple[str, ...]:
    value, lower, upper = (format_rate(x, result.threshold) for x in (result.value, result.lower, result.upper))
    sign = ">=" if result.direction == "min" else "<="
    return (
        printable(result.metric, 40),
        value,
        "" if result.lower is None else f"{lower} to {upper}",
        f"{result.n:,}",
        f"{sign} {format_threshold(result.threshold)}",
        result.verdict if result.blocking else f"{result.verdict} (warning only)",
    )


def _slices(report: GateReport, console: Console) -> None:
    """Print the bounds inside slices, the worst first; nothing where the policy has none."""
    if not report.slices:
        return
    heading(console, "Slices, the worst first")
    level = 1 - report.policy.confidence
    header = ("metric", "slice", "", "value", "bounds", "n", "threshold", "adjusted p", "verdict")
    table(console, header, [_slice(result, level) for result in report.slices[:_SHOWN_SLICES]], words=_WORDS)
    if len(report.slices) > _SHOWN_SLICES:
        line(console, f"{len(report.slices) - _SHOWN_SLICES} more stand in gate.json.", style="dim")
    corrected = f"Each bound is its own; a value fails when its p, corrected by Holm, is at most {level:.3g}."
    line(console, corrected, style="dim")


def _slice(result: SliceResult, level: float) -> tuple[str, ...]:
    value, lower, upper = (format_rate(x, result.threshold) for x in (result.estimate, result.lower, result.upper))
    return (
        printable(result.metric, 40),
        result.slice,
        printable(result.value, 40),
        value,
        "" if result.lower is None else f"{lower} to {upper}",
        f"{result.n:,}",
        f"{'>=' if result.direction == 'min' else '<='} {format_threshold(result.threshold)}",
        "" if result.adjusted_p is None else format_p(result.adjusted_p, level),
        result.verdict if result.blocking else f"{result.verdict} (warning only)",
    )


def _warnings(report: GateReport, console: Console) -> None:
    """Print the warnings that the reason has not said."""
    unsaid = [warning for warning in report.warnings if warning not in report.reason]
    if unsaid:
        heading(console, "Warnings")
    for warning in unsaid:
        line(console, f"- {warning}")


def _estimate(estimate: Estimate) -> str:
    return format_rate(estimate.value) + (
        f" (from {format_rate(estimate.lower)})" if estimate.lower is not None else ""
    )


def _diagnosis(diagnosis: Diagnosis, console: Console, describe: Describe | None) -> None:
    if diagnosis.advice:
        heading(console, "What to do")
        for number, advice in enumerate(diagnosis.advice, start=1):
            line(console, f"{number}. {advice}")
    if diagnosis.worst_slice:
        heading(console, "Worst slice")
        line(console, printable(diagnosis.worst_slice))
    _errors(console, "Surest false positives", diagnosis.false_positives, describe)
    _errors(console, "Surest false negatives", diagnosis.false_negatives, describe)
    if diagnosis.seen_on_test_thresholds:
        heading(console, "Thresholds that would have passed (seen on the test rows: a hint, not for release)")
        rows = [
            (f"{hint.threshold:.4f}", *(format_rate(rate) for rate in (hint.precision, hint.recall, hint.f1)))
            for hint in diagnosis.seen_on_test_thresholds
        ]
        table(console, ("decision threshold", "precision", "recall", "F1"), rows, words=("decision threshold",))


def _errors(console: Console, title: str, rows: Sequence[ErrorRow], describe: Describe | None) -> None:
    if not rows:
        return
    heading(console, title)
    for row in rows[:_SHOWN_ERRORS]:
        slices = ", ".join(f"{name} {printable(value, 40)}" for name, value in sorted(row.slices.items()))
        line(console, f"{row.score:.3f}  {printable(row.row_id, 60)}" + (f"  ({slices})" if slices else ""))
        for held in describe(row.row_id).splitlines() if describe is not None else ():
            line(console, f"       {printable(held)}")
        if row.moved_by:
            moved = ", ".join(f"{printable(part.attribute, 40)} {part.log_odds:+.1f}" for part in row.moved_by)
            line(console, f"       moved by {moved} (log-odds)")
    if len(rows) > _SHOWN_ERRORS:
        line(console, f"{len(rows) - _SHOWN_ERRORS} more stand in gate.json.", style="dim")
