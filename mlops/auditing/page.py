"""``audit.json`` for people: as tables for a terminal, and as Markdown (pure)."""

from collections.abc import Iterator

from mlops.auditing.document import AuditReport
from mlops.formatting import format_rate
from mlops.gate.report import CriterionResult
from mlops.render import inert, prose

_COUNTS = frozenset({"constant_features", "id_like_features", "serving_parity", "scoring_parity"})
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


def tables_of(report: AuditReport) -> Iterator[Table]:
    """Yield title, header and rows of each table; cells of the data are as they stand there."""
    yield (
        "Demands",
        ("criterion", "value", "required", "n", "verdict"),
        [(one.metric, *_value(one), f"{one.n:,}", one.verdict) for one in report.criteria],
    )
    yield (
        "Columns",
        ("column", "role", "missing", "values", "AUC alone", "q", "entropy", "stability"),
        [
            (
                one.name, one.role, format_rate(one.missing), f"{one.distinct:,}", _number(one.auc, 3),
                _number(one.q, 3), _number(one.entropy, 2),
                _number(one.largest_stability, 2),
            )
            for one in report.features
        ],
    )  # fmt: skip
    if report.pairs:
        yield (
            "Pairs of features",
            ("pair", "measure", "value"),
            [
                (f"{one.left} and {one.right}", one.measure, _number(one.value, 3) or "not defined")
                for one in report.pairs
            ],
        )
    if report.neighbours:
        yield (
            "Blocks of days against the one before",
            ("block", "rows", "AUC"),
            [(f"{one.first} to {one.last}", f"{one.rows:,}", f"{one.auc:.3f}") for one in report.neighbours],
        )


def _value(one: CriterionResult) -> tuple[str, str]:
    if one.metric in _COUNTS:
        return _number(one.value, 0), f"<= {one.threshold:.0f}"
    sign = "<=" if one.metric == "twins" else "<"
    return _number(one.value, 3), f"{sign} {one.threshold:g}"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def markdown_of(report: AuditReport) -> str:
    """Return the report as Markdown; what comes from the data is inert."""
    name = report.dataset_id or "a batch"
    lines = [f"## Audit of the features of {inert(name)}: {report.verdict}", "", str(prose(report.reason))]
    for title, header, rows in tables_of(report):
        lines += ["", f"**{title}**", "", f"| {' | '.join(header)} |", f"|---{'|--:' * (len(header) - 1)}|"]
        lines += [f"| {' | '.join([str(inert(row[0])), *row[1:]])} |" for row in rows]
    lines += [f"\n> {prose(note)}" for note in report.notes]
    return "\n".join(lines) + "\n"
