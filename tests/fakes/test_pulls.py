"""Pull requests of the stand-in."""

from collections.abc import Callable

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

Branch = Callable[[str], str]


def problem(error: pytest.ExceptionInfo[GithubException]) -> dict[str, str]:
    """Return the one problem that a refusal names."""
    assert error.value.status == 422
    assert error.value.data["message"] == "Validation Failed"
    (found,) = error.value.data["errors"]
    return dict(found)


def test_a_pull_request_is_opened_found_changed_and_closed(hub: Hub, repo: Repository, branch: Branch) -> None:
    sha = branch("bot/card")
    pull = repo.create_pull("main", "bot/card", title="Add a card", body="Measured.", draft=True)
    assert (pull.number, pull.head.sha, pull.head.ref, pull.base.ref) == (1, sha, "bot/card", "main")
    assert (pull.user.login, pull.draft, pull.merged, pull.commits) == ("github-actions[bot]", True, False, 1)
    assert [found.number for found in repo.get_pulls(head="acme:bot/card", base="main")] == [1]
    pull.edit(title="Add the card", body="Measured twice.", state="closed")
    assert repo.get_pull(1).title == "Add the card"
    assert [found.state for found in repo.get_pulls(state="closed")] == ["closed"]
    assert list(repo.get_pulls()) == []
    assert hub.state.issues[1].body == "Measured twice."


def test_a_head_that_was_not_pushed_is_refused(repo: Repository) -> None:
    with pytest.raises(GithubException) as error:
        repo.create_pull("main", "acme:nowhere", title="Nothing")
    assert problem(error) == {"resource": "PullRequest", "field": "head", "code": "invalid"}


def test_a_base_that_is_not_there_is_refused(repo: Repository, branch: Branch) -> None:
    branch("bot/card")
    with pytest.raises(GithubException) as error:
        repo.create_pull("nowhere", "bot/card", title="Nothing")
    assert problem(error)["field"] == "base"


def test_a_second_open_pull_request_of_a_branch_is_refused(repo: Repository, branch: Branch) -> None:
    branch("bot/card")
    first = repo.create_pull("main", "bot/card", title="One")
    with pytest.raises(GithubException) as error:
        repo.create_pull("main", "bot/card", title="Two")
    assert problem(error)["message"] == "A pull request already exists for acme:bot/card."
    first.edit(state="closed")
    assert repo.create_pull("main", "bot/card", title="Two").number == 2


def test_a_branch_with_nothing_new_is_refused(hub: Hub, repo: Repository) -> None:
    hub.state.bare.point("refs/heads/same", hub.state.bare.branch("main"))
    with pytest.raises(GithubException) as error:
        repo.create_pull("main", "same", title="Nothing")
    assert problem(error)["message"] == "No commits between main and same"


def test_a_list_by_a_head_without_its_owner_is_not_filtered_as_on_github(ask: Ask, hub: Hub, branch: Branch) -> None:
    branch("one")
    hub.add_pull("one")
    assert len(ask("GET", "/pulls?head=another").json()) == 1
    assert ask("GET", "/pulls?head=acme:another").json() == []


def test_an_open_pull_request_follows_its_branch(hub: Hub, repo: Repository, branch: Branch) -> None:
    branch("bot/card")
    number = hub.add_pull("bot/card")
    sha = hub.state.bare.write("bot/card", "card.md", b"# Better\n", "Mend", "octocat")
    assert repo.get_pull(number).head.sha == sha
    assert [found.head.sha for found in repo.get_pulls()] == [sha]


def test_a_merge_moves_the_base_and_stays_known_by_its_commits(hub: Hub, repo: Repository, branch: Branch) -> None:
    sha = branch("bot/card")
    number = hub.add_pull("bot/card", title="Add a card")
    merged = hub.merge_pull(number)
    assert hub.state.bare.branch("main") == merged
    assert hub.state.bare.read("main", "card.md") == b"# Card\n"
    for commit in (sha, merged):
        assert [pull.number for pull in repo.get_commit(commit).get_pulls()] == [number]
    assert repo.get_pull(number).merged


def test_the_pulls_of_a_commit_leave_out_what_was_closed(hub: Hub, repo: Repository, branch: Branch) -> None:
    sha = branch("bot/card")
    number = hub.add_pull("bot/card")
    assert [pull.number for pull in repo.get_commit(sha).get_pulls()] == [number]
    hub.close_pull(number)
    assert list(repo.get_commit(sha).get_pulls()) == []
    assert repo.get_commit(hub.state.bare.branch("main")).get_pulls().totalCount == 0


def test_a_merged_pull_request_is_not_opened_again(hub: Hub, repo: Repository, branch: Branch) -> None:
    branch("bot/card")
    number = hub.add_pull("bot/card")
    hub.merge_pull(number)
    with pytest.raises(GithubException) as error:
        repo.get_pull(number).edit(state="open")
    assert "cannot be reopened" in problem(error)["message"]


def test_a_repository_may_forbid_workflows_to_open_pull_requests(
    hub: Hub, repo: Repository, as_app: Repository, branch: Branch
) -> None:
    branch("bot/card")
    hub.state.actions_open_pulls = False
    with pytest.raises(GithubException, match="not permitted to create or approve pull requests"):
        repo.create_pull("main", "bot/card", title="Add a card")
    assert as_app.create_pull("main", "bot/card", title="Add a card").user.login == "precision-gate[bot]"


def test_issues_and_pull_requests_share_numbers_labels_and_comments(hub: Hub, repo: Repository, branch: Branch) -> None:
    branch("bot/card")
    assert hub.add_issue() == 1
    assert hub.add_pull("bot/card") == 2
    pull = repo.get_pull(2)
    pull.add_to_labels("model", "card")
    assert pull.create_issue_comment("Judged.").html_url.endswith("/pull/2#issuecomment-1001")
    assert [label.name for label in repo.get_pull(2).labels] == ["model", "card"]
    assert [issue.pull_request is not None for issue in repo.get_issues()] == [True, False]
    with pytest.raises(GithubException):
        repo.get_pull(1)
