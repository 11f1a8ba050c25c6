"""``crossval.json`` for people: as tables for a terminal, and as Markdown (pure)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops.crossval.document import CrossvalReport
from mlops.formatting import format_p, format_rate, format_threshold
from mlops.render import prose

_ALPHA = 0.05


class Rows(NamedTuple):
    """A table: its title, its header, and its rows."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def rows_of(report: CrossvalReport) -> Iterator[Rows]:
    """Yield the tables of a report: demands, blocks, and what stands beside them."""
    criteria = [
        (
            result.metric, format_rate(result.value, result.threshold),
            f"{format_rate(result.lower)} to {format_rate(result.upper)}",
            f"{'>=' if result.direction == 'min' else '<='} {format_threshold(result.threshold)}",
            f"{result.n:,}", result.verdict,
        )
        for result in report.criteria
    ]  # fmt: skip
    if criteria:
        yield Rows("Demands", ("criterion", "value", "bounds", "required", "n", "verdict"), criteria)
    yield Rows(
        "Blocks of days",
        ("tested", "train", "n", "base rate", "accuracy", "AUC"),
        [
            (
                f"{fold.first} to {fold.last}", f"{fold.train:,}", f"{fold.n:,}", format_rate(fold.base_rate),
                format_rate(fold.accuracy), "" if fold.auc is None else f"{fold.auc:.3f}",
            )
            for fold in report.folds
        ],
    )  # fmt: skip
    yield Rows("Beside them", ("measure", "value", "bounds", "n"), list(_beside(report)))


def _beside(report: CrossvalReport) -> Iterator[tuple[str, ...]]:
    spread = report.accuracy
    yield "accuracy, mean over blocks", format_rate(spread.mean), "", f"{spread.folds}"
    if spread.sd is not None and spread.noise is not None and spread.excess is not None:
        yield "its spread", format_rate(spread.sd), f"{format_rate(spread.noise)} by counting alone", ""
        yield "what counting does not explain", format_rate(spread.excess), "", ""
    for name, bound in (("accuracy, all rows", report.accuracy_bound), ("AUC, all rows", report.auc_bound)):
        if bound is not None:
            yield (
                name,
                format_rate(bound.value),
                f"{format_rate(bound.lower)} to {format_rate(bound.upper)}",
                f"{bound.n:,}",
            )
    for lift in report.lifts:
        points = f"{100 * lift.lower:+.1f} to {100 * lift.upper:+.1f} points"
        yield f"lift over {lift.over.replace('_', ' ')}", f"{100 * lift.value:+.1f} points", points, f"{lift.n:,}"
    for name, test in report.chance.items():
        shown = f"p = {format_p(test.p, _ALPHA)}"
        yield (
            f"chance: {name.replace('_', ' ')}",
            shown,
            "inside months" if test.stratified else "over all",
            f"{test.rows:,}",
        )
    if report.latency is not None:
        batch = f"{report.latency.batch_ms:.0f} ms for {report.latency.batch_rows:,} rows"
        yield "latency of a row, 95 of 100", f"{report.latency.p95_ms:.1f} ms", batch, f"{report.latency.runs:,}"


def markdown_of(report: CrossvalReport, name: str) -> str:
    """Return the report as Markdown.

    Args:
        report: The report.
        name: The dataset's id.
    """
    lines = [f"## Time-series cross-validation of {name}: {report.verdict}", "", prose(report.reason)]
    for title, header, rows in rows_of(report):
        lines += ["", f"**{title}**", "", f"| {' | '.join(header)} |", f"|---{'|--:' * (len(header) - 1)}|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    lines += ["", f"Between training and a block lie {report.embargo_days} days: a label takes as long to settle."]
    lines += [f"\n> {prose(note)}" for note in report.notes]
    return "\n".join(lines) + "\n"
