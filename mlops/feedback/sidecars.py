"""What stands beside exported data: where each row comes from, and which were held out (tables of texts)."""

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from mlops.feedback.choosing import Chosen, Held
from mlops.feedback.reading import Logged
from mlops.feedback.responding import Response
from mlops.formatting import format_rate


def rows_table(rows: Sequence[Logged], inclusion: Mapping[str, float]) -> pa.Table:
    """Return where each exported row comes from, and its inclusion probability where it was drawn to be labelled."""
    found = _columns(rows)
    found["inclusion_probability"] = [repr(inclusion[row.id]) if row.id in inclusion else None for row in rows]
    return _table(found)


def held_table(held: Sequence[Held]) -> pa.Table:
    """Return the labelled predictions that were held out, with the reason and what was sent, as JSON."""
    rows = [one.row for one in held]
    reasons: list[str | None] = [one.reason for one in held]
    found = {"reason": reasons, **_columns(rows)}
    found["inputs"] = [json.dumps(dict(row.inputs), ensure_ascii=False, sort_keys=True) for row in rows]
    return _table(found)


def limitations_of(chosen: Chosen, drawn: int, responses: Mapping[bool, Response]) -> tuple[str, ...]:
    """Return what exported data does not cover, in sentences for its manifest.

    Args:
        chosen: What became of each answered prediction.
        drawn: Rows of the data that a draw holds.
        responses: By call, how much came back of what draws hold of these predictions.
    """
    old = chosen.answered - chosen.immature
    labelled = old - chosen.undecided
    found = [f"Labels came for {labelled:,} of {old:,} predictions that were old enough; the others may differ."]
    if chosen.held:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in chosen.counts().items() if count)
        found.append(f"{len(chosen.held):,} labelled predictions were held out: {counts}.")
    if drawn:
        found.append(f"{drawn:,} of {len(chosen.rows):,} rows were drawn to be labelled, with a known probability.")
    if any(one.drawn for one in responses.values()):
        shares = " and ".join(f"of those called {name} {text}" for name, text in answers_of(responses).items())
        found.append(f"Of what was drawn and is old enough, labels came {shares}; the others may differ.")
    return tuple(found)


def answers_of(responses: Mapping[bool, Response]) -> dict[str, str]:
    """Return by the name of the call how much of what was drawn is labelled, in words."""
    return {
        ("positive" if call else "negative"): f"for {one.labelled:,} of {one.drawn:,}"
        + (f" ({format_rate(one.share)} by weight)" if one.drawn else "")
        for call, one in responses.items()
    }


def _columns(rows: Sequence[Logged]) -> dict[str, list[str | None]]:
    return {
        "prediction_id": [row.id for row in rows],
        "id": [row.row for row in rows],
        "day": [row.day.isoformat() for row in rows],
        "model_id": [row.model_id for row in rows],
        "role": [row.role for row in rows],
        "score": [repr(row.score) for row in rows],
        "positive": [str(int(row.positive)) for row in rows],
        "label": [None if row.label is None else str(row.label) for row in rows],
        "decided": [None if row.decided is None else row.decided.isoformat() for row in rows],
        "labelled": [None if row.labelled is None else row.labelled.isoformat() for row in rows],
    }


def _table(columns: Mapping[str, Sequence[str | None]]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
