"""What the stand-in remembers of settings: plain records, and the part of its memory that holds them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.github.accounts import Account


@dataclass
class Label:
    """A label of the repository."""

    number: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass
class Milestone:
    """A milestone, which issues name by its number."""

    number: int
    title: str
    creator: Account
    created: str
    updated: str
    description: str | None = None
    state: str = "open"
    closed: str | None = None
    due: str | None = None


@dataclass
class Team:
    """A team of the organization that owns the repository."""

    number: int
    slug: str
    name: str
    created: str


@dataclass
class Protection:
    """The protection of a branch, the older form of rules.

    Attributes:
        strict: A branch must be up to date before it is merged; None when no checks are required.
        checks: What is required and of which App, None for any.
        enforce_admins: It holds for administrators, too.
        signatures: Commits must be signed.
        reviews: What is said of reviews, with logins and slugs; None for none required.
        restrictions: Who may push: logins and slugs under ``users``, ``teams``, ``apps``; None for everybody.
        switches: The rest, on or off, by GitHub's names.
    """

    strict: bool | None = None
    checks: dict[str, int | None] = field(default_factory=dict)
    enforce_admins: bool = False
    signatures: bool = False
    reviews: dict[str, Any] | None = None
    restrictions: dict[str, list[str]] | None = None
    switches: dict[str, bool] = field(default_factory=dict)


@dataclass
class Ruleset:
    """A ruleset; one of the organization applies to the repository, and cannot be changed there."""

    number: int
    name: str
    enforcement: str
    created: str
    updated: str
    target: str = "branch"
    bypass_actors: list[dict[str, Any]] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    of_organization: bool = False


@dataclass
class BranchPolicy:
    """A pattern of branches, or tags, that may be deployed to an environment."""

    number: int
    name: str
    kind: str = "branch"


@dataclass
class Environment:
    """An environment.

    Attributes:
        number: Its id.
        name: As it was first written; it is found in any case.
        created, updated: When.
        wait_timer: Minutes.
        prevent_self_review: Who deploys cannot approve.
        reviewers: (``User`` or ``Team``, id) of each.
        policy: ``protected`` branches, ``custom`` patterns, or None for every branch.
        patterns: The custom ones.
    """

    number: int
    name: str
    created: str
    updated: str
    wait_timer: int = 0
    prevent_self_review: bool = False
    reviewers: list[tuple[str, int]] = field(default_factory=list)
    policy: str | None = None
    patterns: list[BranchPolicy] = field(default_factory=list)


@dataclass
class Job:
    """A job of a run, which is a check run, too; of its steps the names, states and results are kept."""

    number: int
    run: int
    name: str
    status: str
    conclusion: str | None
    started: str
    completed: str | None
    steps: list[dict[str, Any]] = field(default_factory=list)
    attempt: int = 1
    log: str = ""


@dataclass(kw_only=True)
class Settings:
    """The settings of the repository, and who is around.

    Attributes:
        private: The repository is.
        archived: Nothing can be written any more.
        former: Names that the repository had before, in small letters.
        protectable: The plan includes protection; false is a private repository of a free account.
        people: Who has an account, by login in small letters.
        teams: By slug.
        labels: By name in small letters.
        milestones: By number.
        protections: By branch.
        rulesets: By id.
        environments: By name in small letters.
        jobs: By id.
        token_writes: A workflow that says nothing gets a token that may write.
        app_permissions: What the App was granted where it is installed.
        used: Requests that counted against the limits ``core`` and ``graphql``.
    """

    private: bool = False
    archived: bool = False
    former: set[str] = field(default_factory=set)
    protectable: bool = True
    people: dict[str, Account] = field(default_factory=lambda: {"octocat": Account("octocat")})
    teams: dict[str, Team] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    rulesets: dict[int, Ruleset] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    token_writes: bool = False
    app_permissions: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(
            ("actions", "actions_variables", "administration", "checks", "contents", "deployments", "environments",
             "issues", "organization_projects", "pull_requests", "statuses"),
            "write",
        )
        | {"members": "read", "metadata": "read"}
    )  # fmt: skip
    used: Counter[str] = field(default_factory=Counter)
