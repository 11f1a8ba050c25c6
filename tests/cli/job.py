"""A job of GitHub Actions around a verb: its environment, and what the verb told it."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.test_runner import parse_outputs

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RUN = "https://github.com/acme/matching/actions/runs/17"


@dataclass(frozen=True)
class Annotation:
    """An annotation as the runner reads it."""

    level: str
    title: str
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Job:
    """The files of a step."""

    folder: Path

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs that were set."""
        path = self.folder / "output"
        return parse_outputs(path.read_bytes().decode()) if path.exists() else {}

    @property
    def summary(self) -> str:
        """The summary that was written."""
        path = self.folder / "summary"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def enter(monkeypatch: pytest.MonkeyPatch, folder: Path, workspace: Path) -> Job:
    """Make this process a step of a job whose files lie in ``folder`` and whose checkout is ``workspace``."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "ACTIONS": "true", "OUTPUT": str(folder / "output"), "STEP_SUMMARY": str(folder / "summary"),
        "WORKSPACE": str(workspace), "SERVER_URL": "https://github.com", "REPOSITORY": "acme/matching", "SHA": COMMIT,
        "RUN_ID": "17",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    return Job(folder)


def annotations(said: str) -> list[Annotation]:
    """Return the annotations in what a verb wrote to stderr."""
    found = []
    for match in re.finditer(r"^::(error|warning|notice) ?(.*?)::(.*)$", said, re.MULTILINE):
        known = dict(part.split("=", 1) for part in match[2].split(",") if part)
        found.append(
            Annotation(
                match[1],
                unquote(known.get("title", "")),
                unquote(known.get("file", "")),
                int(known.get("line", 0)),
                unquote(match[3]),
            )
        )
    return found
