"""The protection of branches on the stand-in, as GitHub keeps it."""

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

PLACE = "/branches/main/protection"
GATE = {"context": "ER Precision Gate", "app_id": 15368}
BARE = dict.fromkeys(("required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"))
ON_OFF = {"required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations",
          "required_conversation_resolution", "lock_branch", "allow_fork_syncing"}  # fmt: skip


def test_what_is_not_there_is_told_apart(ask_app: Ask) -> None:
    told = {place: ask_app("GET", f"/branches/{place}/protection").json()["message"] for place in ("main", "none")}
    assert told == {"main": "Branch not protected", "none": "Branch not found"}


def test_a_put_replaces_everything_and_leaves_out_what_is_not_required(ask_app: Ask) -> None:
    whole = BARE | {
        "required_status_checks": {"strict": True, "checks": [GATE]},
        "enforce_admins": True,
        "required_pull_request_reviews": {"required_approving_review_count": 2},
        "restrictions": {"users": ["octocat", "nobody"], "teams": [], "apps": ["precision-gate"]},
        "required_linear_history": True,
    }
    first = ask_app("PUT", PLACE, json=whole).json()
    assert first == ask_app("GET", PLACE).json()
    assert first["required_status_checks"]["contexts"] == ["ER Precision Gate"]
    assert first["required_status_checks"]["checks"] == [GATE]
    assert first["required_pull_request_reviews"] == {
        "url": first["url"] + "/required_pull_request_reviews",
        "dismiss_stale_reviews": False,
        "require_code_owner_reviews": False,
        "require_last_push_approval": False,
        "required_approving_review_count": 2,
    }
    assert [user["login"] for user in first["restrictions"]["users"]] == ["octocat"]  # whom nobody knows is dropped
    assert [app["slug"] for app in first["restrictions"]["apps"]] == ["precision-gate"]
    assert ask_app("POST", f"{PLACE}/required_signatures").json()["enabled"]

    second = ask_app("PUT", PLACE, json=BARE).json()
    assert second.keys() == {"url", "required_signatures", "enforce_admins", *ON_OFF}
    assert [second[name]["enabled"] for name in ("required_signatures", "required_linear_history")] == [True, False]
    assert ask_app("DELETE", PLACE).status_code == 204
    assert ask_app("GET", PLACE).status_code == 404


def test_a_check_is_pinned_to_the_app_that_is_named_or_reported_last_or_none(hub: Hub, ask: Ask, ask_app: Ask) -> None:
    sha = hub.state.bare.branch("main")
    assert ask("POST", "/check-runs", json={"name": "tests", "head_sha": sha, "status": "queued"}).status_code == 201
    checks = [GATE, {"context": "any", "app_id": -1}, {"context": "tests"}, {"context": "never"}]
    body = BARE | {"required_status_checks": {"strict": False, "checks": checks}}
    found = ask_app("PUT", PLACE, json=body).json()["required_status_checks"]
    assert {each["context"]: each["app_id"] for each in found["checks"]} == {
        "ER Precision Gate": 15368,
        "any": None,
        "tests": 15368,
        "never": None,
    }
    body["required_status_checks"] = {"strict": False, "contexts": ["tests"]}
    found = ask_app("PUT", PLACE, json=body).json()["required_status_checks"]
    assert found["checks"] == [{"context": "tests", "app_id": 15368}]


@pytest.mark.parametrize(
    "body",
    [
        {"required_status_checks": None},
        BARE | {"required_status_checks": {"strict": True, "contexts": [], "checks": []}},
        BARE | {"required_status_checks": {"strict": True}},
        BARE | {"required_status_checks": '{"strict": true}'},
        BARE | {"allow_deletions": None},
    ],
    ids=["a key is missing", "both lists", "no list", "text", "null for a switch"],
)
def test_a_body_that_github_refuses_changes_nothing(hub: Hub, ask_app: Ask, body: object) -> None:
    before = hub.protect("main", {"enforce_admins": True})
    assert ask_app("PUT", PLACE, json=body).status_code == 422
    assert hub.violations
    hub.violations.clear()
    assert hub.state.protections == {"main": before}


def test_the_parts_have_addresses_of_their_own(hub: Hub, ask_app: Ask, as_app: Repository) -> None:
    hub.protect("main", {"required_pull_request_reviews": {"require_code_owner_reviews": True}})
    assert ask_app("PATCH", f"{PLACE}/required_status_checks", json={"strict": True}).status_code == 404
    hub.protect("main", {"required_status_checks": {"strict": False, "checks": [GATE]}})
    branch = as_app.get_branch("main")
    branch.edit_required_status_checks(strict=True)
    assert hub.state.protections["main"].checks == {"ER Precision Gate": 15368}
    assert ask_app("POST", f"{PLACE}/required_status_checks/contexts", json={"contexts": ["x"]}).json()[1:] == ["x"]
    assert branch.get_required_status_checks().strict
    branch.remove_required_status_checks()
    with pytest.raises(GithubException, match="Required status checks not enabled"):
        branch.get_required_status_checks()
    branch.edit_required_pull_request_reviews(required_approving_review_count=3)
    assert branch.get_required_pull_request_reviews().required_approving_review_count == 3
    branch.set_admin_enforcement()
    assert branch.get_protection().enforce_admins
    assert ask_app("GET", f"{PLACE}/restrictions").status_code == 404


def test_a_branch_tells_that_it_is_protected(hub: Hub, ask: Ask) -> None:
    assert not ask("GET", "/branches/main").json()["protected"]
    hub.add_ruleset("Gate", [{"type": "deletion"}])
    assert ask("GET", "/branches/main").json()["protected"]
    hub.protect("main", {"required_status_checks": {"strict": False, "checks": [GATE]}})
    found = ask("GET", "/branches?protected=true").json()[0]["protection"]
    assert found == {
        "enabled": True,
        "required_status_checks": {
            "enforcement_level": "non_admins",
            "contexts": ["ER Precision Gate"],
            "checks": [GATE],
        },
    }


def test_a_private_plan_has_no_protection(hub: Hub, ask_app: Ask) -> None:
    hub.state.private, hub.state.protectable = True, False
    asked = [("GET", PLACE), ("PUT", PLACE), ("GET", "/rulesets"), ("GET", "/rules/branches/main")]
    answers = [ask_app(method, place, **({"json": BARE} if method == "PUT" else {})) for method, place in asked]
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["message"] for answer in answers} == {
        "Upgrade to GitHub Pro or make this repository public to enable this feature."
    }


def test_a_workflow_cannot_read_it(ask: Ask) -> None:
    refused = ask("GET", PLACE)
    assert (refused.status_code, refused.headers["X-Accepted-GitHub-Permissions"]) == (403, "administration=read")
