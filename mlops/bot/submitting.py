"""Submit the records of a certification by pull request: one branch a task, brought up to date by each run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops.bot.client import GitHub
from mlops.bot.git import Author
from mlops.bot.growing import Tree
from mlops.bot.keys import key_of
from mlops.bot.racing import Proposal, Published, Road, nothing_to_do, propose, race
from mlops.bot.recording import changes, read_records
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
    road = Road(order.base, order.author, order.remote, order.environ)
    return race(hub, road, lambda tree: _once(hub, order, records, tree))


def _once(hub: GitHub, order: Records, records: Mapping[str, bytes], tree: Tree) -> Published | None:
    """Try once on the base branch as it is; None when somebody was faster."""
    names = tuple(changes(records, tree.git.folder, order.task, order.base))
    if not names:
        return nothing_to_do(hub, tree, order.base)

    def write() -> tuple[str, ...]:
        for name in names:
            path = tree.git.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(records[name])
        return names

    key = key_of("records", order.base, *(f"{name} {sha256_bytes(records[name])}" for name in names))
    title = f"Record the certification of {order.task}"
    proposal = Proposal(f"{BRANCHES}{order.task}", order.base, key, title)
    return propose(hub, tree, proposal, write=write, body=lambda _: order.body)
