"""Whoever only reads a verdict or holds a token needs no learner: all this runs where numpy and its kin are absent."""

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from mlops import documents
from mlops.cli.faults import EXTRAS
from mlops.config import load
from tests import factories
from tests.conftest import ROOT

ABSENT = tuple(package for package, extra in EXTRAS.items() if extra == "train")

WITHOUT = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


def without_the_learner(script: str, folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in ``folder`` in a new interpreter in which the learner's packages cannot be imported."""
    command = [sys.executable, "-c", WITHOUT + script, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603  # our own words


def verb(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return without_the_learner("from mlops.cli.main import main\nmain(sys.argv[1:])", folder, *arguments)


def test_the_blocker_blocks() -> None:
    for package in ABSENT:
        done = without_the_learner(f"import {package}", ROOT)
        assert f"No module named '{package}'" in done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "from mlops.gate import GateReport, decide",
        "from mlops.card import agreement, checking, evidence, render",
        "from mlops.reporting import summary_of",
        "from mlops import admission, affected, environments, judged, registry",
        "from mlops.cli import metrics",
    ],
)
def test_what_reads_documents_is_imported_without_the_learner(statement: str) -> None:
    done = without_the_learner(statement, ROOT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def judged(repository: Path) -> Path:
    """Return a judged artifact in a repository that pins its data."""
    documents.write(repository / "data_manifests" / f"{factories.DATASET_ID}.json", factories.manifest())
    rules = load(repository / "mlops.toml").task("er").policy
    return factories.write_artifact(repository / "dist" / factories.DATASET_ID, rules=rules)


def test_a_card_is_written_and_checked(repository: Path, judged: Path) -> None:
    done = verb(repository, "card", judged)
    assert done.returncode == 0, done.stderr
    done = verb(repository, "card", "--check")
    assert done.returncode == 0, done.stderr


def test_an_artifact_is_admitted(repository: Path, judged: Path) -> None:
    done = verb(repository, "admit", judged)
    assert done.returncode == 0, done.stderr


def test_a_change_is_compared(repository: Path, judged: Path, tmp_path: Path) -> None:
    assert judged.is_dir()
    shutil.copytree(repository, tmp_path / "base")
    done = verb(repository, "affected", "--task", "er", "--base", tmp_path / "base")
    assert done.returncode == 0, done.stderr


def test_what_is_committed_is_checked(root: Path) -> None:
    done = verb(root, "check")
    assert done.returncode == 0, done.stderr
    assert "Everything holds." in done.stdout


def test_the_bot_starts(root: Path) -> None:
    done = verb(root, "bot", "--help")
    assert done.returncode == 0, done.stderr


def test_the_bot_takes_less_than_60_megabytes_and_no_data_frame(root: Path) -> None:
    locked = re.findall(r"^([a-z0-9._-]+)==", (root / "requirements" / "bot.txt").read_text(), re.MULTILINE)
    assert {"pygithub", "pyjwt", "requests"} <= set(locked)
    assert not {*ABSENT, "scikit-learn"} & set(locked)
    size = sum(path.stat().st_size for path in (root / "mlops").rglob("*.py"))
    for name in locked:
        try:
            files = metadata.distribution(name).files or ()
        except metadata.PackageNotFoundError:  # for another system
            continue
        size += sum(path.stat().st_size for path in (Path(str(file.locate())) for file in files) if path.exists())
    assert 10 << 20 < size < 60 << 20


def test_every_module_of_the_bot_is_imported_without_the_learner(root: Path) -> None:
    files = [*root.glob("mlops/bot/**/*.py"), *root.glob("mlops/cli/bot/**/*.py")]
    names = [".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for file in files]
    assert len(names) > 10
    done = without_the_learner(
        "import importlib\nfor name in sys.argv[1:]:\n    importlib.import_module(name)", root, *names
    )
    assert (done.returncode, done.stderr) == (0, "")
