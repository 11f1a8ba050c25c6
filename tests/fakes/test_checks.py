"""Check runs and commit statuses of the stand-in."""

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask, client
from tests.fakes.github import Hub

NAME = "ER Precision Gate"
ANNOTATION = {
    "path": "mlops.toml",
    "start_line": 3,
    "end_line": 3,
    "annotation_level": "failure",
    "message": "precision is below the policy",
}


def test_a_check_run_is_created_updated_and_listed(hub: Hub, repo: Repository) -> None:
    sha = hub.state.bare.branch("main")
    check = repo.create_check_run(NAME, sha, status="in_progress", details_url="https://example.org/run")
    assert (check.status, check.app.id) == ("in_progress", 15368)
    assert check.conclusion is check.raw_data["completed_at"] is None
    output = {"title": "fail", "summary": "0.91 < 0.92", "annotations": [ANNOTATION]}
    check.edit(conclusion="failure", output=output)
    (found,) = repo.get_commit(sha).get_check_runs(check_name=NAME)
    assert (found.status, found.conclusion, found.output.summary) == ("completed", "failure", "0.91 < 0.92")
    assert [note.message for note in found.get_annotations()] == [ANNOTATION["message"]]
    assert hub.check_runs()[0].details_url == "https://example.org/run"


def test_the_latest_run_of_a_name_stands_for_the_older_ones(hub: Hub, repo: Repository) -> None:
    commit = repo.get_commit("main")
    for conclusion in ("failure", "success"):
        repo.create_check_run(NAME, commit.sha, conclusion=conclusion)
    assert [check.conclusion for check in commit.get_check_runs()] == ["success"]
    assert [check.conclusion for check in commit.get_check_runs(filter="all")] == ["success", "failure"]
    assert list(commit.get_check_runs(status="queued")) == []
    assert len(hub.check_runs()) == 2


def test_people_write_no_check_runs(hub: Hub) -> None:
    github = client(hub, hub.token_for("octocat"))
    repo = github.get_repo(hub.repository)
    with pytest.raises(GithubException, match="You must authenticate via a GitHub App"):
        repo.create_check_run(NAME, hub.state.bare.branch("main"))
    github.close()


def test_an_app_changes_only_its_own_check_runs(repo: Repository, as_app: Repository) -> None:
    check = repo.create_check_run(NAME, repo.get_commit("main").sha)
    with pytest.raises(GithubException, match="Invalid app_id `15368`"):
        as_app.get_check_run(check.id).edit(conclusion="success")


def test_a_check_run_needs_its_commit_and_a_summary_that_fits(hub: Hub, repo: Repository) -> None:
    with pytest.raises(GithubException, match="No commit found"):
        repo.create_check_run(NAME, "0" * 40)
    with pytest.raises(GithubException, match=r"output/summary: .* is too long|Invalid request"):
        repo.create_check_run(NAME, repo.get_commit("main").sha, output={"title": "t", "summary": "x" * 65_536})
    assert hub.state.checks == {}
    assert "output/summary" in hub.violations.pop()


def test_a_completed_check_run_has_a_conclusion(hub: Hub, ask: Ask) -> None:
    body = {"name": NAME, "head_sha": hub.state.bare.branch("main"), "status": "completed"}
    assert ask("POST", "/check-runs", json=body).json()["message"].endswith('"conclusion" wasn\'t supplied.')
    assert hub.state.checks == {}


def test_statuses_combine_by_the_latest_of_each_context(repo: Repository, ask: Ask) -> None:
    commit = repo.get_commit("main")
    assert commit.get_combined_status().state == "pending"
    commit.create_status("failure", "https://example.org", "below", "gate")
    commit.create_status("success", "https://example.org", "met", "gate")
    assert commit.get_combined_status().state == "success"
    commit.create_status("error", context="other")
    assert commit.get_combined_status().state == "failure"
    # PyGithub asks at the older address, which GitHub's description does not have any more.
    assert [status["state"] for status in ask("GET", "/commits/main/statuses").json()] == [
        "error",
        "success",
        "failure",
    ]
