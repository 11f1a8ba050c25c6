"""Environments, and the patterns of branches that may be deployed to them. A name is the same in any case."""

from urllib.parse import quote

from tests.fakes.github import shapes
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.settings import BranchPolicy, Environment
from tests.fakes.github.shapes import Json

ROUTES = Routes()
_READ, _WRITE = "actions", "administration"
_ONE = f"{REPO}/environments/{{environment_name}}"
_POLICIES = f"{_ONE}/deployment-branch-policies"
_POLICY = f"{_POLICIES}/{{branch_policy_id}}"
_MOST_REVIEWERS = 6
_MOST_MINUTES = 43_200
_UNPAID = (
    "Failed to create the environment protection rule. Please ensure the billing plan supports the required reviewers "
    "protection rule."
)


def environment_json(call: Call, environment: Environment) -> Json:
    """Return an environment."""
    policy = environment.policy
    return {
        "id": environment.number,
        "node_id": shapes.node("EN", environment.number),
        "name": environment.name,
        "url": call.urls.api(f"/environments/{quote(environment.name, safe='')}"),
        "html_url": call.urls.html(f"/deployments/activity_log?environments_filter={quote(environment.name)}"),
        "created_at": environment.created,
        "updated_at": environment.updated,
        "can_admins_bypass": True,
        "protection_rules": _rules(call, environment),
        "deployment_branch_policy": policy
        and {"protected_branches": policy == "protected", "custom_branch_policies": policy == "custom"},
    }


def _rules(call: Call, environment: Environment) -> list[Json]:
    """Return the rules of an environment: those that would demand nothing are not there."""
    found: list[Json] = []
    if environment.wait_timer:
        found.append({"type": "wait_timer", "wait_timer": environment.wait_timer})
    if environment.reviewers:
        reviewers = [
            {"type": kind, "reviewer": _reviewer(call, kind, number)} for kind, number in environment.reviewers
        ]
        found.append({"type": "required_reviewers", "prevent_self_review": environment.prevent_self_review,
                      "reviewers": reviewers})  # fmt: skip
    if environment.policy:
        found.append({"type": "branch_policy"})
    numbered = [(10 * environment.number + place, rule) for place, rule in enumerate(found)]
    return [{"id": number, "node_id": shapes.node("GA", number), **rule} for number, rule in numbered]


def _reviewer(call: Call, kind: str, number: int) -> Json:
    """Return the person or the team of an id.

    Raises:
        Problem: There is none.
    """
    if kind == "Team":
        found = [shapes.team(call.urls, team) for team in call.state.teams.values() if team.number == number]
    else:
        people = call.state.people.values()
        found = [shapes.account(call.urls, who) for who in people if who.number == number]
    if not found:
        raise Problem(422, "Validation Failed", [f"Could not find a {kind.lower()} with the ID {number}"])
    return found[0]


def _find(call: Call) -> Environment:
    found = call.state.environments.get(call["environment_name"].lower())
    if found is None:
        raise Problem(404)
    return found


def _policy(body: Json) -> str | None:
    """Return which branches may be deployed."""
    given = body.get("deployment_branch_policy")
    if given is None:
        return None
    if given["protected_branches"] == given["custom_branch_policies"]:
        raise Problem(
            422, "Only one of `protected_branches` and `custom_branch_policies` can be true, and one must be."
        )
    return "protected" if given["protected_branches"] else "custom"


@ROUTES("GET", f"{REPO}/environments", _READ)
def list_environments(call: Call) -> Answer:
    found = [environment for _, environment in sorted(call.state.environments.items())]
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "environments": [environment_json(call, e) for e in part]}, links)


@ROUTES("GET", _ONE, _READ)
def get_environment(call: Call) -> Answer:
    return Answer(200, environment_json(call, _find(call)))


@ROUTES("PUT", _ONE, _WRITE)
def put_environment(call: Call) -> Answer:
    body, name, now = call.body or {}, call["environment_name"], call.state.now()
    reviewers = [(given["type"], given["id"]) for given in body.get("reviewers") or []]
    if not call.state.protectable and body.keys() & {"wait_timer", "prevent_self_review", "reviewers"}:
        raise Problem(422, _UNPAID)
    if len(reviewers) > _MOST_REVIEWERS or not 0 <= body.get("wait_timer", 0) <= _MOST_MINUTES:
        raise Problem(422, "Validation Failed")
    for kind, number in reviewers:
        _reviewer(call, kind, number)
    before = call.state.environments.get(name.lower())
    policy = _policy(body)
    environment = Environment(
        before.number if before else call.state.numbers(),
        before.name if before else name,
        before.created if before else now,
        now,
        body.get("wait_timer", 0),
        body.get("prevent_self_review", False),
        reviewers,
        policy,
        before.patterns if before and policy == "custom" else [],
    )
    call.state.environments[name.lower()] = environment
    return Answer(200, environment_json(call, environment))


@ROUTES("DELETE", _ONE, _WRITE)
def delete_environment(call: Call) -> Answer:
    del call.state.environments[_find(call).name.lower()]
    return Answer(204)


def policy_json(policy: BranchPolicy) -> Json:
    """Return a pattern of branches, or tags."""
    return {
        "id": policy.number,
        "node_id": shapes.node("GBP", policy.number),
        "name": policy.name,
        "type": policy.kind,
    }


def _custom(call: Call) -> Environment:
    """Return the environment in the path, if it has patterns of its own."""
    found = _find(call)
    if found.policy != "custom":
        raise Problem(404)
    return found


def _pattern(call: Call) -> BranchPolicy:
    return call.find({policy.number: policy for policy in _find(call).patterns}, "branch_policy_id")


@ROUTES("GET", _POLICIES, _READ)
def list_policies(call: Call) -> Answer:
    found = _find(call).patterns
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "branch_policies": [policy_json(each) for each in part]}, links)


@ROUTES("POST", _POLICIES, _WRITE)
def create_policy(call: Call) -> Answer:
    environment = _custom(call)
    name, kind = call.body["name"], call.body.get("type", "branch")
    for policy in environment.patterns:
        if (policy.name, policy.kind) == (name, kind):
            where = call.urls.api(f"/environments/{quote(environment.name, safe='')}/deployment-branch-policies")
            return Answer(303, None, {"Location": f"{where}/{policy.number}"})
    policy = BranchPolicy(call.state.numbers(), name, kind)
    environment.patterns.append(policy)
    return Answer(200, policy_json(policy))


@ROUTES("GET", _POLICY, _READ)
def get_policy(call: Call) -> Answer:
    return Answer(200, policy_json(_pattern(call)))


@ROUTES("PUT", _POLICY, _WRITE)
def update_policy(call: Call) -> Answer:
    policy = _pattern(call)
    policy.name = call.body["name"]
    return Answer(200, policy_json(policy))


@ROUTES("DELETE", _POLICY, _WRITE)
def delete_policy(call: Call) -> Answer:
    _find(call).patterns.remove(_pattern(call))
    return Answer(204)
