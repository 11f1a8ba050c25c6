"""A commit on top of the newest base branch, in a repository of its own, pushed where nobody else has written."""

import re

from mlops.bot.git import Author, Done, Git, refused
from mlops.errors import ConflictError, UnavailableError

KEY, RUN = "Mlops-Key", "Mlops-Run"

_BASE, _THERE = "refs/remotes/base", "refs/remotes/there"
_LOST = re.compile(
    r"\[rejected\]|\[remote rejected\][^\n]*\((?:cannot lock ref|failed to update ref|incorrect old value|reference"
    r" already exists)|stale info|non-fast-forward|fetch first"
)
_PROTECTED = re.compile(
    r"GH006|GH013|protected branch|pre-receive hook declined|repository rule violations", re.IGNORECASE
)


class Tree:
    """A repository of its own with the newest commit of the base branch checked out."""

    def __init__(self, git: Git, remote: str, branch: str, author: Author) -> None:
        self.git = git
        self.remote = remote
        self.author = author
        git.must("init", "--quiet", ".")
        self.base = self.fetch(branch, _BASE)
        git.must("checkout", "--quiet", "--force", "--detach", self.base, "--")

    def fetch(self, branch: str, ref: str) -> str:
        """Fetch a branch's newest commit and return its name."""
        wanted = f"+refs/heads/{branch}:{ref}"
        self.git.must("fetch", "--quiet", "--no-tags", "--depth=2", "--", self.remote, wanted)
        return self.git.must("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")

    def tip(self, branch: str) -> str | None:
        """Return the newest commit of a branch, fetched; None when there is no such branch."""
        listed = self.git.must("ls-remote", "--", self.remote, f"refs/heads/{branch}")
        return self.fetch(branch, _THERE) if listed else None

    def commit(self, subject: str, key: str, run_url: str, *paths: str) -> str:
        """Commit what was written at ``paths`` and return the commit's name."""
        self.git.must("add", "--all", "--", *paths)
        trailers = f"{KEY}: {key}\n" + (f"{RUN}: {run_url}\n" if run_url else "")
        message = f"{subject}\n\n{trailers}"
        self.git.must("commit", "--quiet", "--no-verify", "--file=-", given=message, author=self.author)
        return self.git.must("rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")

    def push(self, branch: str, *, expected: str | None = None) -> bool:
        """Push the commit to ``branch``; return False when somebody was faster.

        Args:
            branch: Where to.
            expected: The commit that is replaced there, empty for a new branch; None only adds to what is there.
        """
        lease = [] if expected is None else [f"--force-with-lease=refs/heads/{branch}:{expected}"]
        arguments = ("push", "--porcelain", "--no-verify", *lease, "--", self.remote, f"HEAD:refs/heads/{branch}")
        done = self.git.run(*arguments)
        if done.code == 0:
            return True
        said = f"{done.out}\n{done.err}"
        if _PROTECTED.search(said):
            raise _protected(branch, done)
        if _LOST.search(said):
            return False
        raise refused("git push", done)

    def is_current(self, there: str, branch: str, key: str) -> bool:
        """Tell whether the branch has this key on the newest base; refuse to replace what a person committed."""
        said = self.git.must("log", "-1", f"--format=%(trailers:key={KEY},valueonly)", "--end-of-options", there)
        if not said:
            raise ConflictError(
                "Somebody else's commit stands on the bot's branch; it was left alone.",
                field=branch,
                expected=f"a commit with the trailer {KEY}",
                found=there,
                fix=f"Merge or close the pull request of {branch}, delete the branch, then run the same command again.",
            )
        parents = self.git.must("log", "-1", "--format=%P", "--end-of-options", there).split()
        return said.split() == [key] and parents == [self.base]


def _protected(branch: str, done: Done) -> UnavailableError:
    return UnavailableError(
        "The branch is protected, and this token may not push to it.",
        field=branch,
        found=(done.err.strip() or done.out.strip())[-600:],
        why="GITHUB_TOKEN can never be on the bypass list of a protection or a ruleset.",
        fix="Publish by pull request (--mode pull-request), or pass the token of a GitHub App that may bypass it.",
    )
