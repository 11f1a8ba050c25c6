"""The parts of a branch's protection that have addresses of their own."""

from tests.fakes.github.areas.protection import (
    PROTECTION,
    SCOPE,
    address,
    checks,
    checks_json,
    find,
    restrictions_json,
    reviews,
    reviews_json,
)
from tests.fakes.github.routing import Answer, Call, Problem, Routes
from tests.fakes.github.settings import Protection

ROUTES = Routes()
_CHECKS = f"{PROTECTION}/required_status_checks"
_CONTEXTS = f"{_CHECKS}/contexts"
_REVIEWS = f"{PROTECTION}/required_pull_request_reviews"
_ADMINS = f"{PROTECTION}/enforce_admins"
_SIGNATURES = f"{PROTECTION}/required_signatures"
_RESTRICTIONS = f"{PROTECTION}/restrictions"


def _checked(call: Call) -> Protection:
    """Return the protection of the branch in the path, if it requires checks."""
    found = find(call)
    if found.strict is None:
        raise Problem(404, "Required status checks not enabled")
    return found


@ROUTES("GET", _CHECKS, SCOPE)
def get_checks(call: Call) -> Answer:
    return Answer(200, checks_json(call, _checked(call)))


@ROUTES("PATCH", _CHECKS, SCOPE)
def update_checks(call: Call) -> Answer:
    protection, body = _checked(call), call.body or {}
    protection.strict = body.get("strict", protection.strict)
    if body.keys() & {"checks", "contexts"}:
        protection.checks = checks(call.state, body)
    return Answer(200, checks_json(call, protection))


@ROUTES("DELETE", _CHECKS, SCOPE)
def delete_checks(call: Call) -> Answer:
    protection = _checked(call)
    protection.strict, protection.checks = None, {}
    return Answer(204)


def _contexts(call: Call) -> dict[str, list[str]]:
    """Return the contexts of a request, which need not have any."""
    return {"contexts": (call.body or {}).get("contexts", [])}


@ROUTES("GET", _CONTEXTS, SCOPE)
def list_contexts(call: Call) -> Answer:
    return Answer(200, list(_checked(call).checks))


@ROUTES("POST", _CONTEXTS, SCOPE)
def add_contexts(call: Call) -> Answer:
    protection = _checked(call)
    protection.checks |= checks(call.state, _contexts(call))
    return Answer(200, list(protection.checks))


@ROUTES("PUT", _CONTEXTS, SCOPE)
def set_contexts(call: Call) -> Answer:
    protection = _checked(call)
    protection.checks = checks(call.state, _contexts(call))
    return Answer(200, list(protection.checks))


@ROUTES("DELETE", _CONTEXTS, SCOPE)
def remove_contexts(call: Call) -> Answer:
    protection, gone = _checked(call), set(_contexts(call)["contexts"])
    protection.checks = {context: app for context, app in protection.checks.items() if context not in gone}
    return Answer(200, list(protection.checks))


@ROUTES("GET", _REVIEWS, SCOPE)
def get_reviews(call: Call) -> Answer:
    found = find(call).reviews
    if found is None:
        raise Problem(404, "Required pull request reviews not enabled")
    return Answer(200, reviews_json(call, found))


@ROUTES("PATCH", _REVIEWS, SCOPE)
def update_reviews(call: Call) -> Answer:
    protection = find(call)
    protection.reviews = reviews(call.state, call.body or {}, protection.reviews or {})
    return Answer(200, reviews_json(call, protection.reviews))


@ROUTES("DELETE", _REVIEWS, SCOPE)
def delete_reviews(call: Call) -> Answer:
    find(call).reviews = None
    return Answer(204)


@ROUTES("GET", _RESTRICTIONS, SCOPE)
def get_restrictions(call: Call) -> Answer:
    found = find(call).restrictions
    if found is None:
        raise Problem(404, "Push restrictions not enabled")
    return Answer(200, restrictions_json(call, found))


@ROUTES("DELETE", _RESTRICTIONS, SCOPE)
def delete_restrictions(call: Call) -> Answer:
    find(call).restrictions = None
    return Answer(204)


def _admins(call: Call) -> Answer:
    return Answer(200, {"url": address(call, "/enforce_admins"), "enabled": find(call).enforce_admins})


@ROUTES("GET", _ADMINS, SCOPE)
def get_admins(call: Call) -> Answer:
    return _admins(call)


@ROUTES("POST", _ADMINS, SCOPE)
def enforce_admins(call: Call) -> Answer:
    find(call).enforce_admins = True
    return _admins(call)


@ROUTES("DELETE", _ADMINS, SCOPE)
def excuse_admins(call: Call) -> Answer:
    find(call).enforce_admins = False
    return Answer(204)


def _signatures(call: Call) -> Answer:
    return Answer(200, {"url": address(call, "/required_signatures"), "enabled": find(call).signatures})


@ROUTES("GET", _SIGNATURES, SCOPE)
def get_signatures(call: Call) -> Answer:
    return _signatures(call)


@ROUTES("POST", _SIGNATURES, SCOPE)
def require_signatures(call: Call) -> Answer:
    find(call).signatures = True
    return _signatures(call)


@ROUTES("DELETE", _SIGNATURES, SCOPE)
def excuse_signatures(call: Call) -> Answer:
    find(call).signatures = False
    return Answer(204)
