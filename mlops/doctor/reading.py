"""A repository as the checks see it: its workflows, its actions, and the checks that it requires."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mlops.config import FILE_NAME, Settings
from mlops.doctor.findings import Trouble
from mlops.doctor.names import Reported, reported
from mlops.doctor.workflows import Action, File, Job, Workflow
from mlops.doctor.yamls import BrokenYamlError, parse
from mlops.documents import read_bytes
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.places import toml_line

WORKFLOWS = ".github/workflows"
DEFAULT_CHECK = "ER Precision Gate"
"""The check that is required where ``mlops.toml`` names none."""

DEFAULT_BRANCH = "main"
ACTIONS_APP = 15_368
"""The number of the App that is GitHub Actions."""

MAX_BYTES = 1 << 20
_GLOBS = (f"{WORKFLOWS}/*.yml", f"{WORKFLOWS}/*.yaml")
_ACTION_GLOBS = tuple(f"{folder}actions/*/action.{ending}" for folder in ("", ".github/") for ending in ("yml", "yaml"))


@dataclass(frozen=True)
class Required:
    """A check that a branch requires.

    Attributes:
        context: Its name.
        app_id: Who must report it; None for anybody.
        branch: The branch, or a pattern of several.
        file: Where it is declared; empty where GitHub alone says so.
        line: There.
    """

    context: str
    app_id: int | None
    branch: str
    file: str = ""
    line: int = 0

    @property
    def may_be_a_job(self) -> bool:
        """Tell whether GitHub Actions may report it."""
        return self.app_id in {None, ACTIONS_APP}


@dataclass(frozen=True)
class Repository:
    """What is looked at.

    Attributes:
        workflows: The workflows.
        actions: The composite actions.
        faults: What is wrong with files that cannot be read as workflows at all.
        repeated: Keys that stand twice.
        required: The checks that are required.
        environments: The environments that ``mlops.toml`` declares.
        declared: Whether ``mlops.toml`` declares the required checks.
    """

    workflows: tuple[Workflow, ...]
    actions: tuple[Action, ...] = ()
    faults: tuple[Trouble, ...] = ()
    repeated: tuple[Trouble, ...] = ()
    required: tuple[Required, ...] = ()
    environments: tuple[str, ...] = ()
    declared: bool = False

    @property
    def files(self) -> tuple[File, ...]:
        """Return workflows and actions."""
        return (*self.workflows, *self.actions)

    @cached_property
    def reported(self) -> tuple[Reported, ...]:
        """Return the checks that jobs report."""
        return tuple(reported(self.workflows))

    @cached_property
    def required_jobs(self) -> tuple[tuple[Required, Reported], ...]:
        """Return every required check with each job that reports it; a check of several branches once."""
        distinct = {each.context: each for each in reversed(self.required) if each.may_be_a_job}
        return tuple(
            (each, found)
            for each in reversed(distinct.values())
            for found in self.reported
            if found.on_pull_request and found.is_(each.context)
        )

    def also_requiring(self, more: Iterable[Required]) -> "Repository":
        """Return the repository with checks that GitHub requires besides those that are declared."""
        known = {(each.context, each.branch) for each in self.required}
        added = tuple(each for each in more if (each.context, each.branch) not in known)
        return replace(self, required=(*self.required, *added))

    def jobs(self) -> Iterable[tuple[Workflow, Job]]:
        """Yield every job with its workflow."""
        for workflow in self.workflows:
            for job in workflow.jobs.values():
                yield workflow, job


def examined(texts: Mapping[str, str], settings: Settings | None = None, toml: str = "") -> Repository:
    """Return the repository whose files have the given texts.

    Args:
        texts: By their paths, relative to the folder.
        settings: What ``mlops.toml`` declares; None where there is none.
        toml: Its text, in which lines are counted.
    """
    workflows, actions, faults, repeated = [], [], [], []
    for file, text in texts.items():
        try:
            parsed = parse(text)
        except BrokenYamlError as error:
            faults.append(Trouble(file, error.line, f"The file is no YAML that GitHub reads: {error}.", _MEND))
            continue
        kind = Workflow if file.startswith(f"{WORKFLOWS}/") else Action
        made = kind(file, tuple(text.split("\n")), parsed.node)
        repeated += [
            Trouble(
                file, one.line, f"The key `{one.key}` stands here again, after line {one.first}.",
                f"Put what belongs to `{one.key}` in one place, and delete line {one.line}.",
            )
            for one in parsed.repeated
        ]  # fmt: skip
        if isinstance(made, Workflow):
            workflows.append(made)
        else:
            actions.append(made)
    wanted, declared = _required(settings, toml)
    environments = tuple(settings.github.environments) if settings else ()
    return Repository(
        tuple(workflows), tuple(actions), tuple(faults), tuple(repeated), wanted, environments, declared=declared
    )


_MEND = "Mend the line; `actionlint` says more. Until then GitHub runs nothing of it."


def read(folder: Path, settings: Settings | None, toml: str = "") -> Repository:
    """Return the repository in a folder.

    Raises:
        UsageRefusedError: It has no workflows.
    """
    names = sorted({path for glob in _GLOBS for path in folder.glob(glob)})
    if not names:
        raise UsageRefusedError(
            "There are no workflows here.",
            file=folder,
            expected=f"files in {WORKFLOWS}/",
            found="none",
            fix="Name the folder of a repository that has workflows: mlops doctor FOLDER",
        )
    names += sorted({path for glob in _ACTION_GLOBS for path in folder.glob(glob)})
    texts, faults = {}, []
    for path in names:
        file = path.relative_to(folder).as_posix()
        try:
            texts[file] = read_bytes(path, limit=MAX_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        except InputRefusedError as error:
            faults.append(Trouble(file, 0, f"{error.what[:-1]}: {error.found}.", error.fix))
        except UnicodeDecodeError as error:
            faults.append(Trouble(file, 0, f"The file is not UTF-8 at byte {error.start}.", _MEND))
    found = examined(texts, settings, toml)
    return replace(found, faults=(*faults, *found.faults))


def _required(settings: Settings | None, toml: str) -> tuple[tuple[Required, ...], bool]:
    found = []
    for name, branch in settings.github.branches.items() if settings else ():
        start = toml_line(toml, ("github", "branches", name, "checks"))
        for check in branch.checks:
            line = _line_of(toml, start, check.context)
            found.append(Required(check.context, check.app_id, name, FILE_NAME, line))
    return tuple(found) or (Required(DEFAULT_CHECK, ACTIONS_APP, DEFAULT_BRANCH),), bool(found)


def _line_of(toml: str, start: int, context: str) -> int:
    """Return the line that names a check in the list that begins at ``start``; that of the list where none does."""
    spelled = re.compile("|".join({re.escape(json.dumps(context, ensure_ascii=False)), re.escape(f"'{context}'")}))
    lines = toml.split("\n")
    return next((number for number in range(max(start, 1), len(lines) + 1) if spelled.search(lines[number - 1])), start)
