"""What moved scores, for people: shared by ``explain`` and ``run``."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from mlops.diagnosis.why import ExplainedRow, signed, with_reasons
from mlops.formatting import printable
from mlops.gate import GateReport
from mlops.task import Contribution, Examples, Model

_BAR = 24


def explained_rows(model: Model, examples: Examples, chosen: NDArray[np.intp]) -> list[ExplainedRow]:
    """Return the examples at positions ``chosen`` with their explanations."""
    part = examples.take(chosen)
    return [
        ExplainedRow(str(row_id), int(label), explanation)
        for row_id, label, explanation in zip(part.row_id, part.label, model.explain(part.inputs), strict=True)
    ]


def explain_errors(report: GateReport, model: Model, examples: Examples) -> GateReport:
    """Return the report whose diagnosis says of each misjudged row which attributes moved its score."""
    if report.diagnosis is None:
        return report
    listed = {row.row_id for row in (*report.diagnosis.false_positives, *report.diagnosis.false_negatives)}
    chosen = np.flatnonzero(np.isin(examples.row_id.astype(str), sorted(listed)))
    explanations = {row.row_id: row.explanation for row in explained_rows(model, examples, chosen)}
    return report.model_copy(update={"diagnosis": with_reasons(report.diagnosis, explanations)})


def print_explanations(rows: Sequence[ExplainedRow], console: Console, *, threshold: float) -> None:
    """Print each row with a bar for every attribute that moved its score, the strongest first."""
    largest = max((abs(part.log_odds) for row in rows for part in row.explanation.contributions), default=0.0) or 1.0
    for row in rows:
        found = row.explanation
        call = "positive" if found.score >= threshold else "negative"
        console.print()
        console.print(
            Text.assemble(
                (printable(row.row_id, 80), "bold"),
                f"  score {found.score:.4f}, called {call}, labelled {'positive' if row.label else 'negative'}",
            ),
            soft_wrap=True,
        )
        parts = sorted(found.contributions, key=lambda part: (-abs(part.log_odds), part.name))
        width = max((len(printable(part.name, 24)) for part in parts), default=0)
        for part in parts:
            console.print(_line(part, width, largest), soft_wrap=True)
        total = found.base + sum(part.log_odds for part in parts)
        console.print(
            f"  starting point {signed(found.base)}, together {signed(total)} log-odds", style="dim", soft_wrap=True
        )


def _line(part: Contribution, width: int, largest: float) -> Text:
    """Return one attribute: its name, its contribution as a number and a bar, and the row's values."""
    bar = "█" * round(_BAR * abs(part.log_odds) / largest)
    style = "green" if part.log_odds > 0 else "red"
    line = Text.assemble(
        f"  {printable(part.name, 24):<{width}}  {signed(part.log_odds):>6} ", (f"{bar:<{_BAR}}", style)
    )
    if part.values:
        line.append(" " + " / ".join(printable(value, 60) or "(empty)" for value in part.values))
    line.rstrip()
    return line
