"""``mlops feedback audit``: draw predictions for a person to label."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import pyarrow as pa

from mlops import documents
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.cli.feedback_asked import Asked
from mlops.cli.feedback_export import write_once
from mlops.dataset import writing
from mlops.feedback import auditing, draws, reading, sheets
from mlops.feedback.draws import AuditDraw
from mlops.feedback.reading import Logged
from mlops.feedback.tables import text_of


def audit(asked: Asked, *, size: int, seed: int, model: str | None, output: Path | None, as_json: bool) -> None:
    """Draw, and write the draw and the file for people; the same draw again changes nothing.

    Raises:
        InputRefusedError: The log is none, or has no prediction of these days and this model.
        UsageRefusedError: So few are asked for that a band of scores would have none.
        ConflictError: Another draw of this day and seed is there.
    """
    root = repository_root()
    load_settings(root).task(asked.task)
    window = asked.window()
    rows = reading.read(asked.log, asked.task, window)
    chosen = model or next((row.model_id for row in reversed(rows) if row.role == "live"), "")
    own = [row for row in rows if row.model_id == chosen]
    draw = auditing.draw(own, task=asked.task, size=size, seed=seed, window=window)
    path = root / draws.FOLDER / asked.task / f"{draw.name}.json"
    people = (output or root / "dist" / "audits") / f"{draw.name}.csv"
    sheet = writing.to_csv(_sheet([row for row in own if row.id in draw.rows], draw.rows))
    status = write_once({people: sheet, path: documents.dumps(draw)})
    if as_json:
        emit_json({
            "status": status, "draw": str(shown_path(path)), "file": str(shown_path(people)), "rows": len(draw.rows),
            "population": len(own), "strata": [one.model_dump(mode="json") for one in draw.strata],
        })  # fmt: skip
    else:
        click.echo(_page(draw, status, path, people))


def _sheet(rows: Sequence[Logged], probability: Mapping[str, float]) -> pa.Table:
    """Return what a person needs to decide on each row: no score and no call, which would lead the eye."""
    names = list(dict.fromkeys(name for row in rows for name in row.inputs))
    columns: dict[str, list[str | None]] = {
        sheets.ID: [row.id for row in rows], "id": [row.row for row in rows],
        "day": [row.day.isoformat() for row in rows],
    }  # fmt: skip
    columns |= {f"input.{name}": [text_of(row.inputs.get(name)) for row in rows] for name in names}
    columns["inclusion_probability"] = [repr(probability[row.id]) for row in rows]
    columns |= {sheets.LABEL: [None] * len(rows), sheets.DECIDED: [None] * len(rows)}
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def _page(draw: AuditDraw, status: str, path: Path, people: Path) -> str:
    lines = [f"{shown_path(path)}  {status}", f"  {'call':<9}{'scores':<14}{'predictions':>12}{'drawn':>7}{'each':>8}"]
    for one in draw.strata:
        call, high = ("positive" if one.positive else "negative"), min(one.high, 1.0)
        band = f"{one.low:g} to {high:g}"
        lines.append(f"  {call:<9}{band:<14}{one.population:>12,}{one.drawn:>7,}{one.probability:>8.1%}")
    return "\n".join([*lines, f"  to be labelled: {shown_path(people)}"])
