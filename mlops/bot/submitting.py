"""Submit the records of a certification by pull request: one branch a task, brought up to date by each run."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops.bot import pulls, retrying
from mlops.bot.client import GitHub
from mlops.bot.git import Author, Git
from mlops.bot.growing import Tree
from mlops.bot.keys import key_of
from mlops.bot.publishing import ATTEMPTS, Published, Status
from mlops.bot.recording import changes, read_records
from mlops.errors import UnavailableError
from mlops.hashing import sha256_bytes

BRANCHES = "mlops/records-"


@dataclass(frozen=True)
class Records:
    """What is to be submitted, and how.

    Attributes:
        folder: The files, at their paths in the repository.
        task: Whose they are.
        base: The branch that they go to.
        author: Of the commit.
        remote: Address of the repository for git.
        environ: What git inherits.
        body: Of the pull request.
    """

    folder: Path
    task: str
    base: str
    author: Author
    remote: str
    environ: Mapping[str, str]
    body: str


def submit(hub: GitHub, order: Records) -> Published:
    """Bring the pull request with a task's records up to date; does nothing where the base branch has them.

    Raises:
        InputRefusedError: A file is none that a run of certification writes.
        ConflictError: The base branch has moved on, or somebody else's commit stands on the branch.
        UnavailableError: Git or GitHub did not do it before the deadline.
    """
    records = read_records(order.folder, order.task)
    for attempt in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory(prefix="mlops-records-", ignore_cleanup_errors=True) as folder:
            git = Git(Path(folder), hub.settings, hub.deadline, order.environ)
            done = _once(hub, order, records, Tree(git, order.remote, order.base, order.author))
        if done is not None:
            return done
        if not hub.deadline.pause(retrying.backoff(min(attempt, 3), hub.deadline.effects.chance())):
            break
    raise UnavailableError(
        f"Other runs were faster {attempt} times.", field=order.base, why="Several runs write at once.",
        fix="Run the same command again; put the jobs under one `concurrency:` group.",
    )  # fmt: skip


def _once(hub: GitHub, order: Records, records: Mapping[str, bytes], tree: Tree) -> Published | None:
    """Try once on the base branch as it is; None when somebody was faster."""
    names = list(changes(records, tree.git.folder, order.task, order.base))
    if not names:
        return Published("unchanged", f"{hub.settings.repository_url}/commit/{tree.base}", tree.base, order.base)
    branch, title = f"{BRANCHES}{order.task}", f"Record the certification of {order.task}"
    key = key_of("records", order.base, *(f"{name} {sha256_bytes(records[name])}" for name in names))
    there = tree.tip(branch)
    current = there is not None and tree.is_current(there, branch, key)
    commit = there or ""
    if not current:
        for name in names:
            path = tree.git.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(records[name])
        commit = tree.commit(title, key, hub.settings.run_url, *names)
        if not tree.push(branch, expected=there or ""):
            return None
    made = pulls.ensure(hub, branch=branch, base=order.base, title=title, body=order.body)
    status: Status = "opened" if made.fresh else "unchanged" if current else "updated"
    return Published(status, made.value.html_url, commit, branch)
