"""Fixtures of the verbs that need a trained model."""

import shutil
from pathlib import Path

import pytest

from tests.cli.chain import Chain, finished_run
from tests.cli.pages import Page


@pytest.fixture(scope="session")
def finished(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """Return a finished run, shared by all tests: look, do not touch."""
    return finished_run(root, tmp_path_factory)


@pytest.fixture
def chain(finished: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """Return a copy of the finished run that the test may damage; its repository is the current folder."""
    folder = tmp_path / "copy"
    shutil.copytree(finished.repository, folder)
    monkeypatch.chdir(folder)
    return Chain(folder, folder / finished.artifact.relative_to(finished.repository), finished.code)


@pytest.fixture
def page(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Return the files of a runner of GitHub Actions, inside of which everything now runs."""
    page = Page(tmp_path_factory.mktemp("runner"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(page.output))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page.folder / "summary"))
    return page
