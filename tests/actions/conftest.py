"""A repository with a trained model for the actions to work on, and the files of a runner."""

import shutil
from pathlib import Path

import pytest

from tests.cli.chain import Chain, finished_run


@pytest.fixture(scope="session")
def finished(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """Return a finished run of the whole chain, shared: look, do not touch."""
    return finished_run(root, tmp_path_factory)


@pytest.fixture
def chain(finished: Chain, tmp_path: Path) -> Chain:
    """Return a copy of it that the test may change."""
    folder = tmp_path / "workspace"
    shutil.copytree(finished.repository, folder)
    return Chain(folder, folder / finished.artifact.relative_to(finished.repository), finished.code)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """Return a folder for the runner's files."""
    return tmp_path / "runner"
