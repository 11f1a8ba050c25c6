"""Why rows have their scores: the attributes that moved them, for the report and as a page that stands alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops.gate import Diagnosis, ErrorRow, Moved
from mlops.render import Safe, render
from mlops.task import Contribution, Explanation

MOST = 5
_TEMPLATE = "explanations.html.j2"
_HALF = 50.0  # the middle line of a bar, in the units of its drawing


@dataclass(frozen=True)
class ExplainedRow:
    """A row with what is known of it.

    Attributes:
        row_id: Its id.
        label: 0 or 1.
        explanation: What moved its score.
    """

    row_id: str
    label: int
    explanation: Explanation


def strongest(explanation: Explanation, most: int = MOST) -> tuple[Contribution, ...]:
    """Return the contributions that moved the score, at most ``most`` of them, the strongest first."""
    moved = [part for part in explanation.contributions if part.log_odds]
    return tuple(sorted(moved, key=lambda part: (-abs(part.log_odds), part.name))[:most])


def signed(log_odds: float) -> str:
    """Return log-odds with their sign and two decimals; what rounds to nothing has no sign."""
    text = f"{log_odds:+.2f}"
    return text if float(text) else "0.00"


def with_reasons(diagnosis: Diagnosis, explanations: Mapping[str, Explanation]) -> Diagnosis:
    """Return the diagnosis with what moved the scores of its rows, by row id; values of the data stay out."""

    def explained(rows: Iterable[ErrorRow]) -> tuple[ErrorRow, ...]:
        return tuple(
            row.model_copy(update={"moved_by": _moved(explanations[row.row_id])}) if row.row_id in explanations else row
            for row in rows
        )

    return diagnosis.model_copy(
        update={
            "false_positives": explained(diagnosis.false_positives),
            "false_negatives": explained(diagnosis.false_negatives),
        }
    )


def page(rows: Sequence[ExplainedRow], *, model_id: str, threshold: float, intro: str) -> str:
    """Return an HTML page that explains ``rows``: one file, no script, nothing fetched.

    It shows values of the data; whoever may not see the data may not see the page.

    Args:
        rows: The rows, in the order in which they are shown.
        model_id: The model's id.
        threshold: Its decision threshold.
        intro: One sentence that says which rows these are.
    """
    widest = max((len(part.values) for row in rows for part in row.explanation.contributions), default=0)
    columns = ("left", "right") if widest == 2 else ("value",) * widest  # noqa: PLR2004  # a pair has two sides
    largest = max((abs(part.log_odds) for row in rows for part in row.explanation.contributions), default=0.0)
    facts = {
        "model_id": Safe(model_id),
        "threshold": Safe(f"{threshold:.4f}"),
        "intro": Safe(intro),
        "columns": [Safe(column) for column in columns],
        "rows": [_row(row, threshold, len(columns), largest or 1.0) for row in rows],
    }
    return render(_TEMPLATE, facts)


def is_page(data: bytes) -> bool:
    """Return whether these are the bytes of a page that :func:`page` made."""
    return data.startswith(b"<!doctype html>") and b"<title>Why these scores: " in data[:1000]


def _moved(explanation: Explanation) -> tuple[Moved, ...]:
    return tuple(Moved(attribute=part.name, log_odds=round(part.log_odds, 6)) for part in strongest(explanation))


def _row(row: ExplainedRow, threshold: float, columns: int, largest: float) -> dict[str, Any]:
    found = row.explanation
    called = found.score >= threshold
    parts = sorted(found.contributions, key=lambda part: (-abs(part.log_odds), part.name))
    total = found.base + sum(part.log_odds for part in parts)
    return {
        "row_id": row.row_id,
        "score": Safe(f"{found.score:.4f}"),
        "call": Safe("called positive" if called else "called negative"),
        "label": Safe("positive" if row.label else "negative"),
        "wrong": called != bool(row.label),
        "parts": [_part(part, columns, largest) for part in parts],
        "base": Safe(signed(found.base)),
        "total": Safe(signed(total)),
    }


def _part(part: Contribution, columns: int, largest: float) -> dict[str, Any]:
    width = _HALF * abs(part.log_odds) / largest
    cells = [value or Safe("") for value in part.values] or [Safe("")] * columns
    return {
        "name": part.name,
        "cells": [*cells, *[Safe("")] * (columns - len(cells))],
        "side": Safe("for" if part.log_odds >= 0 else "against"),
        "x": Safe(f"{_HALF if part.log_odds >= 0 else _HALF - width:.2f}"),
        "width": Safe(f"{width:.2f}"),
        "log_odds": Safe(signed(part.log_odds)),
    }
