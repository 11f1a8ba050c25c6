"""Rulesets of the stand-in, as GitHub keeps and shows them."""

from typing import Any

import pytest

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

CHECK = {"context": "ER Precision Gate", "integration_id": 15368}
CHECKS = {
    "type": "required_status_checks",
    "parameters": {"strict_required_status_checks_policy": False, "required_status_checks": [CHECK]},
}
REVIEWS = {
    "type": "pull_request",
    "parameters": {
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_approving_review_count": 1,
        "required_review_thread_resolution": False,
    },
}
GATE: dict[str, Any] = {
    "name": "Precision Gate",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "rules": [CHECKS, REVIEWS, {"type": "deletion"}],
    "bypass_actors": [{"actor_id": 1, "actor_type": "OrganizationAdmin"}],
}


def test_github_adds_what_nobody_said(ask_app: Ask) -> None:
    made = ask_app("POST", "/rulesets", json=GATE)
    assert made.status_code == 201
    checks, reviews, deletion = made.json()["rules"]
    assert checks["parameters"] == CHECKS["parameters"] | {"do_not_enforce_on_create": False}  # type: ignore[operator]  # it is an object
    assert (
        reviews["parameters"].items()
        >= {
            "allowed_merge_methods": ["merge", "squash", "rebase"],
            "required_reviewers": [],
            "dismissal_restriction": {"allowed_actors": [], "enabled": False},
        }.items()
    )
    assert deletion == {"type": "deletion"}
    assert made.json()["bypass_actors"] == [
        {"actor_id": None, "actor_type": "OrganizationAdmin", "bypass_mode": "always"}
    ]
    assert made.json() == ask_app("GET", f"/rulesets/{made.json()['id']}").json()


def test_a_list_has_no_rules_and_bypasses_are_for_those_who_may_write(hub: Hub, ask: Ask, ask_app: Ask) -> None:
    app = {"actor_id": int(ask_app("GET", f"{hub.api}/apps/precision-gate").json()["id"]),
           "actor_type": "Integration", "bypass_mode": "pull_request"}  # fmt: skip
    number = hub.add_ruleset("Gate", [CHECKS], bypass_actors=[app])
    (listed,) = ask("GET", "/rulesets").json()
    assert (listed["id"], listed["source"], listed["source_type"]) == (number, hub.repository, "Repository")
    assert not listed.keys() & {"rules", "conditions", "bypass_actors"}
    read, written = (asking("GET", f"/rulesets/{number}").json() for asking in (ask, ask_app))
    assert "bypass_actors" not in read
    assert written["bypass_actors"] == [app]
    assert (read["current_user_can_bypass"], written["current_user_can_bypass"]) == ("never", "pull_requests_only")


def test_a_put_changes_what_it_says_and_nothing_else(hub: Hub, ask_app: Ask) -> None:
    number = ask_app("POST", "/rulesets", json=GATE).json()["id"]
    before = ask_app("GET", f"/rulesets/{number}").json()
    after = ask_app("PUT", f"/rulesets/{number}", json={"rules": [CHECKS]}).json()
    assert [rule["type"] for rule in after["rules"]] == ["required_status_checks"]
    assert {name: after[name] for name in after.keys() - {"rules", "updated_at"}} == {
        name: before[name] for name in before.keys() - {"rules", "updated_at"}
    }
    assert ask_app("DELETE", f"/rulesets/{number}").status_code == 204
    assert hub.state.rulesets == {}


def test_a_name_is_taken_once(ask_app: Ask) -> None:
    ask_app("POST", "/rulesets", json=GATE)
    other = ask_app("POST", "/rulesets", json=GATE | {"name": "Other"}).json()["id"]
    for refused in (ask_app("POST", "/rulesets", json=GATE), ask_app("PUT", f"/rulesets/{other}", json=GATE)):
        assert (refused.status_code, refused.json()["errors"]) == (422, ["Name must be unique"])


@pytest.mark.parametrize(
    ("include", "exclude", "branch", "meant"),
    [
        ("~DEFAULT_BRANCH", "", "main", True),
        ("~DEFAULT_BRANCH", "", "next", False),
        ("~ALL", "refs/heads/bot/*", "bot/card", False),
        ("refs/heads/main", "", "main", True),
        ("refs/heads/*", "", "release/1", False),
        ("refs/heads/**/*", "", "release/1", True),
    ],
)
def test_the_rules_of_a_branch(hub: Hub, ask: Ask, include: str, exclude: str, branch: str, *, meant: bool) -> None:
    number = hub.add_ruleset("Gate", [{"type": "deletion"}], branches=[include])
    hub.state.rulesets[number].conditions["ref_name"]["exclude"] = [exclude] if exclude else []
    hub.add_ruleset("Off", [{"type": "creation"}], branches=["~ALL"], enforcement="disabled")
    expected = {"type": "deletion", "ruleset_source_type": "Repository", "ruleset_source": hub.repository,
                "ruleset_id": number}  # fmt: skip
    assert ask("GET", f"/rules/branches/{branch}").json() == ([expected] if meant else [])


def test_one_of_the_organization_is_shown_and_not_changed(hub: Hub, ask_app: Ask) -> None:
    number = hub.add_ruleset("Company", [{"type": "deletion"}], of_organization=True)
    assert ask_app("GET", f"/rulesets/{number}").json()["source_type"] == "Organization"
    assert ask_app("GET", "/rulesets?includes_parents=false").json() == []
    assert ask_app("PUT", f"/rulesets/{number}", json={"enforcement": "disabled"}).status_code == 404


def test_a_workflow_reads_and_cannot_write(hub: Hub, ask: Ask) -> None:
    number = hub.add_ruleset("Gate")
    assert [ask("GET", "/rulesets").status_code, ask("GET", f"/rulesets/{number}").status_code] == [200, 200]
    assert ask("PUT", f"/rulesets/{number}", json={"enforcement": "disabled"}).status_code == 403
