"""A repository with one pinned dataset and one judged, documented model of it, made once for all tests that look."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from mlops.cli.main import run
from mlops.tasks.er.generator import generate

ROWS = 900
SEED = 11
DATASET = "er_20251020"
DATA = f"data/training/{DATASET}.parquet"


@dataclass(frozen=True)
class Chain:
    """What a run left.

    Attributes:
        repository: Folder with ``mlops.toml``, data and manifest.
        artifact: Folder that ``mlops run er`` wrote.
        code: Exit code of that run.
    """

    repository: Path
    artifact: Path
    code: int


def prepare(root: Path, folder: Path) -> None:
    """Make a repository in ``folder`` with ``mlops.toml`` of ``root`` and a small pinned dataset."""
    (folder / "data" / "training").mkdir(parents=True)
    shutil.copy(root / "mlops.toml", folder)
    pq.write_table(generate(ROWS, SEED), folder / DATA)
    within(folder, "pin", "er", DATA, "--source", "generated", "--licence", "CC0-1.0")


def within(folder: Path, *arguments: str) -> int:
    """Run ``mlops`` with ``folder`` as the current folder and return its exit code."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return run(list(arguments))
    finally:
        os.chdir(before)


def make(root: Path, folder: Path) -> Chain:
    """Prepare a repository in ``folder`` and run the whole chain in it."""
    prepare(root, folder)
    code = within(folder, "run", "er", "--json")
    return Chain(folder, folder / "dist" / DATASET, code)
