"""The door of the stand-in: who asks, what a token may do, and where a repository went."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.github.accounts import APP, Account, Grant
from tests.fakes.github.faults import FORBIDDEN
from tests.fakes.github.routing import REPO, Answer, Problem, Route, Urls
from tests.fakes.github.shapes import REPOSITORY_ID, client_id
from tests.fakes.github.state import State

_MOST_SECONDS = 600
_REDIRECTS = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects"
_OF_PERSON = "Resource not accessible by personal access token"
_UNREADABLE = "A JSON web token could not be decoded"
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(frozen=True)
class KeyPair:
    """The key of the App, as text: ``private`` is what it signs with."""

    private: str
    public: str


@cache
def key_pair() -> KeyPair:
    """Return the key of the App; one for all tests, because making it takes its time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode(), public.decode())


def who(state: State, headers: Mapping[str, str]) -> Grant:
    """Return what the token of a request stands for.

    Raises:
        Problem: There is none, or nobody knows it.
    """
    if not headers.get("User-Agent"):
        raise Problem(403, "Request forbidden by administrative rules. Please make sure your request has a "
                           "User-Agent header.")  # fmt: skip
    given = headers.get("Authorization")
    if not given:
        raise Problem(401, "Requires authentication")
    scheme, _, token = given.strip().partition(" ")
    if scheme.lower() == "bearer" and _JWT.fullmatch(token.strip()):
        return _signer(state, token.strip())
    grant = state.tokens.grant(given, state.clock())
    if grant is None:
        raise Problem(401, "Bad credentials")
    return grant


def _signer(state: State, token: str) -> Grant:
    """Return what the signature of an App stands for."""
    now = state.clock().timestamp()
    try:
        # Times are judged below, by the clock of the stand-in.
        claims: dict[str, Any] = jwt.decode(
            token, key_pair().public, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
        )
    except jwt.InvalidTokenError as error:
        raise Problem(401, _UNREADABLE) from error
    issued, until = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or issued > now:
        raise Problem(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was "
                           "issued")  # fmt: skip
    if not isinstance(until, int) or until <= now:
        raise Problem(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time at "
                           "which the assertion expires")  # fmt: skip
    if until > now + _MOST_SECONDS:
        raise Problem(401, "'Expiration time' claim ('exp') is too far in the future")
    app = Account(APP)
    if str(claims.get("iss")) not in {str(app.app_id), client_id(app)}:
        raise Problem(404, "Integration not found")
    return Grant(app, signed=True)


def may(state: State, grant: Grant, route: Route) -> None:
    """Let a token do what it may, in a repository that can be written.

    Raises:
        Problem: It may not.
    """
    if route.signed and not grant.signed:
        raise Problem(401, _UNREADABLE)
    level = "read" if route.method == "GET" else "write"
    barred = bool(route.permissions) and not any(grant.allows(name, level) for name in route.permissions)
    if barred and grant.scopes is not None:
        raise Problem(404)
    if barred or (grant.signed and not route.signed and route.template.startswith(REPO)):
        accepted = "; ".join(f"{name}={level}" for name in route.permissions)
        message = FORBIDDEN if grant.account.kind == "Bot" else _OF_PERSON
        raise Problem(403, message, headers={"X-Accepted-GitHub-Permissions": accepted})
    if state.archived and level == "write" and route.template.startswith(REPO):
        raise Problem(403, "Repository was archived so is read-only.")


def moved(state: State, urls: Urls, method: str, path: str, query: str) -> Answer | None:
    """Return where a repository went whose former name stands in a path; None when it went nowhere."""
    found = re.match(r"/repos/([^/]+/[^/]+)", path)
    if not found or found[1].lower() not in state.former:
        return None
    target = urls.top(f"/repositories/{REPOSITORY_ID}{path[found.end() :]}") + (f"?{query}" if query else "")
    body = {"message": "Moved Permanently", "url": target, "documentation_url": _REDIRECTS}
    return Answer(301 if method == "GET" else 307, body, {"Location": target})


def current(state: State, path: str) -> str:
    """Return a path with the repository's name instead of its number."""
    number = f"/repositories/{REPOSITORY_ID}"
    known = path == number or path.startswith(f"{number}/")
    return f"/repos/{state.repository}{path.removeprefix(number)}" if known else path
