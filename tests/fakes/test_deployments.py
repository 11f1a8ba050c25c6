"""Deployments of the stand-in."""

from collections.abc import Callable

import pytest
from github import GithubException
from github.GithubObject import NotSet
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

Branch = Callable[[str], str]


def test_a_deployment_and_its_statuses(hub: Hub, repo: Repository) -> None:
    sha = hub.state.bare.branch("main")
    made = repo.create_deployment(
        sha, environment="staging", payload={"key": "abc"}, required_contexts=[], auto_merge=False, description="Deploy"
    )
    made.create_status("in_progress", description="Copying")
    made.create_status("success", environment_url="https://example.org")
    found = repo.get_deployment(made.id)
    assert (found.sha, found.environment, found.payload, found.task) == (sha, "staging", {"key": "abc"}, "deploy")
    assert [status.state for status in found.get_statuses()] == ["success", "in_progress"]
    assert [each.id for each in repo.get_deployments(environment="staging", sha=sha)] == [made.id]
    assert list(repo.get_deployments(environment="production")) == []
    assert hub.state.deployments[made.id].statuses[1].environment_url == "https://example.org"


def test_a_commit_whose_checks_are_not_green_is_not_deployed(hub: Hub, repo: Repository) -> None:
    sha = hub.state.bare.branch("main")
    repo.create_check_run("ER Precision Gate", sha, conclusion="failure")
    for contexts in (NotSet, ["ER Precision Gate"], ["never reported"]):
        with pytest.raises(GithubException) as error:
            repo.create_deployment(sha, auto_merge=False, required_contexts=contexts)
        assert error.value.status == 409
    assert repo.create_deployment(sha, auto_merge=False, required_contexts=[]).sha == sha
    repo.create_check_run("ER Precision Gate", sha, conclusion="success")
    assert repo.create_deployment(sha, auto_merge=False).environment == "production"


def test_a_branch_that_is_behind_is_merged_instead_unless_told_otherwise(
    hub: Hub, repo: Repository, ask: Ask, branch: Branch
) -> None:
    sha = branch("topic")
    bare = hub.state.bare
    bare.write("main", "new.md", b"New\n", "Move on", "octocat")
    assert repo.create_deployment("topic", auto_merge=False).sha == sha
    merged = ask("POST", "/deployments", json={"ref": "topic"})
    assert (merged.status_code, merged.json()) == (202, {"message": "Auto-merged main into topic on deployment."})
    assert bare.read("topic", "new.md") == b"New\n"
    assert ask("POST", "/deployments", json={"ref": "topic"}).status_code == 201


def test_a_success_ends_what_the_environment_served_before(repo: Repository) -> None:
    made = [repo.create_deployment("main", environment="staging") for _ in range(2)]
    production = [repo.create_deployment("main") for _ in range(2)]
    for deployment in made + production:
        deployment.create_status("success")
    assert [each.get_statuses()[0].state for each in made] == ["inactive", "success"]
    assert [each.get_statuses()[0].state for each in production] == ["success", "success"]


def test_an_active_deployment_is_not_deleted(hub: Hub, repo: Repository, ask: Ask) -> None:
    first, second = (repo.create_deployment("main") for _ in range(2))
    first.create_status("success")
    assert ask("DELETE", f"/deployments/{first.id}").status_code == 422
    first.create_status("inactive")
    assert ask("DELETE", f"/deployments/{first.id}").status_code == 204
    assert list(hub.state.deployments) == [second.id]


def test_a_ref_must_exist(repo: Repository) -> None:
    with pytest.raises(GithubException, match="No ref found for: nowhere"):
        repo.create_deployment("nowhere")
