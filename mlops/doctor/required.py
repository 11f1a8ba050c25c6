"""Is a required check reported at all, by one job, on every pull request?"""

from collections.abc import Iterator
from difflib import get_close_matches

from mlops.config import FILE_NAME
from mlops.doctor.filters import selects
from mlops.doctor.findings import Check, Trouble
from mlops.doctor.names import PULL_REQUEST_EVENTS, Reported, carriers
from mlops.doctor.reading import WORKFLOWS, Repository, Required
from mlops.doctor.workflows import Workflow
from mlops.doctor.yamls import Node

_PATHS = ("paths", "paths-ignore")
_NEEDED_TYPES = ("opened", "synchronize", "reopened")
_NEAR = 0.6


def _declared(required: Required) -> str:
    return f"`{required.context}`, which `{required.branch}` requires"


def _missing(repository: Repository) -> Iterator[Trouble]:
    if any(fault.file.startswith(WORKFLOWS) for fault in repository.faults):
        return  # the job may stand in the file that cannot be read
    names = {each.name: each for each in repository.reported}
    for required in {each.context: each for each in repository.required if each.may_be_a_job}.values():
        if any(each.is_(required.context) for each in repository.reported):
            continue
        folded = {name.casefold(): name for name in names}
        near = [folded[name] for name in get_close_matches(required.context.casefold(), folded, 3, _NEAR)]
        where = f"{required.file}, line {required.line}" if required.file else FILE_NAME
        what = f"No job reports {_declared(required)}."
        if near:
            closest = names[near[0]]
            workflow, job = closest.chain[-1]
            yield Trouble(
                workflow.file, job.name_line, f"{what} The nearest is {' or '.join(f'`{name}`' for name in near)}.",
                f"{_naming(closest, required.context)}\nOr require what is reported ({where}):\n"
                f'context = "{near[0]}"',
            )  # fmt: skip
        else:
            yield Trouble(
                required.file or WORKFLOWS, required.line, what,
                f"Name the job that decides:\nname: {required.context}\nIf another App reports it, say which, so that "
                f'nobody else can ({where}):\n{{ context = "{required.context}", app_id = NUMBER }}',
                severity=None if required.app_id else "warn",
            )  # fmt: skip


def _naming(reported: Reported, context: str) -> str:
    _, job = reported.chain[-1]
    if len(reported.chain) > 1:
        return f"Make it a plain job of its own; one of a reusable workflow reports `{reported.name}`:\nname: {context}"
    if job.node.at("strategy", "matrix") is not None:
        return f"Add a plain job that needs the matrix, is always run and looks at its result:\nname: {context}"
    return f"Name the job so, with capitals and spaces as they are:\nname: {context}"


def _not_on_pull_request(repository: Repository) -> Iterator[Trouble]:
    for required in {each.context: each for each in repository.required if each.may_be_a_job}.values():
        found = [each for each in repository.reported if each.is_(required.context)]
        if found and not any(each.on_pull_request for each in found):
            workflow = found[0].workflow
            yield Trouble(
                workflow.file, workflow.node.keys.get("on", 1),
                f"The workflow that reports {_declared(required)}, does not run on pull requests.",
                "Add the triggers:\non:\n  pull_request:\n  merge_group:",
            )  # fmt: skip


def _events(repository: Repository) -> Iterator[tuple[Required, Workflow, str, Node]]:
    """Yield each required check with each event that shall report it, and its filters."""
    seen = set()
    for required, reported in repository.required_jobs:
        for event in carriers(reported.workflow):
            if (reported.workflow.file, event) not in seen:
                seen.add((reported.workflow.file, event))
                yield required, reported.workflow, event, reported.workflow.triggers[event]


def _path_filter(repository: Repository) -> Iterator[Trouble]:
    for required, workflow, event, filters in _events(repository):
        for name in _PATHS:
            if name in filters.keys:
                yield Trouble(
                    workflow.file, filters.keys[name],
                    f"`{name}` can leave out the workflow of {_declared(required)}.",
                    f"Delete `{name}` below `{event}`, and let a step of a job find out what there is to do.",
                )  # fmt: skip


