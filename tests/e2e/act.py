"""Run one workflow with act on this machine and read what it did from act's JSON log.

Steps run on the host (``-P ubuntu-24.04=-self-hosted``), so no Docker is needed. What act cannot do stands in
docs/workflows.md; those properties are tested on the YAML itself (tests/actions).
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import git

RUNNERS = ("ubuntu-24.04", "ubuntu-latest")
DEAD_PROXY = "http://127.0.0.1:9"
PYTHON_FOLDER = Path(sys.executable).parent
"""The Python of the tests is the runner's; the programs of the tests stand beside it."""


@dataclass
class Annotation:
    """A line that the runner shows on the run's page."""

    level: str
    message: str
    properties: Mapping[str, str]


@dataclass
class Job:
    """What one job did.

    Attributes:
        result: ``success``, ``failure`` or ``skipped``; None when it never started.
        steps: By the step's name, how it ended; skipped ones and those inside of composite actions are left out.
        seconds: By the step's name, how long it took.
        outputs: Of all steps, the last writer wins.
        summary: The job summary, Markdown.
        annotations: In the order of the log.
        log: What the steps printed; act may lose what a shell prints right before it ends.
    """

    result: str | None = None
    steps: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    log: str = ""

    def seconds_after_setup(self) -> float:
        """Return the job time of all steps but those that check out and set up."""
        return sum(seconds for step, seconds in self.seconds.items() if not step.startswith(("Check out", "Set up")))

    def errors(self) -> list[str]:
        """Return the titles and messages of the error annotations."""
        return [
            f"{annotation.properties.get('title', '')}: {annotation.message}"
            for annotation in self.annotations
            if annotation.level == "error"
        ]


@dataclass
class Run:
    """What a run of a workflow did.

    Attributes:
        id: Of the run.
        commit: That was checked out.
        code: act's exit code, 0 only when every job succeeded.
        jobs: By their ids.
        raw: act's log.
    """

    id: int
    commit: str
    code: int
    jobs: dict[str, Job]
    raw: str

    def __getitem__(self, job: str) -> Job:
        """Return a job by its id; one that never started has no result."""
        return self.jobs.get(job, Job())

    def explain(self) -> str:
        """Return what a person wants to see when a test fails."""
        parts = [f"act ended with {self.code}"]
        for name, job in self.jobs.items():
            parts.append(f"== {name}: {job.result} {job.steps}\n{job.log}\n{job.errors()}")
        return "\n".join(parts) if self.jobs else self.raw


@dataclass(frozen=True)
class Act:
    """How act is called in this session.

    Attributes:
        program: The executable.
        homes: Where each run gets a HOME of its own; runs that play at once must not share one.
        gitconfig: The git configuration of the jobs, which sends pushes to a local remote.
        token: The workflow's own; act masks every occurrence, so it must not be a short word.
        artifacts: Where act's artifact service keeps what runs upload, by run id.
        arguments: Further arguments, the stand-ins of third-party actions above all.
        environment: For every job.
        secrets: Besides the token.
    """

    program: str
    homes: Path
    gitconfig: str
    token: str
    artifacts: Path
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def run(
        self,
        clone: Path,
        workflow: str,
        *,
        event: str = "workflow_dispatch",
        run_id: int,
        inputs: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        payload: Mapping[str, Any] | None = None,
        matrix: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        timeout: float = 240,
    ) -> Run:
        """Run ``workflow`` in ``clone``, a clean clone: act copies untracked files into jobs.

        Args:
            clone: Where act runs; its ``origin`` names the repository.
            workflow: File name below ``.github/workflows``.
            event: What triggers it.
            run_id: Of this run; artifacts are kept by it.
            inputs: Of the dispatch.
            variables: Of the repository.
            secrets: Besides those of the session.
            payload: The event's payload, as GitHub sends it.
            matrix: Only these values of the matrix.
            environment: For every job of this run, besides the session's.
            arguments: Further ones for act.
            timeout: Seconds until the run counts as hanging.
        """
        home = Path(tempfile.mkdtemp(prefix=f"{run_id}-", dir=self.homes))
        (home / ".gitconfig").write_text(self.gitconfig, encoding="utf-8")
        command = [
            self.program, event, "--json", "--strict", "--rm", "--action-offline-mode", "--no-cache-server",
            "--workflows", f".github/workflows/{workflow}", "--defaultbranch", "main", "--concurrent-jobs", "1",
            "--artifact-server-path", str(self.artifacts), "--artifact-server-addr", "127.0.0.1",
            "--artifact-server-port", str(free_port()), *self.arguments, *arguments,
        ]  # fmt: skip
        command += [word for name in RUNNERS for word in ("--platform", f"{name}=-self-hosted")]
        if payload is not None:
            event_file = home / "event.json"
            event_file.write_text(json.dumps(payload), encoding="utf-8")
            command += ["--eventpath", str(event_file)]
        known = {**self.environment, **(environment or {}), "GITHUB_RUN_ID": str(run_id)}
        pairs = (
            ("--input", inputs),
            ("--var", variables),
            ("--secret", {"GITHUB_TOKEN": self.token, **self.secrets, **(secrets or {})}),
            ("--env", known),
        )
        command += [word for flag, values in pairs for k, v in (values or {}).items() for word in (flag, f"{k}={v}")]
        command += [word for k, v in (matrix or {}).items() for word in ("--matrix", f"{k}:{v}")]
        try:
            done = subprocess.run(  # noqa: S603  # act, with words of the tests
                command, cwd=clone, env=clean(home), capture_output=True, text=True, timeout=timeout, check=False
            )
        finally:
            shutil.rmtree(home, ignore_errors=True)  # half a gigabyte of packages a job
        commit = git(clone, "rev-parse", "HEAD")
        return Run(run_id, commit, done.returncode, read_log(done.stdout), done.stdout + done.stderr)


def clean(home: Path) -> dict[str, str]:
    """Return the environment of act: host mode hands all of it to jobs, so there is next to nothing in it."""
    return {
        "PATH": f"{PYTHON_FOLDER}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "GIT_PAGER": "cat",
        "NO_COLOR": "1",
        "http_proxy": DEAD_PROXY,
        "https_proxy": DEAD_PROXY,
        "no_proxy": "127.0.0.1,localhost",
    }


def read_log(text: str) -> dict[str, Job]:
    """Return the jobs that act's JSON log tells of."""
    jobs: dict[str, Job] = {}
    for line in _objects(text):
        if "jobID" in line:
            _take(jobs.setdefault(line["jobID"], Job()), line)
    return jobs


def free_port() -> int:
    """Return a port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _objects(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _take(job: Job, line: Mapping[str, Any]) -> None:
    """Add one line of the log to what is known of a job."""
    command = line.get("command")
    if line.get("raw_output"):
        job.log += line["msg"]
    elif command == "set-output":
        job.outputs[line["name"]] = line["arg"]
    elif command == "summary" and not job.summary.endswith(line["content"]):  # the last step of a composite comes twice
        job.summary += line["content"]
    elif command in {"error", "warning", "notice"}:
        job.annotations.append(Annotation(command, line["arg"], line.get("kvPairs") or {}))
    if line.get("stepResult") and line.get("stage") == "Main" and len(line.get("stepID", [""])) <= 1:
        job.steps[line["step"]] = line["stepResult"]
        job.seconds[line["step"]] = line.get("executionTime", 0) / 1e9
    if line.get("jobResult"):
        job.result = line["jobResult"]
