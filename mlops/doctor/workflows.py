"""Workflows and actions as the checks ask about them: views on their YAML."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mlops.doctor.yamls import Node

COMMAND = r"(?:^|[;&|(!]|\b(?:then|do|else|if|time))[ \t]*(?:\w+=\S*[ \t]+)*"
"""A regular expression of where a command begins in a script, with MULTILINE: no comment, no text that is printed."""

_NOTHING = Node("nothing", 0, 0)
_MLOPS = rf"{COMMAND}[\"']?(?:python3?\s+-m\s+)?(?:\S*/)?(?:mlops|\$\{{?MLOPS\}}?)[\"']?\s+"
_OURS = r"(?:^|/)actions/{}(?:@[^/]*)?$"


@dataclass(frozen=True)
class Step:
    """A step of a job or of a composite action."""

    node: Node

    @property
    def line(self) -> int:
        """Return where it begins."""
        return self.node.line

    @property
    def uses(self) -> str:
        """Return the action that it uses."""
        return self.node.text_at("uses")

    @property
    def script(self) -> Node | None:
        """Return what it runs."""
        return self.node.at("run")

    def given(self, name: str) -> str:
        """Return the input ``name`` that it passes to its action."""
        return self.node.text_at("with", name).strip()

    def is_ours(self, action: str) -> bool:
        """Tell whether it uses one of our actions, of this checkout or of another repository."""
        return re.search(_OURS.format(re.escape(action)), self.uses.rstrip("/")) is not None

    def runs(self, verb: str) -> bool:
        """Tell whether it runs ``mlops <verb>``; ``verb`` is a regular expression."""
        script = self.script.text if self.script is not None else ""
        return re.search(rf"{_MLOPS}{verb}\b", script, re.MULTILINE) is not None


def _steps(node: Node | None) -> tuple[Step, ...]:
    return tuple(Step(item) for item in node.items if item.kind == "table") if node is not None else ()


@dataclass(frozen=True)
class Job:
    """A job of a workflow."""

    id: str
    line: int
    node: Node

    @property
    def name(self) -> str:
        """Return the name that it has in the file; its id where it has none."""
        return self.node.text_at("name") or self.id

    @property
    def name_line(self) -> int:
        """Return where its name stands."""
        return self.node.keys.get("name", self.line)

    @property
    def uses(self) -> str:
        """Return the reusable workflow that it calls."""
        return self.node.text_at("uses")

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return its steps."""
        return _steps(self.node.at("steps"))

    @property
    def needs(self) -> tuple[Node, ...]:
        """Return the ids of the jobs that it waits for."""
        found = self.node.at("needs")
        return found.words() if found is not None else ()

    @property
    def environment(self) -> str:
        """Return its environment, which may be an expression."""
        return self.node.text_at("environment") or self.node.text_at("environment", "name")

    @cached_property
    def text(self) -> str:
        """Return all that is written in it, a text a line."""
        return "\n".join(node.text for node in self.node.texts())


@dataclass(frozen=True)
class File:
    """A file of YAML.

    Attributes:
        file: Relative to the folder.
        lines: Its text.
        node: Its value.
    """

    file: str
    lines: tuple[str, ...]
    node: Node

    def find(self, node: Node, pattern: re.Pattern[str]) -> int:
        """Return the first line of ``node`` that ``pattern`` is found in; where it begins, if in none by itself."""
        for number in range(node.line, min(node.end, len(self.lines)) + 1):
            if pattern.search(self.lines[number - 1]):
                return number
        return node.line

    def all_steps(self) -> Iterator[tuple[Job | None, Step]]:
        """Yield every step, with its job where it has one."""
        for step in _steps(self.node.at("runs", "steps")):
            yield None, step


class Action(File):
    """A composite action."""


class Workflow(File):
    """A workflow."""

    @cached_property
    def jobs(self) -> Mapping[str, Job]:
        """Return its jobs by their ids."""
        found = self.node.at("jobs") or _NOTHING
        return {id_: Job(id_, found.keys[id_], node) for id_, node in found.table.items() if node.kind == "table"}

    @cached_property
    def triggers(self) -> Mapping[str, Node]:
        """Return what starts it, with its filters."""
        found = self.node.at("on") or _NOTHING
        return found.table if found.kind == "table" else {word.text: _NOTHING for word in found.words()}

    def all_steps(self) -> Iterator[tuple[Job | None, Step]]:
        """Yield every step with its job."""
        for job in self.jobs.values():
            for step in job.steps:
                yield job, step

    def setting(self, job: Job, step: Step, name: str) -> str:
        """Return the variable ``name`` as a step sees it: its own, its job's or its workflow's."""
        places = (step.node, job.node, self.node)
        return next((text for place in places if (text := place.text_at("env", name))), "")
