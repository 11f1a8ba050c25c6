"""A small GitHub for the end-to-end tests: a bare remote, fresh clones of it, act, and the API's stand-in."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, git
from tests.e2e.act import Act, Run
from tests.test_house import tracked

REPOSITORY = "acme/er-models"
MAIN = "main"


def snapshot(folder: Path) -> Path:
    """Copy what git tracks here, and new files that it does not ignore, into a new repository with one commit."""
    for path in tracked():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    git(folder, "init", "--quiet", f"--initial-branch={MAIN}")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=The repository")
    return folder


@dataclass
class World:
    """A repository on a remote, and what runs its workflows.

    Attributes:
        folder: Everything of this world stands below it.
        act: How act is called.
        runs: The next run's id.
    """

    folder: Path
    act: Act
    runs: Callable[[], int] = field(default_factory=lambda: count(1000).__next__)

    @property
    def remote(self) -> Path:
        """Return the bare repository that stands for the one on GitHub."""
        return self.folder / "remotes" / f"{REPOSITORY}.git"

    def clone(self, branch: str = MAIN) -> Path:
        """Return a fresh clone of the remote, whose origin is the address on GitHub."""
        target = self.folder / "clones" / f"{next(_CLONES)}"
        target.parent.mkdir(exist_ok=True)
        git(self.folder, "clone", "--quiet", f"--branch={branch}", str(self.remote), str(target))
        git(target, "remote", "set-url", "origin", f"https://github.com/{REPOSITORY}")
        return target

    def head(self, ref: str = MAIN) -> str:
        """Return the commit that a branch of the remote points at."""
        return git(self.remote, "rev-parse", f"{ref}^{{commit}}")

    def push(self, change: Callable[[Path], None], *, branch: str = MAIN, message: str = "A change") -> str:
        """Apply ``change`` to a clone of main, push it to ``branch`` of the remote, and return the commit."""
        clone = self.clone()
        change(clone)
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", f"--message={message}")
        git(clone, "push", "--quiet", str(self.remote), f"HEAD:refs/heads/{branch}")
        return git(clone, "rev-parse", "HEAD")

    def dispatch(self, workflow: str, *, clone: Path | None = None, run_id: int | None = None, **options: Any) -> Run:
        """Run ``workflow`` as ``gh workflow run`` would have GitHub do, in a fresh clone of main."""
        number = self.runs() if run_id is None else run_id
        return self.act.run(clone or self.clone(), workflow, run_id=number, **options)

    def pull_request(self, workflow: str, branch: str, *, number: int = 7) -> Run:
        """Run ``workflow`` for a pull request of ``branch`` onto main, on the merge of the two."""
        clone = self.clone()
        git(clone, "fetch", "--quiet", str(self.remote), branch)
        git(clone, "merge", "--quiet", "--no-edit", "FETCH_HEAD")
        payload = {
            "action": "synchronize",
            "number": number,
            "pull_request": {
                "number": number,
                "title": "A change",
                "head": {"ref": branch, "sha": self.head(branch), "repo": {"full_name": REPOSITORY}},
                "base": {"ref": MAIN, "sha": self.head()},
            },
            "repository": _REPOSITORY,
        }
        return self.act.run(clone, workflow, event="pull_request", run_id=self.runs(), payload=payload)

    def merge_group(self, workflow: str, branch: str) -> Run:
        """Run ``workflow`` for a merge queue that holds ``branch``."""
        clone = self.clone()
        git(clone, "fetch", "--quiet", str(self.remote), branch)
        git(clone, "merge", "--quiet", "--no-edit", "FETCH_HEAD")
        group = {
            "head_sha": git(clone, "rev-parse", "HEAD"),
            "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{self.head()}",
            "base_sha": self.head(),
            "base_ref": "refs/heads/main",
        }
        payload = {"action": "checks_requested", "merge_group": group, "repository": _REPOSITORY}
        return self.act.run(clone, workflow, event="merge_group", run_id=self.runs(), payload=payload)


_CLONES = count(1)
_REPOSITORY: Mapping[str, Any] = {
    "full_name": REPOSITORY,
    "name": REPOSITORY.partition("/")[2],
    "default_branch": MAIN,
    "private": False,
    "owner": {"login": REPOSITORY.partition("/")[0]},
}


def build(folder: Path, *, act: str, arguments: Sequence[str], environment: Mapping[str, str]) -> World:
    """Make a world below ``folder`` from the files of this repository."""
    source = folder / "source"
    source.mkdir()
    snapshot(source)
    remote = folder / "remotes" / f"{REPOSITORY}.git"
    remote.parent.mkdir(parents=True)
    git(folder, "clone", "--quiet", "--bare", str(source), str(remote))
    home = folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[url "file://{folder}/remotes/"]\n\tinsteadOf = https://github.com/\n[safe]\n\tdirectory = *\n',
        encoding="utf-8",
    )
    artifacts = folder / "artifacts"
    artifacts.mkdir()
    return World(folder, Act(act, home, artifacts, arguments, environment))
