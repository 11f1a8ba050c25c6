"""Git: what its names look like, where the token is, and how its failures read."""

import os
from pathlib import Path

import pytest

from mlops.bot import git as asked
from mlops.bot.effects import Deadline
from mlops.bot.git import Done, Git, parse_author, parse_branch, refused
from mlops.bot.settings import Settings
from mlops.errors import UnavailableError, UsageRefusedError
from tests.bot.world import Hourglass, environ

SETTINGS = Settings(token="ghs_secret", repository="acme/er-models")  # noqa: S106  # no real token


def git_in(folder: Path, deadline: float = 60, **environment: str) -> Git:
    return Git(folder, SETTINGS, Deadline(Hourglass().effects(), deadline), environ(**environment))


def test_the_token_is_a_header_for_its_own_server_alone(tmp_path: Path) -> None:
    git = git_in(tmp_path)
    git.must("init", "--quiet", ".")
    ours = git.must("config", "--get-urlmatch", "http.extraheader", "https://github.com/acme/er-models")
    assert ours.startswith("AUTHORIZATION: basic ")
    assert git.run("config", "--get-urlmatch", "http.extraheader", "https://example.org/acme/er-models").out == ""


def test_the_token_is_neither_in_the_folder_nor_among_the_arguments(tmp_path: Path) -> None:
    git = git_in(tmp_path, GITHUB_TOKEN="ghs_secret", GH_TOKEN="ghs_secret")  # noqa: S106  # no real token
    git.must("init", "--quiet", ".")
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ghs_secret" not in written
    assert b"basic" not in written
    assert not {"GITHUB_TOKEN", "GH_TOKEN"} & git._environ.keys()


def test_settings_that_a_step_handed_over_stay_in_force(tmp_path: Path) -> None:
    git = git_in(tmp_path, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="user.name", GIT_CONFIG_VALUE_0="Ada")
    assert git.must("config", "user.name") == "Ada"
    assert git.must("config", "core.hooksPath") == os.devnull


def test_a_configured_header_is_replaced_and_not_sent_twice(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic old\n')
    headers = git_in(tmp_path, HOME=str(home)).must("config", "--get-all", "http.https://github.com/.extraheader")
    assert headers.splitlines()[:2] == ["AUTHORIZATION: basic old", ""]  # an empty value drops those before it
    assert len(headers.splitlines()) == 3


@pytest.mark.parametrize("text", ["main", "release/1.2", "mlops/card-er_20251020-2", "a"])
def test_plain_branches_are_accepted(text: str) -> None:
    assert parse_branch(text, field="--base-branch") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-x",
        "--upload-pack=x",
        "a..b",
        "a b",
        "a\n",
        "/a",
        "a/",
        "a//b",
        "x.lock",
        "x.lock/y",
        "a~1",
        "a:b",
        "ä",
        "a.",
    ],
)
def test_what_git_could_read_otherwise_is_refused(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="name of a branch"):
        parse_branch(text, field="--base-branch")


def test_an_author_has_a_name_and_an_address() -> None:
    author = parse_author("Ada Lovelace <ada@example.org>")
    assert (author.name, author.email) == ("Ada Lovelace", "ada@example.org")
    assert parse_author(f"{asked.BOT.name} <{asked.BOT.email}>") == asked.BOT


@pytest.mark.parametrize("text", ["", "Ada", "<ada@example.org>", "Ada <a b>", "Ada <x> y", "A\nB <x@y>"])
def test_another_author_is_refused(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="not an author"):
        parse_author(text)


def test_without_git_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError, match="Git is not installed"):
        git_in(tmp_path, PATH=str(tmp_path)).run("version")


def test_a_git_that_hangs_is_stopped_at_the_deadline(tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    with pytest.raises(UnavailableError, match="did not answer"):
        git_in(tmp_path, deadline=0.2, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}").run("fetch")


@pytest.mark.parametrize(
    "said",
    ["fatal: Authentication failed for x", "fatal: could not read Username", "The requested URL returned error: 403"],
)
def test_a_token_that_may_not_push_is_explained(said: str) -> None:
    error = refused("git push", Done(128, "", said))
    assert error.expected == "contents: write"
    assert "`contents: write`" in error.fix


def test_another_failure_shows_what_git_said() -> None:
    assert "disk full" in refused("git push", Done(1, "", "fatal: disk full")).found
