"""Rulesets of the repository, and what they say of a branch."""

import re
from copy import deepcopy
from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.areas.protection import SCOPE, UNPAID
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.settings import Ruleset
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import State

ROUTES = Routes()
_ONE = f"{REPO}/rulesets/{{ruleset_id}}"
_PARTS = ("name", "target", "enforcement", "bypass_actors", "conditions", "rules")
# What GitHub adds to the parameters of a rule, and sends back although nobody said it.
_EXPANDED: dict[str, Json] = {
    "required_status_checks": {"do_not_enforce_on_create": False},
    "pull_request": {
        "allowed_merge_methods": ["merge", "squash", "rebase"],
        "required_reviewers": [],
        "dismissal_restriction": {"allowed_actors": [], "enabled": False},
    },
    "update": {"update_allows_fetch_and_merge": False},
}
_MODES = {"always": "always", "pull_request": "pull_requests_only", "exempt": "exempt"}


def _source(call: Call, ruleset: Ruleset) -> tuple[str, str]:
    """Return the kind and the name of what a ruleset belongs to."""
    return ("Organization", call.state.owner) if ruleset.of_organization else ("Repository", call.state.repository)


def summary(call: Call, ruleset: Ruleset) -> Json:
    """Return a ruleset as a list shows it: without its rules."""
    kind, source = _source(call, ruleset)
    html = f"https://github.com/organizations/{source}/settings/rules" if ruleset.of_organization else ""
    return {
        "id": ruleset.number,
        "node_id": shapes.node("RRS", ruleset.number),
        "name": ruleset.name,
        "target": ruleset.target,
        "source_type": kind,
        "source": source,
        "enforcement": ruleset.enforcement,
        "created_at": ruleset.created,
        "updated_at": ruleset.updated,
        "_links": {
            "self": {"href": call.urls.api(f"/rulesets/{ruleset.number}")},
            "html": {"href": html or call.urls.html(f"/rules/{ruleset.number}")},
        },
    }


def ruleset_json(call: Call, ruleset: Ruleset) -> Json:
    """Return a ruleset; who may pass it by is shown only to those who may change it."""
    found = summary(call, ruleset) | {
        "conditions": ruleset.conditions,
        "rules": ruleset.rules,
        "current_user_can_bypass": _bypass(call, ruleset),
    }
    return found | ({"bypass_actors": ruleset.bypass_actors} if call.grant.allows(SCOPE) else {})


def _bypass(call: Call, ruleset: Ruleset) -> str:
    """Return whether the one who asks may pass a ruleset by."""
    kind = "Integration" if call.account.app_id is not None else "User"
    number = call.account.app_id or call.account.number
    modes = [a["bypass_mode"] for a in ruleset.bypass_actors if (a["actor_type"], a["actor_id"]) == (kind, number)]
    return _MODES[modes[0]] if modes else "never"


def applies(ruleset: Ruleset, name: str) -> bool:
    """Tell whether an active ruleset is about a branch."""
    patterns = ruleset.conditions.get("ref_name", {})
    matched = [any(_meets(pattern, name) for pattern in patterns.get(which, [])) for which in ("include", "exclude")]
    return ruleset.enforcement == "active" and ruleset.target == "branch" and matched == [True, False]


def _meets(pattern: str, name: str) -> bool:
    if pattern in {"~ALL", "~DEFAULT_BRANCH"}:
        return pattern == "~ALL" or name == shapes.MAIN
    text = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.fullmatch(text.replace(r"\?", "[^/]"), f"refs/heads/{name}") is not None


def rules_of(state: State, name: str) -> list[tuple[Ruleset, Json]]:
    """Return the active rules for a branch, which need not exist, with their rulesets."""
    found = [ruleset for _, ruleset in sorted(state.rulesets.items()) if applies(ruleset, name)]
    return [(ruleset, rule) for ruleset in found for rule in ruleset.rules]


