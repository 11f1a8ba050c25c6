"""Is a file a workflow at all? And commands that say less than they seem to."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from mlops.doctor.findings import Check, Trouble
from mlops.doctor.reading import Repository
from mlops.doctor.workflows import COMMAND

_TOP = ("name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs")
_JOB = (
    "name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env", "defaults",
    "steps", "timeout-minutes", "strategy", "continue-on-error", "container", "services", "uses", "with", "secrets",
    "snapshot",
)  # fmt: skip
_NEAR = 0.75
_WATCH = re.compile(rf"{COMMAND}(?P<said>gh\s+run\s+watch\b(?:\\\n|[^\n;&|)])*)", re.MULTILINE)


def _invalid(repository: Repository) -> Iterator[Trouble]:
    yield from repository.faults
    for workflow in repository.workflows:
        if not workflow.triggers or not workflow.jobs:
            lacking = "`on:`" if not workflow.triggers else "`jobs:`"
            yield Trouble(workflow.file, 1, f"The workflow has no {lacking}.", f"Write {lacking}, or delete the file.")


def _repeated(repository: Repository) -> Iterator[Trouble]:
    yield from repository.repeated


def _misspelled(repository: Repository) -> Iterator[Trouble]:
    for workflow in repository.workflows:
        for node, known in [(workflow.node, _TOP), *((job.node, _JOB) for job in workflow.jobs.values())]:
            for key, line in node.keys.items():
                near = get_close_matches(key.casefold(), known, 1, _NEAR) if key not in known else ()
                if near:
                    yield Trouble(workflow.file, line, f"GitHub knows no key `{key}` here.", f"{near[0]}:")


def _unwatched(repository: Repository) -> Iterator[Trouble]:
    for file in repository.files:
        for _, step in file.all_steps():
            script = step.script
            for found in _WATCH.finditer(script.text if script is not None else ""):
                if script is not None and "--exit-status" not in found["said"]:
                    said = " ".join(found["said"].replace("\\", " ").split())
                    yield Trouble(
                        file.file, file.find(script, re.compile(r"gh\s+run\s+watch\b(?!.*--exit-status)")),
                        "`gh run watch` is not told to fail when the run does.", f"{said} --exit-status",
                    )  # fmt: skip


CHECKS: tuple[Check[Repository], ...] = (
    Check("invalid-workflow", "block", "a file that is no YAML, or no workflow",
          "GitHub runs no job of a file that it cannot read, and a required check in it is never reported.", _invalid),
    Check("repeated-key", "block", "a key that stands twice in one table",
          "GitHub refuses the file, and other readers take one of the two without a word.", _repeated),
    Check("misspelled-key", "block", "a key of a workflow or a job that is nearly one that GitHub knows",
          "GitHub refuses the file: none of its jobs runs.", _misspelled),
    Check("run-watch-exit-status", "block", "`gh run watch` without `--exit-status`",
          "It ends with 0 however the run ends: a run that failed looks like one that passed.", _unwatched),
)  # fmt: skip
