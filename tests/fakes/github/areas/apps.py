"""The App itself: what it shows with its signature, where it is installed, and the tokens of its installation."""

from datetime import timedelta

from tests.fakes.github import shapes
from tests.fakes.github.accounts import APP, WORKFLOW, Account, Grant
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes
from tests.fakes.github.shapes import Json

ROUTES = Routes()
INSTALLATION = 4_200_042
_LIFE = timedelta(hours=1)
_NOT_GRANTED = "The permissions requested are not granted to this installation."
_NOT_THERE = "There is at least one repository that does not exist or is not accessible to the parent installation."


def _app(call: Call, who: Account) -> Json:
    """Return an App; the one of the stand-in has the permissions that it was granted."""
    found = shapes.app(call.urls, who) or {}
    return found | ({"permissions": call.state.app_permissions} if who.login == APP else {})


@ROUTES("GET", "/app", signed=True)
def get_self(call: Call) -> Answer:
    return Answer(200, _app(call, call.account) | {"installations_count": 1})


@ROUTES("GET", "/apps/{app_slug}")
def get_app(call: Call) -> Answer:
    for login in (APP, WORKFLOW):
        if login.removesuffix("[bot]") == call["app_slug"].lower():
            return Answer(200, _app(call, Account(login)))
    raise Problem(404)


@ROUTES("GET", f"{REPO}/installation", signed=True)
def get_installation(call: Call) -> Answer:
    owner, state = Account(call.state.owner), call.state
    address = call.urls.top(f"/app/installations/{INSTALLATION}")
    return Answer(
        200,
        {
            "id": INSTALLATION,
            "account": shapes.account(call.urls, owner),
            "repository_selection": "selected",
            "access_tokens_url": f"{address}/access_tokens",
            "repositories_url": call.urls.top("/installation/repositories"),
            "html_url": f"https://github.com/organizations/{owner.login}/settings/installations/{INSTALLATION}",
            "app_id": call.account.app_id,
            "client_id": shapes.client_id(call.account),
            "app_slug": APP.removesuffix("[bot]"),
            "target_id": owner.number,
            "target_type": owner.kind,
            "permissions": state.app_permissions,
            "events": [],
            "created_at": shapes.BEGAN,
            "updated_at": shapes.BEGAN,
            "single_file_name": None,
            "has_multiple_single_files": False,
            "single_file_paths": [],
            "suspended_by": None,
            "suspended_at": None,
        },
    )


@ROUTES("POST", "/app/installations/{installation_id}/access_tokens", signed=True)
def create_token(call: Call) -> Answer:
    if call["installation_id"] != str(INSTALLATION):
        raise Problem(404)
    body, state = call.body or {}, call.state
    granted = Grant(call.account, permissions=state.app_permissions)
    asked: dict[str, str] = body.get("permissions", state.app_permissions)
    if not all(granted.allows(name, level) for name, level in asked.items()):
        raise Problem(422, _NOT_GRANTED)
    named = [name.lower() for name in body.get("repositories", [])]
    numbers = body.get("repository_ids", [])
    if set(named) - {state.name.lower()} or set(numbers) - {shapes.REPOSITORY_ID}:
        raise Problem(422, _NOT_THERE)
    until, permissions = state.clock() + _LIFE, {**asked, "metadata": "read"}
    token = state.tokens.keep(Grant(call.account, permissions=permissions, until=until))
    narrowed = {"repositories": [shapes.repository(call)]} if named or numbers else {}
    return Answer(
        201,
        {
            "token": token,
            "expires_at": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            "permissions": permissions,
            "repository_selection": "selected",
        }
        | narrowed,
    )


@ROUTES("DELETE", "/installation/token")
def revoke_token(call: Call) -> Answer:
    call.state.tokens.forget(call.headers["Authorization"])
    return Answer(204)
