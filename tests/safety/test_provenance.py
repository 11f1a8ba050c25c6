"""Code whose commit cannot be read: what can be known is recorded, the rest is explained."""

from pathlib import Path

import pytest

from mlops import provenance
from mlops.errors import ExitCode, UsageRefusedError
from tests.conftest import git


def test_bad_input_54_a_shallow_clone_names_its_commit(repository: Path, tmp_path: Path) -> None:
    (repository / "second").write_text("", encoding="utf-8")
    git(repository, "add", "second")
    git(repository, "commit", "--quiet", "--message=Second")
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")
    version = provenance.code_version(tmp_path / "shallow")
    assert version.commit == git(repository, "rev-parse", "HEAD")
    assert not version.dirty


def test_bad_input_54_a_detached_head_names_its_commit(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "--quiet", "--detach")
    assert provenance.code_version(repository).commit == commit


@pytest.mark.parametrize("name", ["mlops.toml", "new.py"])
def test_bad_input_54_a_dirty_tree_is_marked(name: str, repository: Path) -> None:
    with (repository / name).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    version = provenance.code_version(repository)
    assert version.dirty
    assert version.commit == git(repository, "rev-parse", "HEAD")


def refusal_of(folder: Path) -> UsageRefusedError:
    """Return the refusal that asking for the commit in ``folder`` ends with."""
    with pytest.raises(UsageRefusedError, match="cannot be found out") as refusal:
        provenance.code_version(folder)
    assert refusal.value.exit_code == ExitCode.USAGE
    assert "--code-commit SHA" in refusal.value.fix
    return refusal.value


def test_bad_input_54_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "git init" in refusal_of(tmp_path).fix


def test_bad_input_54_no_commit_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    refusal = refusal_of(tmp_path)
    assert "no commit" in refusal.found
    assert "git commit" in refusal.fix


def test_bad_input_54_no_git(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Install git" in refusal_of(repository).fix


def test_bad_input_54_a_repository_of_another_user(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch for testing this refusal
    assert f"safe.directory '{repository}'" in refusal_of(repository).fix


def test_bad_input_54_a_bare_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare")
    assert refusal_of(tmp_path / "bare").found


def test_bad_input_54_a_broken_repository(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_text("nonsense\n", encoding="utf-8")
    assert refusal_of(repository).found
