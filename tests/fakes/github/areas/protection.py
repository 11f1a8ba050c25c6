"""The protection of a branch, the older form of rules."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.fakes.github import shapes
from tests.fakes.github.accounts import APP, WORKFLOW, Account
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes
from tests.fakes.github.settings import Protection
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import State

ROUTES = Routes()
SCOPE = "administration"
PROTECTION = f"{REPO}/branches/{{branch}}/protection"
SWITCHES = (
    "required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations",
    "required_conversation_resolution", "lock_branch", "allow_fork_syncing",
)  # fmt: skip
UNPAID = "Upgrade to GitHub Pro or make this repository public to enable this feature."
_PERSONAL = "Only organization repositories can have users and team restrictions"
_REVIEWS = {
    "dismiss_stale_reviews": False,
    "require_code_owner_reviews": False,
    "require_last_push_approval": False,
    "required_approving_review_count": 1,
}


def address(call: Call, part: str = "") -> str:
    """Return the address of the protection in the path, or of a part of it."""
    return call.urls.api(f"/branches/{quote(call['branch'], safe='')}/protection{part}")


def branch(call: Call) -> str:
    """Return the branch in the path.

    Raises:
        Problem: The plan has no protection, or there is no such branch.
    """
    if not call.state.protectable:
        raise Problem(403, UNPAID)
    if call["branch"] not in call.state.bare.branches():
        raise Problem(404, "Branch not found")
    return call["branch"]


def find(call: Call) -> Protection:
    """Return the protection of the branch in the path; 404 when it has none."""
    found = call.state.protections.get(branch(call))
    if found is None:
        raise Problem(404, "Branch not protected")
    return found


def checks_json(call: Call, protection: Protection) -> Json:
    """Return the required checks."""
    return {
        "url": address(call, "/required_status_checks"),
        "strict": protection.strict,
        "contexts": list(protection.checks),
        "contexts_url": address(call, "/required_status_checks/contexts"),
        "checks": [{"context": context, "app_id": app} for context, app in protection.checks.items()],
    }


def _actors(call: Call, given: dict[str, list[str]]) -> Json:
    """Return the accounts, teams and Apps behind names; whom nobody knows GitHub drops without a word."""
    people, apps = call.state.people, {"github-actions": WORKFLOW, APP.removesuffix("[bot]"): APP}
    return {
        "users": [shapes.account(call.urls, people[x.lower()]) for x in given.get("users", []) if x.lower() in people],
        "teams": [shapes.team(call.urls, call.state.teams[x]) for x in given.get("teams", []) if x in call.state.teams],
        "apps": [shapes.app(call.urls, Account(apps[x])) for x in given.get("apps", []) if x in apps],
    }


def restrictions_json(call: Call, given: dict[str, list[str]]) -> Json:
    """Return who may push."""
    parts = {f"{kind}_url": address(call, f"/restrictions/{kind}") for kind in ("users", "teams", "apps")}
    return {"url": address(call, "/restrictions"), **parts, **_actors(call, given)}


def reviews_json(call: Call, reviews: dict[str, Any]) -> Json:
    """Return what is required of reviews; who may dismiss them, or pass them by, only where it was said."""
    found: Json = {"url": address(call, "/required_pull_request_reviews")}
    found |= {name: reviews[name] for name in _REVIEWS}
    if reviews.get("dismissal_restrictions"):
        place = address(call, "/dismissal_restrictions")
        parts = {"url": place, "users_url": f"{place}/users", "teams_url": f"{place}/teams"}
        found["dismissal_restrictions"] = parts | _actors(call, reviews["dismissal_restrictions"])
    if any(reviews.get("bypass_pull_request_allowances", {}).values()):
        found["bypass_pull_request_allowances"] = _actors(call, reviews["bypass_pull_request_allowances"])
    return found


def protection_json(call: Call, protection: Protection) -> Json:
    """Return a protection: what is not required is not mentioned, what can only be on or off always is."""
    found: Json = {"url": address(call)}
    if protection.strict is not None:
        found["required_status_checks"] = checks_json(call, protection)
    if protection.restrictions is not None:
        found["restrictions"] = restrictions_json(call, protection.restrictions)
    if protection.reviews is not None:
        found["required_pull_request_reviews"] = reviews_json(call, protection.reviews)
    found["required_signatures"] = {"url": address(call, "/required_signatures"), "enabled": protection.signatures}
    found["enforce_admins"] = {"url": address(call, "/enforce_admins"), "enabled": protection.enforce_admins}
    return found | {name: {"enabled": protection.switches.get(name, False)} for name in SWITCHES}


def _reporter(state: State, context: str) -> int | None:
    """Return the App that last reported a check, None when it was none."""
    reported = [(check.started, check.author) for check in state.checks.values() if check.name == context]
    reported += [(status.created, status.author) for status in state.statuses if status.context == context]
    return max(reported, key=lambda pair: pair[0])[1].app_id if reported else None


def checks(state: State, given: Json) -> dict[str, int | None]:
    """Return the required checks of a request: pinned to an App, to any (-1), or to who reported last."""
    if "checks" not in given:
        return {context: _reporter(state, context) for context in given["contexts"]}
    found = {}
    for check in given["checks"]:
        app = check.get("app_id", _reporter(state, check["context"]))
        found[check["context"]] = None if app == -1 else app
    return found


def reviews(state: State, given: Json, before: Json) -> Json:
    """Return what a request says of reviews; of what it does not say, what was there ``before``."""
    if given.get("dismissal_restrictions") or given.get("bypass_pull_request_allowances"):
        _refuse_personal(state)
    return _REVIEWS | before | given


def taken(state: State, body: Mapping[str, Any], before: Protection) -> Protection:
    """Return the protection that a request makes: what it does not say is gone, except for what it cannot say."""
    if body["restrictions"] is not None:
        _refuse_personal(state)
    required, reviewed = body["required_status_checks"], body["required_pull_request_reviews"]
    return Protection(
        strict=required and required["strict"],
        checks=checks(state, required) if required else {},
        enforce_admins=bool(body["enforce_admins"]),
        signatures=before.signatures,
        reviews=None if reviewed is None else reviews(state, reviewed, {}),
        restrictions=body["restrictions"],
        switches={switch: bool(body.get(switch)) for switch in SWITCHES},
    )


def _refuse_personal(state: State) -> None:
    if Account(state.owner).kind != "Organization":
        raise Problem(422, "Validation Failed", [_PERSONAL])


@ROUTES("GET", PROTECTION, SCOPE)
def get_protection(call: Call) -> Answer:
    return Answer(200, protection_json(call, find(call)))


@ROUTES("PUT", PROTECTION, SCOPE)
def put_protection(call: Call) -> Answer:
    name = branch(call)
    protection = taken(call.state, call.body, call.state.protections.get(name, Protection()))
    call.state.protections[name] = protection
    return Answer(200, protection_json(call, protection))


@ROUTES("DELETE", PROTECTION, SCOPE)
def delete_protection(call: Call) -> Answer:
    find(call)
    del call.state.protections[call["branch"]]
    return Answer(204)
