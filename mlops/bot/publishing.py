"""Publish a card: commit it on top of the newest base branch and push, again and again until nobody was faster.

Everything is made in a repository of its own in a temporary folder. The checkout is not touched, and whatever step the
process dies at, a rerun finds either nothing or the whole commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from mlops.bot import committing
from mlops.bot.client import GitHub
from mlops.bot.git import Author
from mlops.bot.growing import Tree
from mlops.bot.racing import Proposal, Published, Road, nothing_to_do, propose, race
from mlops.card.facts import record_of
from mlops.gate import GateReport
from mlops.registry import FOLDER

Mode = Literal["pull-request", "push"]

BRANCHES = "mlops/card-"


@dataclass(frozen=True)
class Order:
    """What is to be published, and how.

    Attributes:
        artifact: The judged artifact.
        mode: By pull request, or straight to the base branch.
        base: The base branch.
        author: Of the commit.
        today: The day, UTC, for the ledger.
        remote: Address of the repository for git.
        environ: What git inherits.
    """

    artifact: Path
    mode: Mode
    base: str
    author: Author
    today: Callable[[], date]
    remote: str
    environ: Mapping[str, str]


Describe = Callable[[GateReport, str], str]
"""Makes the body of a pull request from the verdict and the commit whose files it may link to."""


def publish(hub: GitHub, order: Order, describe: Describe) -> Published:
    """Publish the card of an artifact that passed.

    Raises:
        InputRefusedError: It did not pass, or its documents do not belong together or to the base branch.
        ConflictError: The id has the card of another model, or somebody else's commits stand on the card's branch.
        UnavailableError: Git or GitHub did not do it before the deadline, or the base branch is protected.
    """
    report = committing.read_passed(order.artifact)
    road = Road(order.base, order.author, order.remote, order.environ)
    return race(hub, road, lambda tree: _Try(hub, order, report, tree).run(describe))


class _Try:
    """One try on one state of the base branch."""

    def __init__(self, hub: GitHub, order: Order, report: GateReport, tree: Tree) -> None:
        self.hub = hub
        self.order = order
        self.report = report
        self.tree = tree
        self.found = committing.regenerate(order.artifact, report, tree.git.folder)
        self.key = committing.key_of_card(record_of(self.found.facts), order.base)

    def run(self, describe: Describe) -> Published | None:
        """Publish; None when somebody was faster."""
        hub, tree, base, title = self.hub, self.tree, self.order.base, f"Publish the card of {self.report.model_id}"
        if committing.same_card(self.found, tree.git.folder):
            return nothing_to_do(hub, tree, base)
        if self.order.mode == "push":
            commit = tree.commit(title, self.key, hub.settings.run_url, *self._write())
            url = f"{hub.settings.repository_url}/commit/{commit}"
            return Published("pushed", url, commit, base) if tree.push(base) else None
        proposal = Proposal(f"{BRANCHES}{self.report.model_id}", base, self.key, title)
        return propose(hub, tree, proposal, write=self._write, body=lambda commit: describe(self.report, commit))

    def _write(self) -> tuple[str, ...]:
        committing.write(self.found, self.report, self.tree.git.folder, today=self.order.today())
        return (FOLDER.as_posix(),)
