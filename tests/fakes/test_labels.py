"""Labels, milestones, and the states of issues on the stand-in."""

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask, client
from tests.fakes.github import Hub


def test_a_name_is_the_same_in_any_case(hub: Hub, ask: Ask, repo: Repository) -> None:
    made = repo.create_label("drift", "B60205", "Settings differ")
    taken = ask("POST", "/labels", json={"name": "Drift", "color": "ffffff"})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (422, "already_exists")
    issue = repo.create_issue("Drift", labels=["DRIFT", "new"])
    assert [label.name for label in issue.labels] == ["drift", "new"]  # one that is not there is made
    assert made.color == "B60205"  # kept as it was written
    repo.get_label("DRIFT").edit("Drifted", "c0ffee", "They differ")
    assert [label.name for label in repo.get_issue(1).labels] == ["Drifted", "new"]
    repo.get_label("drifted").delete()
    assert hub.state.issues[1].labels == ["new"]
    assert [label.name for label in repo.get_labels()] == ["new"]
    with pytest.raises(GithubException, match="404"):
        repo.get_label("drifted")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "color": "#b60205"}, "color"),
        ({"name": "x", "color": "red"}, "color"),
        ({"name": " "}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "x", "description": "y" * 101}, "description"),
    ],
)
def test_a_label_that_github_does_not_keep(hub: Hub, ask: Ask, body: dict[str, str], field: str) -> None:
    refused = ask("POST", "/labels", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert hub.state.labels == {}


def test_issues_are_found_by_what_they_have(hub: Hub, repo: Repository, ask: Ask) -> None:
    number = hub.add_milestone("Refresh")
    milestone = repo.get_milestone(number)
    repo.create_issue("One", labels=["data"], milestone=milestone)
    repo.create_issue("Two", labels=["data"])
    hub.add_issue("Three", author="stranger")
    assert [issue.number for issue in repo.get_issues(milestone=milestone)] == [1]
    assert [issue.number for issue in repo.get_issues(milestone="none", labels=["Data"])] == [2]
    found = ask("GET", "/issues?creator=Stranger&sort=updated&direction=asc&since=2025-01-01T00:00:00Z").json()
    assert [issue["number"] for issue in found] == [3]
    assert repo.get_milestone(number).open_issues == 1
    milestone.delete()
    assert repo.get_issue(1).milestone is None


def test_labels_of_an_issue_that_a_stranger_opens_are_dropped(hub: Hub) -> None:
    stranger = client(hub, hub.token_for("stranger"))
    assert stranger.get_repo(hub.repository).create_issue("Help", labels=["bug"]).labels == []
    stranger.close()


def test_a_reason_counts_when_the_state_changes(hub: Hub, ask: Ask) -> None:
    number = hub.add_issue()

    def told(**body: str) -> tuple[str, str]:
        issue = ask("PATCH", f"/issues/{number}", json=body).json()
        return issue["state"], issue["state_reason"]

    assert ask("GET", f"/issues/{number}").json()["state_reason"] is None
    assert told(state="closed") == ("closed", "completed")
    assert told(state="closed", state_reason="not_planned") == ("closed", "completed")
    assert told(state="open") == ("open", "reopened")
    assert told(state="closed", state_reason="not_planned") == ("closed", "not_planned")
    assert ask("POST", f"/issues/{number}/comments", json={"body": "On a closed issue"}).status_code == 201


def test_a_locked_issue_takes_comments_of_collaborators_only(hub: Hub, ask: Ask) -> None:
    number = hub.add_issue()
    ours = hub.add_comment(number, "Ours", author="github-actions[bot]")
    assert ask("PUT", f"/issues/{number}/lock", json={"lock_reason": "resolved"}).status_code == 204
    found = ask("GET", f"/issues/{number}").json()
    assert (found["locked"], found["active_lock_reason"]) == (True, "resolved")

    def comment(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return ask("POST", f"/issues/{number}/comments", json={"body": "x"}, headers=headers).status_code

    tokens = [hub.token, hub.app_token, hub.token_for("stranger"), hub.token_for("octocat")]
    assert [comment(token) for token in tokens] == [403, 403, 403, 201]
    refused = ask("POST", f"/issues/{number}/comments", json={"body": "x"})
    assert refused.json()["message"] == "Unable to create comment because issue is locked."
    assert ask("PATCH", f"/issues/comments/{ours}", json={"body": "Ours, edited"}).status_code == 200
    assert ask("DELETE", f"/issues/{number}/lock").status_code == 204
    assert comment(hub.token) == 201
