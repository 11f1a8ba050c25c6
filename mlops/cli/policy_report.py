"""What ``mlops policy`` says, as a person reads it."""

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console

from mlops.cli.printing import heading, line, table
from mlops.formatting import format_rate, format_threshold, printable
from mlops.gate.attainable import STEPS, Attainable, Margin
from mlops.gate.findings import Finding
from mlops.gate.linting import Lint
from mlops.gate.sample import Sample

_STYLE = {"error": "bold red", "warning": "bold yellow", "note": "bold"}
_NONE = "-"


class Compared(Protocol):
    """What says how a metric is compared with a threshold."""

    @property
    def threshold(self) -> float: ...  # noqa: D102  # the bound
    @property
    def direction(self) -> str: ...  # noqa: D102  # min or max
    @property
    def decide_on(self) -> str: ...  # noqa: D102  # the estimate or its bound
    @property
    def blocking(self) -> bool: ...  # noqa: D102  # whether it counts for the verdict


def print_lint(lint: Lint, sample: Sample | None, console: Console, *, task: str) -> None:
    """Print what a policy can decide and what is wrong with it.

    Args:
        lint: The facts and findings.
        sample: The test rows at hand; None where there are none.
        console: Where to; plain text unless it is a terminal.
        task: The task whose policy it is.
    """
    if sample is None:
        line(console, f"{task}: no test rows at hand, so what each rule can decide is shown at several n.")
    else:
        ability = "can pass" if lint.can_pass else "can never pass"
        style = "bold green" if lint.can_pass else "bold red"
        line(console, f"{task}: the gate {ability} on the test rows {rows_of(sample)}.", style=style)
    _attainable(lint.criteria, console)
    _needed(lint.criteria, console)
    if lint.slices:
        heading(console, "Inside slices")
        _attainable(lint.slices, console)
    if lint.changes:
        heading(console, "Against the model in production")
        _margins(lint.changes, console)
    heading(console, "Findings" if lint.findings else "No findings")
    for finding in lint.findings:
        _finding(finding, task, console)


def rows_of(sample: Sample) -> str:
    """Return which test rows are meant, and how many."""
    whole = "" if sample.rows is None else f"{sample.rows:,} rows, "
    return f"{sample.source} ({whole}{sample.positives:,} positive)"


def asked(rule: Compared) -> str:
    """Return what a rule compares, for example ``lower bound >= 92 %``."""
    sign, side = (">=", "lower") if rule.direction == "min" else ("<=", "upper")
    what = "estimate" if rule.decide_on == "point" else f"{side} bound"
    return f"{what} {sign} {format_threshold(rule.threshold)}" + ("" if rule.blocking else " (warning only)")


def _attainable(rows: Sequence[Attainable], console: Console) -> None:
    inside = any(row.slice for row in rows)
    cells = [
        (
            row.metric,
            *((row.slice, printable(row.value, 40)) if inside else ()),
            asked(row),
            f"{row.n:,}",
            f"{row.effective:,.0f}",
            _NONE if row.passes_at is None else format_rate(row.passes_at, row.threshold),
            "never passes" if row.errors_allowed is None else f"{row.errors_allowed:,}",
        )
        for row in rows
    ]
    words = ("metric", *(("slice", "value") if inside else ()), "asked")
    table(console, (*words, "n", "worth", "just passes", "errors allowed"), cells, words=words)


def _needed(rows: Sequence[Attainable], console: Console) -> None:
    """Print how many rows each criterion needs."""
    heading(console, "n that it takes: without any error, and to pass in 4 cases of 5 if the truth is so much better")
    steps = [f"{100 * step:.0f} point{'s' if step > STEPS[0] else ''}" for step in STEPS]
    cells = []
    for row in {row.metric: row for row in rows}.values():
        likely = [_NONE if needed.n is None else f"{needed.n:,}" for needed in row.needed]
        likely += [_NONE] * (len(STEPS) - len(likely))
        least = _NONE if row.needed_without_error is None else f"{row.needed_without_error:,}"
        cells.append((row.metric, asked(row), least, *likely))
    table(console, ("metric", "asked", "no error", *steps), cells, words=("metric", "asked"))


def _margins(rows: Sequence[Margin], console: Console) -> None:
    cells = [(row.metric, f"{row.max_drop:g}", f"{row.n:,}", f"{row.provable:.2g}") for row in rows]
    table(console, ("metric", "max_drop", "n", "provable if no row flips"), cells, words=("metric",))


def _finding(finding: Finding, task: str, console: Console) -> None:
    line(console, f"{finding.level.upper()}  tasks.{task}.{finding.field}", style=_STYLE[finding.level])
    line(console, f"  {finding.sentence}")
    if finding.fix:
        line(console, f"  do now: {finding.fix}")
