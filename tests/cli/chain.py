"""A repository with one pinned dataset and one judged, documented model of it, made once for all tests that look."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mlops.cli.main import run
from mlops.tasks.er.generator import generate
from tests.small import few_trees

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


def finished_run(root: Path, folders: pytest.TempPathFactory) -> Chain:
    """Return a run of the whole chain with a small model, the same for all tests of a session: look, do not touch.

    The processes of a session share the folder above theirs. Two that come at the same time both make one, and the
    first to name it wins.
    """
    own = folders.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "finished-run"
    if not shared.exists():
        making = folders.mktemp("making")
        prepare(root, making)
        with few_trees():
            code = within(making, "run", "er", "--json")
        (making / "exit-code").write_text(str(code), encoding="utf-8")
        try:
            making.rename(shared)
        except OSError:  # another process was first
            shutil.rmtree(making)
    code = int((shared / "exit-code").read_text(encoding="utf-8"))
    return Chain(shared, shared / "dist" / DATASET, code)
