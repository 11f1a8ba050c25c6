"""``mlops feedback label``: send what people decided to the server that keeps the predictions."""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import click

from mlops import dataset
from mlops.cli.common import emit_json, load_settings, repository_root
from mlops.cli.serve import TOKEN
from mlops.errors import ConflictError, InputRefusedError, MlopsError, UnavailableError, UsageRefusedError
from mlops.feedback import sheets
from mlops.feedback.sheets import Filled
from mlops.serving.requests import MAX_ROWS
from mlops.storage import sending
from mlops.storage.sending import Answer

_OK, _UNAUTHORISED, _CONFLICT, _SERVER = 200, 401, 409, 500
_SHOWN = 5
_PLACE = re.compile(r"labels\.(\d{1,4})\b")


class Sent(NamedTuple):
    """What came of a sheet: labels that were sent, those that were new, and rows without one."""

    labels: int
    new: int
    undecided: int


def label(file: Path, server: str, *, decided: str, revises: bool, as_json: bool) -> None:
    """Send every label of a sheet; all are checked before the first goes, and once more changes nothing.

    Raises:
        InputRefusedError: The sheet is not as it should be, or the server knows a prediction not.
        ConflictError: The server has another label, and this is not called a revision.
        UsageRefusedError: The address or the token is not the server's.
        UnavailableError: The server does not answer.
    """
    settings = load_settings(repository_root())
    table = dataset.read_file(file, settings=settings.storage, any_delimiter=True).table
    filled = sheets.read(table, decided=decided, revises=revises, file=file)
    new = 0
    for start in range(0, len(filled.labels), MAX_ROWS):
        batch = filled.labels[start : start + MAX_ROWS]
        body = {"labels": [one.model_dump(mode="json") for one in batch]}
        answer = sending.post(f"{server.rstrip('/')}/v1/labels", body, token=os.environ.get(TOKEN, ""))
        if answer.status != _OK:
            raise _refused(answer, filled, start, file, server)
        new += _count(answer, server)
    sent = Sent(len(filled.labels), new, filled.undecided)
    if as_json:
        emit_json(sent._asdict())
    else:
        known = sent.labels - sent.new
        click.echo(
            f"{sent.labels:,} labels sent: {sent.new:,} new, {known:,} were there already. "
            f"Rows without a label: {sent.undecided:,}."
        )


def _count(answer: Answer, server: str) -> int:
    new = answer.body.get("new")
    if not isinstance(new, int):
        raise _stranger(server)
    return new


def _stranger(server: str) -> UsageRefusedError:
    return UsageRefusedError(
        "What answers there is no server of predictions.", field="--server", found=server[:200],
        fix="Name the address of `mlops serve`, such as http://127.0.0.1:8000.",
    )  # fmt: skip


def _conflicts(answer: Answer, filled: Filled, start: int) -> tuple[int, str]:
    """Return how many labels contradict the server's, and the first few with both labels.

    Servers from before they told all of them name the first alone: then 1, and nothing of it.
    """
    told = answer.body.get("conflicts")
    every = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    try:
        shown = [
            f"row {filled.rows[start + int(one['place'])]}: {int(one['kept'])} there, {int(one['sent'])} here"
            for one in every[:_SHOWN]
        ]
    except (KeyError, IndexError, TypeError, ValueError):  # no server of ours
        shown = []
    more = f"; and {len(every) - _SHOWN:,} more" if len(every) > _SHOWN else ""
    return (len(every), "; ".join(shown) + more) if shown else (1, "")


def _refused(answer: Answer, filled: Filled, start: int, file: Path, server: str) -> MlopsError:
    """Return the letter of a refusal; rows are named as the sheet counts them."""
    said = {name: str(answer.body.get(name, ""))[:200] for name in ("error", "field", "expected", "do_now")}
    found = _PLACE.match(said["field"])
    place = start + int(found[1]) if found else -1
    row = f"row {filled.rows[place]}" if 0 <= place < len(filled.rows) else said["field"]
    kept = f" Of {len(filled.labels):,} labels the first {start:,} were kept." if start else " No label was kept."
    parts: dict[str, Any] = {"file": file, "field": row, "found": f"status {answer.status}"}
    if answer.status == _UNAUTHORISED:
        return UsageRefusedError(
            f"The server asks for its token.{kept}", field=TOKEN, expected="the token that the server was begun with",
            found="another one" if os.environ.get(TOKEN) else "nothing",
            fix=f"{TOKEN}=... mlops feedback label {file} --server {server}",
        )  # fmt: skip
    if answer.status == _CONFLICT:
        count, which = _conflicts(answer, filled, start)
        return ConflictError(
            f"The server has another label of {count:,} of these predictions.{kept}",
            file=file, field=sheets.LABEL, expected="what the server has", found=which or row,
            why="It came from elsewhere, or somebody decided again.",
            fix="Find out which holds; if the decision was revised, send the sheet again with --revises.",
        )  # fmt: skip
    if answer.status >= _SERVER:
        return UnavailableError(
            f"The server cannot take labels now.{kept}", field=server[:200], found=said["error"] or parts["found"],
            fix="Send the sheet again later; what was kept is not kept twice.",
        )  # fmt: skip
    if not said["error"]:
        return _stranger(server)
    return InputRefusedError(
        f"The server refused a label: {said['error'].rstrip('.')}.{kept}", **parts, expected=said["expected"],
        why="The sheet is of another server's log, perhaps, or its prediction was pruned.", fix=said["do_now"],
    )  # fmt: skip
