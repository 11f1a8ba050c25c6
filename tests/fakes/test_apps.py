"""The App of the stand-in: its signature, its installation, its tokens."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, GithubIntegration

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

ASKED = {"issues": "write", "actions_variables": "read"}


def signed(hub: Hub, claims: Mapping[str, object] | None = None, key: str = "") -> dict[str, str]:
    """Return the header with the App's signature, as it should be but for ``claims``."""
    now = int(time.time())
    usual = {"iat": now - 60, "exp": now + 540, "iss": hub.app_client_id}
    return {"Authorization": f"Bearer {jwt.encode({**usual, **(claims or {})}, key or hub.app_key, algorithm='RS256')}"}


def test_the_client_of_the_world_gets_a_token(hub: Hub, ask: Ask) -> None:
    with GithubIntegration(auth=Auth.AppAuth(hub.app_client_id, hub.app_key), base_url=hub.api) as app:
        installation = app.get_repo_installation("acme", "er-models")
        assert installation.id == hub.installation
        token = app.get_access_token(installation.id, permissions=ASKED)
    assert token.permissions == ASKED | {"metadata": "read"}
    headers = {"Authorization": f"Bearer {token.token}"}
    assert ask("POST", "/issues", json={"title": "x"}, headers=headers).json()["user"]["login"] == "precision-gate[bot]"
    asked = [("GET", "/actions/variables"), ("DELETE", "/actions/variables/A"), ("GET", "/actions/runs")]
    assert [ask(*each, headers=headers).status_code for each in asked] == [200, 403, 403]


def test_a_token_holds_for_an_hour(hub: Hub, ask: Ask) -> None:
    place = f"{hub.api}/app/installations/{hub.installation}/access_tokens"
    made = ask("POST", place, json={"repositories": ["er-models"]}, headers=signed(hub)).json()
    assert [each["full_name"] for each in made["repositories"]] == [hub.repository]
    assert made["permissions"] == hub.state.app_permissions
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert ask("GET", headers=headers).status_code == 200
    hub.state.clock = lambda: datetime.now(UTC) + timedelta(hours=1, seconds=1)
    assert (ask("GET", headers=headers).status_code, ask("GET").status_code) == (401, 200)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"permissions": {"workflows": "write"}}, "permissions requested are not granted"),
        ({"permissions": {"members": "write"}}, "permissions requested are not granted"),
        ({"repositories": ["other"]}, "does not exist or is not accessible"),
    ],
)
def test_a_token_cannot_be_more_than_the_app(hub: Hub, ask: Ask, body: dict[str, object], words: str) -> None:
    place = f"{hub.api}/app/installations/{hub.installation}/access_tokens"
    refused = ask("POST", place, json=body, headers=signed(hub))
    assert (refused.status_code, words in refused.json()["message"]) == (422, True)
    assert ask("POST", f"{hub.api}/app/installations/1/access_tokens", headers=signed(hub)).status_code == 404


@pytest.mark.parametrize(
    ("claims", "status", "words"),
    [
        ({"exp": int(time.time()) + 9999}, 401, "too far in the future"),
        ({"exp": int(time.time()) - 1}, 401, "'exp'"),
        ({"iat": int(time.time()) + 9999}, 401, "'iat'"),
        ({"iss": "Iv1.other"}, 404, "Integration not found"),
    ],
)
def test_a_signature_is_judged(hub: Hub, ask: Ask, claims: dict[str, object], status: int, words: str) -> None:
    refused = ask("GET", f"{hub.api}/app", headers=signed(hub, claims))
    assert (refused.status_code, words in refused.json()["message"]) == (status, True)


def test_a_signature_opens_what_is_about_the_app_and_nothing_else(hub: Hub, ask: Ask) -> None:
    app = ask("GET", f"{hub.api}/app", headers=signed(hub)).json()
    assert (app["slug"], app["client_id"]) == ("precision-gate", hub.app_client_id)
    by_number = signed(hub, {"iss": str(app["id"])})
    assert ask("GET", "/installation", headers=by_number).json()["permissions"] == hub.state.app_permissions
    assert ask("GET", "/issues", headers=signed(hub)).status_code == 403
    assert ask("GET", f"{hub.api}/app").status_code == 401  # a workflow's token is no signature
    assert ask("GET", f"{hub.api}/apps/github-actions").json()["id"] == 15368
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    refused = ask("GET", f"{hub.api}/app", headers=signed(hub, key=other.decode()))
    assert refused.json()["message"] == "A JSON web token could not be decoded"
