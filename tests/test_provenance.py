"""Which code ran, where, and in which run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops import provenance
from mlops.errors import UsageRefusedError
from tests.conftest import git


def test_a_clean_repository_is_its_commit(repository: Path) -> None:
    version = provenance.code_version(repository)
    assert version.commit == git(repository, "rev-parse", "HEAD")
    assert not version.dirty


def test_a_folder_inside_the_repository_counts_for_all_of_it(repository: Path) -> None:
    (repository / "inner").mkdir()
    (repository / "new.py").write_text("", encoding="utf-8")
    assert provenance.code_version(repository / "inner").dirty


def test_what_is_not_committed_is_named_from_the_top(repository: Path) -> None:
    git(repository, "mv", "mlops.toml", "other.toml")
    (repository / "inner").mkdir()
    (repository / "inner" / "né w.py").write_text("", encoding="utf-8")
    assert provenance.uncommitted(repository / "inner") == ("mlops.toml", "other.toml", "inner/")
    letter = provenance.undeployable(
        "er_20251020", provenance.code_version(repository), ["a\x1b.py", *map(str, range(6))]
    )
    assert letter.startswith("er_20251020 cannot be deployed: ")
    assert "not committed: a\\x1b.py, 0, 1, 2, 3 and 2 more. " in letter
    assert "train again" in letter


def test_ignored_files_do_not_make_it_dirty(repository: Path) -> None:
    (repository / ".gitignore").write_text("dist/\n", encoding="utf-8")
    git(repository, "add", ".gitignore")
    git(repository, "commit", "--quiet", "--message=Ignore")
    (repository / "dist").mkdir()
    (repository / "dist" / "model.skops").write_bytes(b"x")
    assert not provenance.code_version(repository).dirty


def test_asking_does_not_write_into_the_repository(repository: Path) -> None:
    index = repository / ".git" / "index"
    (repository / "mlops.toml").touch()  # git would like to refresh its index now
    before = (index.read_bytes(), index.stat().st_mtime_ns)
    provenance.code_version(repository)
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before


def test_a_git_hooks_environment_does_not_redirect_the_question(
    repository: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    assert not provenance.code_version(repository).dirty


def test_a_hook_of_the_repository_is_not_run(repository: Path) -> None:
    git(repository, "config", "core.fsmonitor", "touch pwned; false")
    provenance.code_version(repository)
    assert not (repository / "pwned").exists()


@pytest.mark.parametrize(
    "text", ["", "HEAD", "main", "abc1234", "--all", "A" * 40, "a" * 39, "a" * 40 + "\n", "a" * 50]
)
def test_only_the_full_name_of_a_commit_is_one(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="full name of a commit"):
        provenance.parse_commit(text)


@pytest.mark.parametrize("length", [40, 64])
def test_commits_of_both_of_gits_hashes_are_accepted(length: int) -> None:
    assert provenance.parse_commit("a" * length) == "a" * length


def test_the_environment_names_what_shapes_a_model() -> None:
    versions = provenance.environment()
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"numpy", "pandas", "pyarrow", "scikit-learn", "skops", "precision-gate"} <= versions.keys()


def test_the_environment_says_nothing_about_the_machines_name_or_user() -> None:
    code = "from mlops.provenance import environment; print(sorted(environment()))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603  # our own interpreter
    assert done.stdout.strip() == str(sorted(["python", "platform", *provenance.PACKAGES]))
    system, machine = provenance.environment()["platform"].split(" ")
    assert system
    assert machine


def test_a_package_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "PACKAGES", ("numpy", "no-such-package"))
    assert provenance.environment().keys() == {"python", "platform", "numpy"}


def test_the_run_has_an_address_inside_actions_only() -> None:
    environ = {
        "GITHUB_SERVER_URL": "https://github.example/",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_RUN_ID": "17",
    }
    assert provenance.run_url(environ) == "https://github.example/owner/name/actions/runs/17"
    assert provenance.run_url({}) == ""
    assert provenance.run_url({**environ, "GITHUB_RUN_ID": ""}) == ""


def put(repository: Path, name: str, text: str | None, day: int) -> str:
    """Commit a file as of noon of a day of October, or its removal, and return the commit."""
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    git(repository, "add", "--all")
    when = f"2025-10-{day:02d}T12:00:00+00:00"
    words = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(repository), *words, "commit", "--quiet", f"--message=Of {day}"]
    environment = os.environ | {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    subprocess.run(command, check=True, env=environment)  # noqa: S603  # fixed words
    return git(repository, "rev-parse", "HEAD")


def test_the_contents_of_a_file_are_those_of_each_commit(repository: Path) -> None:
    empty = git(repository, "rev-parse", "HEAD")
    first, second = put(repository, "in here/a file", "one\n\n", 1), put(repository, "in here/a file", "", 2)
    gone = put(repository, "in here/a file", None, 3)
    folder = put(repository, "in here/a file/b", "", 4)
    asked = [first, empty, second, gone, folder, first]
    expected = [b"one\n\n", None, b"", None, None, b"one\n\n"]
    assert list(provenance.contents(repository, asked, "in here/a file")) == expected
    assert list(provenance.contents(repository / "in here", [first], "a file")) == [b"one\n\n"]
    assert list(provenance.contents(repository, [], "in here/a file")) == []
    with pytest.raises(UsageRefusedError):
        list(provenance.contents(repository, [f"{first}:x\n{second}"], "in here/a file"))


def test_the_latest_change_is_that_of_any_of_the_paths(repository: Path) -> None:
    of_a, of_b = put(repository, "a/x", "1", 1), put(repository, "b", "1", 2)
    put(repository, "c", "1", 3)
    found = provenance.latest(repository, "a", "b")
    assert found is not None
    assert (found.commit, found.time.day) == (of_b, 2)
    assert provenance.latest(repository, "a") == provenance.changes(repository, "a/x")[0]
    assert of_a == provenance.changes(repository, "a/x")[0].commit
    assert provenance.latest(repository, "d") is None


def test_a_shallow_clone_knows_where_its_history_ends(repository: Path, tmp_path: Path) -> None:
    put(repository, "a", "1", 1)
    boundary = put(repository, "a", "2", 2)
    put(repository, "a", "3", 3)
    assert provenance.horizon(repository) == frozenset()
    git(tmp_path, "clone", "--quiet", "--depth=2", f"file://{repository}", "shallow")
    assert provenance.horizon(tmp_path / "shallow") == {boundary}
