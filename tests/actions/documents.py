"""Reads the repository's workflows and actions as data."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

ACTIONS = ROOT / "actions"
WORKFLOWS = ROOT / ".github" / "workflows"
INPUT = re.compile(r"\binputs\.([\w-]+)")
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")

Step = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of a boolean, as GitHub has it: ``on`` is a word."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))


@dataclass(frozen=True)
class Source:
    """A YAML file: its name, its text, what it says."""

    name: str
    text: str
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Action(Source):
    """An ``action.yml``; its name is its folder's."""

    @property
    def inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the inputs by name."""
        return self.says.get("inputs") or {}

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the outputs by name."""
        return self.says.get("outputs") or {}

    @property
    def steps(self) -> list[Step]:
        """Return the steps."""
        return list(self.says["runs"]["steps"])


@dataclass(frozen=True)
class Workflow(Source):
    """A workflow; its name is its file's."""

    @property
    def jobs(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the jobs by id."""
        jobs: Mapping[str, Mapping[str, Any]] = self.says["jobs"]
        return jobs

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Yield every step with the id of its job."""
        for job_id, job in self.jobs.items():
            for step in job.get("steps") or []:
                yield job_id, step


def load(path: Path) -> Mapping[str, Any]:
    """Return what a YAML file says."""
    found: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader
    return found


def actions() -> list[Action]:
    """Return the actions."""
    paths = sorted(ACTIONS.glob("*/action.yml"))
    return [Action(path.parent.name, path.read_text(encoding="utf-8"), load(path)) for path in paths]


def workflows() -> list[Workflow]:
    """Return the workflows."""
    paths = sorted(WORKFLOWS.glob("*.yml"))
    return [Workflow(path.name, path.read_text(encoding="utf-8"), load(path)) for path in paths]


def expression(value: object) -> str:
    """Return the expression that a value is, without its braces; empty when it is none or only contains one."""
    found = EXPRESSION.fullmatch(str(value))
    return found[1] if found else ""
