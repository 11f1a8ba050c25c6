"""Who talks to the stand-in: accounts, their tokens, and what a token may do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

WORKFLOW = "github-actions[bot]"
APP = "precision-gate[bot]"
OWNER_LOGIN = "acme"
ACTIONS_APP_ID = 15368
# No `permissions:` of a workflow can name these, so a workflow's own token never has them.
BEYOND_WORKFLOWS = frozenset(
    {"actions_variables", "administration", "environments", "members", "organization_projects"}
)
_LEVELS = ("read", "write", "admin")
# What a classic token may do follows from its scopes; `repo` is everything about a repository.
_SCOPED = {"members": "read:org", "organization_projects": "project"}


@dataclass(frozen=True)
class Account:
    """A person, an organization or an App.

    Attributes:
        login: As GitHub shows it; that of an App ends with ``[bot]``.
    """

    login: str

    @property
    def number(self) -> int:
        """Its id: of this login alone, the same in every test."""
        return int(hashlib.sha256(self.login.encode()).hexdigest()[:7], 16)

    @property
    def kind(self) -> str:
        """What the API calls its type."""
        if self.login == OWNER_LOGIN:
            return "Organization"
        return "Bot" if self.login.endswith("[bot]") else "User"

    @property
    def app_id(self) -> int | None:
        """The id of the App behind a bot."""
        if self.kind != "Bot":
            return None
        return ACTIONS_APP_ID if self.login == WORKFLOW else self.number


@dataclass(frozen=True)
class Grant:
    """What a token stands for.

    Attributes:
        account: Whose token it is.
        without: Permissions that it lacks, by their names in GitHub's API (``issues``, ``actions_variables``, …).
        permissions: The only ones that it has, with their levels; None for all but ``without``.
        scopes: Of a classic token; None for any other.
        until: When it ends; None for never.
        signed: It is an App's own signature, which opens nothing but what is about the App itself.
    """

    account: Account
    without: frozenset[str] = frozenset()
    permissions: Mapping[str, str] | None = None
    scopes: frozenset[str] | None = None
    until: datetime | None = None
    signed: bool = False

    def allows(self, permission: str, level: str = "write") -> bool:
        """Tell whether the token has a permission at a level (``read``, ``write``) or above it."""
        if self.scopes is not None:
            return _SCOPED.get(permission, "repo") in self.scopes
        if self.permissions is None:
            return permission not in self.without
        given = self.permissions.get(permission)
        return given is not None and _LEVELS.index(given) >= _LEVELS.index(level)


_REVOKED = Grant(Account("nobody"), until=datetime(1970, 1, 1, tzinfo=UTC))


@dataclass
class Tokens:
    """The tokens that the stand-in knows."""

    grants: dict[str, Grant] = field(default_factory=dict)

    def issue(self, login: str, without: frozenset[str] = frozenset()) -> str:
        """Return a new token of ``login`` that lacks the permissions ``without``."""
        return self.keep(Grant(Account(login), without))

    def keep(self, grant: Grant) -> str:
        """Return a new token that stands for ``grant``."""
        bot = "ghs" if grant.account.kind == "Bot" else "github_pat"
        token = f"{bot if grant.scopes is None else 'ghp'}_stand_in_{len(self.grants):04d}"
        self.grants[token] = grant
        return token

    def forget(self, authorization: str) -> None:
        """Let the token in an Authorization header stand for nothing any more."""
        self.grants[authorization.strip().partition(" ")[2].strip()] = _REVOKED

    def grant(self, authorization: str, now: datetime) -> Grant | None:
        """Return what the value of an Authorization header stands for, None for an unknown token or one that ended."""
        scheme, _, token = authorization.strip().partition(" ")
        found = self.grants.get(token.strip()) if scheme.lower() in {"bearer", "token"} else None
        return None if found is None or (found.until is not None and found.until <= now) else found
