"""Runs of workflows, as GitHub lists them."""

import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlops.bot.answers import Part, read
from mlops.bot.permissions import READ_ACTIONS
from mlops.bot.reading import Reader
from mlops.errors import UsageRefusedError

STATES = (
    "queued", "in_progress", "completed", "success", "failure", "cancelled", "timed_out", "skipped", "waiting",
    "pending", "requested", "action_required", "neutral", "stale",
)  # fmt: skip
"""What GitHub takes as the state of runs that are asked for: a status, or the conclusion of a completed run."""

_WORKFLOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.ya?ml", re.ASCII)


class Actor(Part):
    """Who triggered a run."""

    login: str


class RepositoryPart(Part):
    """A repository as a run names it."""

    full_name: str


class Run(Part):
    """A run of a workflow; ``path`` may end with ``@`` and a ref."""

    id: int
    path: str
    event: str
    status: str | None = None
    conclusion: str | None = None
    created_at: str
    head_sha: str
    head_branch: str | None = None
    html_url: str
    actor: Actor | None = None
    repository: RepositoryPart
    head_repository: RepositoryPart | None = None

    @property
    def workflow(self) -> str:
        """Return the file name of its workflow."""
        return self.path.partition("@")[0].rpartition("/")[2]


class Sought(NamedTuple):
    """Which runs are meant; what is empty does not matter.

    Attributes:
        workflow: File name of the workflow.
        branch: The branch.
        state: One of ``STATES``.
        event: What triggered it.
    """

    workflow: str = ""
    branch: str = ""
    state: str = ""
    event: str = ""


def parse_workflow(text: str, *, field: str = "--workflow") -> str:
    """Return ``text`` if it is the file name of a workflow; raises UsageRefusedError for anything else."""
    if _WORKFLOW.fullmatch(text) is None:
        raise UsageRefusedError(
            "This is not the file of a workflow.", field=field, expected="the file's name, such as train.yml",
            found=ascii(text[:100]), fix="Pass the name below .github/workflows, without the folder.",
        )  # fmt: skip
    return text


def listed(hub: Reader, sought: Sought, limit: int) -> list[Run]:
    """Return at most ``limit`` runs, the newest first."""
    return list(itertools.islice(_pages(hub, sought), limit))


def get(hub: Reader, number: int) -> Run:
    """Return a run by its id; raises UsageRefusedError when there is none."""
    return _read(hub.get(f"/actions/runs/{number}", READ_ACTIONS))


def path_of(workflow: str) -> str:
    """Return where the API has a workflow."""
    return f"/actions/workflows/{workflow}"


def _pages(hub: Reader, sought: Sought) -> Iterator[Run]:
    given = {"branch": sought.branch, "status": sought.state, "event": sought.event}
    path = f"{path_of(sought.workflow) if sought.workflow else '/actions'}/runs"
    narrowed = {name: value for name, value in given.items() if value}
    return map(_read, hub.pages(path, READ_ACTIONS, key="workflow_runs", **narrowed))


def _read(value: Any) -> Run:  # noqa: ANN401  # JSON is anything
    return read(Run, value, where="a run")
