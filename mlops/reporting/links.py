"""Addresses on GitHub that a page may link to; what is not exactly such an address is no link."""

import re
from dataclasses import dataclass
from typing import Self

from mlops.render import Safe

_ADDRESS = r"https?://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._-]{1,100}){2}"
_REPOSITORY = re.compile(_ADDRESS, re.ASCII)
_RUN = re.compile(rf"{_ADDRESS}/actions/runs/[0-9]{{1,20}}", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9._/-]{1,300}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


@dataclass(frozen=True)
class Links:
    """Where files and the run can be looked at. A part that is not such an address gives plain words, no link.

    Attributes:
        repository: Address of the repository, for example ``https://github.com/owner/name``.
        commit: The commit whose files are meant.
        run: Address of the run.
    """

    repository: str = ""
    commit: str = ""
    run: str = ""

    @classmethod
    def of(cls, *, server: str, repository: str, commit: str, run_id: str) -> Self:
        """Return the links of a run; what is not acceptable gives no link.

        Args:
            server: Address of the server, for example ``https://github.com``.
            repository: ``owner/name``.
            commit: The commit that the run looks at.
            run_id: Number of the run.
        """
        address = f"{server.rstrip('/')}/{repository}"
        run = f"{address}/actions/runs/{run_id}"
        return cls(address, commit, run) if _RUN.fullmatch(run) else cls(address, commit)

    def to_file(self, path: str, words: str) -> str:
        """Return a Markdown link to a file of the commit; both texts are our own. Without a commit, ``words`` alone."""
        known = _REPOSITORY.fullmatch(self.repository) and _COMMIT.fullmatch(self.commit) and _PATH.fullmatch(path)
        if not known:
            return words
        return Safe(f"[{words}]({self.repository}/blob/{self.commit}/{path})")

    def to_run(self, words: str) -> str:
        """Return a Markdown link to the run with our own text; without a run, ``words`` alone."""
        return Safe(f"[{words}]({self.run})") if _RUN.fullmatch(self.run) else words

    @property
    def address(self) -> str:
        """The address of the repository; empty if it is none."""
        return self.repository if _REPOSITORY.fullmatch(self.repository) else ""

    @property
    def run_id(self) -> str:
        """The number of the run; empty without one."""
        return self.run.rpartition("/")[2] if _RUN.fullmatch(self.run) else ""
