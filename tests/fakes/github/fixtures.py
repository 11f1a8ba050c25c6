"""The fixture ``hub``: a running stand-in, for any folder of tests that imports it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import git
from tests.fakes.github.hub import Hub, serve

REPOSITORY = "acme/er-models"


def bare_repository(folder: Path) -> Path:
    """Return a new bare repository below ``folder`` with a first commit on ``main``."""
    work, bare = folder / "work", folder / "remotes" / f"{REPOSITORY}.git"
    work.mkdir(parents=True)
    git(work, "init", "--quiet", "--initial-branch=main")
    (work / "README.md").write_text("# Models\n", encoding="utf-8")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message=Begin")
    bare.parent.mkdir(parents=True)
    git(folder, "clone", "--quiet", "--bare", str(work), str(bare))
    return bare


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Return a running stand-in for ``acme/er-models``; it fails the test when an exchange broke the contract."""
    template = tmp_path_factory.getbasetemp() / "github-template"
    if not template.exists():  # copied for each test, because git takes its time
        bare_repository(template)
    bare = tmp_path_factory.mktemp("github") / f"{REPOSITORY}.git"
    shutil.copytree(template / "remotes" / f"{REPOSITORY}.git", bare)
    with serve(bare, REPOSITORY) as running:
        yield running
    assert not running.violations, "\n".join(running.violations)
