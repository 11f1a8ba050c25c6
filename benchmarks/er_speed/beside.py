"""Ours beside other libraries, on the very same pairs."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.er_speed import clock
from benchmarks.er_speed.peers import PEERS
from benchmarks.er_speed.results import PeerRow
from benchmarks.er_speed.workloads import Records, Side
from mlops.errors import UsageRefusedError
from mlops.tasks.er.features import PairFeatures

Answer = dict[str, Any] | None
Ask = Callable[[], Answer]

_SCRIPT = Path(__file__).with_name("peers.py")


def compare(
    features: PairFeatures, records: Records, pairs: tuple[Side, Side], python: Path, repeats: int
) -> list[PeerRow]:
    """Measure every peer that ``python`` has, in turn with our features.

    Raises:
        UsageRefusedError: ``python`` does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), records, pairs)
        table = records.pairs(*pairs)
        return [
            _peer(name, partial(_ask, name, Path(folder), python), features, table, repeats=repeats) for name in PEERS
        ]


def _peer(name: str, ask: Ask, features: PairFeatures, table: pd.DataFrame, *, repeats: int) -> PeerRow:
    answers: list[dict[str, Any]] = []
    ours: list[float] = []
    for _ in range(repeats):
        try:
            answer = ask()
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip().splitlines() or ["no message"])[-1]
            return PeerRow(name=name, version="unknown", note=f"failed here: {last}")
        if answer is None:
            return PeerRow(name=name, version=None, note="not installed here")
        answers.append(answer)
        ours.append(clock.seconds(partial(features.transform, table)))
    return PeerRow(
        name=name,
        version=answers[0]["version"],
        note=answers[0]["note"],
        pairs=answers[0]["pairs"],
        comparisons=answers[0]["comparisons"],
        rate=clock.rate(answers[0]["pairs"], [answer["seconds"] for answer in answers]),
        ours=clock.rate(len(table), ours),
        our_features=len(features.notes()),
    )


def _ask(name: str, folder: Path, python: Path) -> Answer:
    try:
        asked = [str(python), str(_SCRIPT), name, str(folder)]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603  # the user's own Python
    except OSError as error:
        raise UsageRefusedError(
            "The Python of the other libraries does not start.",
            field="--peer-python",
            expected="a Python that has splink or recordlinkage",
            found=f"{python}: {error.strerror}",
            fix="Name another one, or leave the option out.",
        ) from error
    found: Answer = json.loads(done.stdout)
    return found


def _write(folder: Path, records: Records, pairs: tuple[Side, Side]) -> None:
    """Write the records of the pairs and, by their places, the pairs; all as texts, as both libraries expect."""
    places: list[list[int]] = []
    tables = (records.left, records.right)
    names = [str(name).removeprefix("left_") for name in tables[0]]
    shared = [name for name in names if f"right_{name}" in tables[1]]
    for side, table, rows in zip(("left", "right"), tables, pairs, strict=True):
        used, place = np.unique(rows, return_inverse=True)
        places.append(place.reshape(-1).tolist())
        columns = {name: table[f"{side}_{name}"].take(used).tolist() for name in shared}
        (folder / f"{side}.json").write_text(json.dumps(columns))
    (folder / "pairs.json").write_text(json.dumps(places))