def take(ruleset: Ruleset, body: dict[str, Any]) -> None:
    """Take over what a request says of a ruleset, as GitHub keeps it; what it does not say stays."""
    given = deepcopy({name: body[name] for name in _PARTS if name in body})
    for actor in given.get("bypass_actors", []):
        actor["bypass_mode"] = actor.get("bypass_mode", "always")
        actor["actor_id"] = None if actor["actor_type"] in {"OrganizationAdmin", "DeployKey"} else actor["actor_id"]
    for rule in given.get("rules", []):
        if rule["type"] in _EXPANDED:
            rule["parameters"] = _EXPANDED[rule["type"]] | rule.get("parameters", {})
    if "conditions" in given:
        names = given["conditions"].get("ref_name", {})
        given["conditions"] = {"ref_name": {"exclude": [], "include": []} | names}
    for name, value in given.items():
        setattr(ruleset, name, value)


def _refuse(call: Call, name: str, but: int = 0) -> None:
    if any(each.name == name and number != but for number, each in call.state.rulesets.items()):
        raise Problem(422, "Validation Failed", ["Name must be unique"])


def _refuse_unpaid(call: Call) -> None:
    if not call.state.protectable:
        raise Problem(403, UNPAID)


def _own(call: Call) -> Ruleset:
    """Return the ruleset in the path, if it is one of the repository's own."""
    _refuse_unpaid(call)
    found = call.find(call.state.rulesets, "ruleset_id")
    if found.of_organization:
        raise Problem(404)
    return found


def _listed(call: Call) -> list[Ruleset]:
    """Return the rulesets that a list is about."""
    parents = call.query.get("includes_parents", "true") == "true"
    targets = set(filter(None, call.query.get("targets", "").split(",")))
    return [
        ruleset
        for _, ruleset in sorted(call.state.rulesets.items())
        if (parents or not ruleset.of_organization) and (not targets or ruleset.target in targets)
    ]


@ROUTES("GET", f"{REPO}/rulesets")
def list_rulesets(call: Call) -> Answer:
    _refuse_unpaid(call)
    part, links = page(call, _listed(call))
    return Answer(200, [summary(call, ruleset) for ruleset in part], links)


@ROUTES("POST", f"{REPO}/rulesets", SCOPE)
def create_ruleset(call: Call) -> Answer:
    _refuse_unpaid(call)
    _refuse(call, call.body["name"])
    now = call.state.now()
    ruleset = Ruleset(call.state.numbers(), call.body["name"], call.body["enforcement"], now, now)
    take(ruleset, {"conditions": {}} | call.body)
    call.state.rulesets[ruleset.number] = ruleset
    return Answer(201, ruleset_json(call, ruleset))


@ROUTES("GET", _ONE)
def get_ruleset(call: Call) -> Answer:
    _refuse_unpaid(call)
    found = call.find(call.state.rulesets, "ruleset_id")
    if found not in _listed(call):
        raise Problem(404)
    return Answer(200, ruleset_json(call, found))


@ROUTES("PUT", _ONE, SCOPE)
def update_ruleset(call: Call) -> Answer:
    ruleset, body = _own(call), call.body or {}
    _refuse(call, body.get("name", ruleset.name), ruleset.number)
    take(ruleset, body)
    ruleset.updated = call.state.now()
    return Answer(200, ruleset_json(call, ruleset))


@ROUTES("DELETE", _ONE, SCOPE)
def delete_ruleset(call: Call) -> Answer:
    del call.state.rulesets[_own(call).number]
    return Answer(204)


@ROUTES("GET", f"{REPO}/rules/branches/{{branch}}")
def list_rules(call: Call) -> Answer:
    _refuse_unpaid(call)
    part, links = page(call, rules_of(call.state, call["branch"]))
    found = []
    for ruleset, rule in part:
        kind, source = _source(call, ruleset)
        found.append(rule | {"ruleset_source_type": kind, "ruleset_source": source, "ruleset_id": ruleset.number})
    return Answer(200, found, links)
