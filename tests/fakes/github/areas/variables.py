"""Variables of Actions. A workflow's own token can neither read nor write them."""

from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page

ROUTES = Routes()
_SCOPE = "actions_variables"
_MOST_PER_PAGE = 30  # unlike other lists


def _variable(call: Call, name: str) -> dict[str, str]:
    value, created, updated = call.state.variables[name]
    return {"name": name, "value": value, "created_at": created, "updated_at": updated}


def _known(call: Call) -> str:
    """Return the name in the path, which is not case-sensitive, as the variable is kept."""
    name = call["name"].upper()
    if name not in call.state.variables:
        raise Problem(404)
    return name


def _refuse_bad_name(name: str) -> None:
    if not name.isascii() or not name.isidentifier() or name.upper().startswith("GITHUB_"):
        raise Problem(
            422,
            "Variable names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces "
            "are not allowed. They must not start with a number or with the GITHUB_ prefix.",
        )


@ROUTES("GET", f"{REPO}/actions/variables", _SCOPE)
def list_variables(call: Call) -> Answer:
    part, links = page(call, sorted(call.state.variables), _MOST_PER_PAGE)
    return Answer(
        200, {"total_count": len(call.state.variables), "variables": [_variable(call, name) for name in part]}, links
    )


@ROUTES("POST", f"{REPO}/actions/variables", _SCOPE)
def create_variable(call: Call) -> Answer:
    _refuse_bad_name(call.body["name"])
    name = call.body["name"].upper()
    if name in call.state.variables:
        raise Problem(409, "Already exists - Variable already exists")
    now = call.state.now()
    call.state.variables[name] = (call.body["value"], now, now)
    return Answer(201, {})


@ROUTES("GET", f"{REPO}/actions/variables/{{name}}", _SCOPE)
def get_variable(call: Call) -> Answer:
    return Answer(200, _variable(call, _known(call)))


@ROUTES("PATCH", f"{REPO}/actions/variables/{{name}}", _SCOPE)
def update_variable(call: Call) -> Answer:
    name = _known(call)
    value, created, _ = call.state.variables.pop(name)
    renamed = call.body.get("name", name).upper()
    call.state.variables[renamed] = (call.body.get("value", value), created, call.state.now())
    return Answer(204)


@ROUTES("DELETE", f"{REPO}/actions/variables/{{name}}", _SCOPE)
def delete_variable(call: Call) -> Answer:
    del call.state.variables[_known(call)]
    return Answer(204)
