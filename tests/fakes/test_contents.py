"""The repository, its branches, commits and files on the stand-in."""

import base64
from collections.abc import Callable

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

Branch = Callable[[str], str]


def test_the_repository_and_its_branches(hub: Hub, repo: Repository, branch: Branch) -> None:
    sha = branch("bot/card")
    assert (repo.full_name, repo.default_branch, repo.owner.login) == ("acme/er-models", "main", "acme")
    assert [(each.name, each.commit.sha) for each in repo.get_branches()] == [
        ("bot/card", sha),
        ("main", hub.state.bare.branch("main")),
    ]
    assert repo.get_branch("bot/card").commit.commit.message == "Add card.md"
    assert repo.get_git_ref("heads/bot/card").object.sha == sha
    with pytest.raises(GithubException, match="Branch not found"):
        repo.get_branch("nowhere")


def test_a_commit_is_found_by_branch_tag_and_name(hub: Hub, repo: Repository) -> None:
    sha = hub.state.bare.branch("main")
    hub.state.bare.point("refs/tags/v1", sha)
    for ref in ("main", "v1", "heads/main", sha):
        commit = repo.get_commit(ref)
        assert (commit.sha, commit.commit.author.name, commit.commit.message) == (sha, "Test", "Begin")
    with pytest.raises(GithubException, match="No commit found for SHA: nowhere"):
        repo.get_commit("nowhere")


def test_files_and_folders_are_read_at_a_ref(repo: Repository, branch: Branch) -> None:
    branch("topic")
    assert repo.get_contents("README.md").decoded_content == b"# Models\n"  # type: ignore[union-attr]  # it is a file
    assert repo.get_contents("card.md", ref="topic").size == 7  # type: ignore[union-attr]  # it is a file
    listed = repo.get_contents("", ref="topic")
    assert isinstance(listed, list)
    assert [(each.path, each.type) for each in listed] == [("README.md", "file"), ("card.md", "file")]
    for path, ref in (("card.md", "main"), ("README.md", "nowhere")):
        with pytest.raises(GithubException, match="404"):
            repo.get_contents(path, ref=ref)


def test_a_file_is_created_and_changed_only_from_what_it_is(hub: Hub, repo: Repository) -> None:
    made = repo.create_file("cards/one.md", "Add", "one\n", branch="main")
    assert hub.state.bare.read("main", "cards/one.md") == b"one\n"
    changed = repo.update_file("cards/one.md", "Mend", "two\n", made["content"].sha, branch="main")
    assert hub.state.bare.branch("main") == changed["commit"].sha
    with pytest.raises(GithubException, match="does not match") as error:
        repo.update_file("cards/one.md", "Mend", "three\n", made["content"].sha)
    assert error.value.status == 409
    assert hub.state.bare.read("main", "cards/one.md") == b"two\n"
    assert [(entry.type, entry.path) for entry in repo.get_contents("")][1] == ("dir", "cards")  # type: ignore[union-attr]  # a folder


def test_a_file_that_is_there_needs_its_name(ask: Ask) -> None:
    body = {"message": "Mend", "content": base64.b64encode(b"x").decode()}
    assert "wasn't supplied" in ask("PUT", "/contents/README.md", json=body).json()["message"]
    assert ask("PUT", "/contents/new.md", json=body | {"branch": "nowhere"}).status_code == 404
    assert ask("PUT", "/contents/new.md", json=body | {"content": "?"}).status_code == 422
