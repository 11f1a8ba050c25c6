"""Who talks to the stand-in: accounts, their tokens, and what a token may do."""

import hashlib
from dataclasses import dataclass, field

WORKFLOW = "github-actions[bot]"
APP = "precision-gate[bot]"
OWNER_LOGIN = "acme"
ACTIONS_APP_ID = 15368
# No `permissions:` of a workflow can name these, so a workflow's own token never has them.
BEYOND_WORKFLOWS = frozenset({"actions_variables", "administration", "organization_projects"})


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
    """

    account: Account
    without: frozenset[str] = frozenset()


@dataclass
class Tokens:
    """The tokens that the stand-in knows."""

    grants: dict[str, Grant] = field(default_factory=dict)

    def issue(self, login: str, without: frozenset[str] = frozenset()) -> str:
        """Return a new token of ``login`` that lacks the permissions ``without``."""
        prefix = "ghs" if login.endswith("[bot]") else "github_pat"
        token = f"{prefix}_stand_in_{len(self.grants):04d}"
        self.grants[token] = Grant(Account(login), without)
        return token

    def grant(self, authorization: str) -> Grant | None:
        """Return what the value of an Authorization header stands for, None for an unknown token."""
        scheme, _, token = authorization.strip().partition(" ")
        return self.grants.get(token.strip()) if scheme.lower() in {"bearer", "token"} else None
