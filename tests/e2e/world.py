"""A small GitHub for the end-to-end tests: a bare remote, fresh clones of it, act, and the API's stand-in."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT, git
from tests.e2e.act import Act, Run
from tests.fakes.github import Hub, serve
from tests.test_house import tracked

REPOSITORY = "acme/er-models"
MAIN = "main"
WAITING = (3, 14)
"""Issues of the project board 8 with the label ``data-refresh``."""


def snapshot(folder: Path, prepare: Callable[[Path], None]) -> None:
    """Copy what git tracks here, and new files that it does not ignore, into a new repository with one commit."""
    for path in tracked():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    prepare(folder)
    git(folder, "init", "--quiet", f"--initial-branch={MAIN}")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=The repository")


@dataclass
class World:
    """A repository on a remote, and what runs its workflows.

    Attributes:
        folder: Everything of this world stands below it.
        act: How act is called.
        hub: The stand-in of GitHub's API, which knows the runs and what they uploaded.
    """

    folder: Path
    act: Act
    hub: Hub

    @property
    def source(self) -> Path:
        """Return the tree from which the remote was made."""
        return self.folder / "source"

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

    def artifact(self, run_id: int, name: str) -> bytes:
        """Return the zip file of an artifact that a run uploaded."""
        [archive] = (self.act.artifacts / str(run_id) / name).glob("*.zip")
        return archive.read_bytes()

    def put_artifact(self, run_id: int, name: str, archive: bytes) -> None:
        """Upload a zip file as an artifact of a run, as act's service keeps it."""
        target = self.act.artifacts / str(run_id) / name
        target.mkdir(parents=True)
        (target / f"{name}.zip").write_bytes(archive)

    def push(
        self, change: Callable[[Path], None], *, start: str = MAIN, branch: str = MAIN, message: str = "A change"
    ) -> str:
        """Apply ``change`` to a clone of ``start``, push it to ``branch`` of the remote, and return the commit."""
        clone = self.clone(start)
        change(clone)
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", f"--message={message}")
        git(clone, "push", "--quiet", str(self.remote), f"HEAD:refs/heads/{branch}")
        return git(clone, "rev-parse", "HEAD")

    def dispatch(self, workflow: str, *, clone: Path | None = None, run_id: int | None = None, **options: Any) -> Run:
        """Run ``workflow`` as ``gh workflow run`` would have GitHub do, in a fresh clone of main."""
        return self._run(clone or self.clone(), workflow, "workflow_dispatch", run_id, **options)

    def pull_request(self, workflow: str, branch: str, *, onto: str = MAIN, number: int = 7, **options: Any) -> Run:
        """Run ``workflow`` for a pull request of ``branch`` onto another, on the merge of the two."""
        payload = {
            "action": "synchronize",
            "number": number,
            "pull_request": {
                "number": number,
                "title": "A change",
                "head": {"ref": branch, "sha": self.head(branch), "repo": {"full_name": REPOSITORY}},
                "base": {"ref": onto, "sha": self.head(onto)},
            },
            "repository": _REPOSITORY,
        }
        return self._run(self._merged(branch, onto), workflow, "pull_request", payload=payload, **options)

    def after_push(self, workflow: str) -> Run:
        """Run ``workflow`` because somebody pushed to the main branch."""
        return self._run(self.clone(), workflow, "push", payload={"ref": "refs/heads/main", "repository": _REPOSITORY})

    def after_run(self, workflow: str, payload: Mapping[str, Any]) -> Run:
        """Run ``workflow`` because another run ended; it sees the default branch, whatever that run was about."""
        return self._run(self.clone(), workflow, "workflow_run", payload={**payload, "repository": _REPOSITORY})

    def merge_group(self, workflow: str, branch: str) -> Run:
        """Run ``workflow`` for a merge queue that holds ``branch``."""
        clone = self._merged(branch, MAIN)
        group = {
            "head_sha": git(clone, "rev-parse", "HEAD"),
            "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{self.head()}",
            "base_sha": self.head(),
            "base_ref": "refs/heads/main",
        }
        payload = {"action": "checks_requested", "merge_group": group, "repository": _REPOSITORY}
        return self._run(clone, workflow, "merge_group", payload=payload)

    def _merged(self, branch: str, onto: str) -> Path:
        clone = self.clone(onto)
        git(clone, "fetch", "--quiet", str(self.remote), branch)
        git(clone, "merge", "--quiet", "--no-edit", "FETCH_HEAD")
        return clone

    def _run(self, clone: Path, workflow: str, event: str, run_id: int | None = None, **options: Any) -> Run:
        """Run a workflow with act, and have the API know of the run while it plays and after it."""
        number = self.hub.add_run(
            run_id, workflow_path=f".github/workflows/{workflow}", event=event, status="in_progress",
            head_branch=git(clone, "branch", "--show-current"), head_sha=git(clone, "rev-parse", "HEAD"),
        )  # fmt: skip
        options = {"variables": self.hub.variables, **options}
        run = self.act.run(clone, workflow, event=event, run_id=number, **options)
        self.hub.end_run(number, "success" if run.code == 0 else "failure")
        named = yaml.safe_load((clone / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))["jobs"]
        self.hub.add_jobs(number, [
            {"name": named.get(job_id, {}).get("name", job_id), "conclusion": job.result or "skipped"}
            for job_id, job in run.jobs.items()
        ])  # fmt: skip
        return run


_CLONES = count(1)
_REPOSITORY: Mapping[str, Any] = {
    "full_name": REPOSITORY,
    "name": REPOSITORY.partition("/")[2],
    "default_branch": MAIN,
    "private": False,
    "owner": {"login": REPOSITORY.partition("/")[0]},
}


@contextmanager
def build(
    folder: Path, *, act: str, arguments: Sequence[str], environment: Mapping[str, str], prepare: Callable[[Path], None]
) -> Iterator[World]:
    """Make a world below ``folder`` from the files of this repository.

    Args:
        folder: An empty folder.
        act: The executable.
        arguments: Further ones for act.
        environment: For every job.
        prepare: Changes a working tree of the repository before its first commit.
    """
    source = folder / "source"
    source.mkdir()
    snapshot(source, prepare)
    remote = folder / "remotes" / f"{REPOSITORY}.git"
    remote.parent.mkdir(parents=True)
    git(folder, "clone", "--quiet", "--bare", str(source), str(remote))
    gitconfig = f'[url "file://{folder}/remotes/"]\n\tinsteadOf = https://github.com/\n[safe]\n\tdirectory = *\n'
    homes, artifacts = folder / "homes", folder / "artifacts"
    homes.mkdir()
    artifacts.mkdir()
    with serve(remote, REPOSITORY) as hub:
        hub.read_act_artifacts(artifacts)
        board = hub.add_board(8, fields={"Model": "text"})
        for number in range(1, 16):
            hub.add_issue(f"Question {number}")
            board.add(number)
        for number in WAITING:
            hub.state.issues[number].labels.append("data-refresh")
        hub.set_variable("MLOPS_APP_CLIENT_ID", hub.app_client_id)
        known = {"GITHUB_API_URL": hub.api, "STANDIN_APP_TOKEN": hub.app_token, **environment}
        secrets = {"MLOPS_APP_PRIVATE_KEY": hub.app_key}
        yield World(folder, Act(act, homes, gitconfig, hub.token, artifacts, arguments, known, secrets), hub)
