"""``mlops feedback audit``: draw predictions for a person to label."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import pyarrow as pa

from mlops import dataset, documents
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.cli.feedback_asked import Asked
from mlops.cli.feedback_export import write_once
from mlops.config import Settings
from mlops.dataset import writing
from mlops.errors import InputRefusedError
from mlops.feedback import auditing, draws, reading, sheets
from mlops.feedback.draws import AuditDraw
from mlops.feedback.reading import Logged
from mlops.feedback.tables import text_of


def audit(asked: Asked, *, size: int, seed: int, model: str | None, output: Path | None, as_json: bool) -> None:
    """Draw, and write the draw and the file for people; the same draw again changes nothing, filled in or not.

    Raises:
        InputRefusedError: The log is none, or has no prediction of these days and this model.
        UsageRefusedError: So few are asked for that a band of scores would have none.
        ConflictError: Another draw of this day and seed is there, or another file in the sheet's place.
    """
    root = repository_root()
    settings = load_settings(root)
    settings.task(asked.task)
    window = asked.window()
    rows = reading.read(asked.log, asked.task, window)
    chosen = model or next((row.model_id for row in reversed(rows) if row.role == "live"), "")
    answered = [row for row in rows if row.model_id == chosen]
    draw = auditing.draw(answered, task=asked.task, size=size, seed=seed, window=window)
    path = root / draws.FOLDER / asked.task / f"{draw.name}.json"
    people = (output or root / "dist" / "audits") / f"{draw.name}.csv"
    sheet = writing.to_csv(_sheet([row for row in answered if row.id in draw.rows], draw.rows))
    decided, own = _standing(people, draw, settings)
    own_sheet = {} if own else {people: sheet}
    status = write_once(own_sheet | {path: documents.dumps(draw)}, otherwise=_otherwise(people, decided))
    if as_json:
        emit_json({
            "status": status, "decided": decided, "draw": str(shown_path(path)), "file": str(shown_path(people)),
            "rows": len(draw.rows), "population": len(answered),
            "strata": [one.model_dump(mode="json") for one in draw.strata],
        })  # fmt: skip
    else:
        click.echo(_page(draw, status, path, people, decided))


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


class _Standing(NamedTuple):
    """A sheet that is there already: how many decisions it holds, and whether all of its rows are of the draw."""

    decided: int
    own: bool


def _standing(people: Path, draw: AuditDraw, settings: Settings) -> _Standing:
    """Return what a sheet holds that is there already; nothing, and no row of the draw, where there is none."""
    if not people.exists():
        return _Standing(0, own=False)
    try:
        table = dataset.read_file(people, settings=settings.storage, any_delimiter=True).table
    except InputRefusedError:  # no sheet any more: it is told as any other file in its place
        return _Standing(0, own=False)
    if not {sheets.ID, sheets.LABEL} <= set(table.column_names):
        return _Standing(0, own=False)
    ids = set(table.column(sheets.ID).to_pylist())
    labels = table.column(sheets.LABEL).cast(pa.string()).to_pylist()
    return _Standing(sum(bool(str(cell or "").strip()) for cell in labels), bool(ids) and ids <= draw.rows.keys())


def _otherwise(people: Path, decided: int) -> str:
    """Return what to do now where a file is there with other content; what people decided is sent first."""
    first = f"Send the {decided:,} decisions of {shown_path(people)} first: {_send(people)}. Then draw"
    return (first if decided else "Draw") + " with another --seed, or name another folder for the sheet with --output."


def _send(people: Path) -> str:
    return f"mlops feedback label {shown_path(people)} --server URL"


def _page(draw: AuditDraw, status: str, path: Path, people: Path, decided: int) -> str:
    lines = [f"{shown_path(path)}  {status}", f"  {'call':<9}{'scores':<14}{'predictions':>12}{'drawn':>7}{'each':>8}"]
    for one in draw.strata:
        call, high = ("positive" if one.positive else "negative"), min(one.high, 1.0)
        band = f"{one.low:g} to {high:g}"
        lines.append(f"  {call:<9}{band:<14}{one.population:>12,}{one.drawn:>7,}{one.probability:>8.1%}")
    if not decided:
        return "\n".join([*lines, f"  to be labelled: {shown_path(people)}"])
    stands = f"  {shown_path(people)} stands unchanged, and holds {decided:,} decisions of {len(draw.rows):,}."
    return "\n".join([*lines, stands, f"  do now: {_send(people)}"])
