"""Commits that several runs make on one branch: each on top of the newest state, again until nobody was faster."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from mlops.bot import pulls, retrying
from mlops.bot.client import GitHub
from mlops.bot.git import Author, Git
from mlops.bot.growing import Tree
from mlops.errors import UnavailableError

Status = Literal["opened", "updated", "pushed", "unchanged"]

ATTEMPTS = 20
"""How often a lost race is run again; with six runs at once the last one loses five."""


class Published(NamedTuple):
    """What was done.

    Attributes:
        status: In one word.
        url: Of the pull request, or of the commit.
        commit: The commit that holds it; the base branch's newest where nothing had to be done.
        branch: Where it stands.
    """

    status: Status
    url: str
    commit: str
    branch: str


@dataclass(frozen=True)
class Road:
    """Where a commit goes, and who makes it.

    Attributes:
        base: The base branch.
        author: Of the commit.
        remote: Address of the repository for git.
        environ: What git inherits.
    """

    base: str
    author: Author
    remote: str
    environ: Mapping[str, str]


def race(hub: GitHub, road: Road, once: Callable[[Tree], Published | None]) -> Published:
    """Try on the base branch as it is, in a repository of its own, until nobody was faster.

    Args:
        hub: The repository on GitHub.
        road: Where to.
        once: Makes one try; returns None when somebody was faster.

    Raises:
        UnavailableError: Others were faster until the deadline.
    """
    for attempt in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory(prefix="mlops-publish-", ignore_cleanup_errors=True) as folder:
            git = Git(Path(folder), hub.settings, hub.deadline, road.environ)
            done = once(Tree(git, road.remote, road.base, road.author))
        if done is not None:
            return done
        if not hub.deadline.pause(retrying.backoff(min(attempt, 3), hub.deadline.effects.chance())):
            break
    raise UnavailableError(
        f"Other runs were faster {attempt} times.",
        field=road.base,
        why="Many runs push to the same branch at once.",
        fix="Run the same command again; put publishing jobs under one `concurrency:` group.",
    )


def nothing_to_do(hub: GitHub, tree: Tree, base: str) -> Published:
    """Return that the base branch has it all already."""
    return Published("unchanged", f"{hub.settings.repository_url}/commit/{tree.base}", tree.base, base)


class Proposal(NamedTuple):
    """A pull request that is brought up to date.

    Attributes:
        branch: Its branch, the bot's own.
        base: Where it goes.
        key: Of what it holds: an equal key on the newest base is the same proposal.
        title: Of the pull request and of the commit.
    """

    branch: str
    base: str
    key: str
    title: str


def propose(
    hub: GitHub, tree: Tree, proposal: Proposal, *, write: Callable[[], tuple[str, ...]], body: Callable[[str], str]
) -> Published | None:
    """Have a pull request hold what ``write`` writes; return None when somebody was faster.

    Args:
        hub: The repository on GitHub.
        tree: The newest commit of the base branch, checked out.
        proposal: What is proposed.
        write: Writes it into the tree and returns the paths.
        body: Makes the text of the pull request from the commit whose files it may link to.

    Raises:
        ConflictError: Somebody else's commit stands on the branch.
    """
    there = tree.tip(proposal.branch)
    current = there is not None and tree.is_current(there, proposal.branch, proposal.key)
    commit = there or ""
    if not current:
        commit = tree.commit(proposal.title, proposal.key, hub.settings.run_url, *write())
        if not tree.push(proposal.branch, expected=there or ""):
            return None
    made = pulls.ensure(hub, branch=proposal.branch, base=proposal.base, title=proposal.title, body=body(commit))
    status: Status = "opened" if made.fresh else "unchanged" if current else "updated"
    return Published(status, made.value.html_url, commit, proposal.branch)
