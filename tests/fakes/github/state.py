"""What the stand-in remembers: plain records, one class a thing, no JSON and no HTTP."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from tests.fakes.github.accounts import Account, Tokens
from tests.fakes.github.bare import Bare
from tests.fakes.github.graphql.boards import Board
from tests.fakes.github.settings import Settings


@dataclass
class Pull:
    """The part of an issue that makes it a pull request. ``head_sha`` follows its branch while the request is open."""

    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool = False
    merged_at: str | None = None
    merge_commit: str | None = None
    commits: list[str] = field(default_factory=list)


@dataclass
class Issue:
    """An issue, or a pull request: both share their numbers, comments and labels."""

    number: int
    title: str
    body: str | None
    author: Account
    created: str
    updated: str
    state: str = "open"
    closed: str | None = None
    labels: list[str] = field(default_factory=list)
    pull: Pull | None = None
    reason: str | None = None
    milestone: int | None = None
    locked: bool = False
    lock_reason: str | None = None


@dataclass
class Comment:
    """A comment on an issue or a pull request; ``minimized`` is the reason why it is folded away."""

    number: int
    issue: int
    body: str
    author: Account
    created: str
    updated: str
    minimized: str | None = None


@dataclass
class CheckRun:
    """A check run on a commit."""

    number: int
    name: str
    head_sha: str
    author: Account
    started: str
    status: str = "queued"
    conclusion: str | None = None
    completed: str | None = None
    details_url: str | None = None
    external_id: str = ""
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Status:
    """A commit status, the older kind of check."""

    number: int
    sha: str
    state: str
    context: str
    author: Account
    created: str
    description: str | None = None
    target_url: str | None = None


@dataclass
class Asset:
    """A file of a release; one in the state ``starter`` was never uploaded to its end."""

    number: int
    name: str
    content: bytes
    content_type: str
    author: Account
    created: str
    label: str | None = None
    state: str = "uploaded"
    downloads: int = 0


@dataclass
class Release:
    """A release. A draft has no tag in git yet."""

    number: int
    tag: str
    target: str
    author: Account
    created: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    published: str | None = None
    assets: list[Asset] = field(default_factory=list)


@dataclass
class DeploymentStatus:
    """One step in the life of a deployment."""

    number: int
    state: str
    author: Account
    created: str
    description: str = ""
    environment: str = ""
    environment_url: str = ""
    log_url: str = ""


@dataclass
class Deployment:
    """A deployment of a commit to an environment; its newest status is the last one."""

    number: int
    ref: str
    sha: str
    environment: str
    author: Account
    created: str
    task: str = "deploy"
    description: str | None = None
    payload: Any = field(default_factory=dict)
    transient: bool = False
    production: bool = False
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass
class Run:
    """A run of a workflow."""

    number: int
    workflow_path: str
    name: str
    event: str
    head_branch: str
    head_sha: str
    status: str
    conclusion: str | None
    actor: Account
    created: str
    title: str
    attempt: int = 1
    head_repository: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Artifact:
    """What a run uploaded: a zip file, in memory or left on disk by act's artifact service."""

    number: int
    run: int
    name: str
    content: bytes | Path
    created: str
    expired: bool = False

    def read(self) -> bytes:
        """Return the bytes of the zip file."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content


@dataclass(frozen=True)
class Dispatch:
    """A ``workflow_dispatch`` that was accepted, and the run that it made."""

    workflow_path: str
    ref: str
    inputs: dict[str, Any]
    actor: str
    run: int


@dataclass
class State(Settings):
    """Everything that the stand-in remembers of its one repository.

    Attributes:
        owner, name: Of the repository.
        bare: Its git side.
        clock: Time of day.
        hook: Called with each accepted dispatch, after it was recorded.
        act_folder: Where act's artifact service leaves what runs upload.
        actions_open_pulls: The setting "Allow GitHub Actions to create and approve pull requests".
    """

    owner: str
    name: str
    bare: Bare
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    hook: Callable[[Dispatch], None] = lambda _: None
    act_folder: Path | None = None
    actions_open_pulls: bool = True
    tokens: Tokens = field(default_factory=Tokens)
    variables: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    releases: dict[int, Release] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    dispatches: list[Dispatch] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    numbers: Callable[[], int] = field(default_factory=lambda: count(1001).__next__)

    @property
    def repository(self) -> str:
        """Owner and name."""
        return f"{self.owner}/{self.name}"

    def now(self) -> str:
        """Return the time of day as the API writes it."""
        return f"{self.clock():%Y-%m-%dT%H:%M:%SZ}"