def _branch_filter(repository: Repository) -> Iterator[Trouble]:
    targets = {each.context: set[str]() for each in repository.required}
    for each in repository.required:
        if "*" not in each.branch:
            targets[each.context].add(each.branch)
    for required, workflow, event, filters in _events(repository):
        if event not in PULL_REQUEST_EVENTS:
            continue
        wanted, ignored = filters.at("branches"), filters.at("branches-ignore")
        for target in sorted(targets[required.context]):
            name = ""
            if wanted is not None and not selects([word.text for word in wanted.words()], target):
                name = "branches"
            elif ignored is not None and selects([word.text for word in ignored.words()], target):
                name = "branches-ignore"
            if name:
                yield Trouble(
                    workflow.file, filters.keys[name],
                    f"`{name}` leaves `{target}` out of the workflow of {_declared(required)}.",
                    f"Delete `{name}` below `{event}`, or make it select the branch:\nbranches: [{target}]",
                )  # fmt: skip


def _types(repository: Repository) -> Iterator[Trouble]:
    for required, workflow, event, filters in _events(repository):
        given = filters.at("types")
        if event not in PULL_REQUEST_EVENTS or given is None:
            continue
        lacking = [word for word in _NEEDED_TYPES if word not in {each.text for each in given.words()}]
        if lacking:
            yield Trouble(
                workflow.file, filters.keys["types"],
                f"`types` lacks {', '.join(f'`{word}`' for word in lacking)} for {_declared(required)}.",
                f"Delete `types`, or list all of them:\ntypes: [{', '.join([*_NEEDED_TYPES, *_others(given)])}]",
            )  # fmt: skip


def _others(given: Node) -> list[str]:
    return [word.text for word in given.words() if word.text not in _NEEDED_TYPES]


def _no_merge_group(repository: Repository) -> Iterator[Trouble]:
    seen = set()
    for required, reported in repository.required_jobs:
        workflow = reported.workflow
        if "merge_group" not in workflow.triggers and workflow.file not in seen:
            seen.add(workflow.file)
            yield Trouble(
                workflow.file, workflow.node.keys.get("on", 1),
                f"The workflow that reports {_declared(required)}, does not run in a merge queue.",
                "Add the trigger below `on:`\n  merge_group:",
            )  # fmt: skip


def _ambiguous(repository: Repository) -> Iterator[Trouble]:
    firsts: dict[str, Reported] = {}
    for required, reported in repository.required_jobs:
        workflow, job = reported.chain[-1]
        if reported.raw != required.context:
            continue
        if required.context in firsts:
            other, namesake = firsts[required.context].chain[-1]
            yield Trouble(
                workflow.file, job.name_line,
                f"Another job reports `{required.context}`, too: {other.file}, line {namesake.name_line}.",
                f"Give one of them another name:\nname: {required.context} ({workflow.file.rpartition('/')[2]})",
            )  # fmt: skip
        else:
            firsts[required.context] = reported


_WAITS = "GitHub waits for ever for a required check that is not reported, and nobody can merge."

CHECKS: tuple[Check[Repository], ...] = (
    Check("required-check-missing", "block", "a required check that no job reports, with the nearest names", _WAITS
          + " A check is known by the job's `name:`, in capitals and small letters; without one by the job's id; in a "
          "matrix it is `name (x)`, from a reusable workflow `caller / callee`.", _missing),
    Check("required-check-not-on-pull-request", "block", "its workflow does not run on pull requests", _WAITS,
          _not_on_pull_request),
    Check("required-check-path-filter", "block", "`paths` or `paths-ignore` on its workflow",
          "A workflow that a filter leaves out reports nothing: the check stays `Expected`, and a pull request that "
          "touches none of these paths can never be merged.", _path_filter),
    Check("required-check-branch-filter", "block", "`branches` that leave out the branch that requires it", _WAITS,
          _branch_filter),
    Check("required-check-event-types", "block", "`types` without those that a push to a pull request has",
          "After a push to the pull request the new head has no check. " + _WAITS, _types),
    Check("required-check-no-merge-group", "warn", "its workflow lacks the trigger `merge_group`",
          "A merge queue waits for the check on a commit of its own; without the trigger it never comes, and the queue "
          "throws every pull request out.", _no_merge_group),
    Check("required-check-ambiguous", "block", "two jobs of that name",
          "GitHub knows a check by its name alone: which of the two holds back a merge is not defined.", _ambiguous),
)  # fmt: skip
