"""Publish a card: commit it on top of the newest base branch and push, again and again until nobody was faster.

Everything is made in a repository of its own in a temporary folder. The checkout is not touched, and whatever step the
process dies at, a rerun finds either nothing or the whole commit.
"""

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from mlops.bot import committing, pulls, retrying
from mlops.bot.client import GitHub
from mlops.bot.git import Author, Done, Git, refused
from mlops.card.facts import record_of
from mlops.errors import ConflictError, UnavailableError
from mlops.gate import GateReport
from mlops.registry import FOLDER

Mode = Literal["pull-request", "push"]
Status = Literal["opened", "updated", "pushed", "unchanged"]

ATTEMPTS = 20
"""How often a lost race is run again; with six runs at once the last one loses five."""

BRANCHES = "mlops/card-"
KEY, RUN = "Mlops-Key", "Mlops-Run"

_BASE, _THERE = "refs/remotes/base", "refs/remotes/there"
_LOST = re.compile(
    r"\[rejected\]|\[remote rejected\][^\n]*\((?:cannot lock ref|failed to update ref|incorrect old value|reference"
    r" already exists)|stale info|non-fast-forward|fetch first"
)
_PROTECTED = re.compile(
    r"GH006|GH013|protected branch|pre-receive hook declined|repository rule violations", re.IGNORECASE
)


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
            done = _Try(hub, order, report, _Tree(git, order)).run(describe)
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


class _Tree:
    """A repository of its own with the newest commit of the base branch checked out."""

    def __init__(self, git: Git, order: Order) -> None:
        self.git = git
        self.order = order
        git.must("init", "--quiet", ".")
        self.base = self.fetch(order.base, _BASE)
        git.must("checkout", "--quiet", "--force", "--detach", self.base, "--")

    def fetch(self, branch: str, ref: str) -> str:
        """Fetch a branch's newest commit and return its name."""
        wanted = f"+refs/heads/{branch}:{ref}"
        self.git.must("fetch", "--quiet", "--no-tags", "--depth=2", "--", self.order.remote, wanted)
        return self.git.must("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")

    def tip(self, branch: str) -> str | None:
        """Return the newest commit of a branch, fetched; None when there is no such branch."""
        listed = self.git.must("ls-remote", "--", self.order.remote, f"refs/heads/{branch}")
        return self.fetch(branch, _THERE) if listed else None

    def commit(self, model_id: str, key: str, run_url: str) -> str:
        """Commit what was written below the folder of cards and return the commit's name."""
        self.git.must("add", "--all", "--", FOLDER.as_posix())
        trailers = f"{KEY}: {key}\n" + (f"{RUN}: {run_url}\n" if run_url else "")
        message = f"Publish the card of {model_id}\n\n{trailers}"
        self.git.must("commit", "--quiet", "--no-verify", "--file=-", given=message, author=self.order.author)
        return self.git.must("rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")

    def push(self, branch: str, *, expected: str | None = None) -> bool:
        """Push the commit to ``branch``; return False when somebody was faster.

        Args:
            branch: Where to.
            expected: The commit that is replaced there, empty for a new branch; None only adds to what is there.
        """
        lease = [] if expected is None else [f"--force-with-lease=refs/heads/{branch}:{expected}"]
        arguments = ("push", "--porcelain", "--no-verify", *lease, "--", self.order.remote, f"HEAD:refs/heads/{branch}")
        done = self.git.run(*arguments)
        if done.code == 0:
            return True
        said = f"{done.out}\n{done.err}"
        if _PROTECTED.search(said):
            raise _protected(branch, done)
        if _LOST.search(said):
            return False
        raise refused("git push", done)


class _Try:
    """One try on one state of the base branch."""

    def __init__(self, hub: GitHub, order: Order, report: GateReport, tree: _Tree) -> None:
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
        if there is not None and self._is_current(there, branch):
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
        return self.tree.commit(self.report.model_id, self.key, self.hub.settings.run_url)

    def _is_current(self, there: str, branch: str) -> bool:
        """Tell whether the branch is this card on the newest base; refuse to replace what a person committed."""
        git = self.tree.git
        said = git.must("log", "-1", f"--format=%(trailers:key={KEY},valueonly)", "--end-of-options", there)
        if not said:
            raise ConflictError(
                "Somebody else's commit stands on the card's branch; it was left alone.",
                field=branch,
                expected=f"a commit with the trailer {KEY}",
                found=there,
                fix=f"Merge or close the pull request of {branch}, delete the branch, then run the same command again.",
            )
        parents = git.must("log", "-1", "--format=%P", "--end-of-options", there).split()
        return said.split() == [self.key] and parents == [self.tree.base]


def _protected(branch: str, done: Done) -> UnavailableError:
    return UnavailableError(
        "The branch is protected, and this token may not push to it.",
        field=branch,
        found=(done.err.strip() or done.out.strip())[-600:],
        why="GITHUB_TOKEN can never be on the bypass list of a protection or a ruleset.",
        fix="Publish by pull request (--mode pull-request), or pass the token of a GitHub App that may bypass it.",
    )
