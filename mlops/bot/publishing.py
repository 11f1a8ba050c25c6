"""Publish a card: commit it on top of the newest base branch and push, again and again until nobody was faster.

Everything is made in a repository of its own in a temporary folder. The checkout is not touched, and whatever step the
process dies at, a rerun finds either nothing or the whole commit.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from mlops.bot import committing, pulls, retrying
from mlops.bot.client import GitHub
from mlops.bot.git import Author, Git
from mlops.bot.growing import Tree
from mlops.card.facts import record_of
from mlops.errors import UnavailableError
from mlops.gate import GateReport
from mlops.registry import FOLDER

Mode = Literal["pull-request", "push"]
Status = Literal["opened", "updated", "pushed", "unchanged"]

ATTEMPTS = 20
"""How often a lost race is run again; with six runs at once the last one loses five."""

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


class Published(NamedTuple):
    """What was done.

    Attributes:
        status: In one word.
        url: Of the pull request, or of the commit.
        commit: The commit that holds the card; the base branch's newest where nothing had to be done.
        branch: Where it stands.
    """

    status: Status
    url: str
    commit: str
    branch: str


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
    effects = hub.deadline.effects
    for attempt in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory(prefix="mlops-publish-", ignore_cleanup_errors=True) as folder:
            git = Git(Path(folder), hub.settings, hub.deadline, order.environ)
            done = _Try(hub, order, report, Tree(git, order.remote, order.base, order.author)).run(describe)
        if done is not None:
            return done
        if not hub.deadline.pause(retrying.backoff(min(attempt, 3), effects.chance())):
            break
    raise UnavailableError(
        f"Other runs were faster {attempt} times.",
        field=order.base,
        why="Many runs push to the same branch at once.",
        fix="Run the same command again; put publishing jobs under one `concurrency:` group.",
    )


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
        base, address = self.tree.base, f"{self.hub.settings.repository_url}/commit"
        if committing.same_card(self.found, self.tree.git.folder):
            return Published("unchanged", f"{address}/{base}", base, self.order.base)
        if self.order.mode == "push":
            commit = self._commit()
            pushed = self.tree.push(self.order.base)
            return Published("pushed", f"{address}/{commit}", commit, self.order.base) if pushed else None
        return self._by_pull_request(describe)

    def _by_pull_request(self, describe: Describe) -> Published | None:
        branch = f"{BRANCHES}{self.report.model_id}"
        there = self.tree.tip(branch)
        if there is not None and self.tree.is_current(there, branch, self.key):
            commit, current = there, True
        else:
            commit, current = self._commit(), False
            if not self.tree.push(branch, expected=there or ""):
                return None
        title = f"Publish the card of {self.report.model_id}"
        body = describe(self.report, commit)
        made = pulls.ensure(self.hub, branch=branch, base=self.order.base, title=title, body=body)
        status: Status = "opened" if made.fresh else "unchanged" if current else "updated"
        return Published(status, made.value.html_url, commit, branch)

    def _commit(self) -> str:
        committing.write(self.found, self.report, self.tree.git.folder, today=self.order.today())
        subject = f"Publish the card of {self.report.model_id}"
        return self.tree.commit(subject, self.key, self.hub.settings.run_url, FOLDER.as_posix())
