"""The comparison with the model in production as a person reads it."""

from collections.abc import Callable, Sequence

from rich.console import Console

from mlops.cli.printing import heading, line, table
from mlops.formatting import format_p, format_rate, format_threshold, printable
from mlops.gate import ChangeResult, GateReport
from mlops.gate.changing import exact_points, points
from mlops.gate.criteria import rank_of
from mlops.metrics import Difference, FlippedRow, Paired

_SHOWN_ROWS = 10
_CHANCE = 0.05
_WORDS = ("metric", "margin", "verdict")


def print_comparison(report: GateReport, console: Console, *, describe: Callable[[str], str] | None = None) -> None:
    """Print candidate and champion side by side, and the rows that flipped; nothing where none was asked for.

    Args:
        report: The gate's report.
        console: Where to.
        describe: Adds to each flipped row what it holds.
    """
    comparison = report.comparison
    if comparison is None:
        return
    heading(console, f"Against {comparison.champion_id}, on the same {comparison.rows:,} test rows")
    judged = {change.metric: change for change in report.changes}
    lower_is_better = {metric for metric, criterion in report.policy.criteria.items() if criterion.min is None}
    rows = [
        _row(metric, comparison.differences[metric], judged.get(metric), -1 if metric in lower_is_better else 1)
        for metric in sorted(comparison.differences, key=rank_of)
    ]
    header = ("metric", "champion", "candidate", "difference", "bounds", "margin", "verdict")
    table(console, header, rows, words=_WORDS)
    line(console, f"Each bound is one-sided at {format_threshold(comparison.interval.confidence)}.", style="dim")
    line(console, _flips(comparison))
    _list(console, "Lost rows: only the champion is right", comparison.lost, comparison.lost_rows, describe)
    _list(console, "Gained rows: only the candidate is right", comparison.gained, comparison.gained_rows, describe)


def _row(metric: str, difference: Difference, change: ChangeResult | None, sign: int) -> tuple[str, ...]:
    """Return a row of the table; ``sign`` is -1 where less is better."""
    margin = None if change is None else 0.0 - sign * change.max_drop
    lower, upper = points(difference.lower, margin), points(difference.upper, margin)
    return (
        printable(metric, 40),
        format_rate(difference.champion),
        format_rate(difference.candidate),
        points(difference.value, margin),
        "" if difference.lower is None else f"{lower} to {upper}",
        "" if margin is None else f"{'>=' if sign > 0 else '<='} {exact_points(margin)}",
        _verdict(change),
    )


def _verdict(change: ChangeResult | None) -> str:
    if change is None:
        return "not asked"
    return change.verdict if change.blocking else f"{change.verdict} (warning only)"


def _flips(comparison: Paired) -> str:
    """Say in words whether gains and losses differ by more than chance."""
    flips = f"{comparison.gained:,} row{'' if comparison.gained == 1 else 's'} gained, {comparison.lost:,} lost"
    if not comparison.gained + comparison.lost:
        return f"{flips}: both models call every row alike."
    p = format_p(comparison.mcnemar_p, _CHANCE)
    said = "more than chance explains" if comparison.mcnemar_p <= _CHANCE else "chance alone may explain the difference"
    return f"{flips}: {said} (McNemar's exact test, p {p}; rows taken as independent)."


def _list(
    console: Console, title: str, count: int, rows: Sequence[FlippedRow], describe: Callable[[str], str] | None
) -> None:
    if not rows:
        return
    heading(console, title)
    for row in rows[:_SHOWN_ROWS]:
        scores = f"{row.champion_score:.3f} to {row.candidate_score:.3f}"
        line(console, f"{printable(row.row_id, 60)}  label {row.label}, score {scores}")
        for text in describe(row.row_id).splitlines() if describe is not None else ():
            line(console, f"       {printable(text)}")
    if count > _SHOWN_ROWS:
        line(console, f"{count - _SHOWN_ROWS:,} more; gate.json lists the surest {len(rows):,}.", style="dim")
