"""Environments of the stand-in, as GitHub keeps and shows them."""

from github.EnvironmentDeploymentBranchPolicy import EnvironmentDeploymentBranchPolicyParams as Branches
from github.EnvironmentProtectionRuleReviewer import ReviewerParams
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

PRODUCTION = "/environments/production"
CUSTOM = {"protected_branches": False, "custom_branch_policies": True}


def test_a_put_creates_and_resets_what_it_leaves_out(hub: Hub, ask_app: Ask, as_app: Repository) -> None:
    octocat, team = hub.add_user("octocat"), hub.add_team("ml-platform")
    as_app.create_environment(
        "production",
        30,
        [ReviewerParams("User", octocat), ReviewerParams("Team", team)],
        prevent_self_review=True,
        deployment_branch_policy=Branches(custom_branch_policies=True),
    )
    found = ask_app("GET", PRODUCTION).json()
    rules = {rule["type"]: rule for rule in found["protection_rules"]}
    assert rules["wait_timer"]["wait_timer"] == 30
    assert rules["required_reviewers"]["prevent_self_review"]
    assert [
        (each["type"], each["reviewer"].get("login"), each["reviewer"].get("slug"))
        for each in rules["required_reviewers"]["reviewers"]
    ] == [("User", "octocat", None), ("Team", None, "ml-platform")]
    assert (found["deployment_branch_policy"], "branch_policy" in rules) == (CUSTOM, True)
    again = ask_app("PUT", "/environments/Production", json={"prevent_self_review": True}).json()
    assert (again["id"], again["name"]) == (found["id"], "production")  # a name is the same in any case
    assert (again["protection_rules"], again["deployment_branch_policy"]) == ([], None)
    assert ask_app("DELETE", PRODUCTION).status_code == 204
    assert [ask_app("GET", PRODUCTION).status_code, ask_app("DELETE", PRODUCTION).status_code] == [404, 404]


def test_the_patterns_of_branches(hub: Hub, ask_app: Ask) -> None:
    policies = f"{PRODUCTION}/deployment-branch-policies"
    hub.add_environment("production", branches="protected")
    assert ask_app("POST", policies, json={"name": "main"}).status_code == 404
    ask_app("PUT", PRODUCTION, json={"deployment_branch_policy": CUSTOM})
    made = ask_app("POST", policies, json={"name": "main"}).json()
    assert (made["name"], made["type"]) == ("main", "branch")
    twice = ask_app("POST", policies, json={"name": "main"})
    assert (twice.status_code, twice.headers["Location"].rpartition("/")[2]) == (303, str(made["id"]))
    assert ask_app("PUT", f"{policies}/{made['id']}", json={"name": "release/*"}).json()["name"] == "release/*"
    assert ask_app("GET", policies).json()["branch_policies"] == [made | {"name": "release/*"}]
    ask_app("PUT", PRODUCTION, json={"deployment_branch_policy": CUSTOM})
    assert ask_app("GET", policies).json()["total_count"] == 1  # patterns have addresses of their own
    assert ask_app("DELETE", f"{policies}/{made['id']}").status_code == 204
    assert ask_app("GET", policies).json()["total_count"] == 0


def test_what_github_refuses(hub: Hub, ask_app: Ask) -> None:
    both = {"protected_branches": True, "custom_branch_policies": True}
    bodies = [{"deployment_branch_policy": both}, {"reviewers": [{"type": "User", "id": 1}]}, {"wait_timer": 43_201}]
    assert [ask_app("PUT", PRODUCTION, json=body).status_code for body in bodies] == [422, 422, 422]
    assert hub.state.environments == {}
    hub.state.protectable = False
    refused = ask_app("PUT", PRODUCTION, json={"reviewers": []})
    assert (refused.status_code, "ensure the billing plan" in refused.json()["message"]) == (422, True)
    assert ask_app("PUT", PRODUCTION).status_code == 200


def test_a_workflow_reads_and_cannot_write(hub: Hub, ask: Ask) -> None:
    hub.add_environment("production", reviewers=["octocat", "acme/ml-platform"], branches=["main"])
    assert ask("GET", "/environments").json()["total_count"] == 1
    refused = ask("PUT", PRODUCTION)
    assert (refused.status_code, refused.headers["X-Accepted-GitHub-Permissions"]) == (403, "administration=write")
