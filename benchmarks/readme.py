"""The table of README.md: a few columns of the committed results, between two marks."""

from typing import Any

from benchmarks.er_quality.results import DatasetRow, ErQuality
from benchmarks.er_quality.summary import runs_of
from benchmarks.markdown import NONE, percent_spread, table
from benchmarks.published import FIGURES, SYSTEMS
from mlops import documents
from mlops.errors import InputRefusedError

BEGIN = "<!-- written by python -m benchmarks.render -->\n"
END = "<!-- end of what it writes -->\n"


def replace(text: str, results: dict[str, Any]) -> str:
    """Return the README with the table that the results give.

    Raises:
        InputRefusedError: The marks are not there, or the results are not what the benchmark writes.
    """
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise InputRefusedError(
            "The README has no place for the table.",
            file="README.md",
            expected=f"the lines {BEGIN.strip()} and {END.strip()}",
            found="not both of them",
            fix="Put the two lines back where the table shall stand.",
        )
    found = documents.loads(documents.canonical_json(results), ErQuality, file="benchmarks/results/er_quality.json")
    return f"{head}{begin}{_table(found)}\n{end}{tail}"


def _table(found: ErQuality) -> str:
    head = ["dataset", "ours", "ours, unseen records", "table + forest", *SYSTEMS, "training, s"]
    rows = [_row(found, row) for row in found.datasets if runs_of(row.published)]
    mean = found.summary.mean
    if mean.ours is not None:
        title = f"**mean of {len(mean.datasets)}**"
        rows.append([title, f"**{mean.ours:.1f}**", "", f"{mean.baseline:.1f}", "", "", f"{mean.ditto:.1f}", ""])
    return table(head, rows)


def _row(found: ErQuality, row: DatasetRow) -> list[str]:
    figures = FIGURES.get(row.name, {})
    cost = found.summary.training.get(row.name)
    return [
        f"`{row.name}`",
        percent_spread(found.summary.f1.get(row.name)),
        percent_spread(found.summary.resplit_f1.get(row.name)),
        percent_spread(found.summary.baseline_f1.get(row.name)),
        *(f"{figures[name].f1:g}" if name in figures else NONE for name in SYSTEMS),
        NONE if cost is None else f"{cost.ours:.0f}",
    ]
