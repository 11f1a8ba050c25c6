"""A verdict as a person reads it: rich on a terminal, plain text elsewhere."""

from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mlops.cli.champion_report import print_comparison
from mlops.cli.holdout import print_holdout
from mlops.cli.seeds import print_seeds
from mlops.formatting import format_p, format_rate, format_threshold, printable
from mlops.gate import CriterionResult, Diagnosis, ErrorRow, GateReport, SliceResult
from mlops.metrics import Estimate, Metrics

_STYLE = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}
_SHOWN_ERRORS = 5
_SHOWN_SLICES = 12
_NUMBER_COLUMNS = frozenset({"value", "bounds", "n", "threshold", "rows", "precision", "recall", "F1", "adjusted p"})

Describe = Callable[[str], str]
"""Says in one line what a row of the evaluation holds, by its id; for the terminal only."""


def print_report(report: GateReport, console: Console, *, describe: Describe | None = None) -> None:
    """Print the verdict with its table, its reason and, where there is one, the diagnosis.

    Args:
        report: The gate's report.
        console: Where to; plain text unless it is a terminal.
        describe: Adds to each misjudged row what it holds.
    """
    _line(console, f"{report.verdict.upper()}  {report.model_id}", style=_STYLE[report.verdict])
    header = ("metric", "value", "bounds", "n", "threshold", "verdict")
    _table(console, header, [_criterion(result) for result in report.criteria])
    confidence = format_threshold(report.policy.confidence)
    _line(console, f"Each bound is one-sided at {confidence}; n is the metric's own denominator in rows.", style="dim")
    _slices(report, console)
    print_comparison(report, console, describe=describe)
    print_seeds(report, console)
    _line(console, "")
    _line(console, report.reason)
    if report.verdict == "pass" and report.first_version:
        _line(console, "There was no model in production to compare with.")
    print_holdout(report, console)
    _warnings(report, console)
    if report.diagnosis is not None:
        _diagnosis(report.diagnosis, console, describe)


def print_slice(metrics: Metrics, name: str, console: Console) -> None:
    """Print the table of one slice; says so when the evaluation has no such slice."""
    parts = [part for part in metrics.slices if part.slice == name]
    _line(console, "")
    if not parts:
        known = ", ".join(sorted({part.slice for part in metrics.slices})) or "none"
        _line(console, f"The evaluation has no slice {name}; it has: {known}.")
        return
    rows = [
        (
            printable(part.value, 40),
            f"{part.rows:,}",
            *(_estimate(part.metrics[m]) for m in ("precision", "recall", "f1")),
        )
        for part in parts
    ]
    _table(console, (name, "rows", "precision", "recall", "F1"), rows)


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
    _heading(console, "Slices, the worst first")
    level = 1 - report.policy.confidence
    header = ("metric", "slice", "", "value", "bounds", "n", "threshold", "adjusted p", "verdict")
    _table(console, header, [_slice(result, level) for result in report.slices[:_SHOWN_SLICES]])
    if len(report.slices) > _SHOWN_SLICES:
        _line(console, f"{len(report.slices) - _SHOWN_SLICES} more stand in gate.json.", style="dim")
    corrected = f"Each bound is its own; a value fails when its p, corrected by Holm, is at most {level:.3g}."
    _line(console, corrected, style="dim")


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
        _heading(console, "Warnings")
    for warning in unsaid:
        _line(console, f"- {warning}")


def _estimate(estimate: Estimate) -> str:
    return format_rate(estimate.value) + (
        f" (from {format_rate(estimate.lower)})" if estimate.lower is not None else ""
    )


def _diagnosis(diagnosis: Diagnosis, console: Console, describe: Describe | None) -> None:
    if diagnosis.advice:
        _heading(console, "What to do")
        for number, advice in enumerate(diagnosis.advice, start=1):
            _line(console, f"{number}. {advice}")
    if diagnosis.worst_slice:
        _heading(console, "Worst slice")
        _line(console, printable(diagnosis.worst_slice))
    _errors(console, "Surest false positives", diagnosis.false_positives, describe)
    _errors(console, "Surest false negatives", diagnosis.false_negatives, describe)
    if diagnosis.seen_on_test_thresholds:
        _heading(console, "Thresholds that would have passed (seen on the test rows: a hint, not for release)")
        rows = [
            (f"{hint.threshold:.4f}", *(format_rate(rate) for rate in (hint.precision, hint.recall, hint.f1)))
            for hint in diagnosis.seen_on_test_thresholds
        ]
        _table(console, ("decision threshold", "precision", "recall", "F1"), rows)


def _errors(console: Console, title: str, rows: Sequence[ErrorRow], describe: Describe | None) -> None:
    if not rows:
        return
    _heading(console, title)
    for row in rows[:_SHOWN_ERRORS]:
        slices = ", ".join(f"{name} {printable(value, 40)}" for name, value in sorted(row.slices.items()))
        _line(console, f"{row.score:.3f}  {printable(row.row_id, 60)}" + (f"  ({slices})" if slices else ""))
        for line in describe(row.row_id).splitlines() if describe is not None else ():
            _line(console, f"       {printable(line)}")
        if row.moved_by:
            moved = ", ".join(f"{printable(part.attribute, 40)} {part.log_odds:+.1f}" for part in row.moved_by)
            _line(console, f"       moved by {moved} (log-odds)")
    if len(rows) > _SHOWN_ERRORS:
        _line(console, f"{len(rows) - _SHOWN_ERRORS} more stand in gate.json.", style="dim")


def _heading(console: Console, text: str) -> None:
    _line(console, "")
    _line(console, text, style="bold")


def _line(console: Console, text: str, style: str = "") -> None:
    """Print one line, never read as markup; on no terminal neither wrapped nor coloured."""
    if console.is_terminal:
        console.print(Text(text, style=style))
    else:
        console.out(text, highlight=False)


def _table(console: Console, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    rows = [tuple(row) for row in rows]
    if console.is_terminal:
        table = Table(header_style="bold")
        for name in header:
            table.add_column(name, justify="right" if name in _NUMBER_COLUMNS else "left")
        for row in rows:
            table.add_row(*(Text(cell, style=_STYLE.get(cell.split(" ")[0], "")) for cell in row))
        console.print(table)
        return
    widths = [max(len(row[i]) for row in [tuple(header), *rows]) for i in range(len(header))]
    for row in [tuple(header), tuple("-" * width for width in widths), *rows]:
        cells = (
            cell.rjust(width) if name in _NUMBER_COLUMNS else cell.ljust(width)
            for cell, width, name in zip(row, widths, header, strict=True)
        )
        _line(console, "  ".join(cells).rstrip())
