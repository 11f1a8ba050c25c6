"""Under which names jobs report: with a matrix ``name (x)``, from a reusable workflow ``caller / callee`` (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from mlops.doctor.workflows import Job, Workflow
from mlops.doctor.yamls import Node

PULL_REQUEST_EVENTS = ("pull_request", "pull_request_target")
_MOST = 256
_DEEPEST = 4
_UNKNOWN = "\0"
_EXPRESSION = re.compile(r"\$\{\{\s*(?P<inside>.*?)\s*\}\}", re.DOTALL)
_FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore")


def carriers(workflow: Workflow) -> tuple[str, ...]:
    """Return the events of a workflow whose runs report on the head of a pull request.

    A push to any branch does so, too, where nothing else does: for branches of the repository itself.
    """
    direct = tuple(event for event in PULL_REQUEST_EVENTS if event in workflow.triggers)
    push = workflow.triggers.get("push")
    everywhere = push is not None and not any(name in push.table for name in _FILTERS)
    return direct or (("push",) if everywhere else ())


@dataclass(frozen=True)
class Reported:
    """A check that a job reports.

    Attributes:
        name: Its name; ``…`` stands for what only a run knows.
        chain: The jobs from the one that starts to the one that does the work, each with its workflow: more than one
            where reusable workflows are called.
    """

    raw: str
    chain: tuple[tuple[Workflow, Job], ...]

    @property
    def name(self) -> str:
        """Return its name."""
        return self.raw.replace(_UNKNOWN, "…")

    @property
    def workflow(self) -> Workflow:
        """Return the workflow that starts."""
        return self.chain[0][0]

    @cached_property
    def on_pull_request(self) -> bool:
        """Tell whether it is reported on pull requests."""
        return bool(carriers(self.workflow))

    def is_(self, context: str) -> bool:
        """Tell whether this may be the check of that name."""
        if not self.raw.strip(_UNKNOWN):
            return False  # a name of which nothing is known says nothing
        return re.fullmatch(".*".join(map(re.escape, self.raw.split(_UNKNOWN))), context, re.DOTALL) is not None


def reported(workflows: Sequence[Workflow]) -> Iterator[Reported]:
    """Yield the checks that the jobs of workflows report; those of reusable workflows under their callers' names."""
    by_file = {workflow.file: workflow for workflow in workflows}
    for workflow in workflows:
        if set(workflow.triggers) - {"workflow_call"}:
            for job in workflow.jobs.values():
                yield from _of_job(((workflow, job),), "", by_file)


def _of_job(chain: tuple[tuple[Workflow, Job], ...], before: str, by_file: dict[str, Workflow]) -> Iterator[Reported]:
    _, job = chain[-1]
    for name in _names(job):
        full = f"{before}{name}"
        if not job.uses:
            yield Reported(full, chain)
            continue
        called = by_file.get(job.uses.removeprefix("./"))
        if called is None or len(chain) > _DEEPEST:
            yield Reported(f"{full} / {_UNKNOWN}", chain)
            continue
        for inner in called.jobs.values():
            yield from _of_job((*chain, (called, inner)), f"{full} / ", by_file)


def _names(job: Job) -> list[str]:
    """Return the names of a job: one, or one for each cell of its matrix."""
    matrix = job.node.at("strategy", "matrix")
    name = _filled(job.name, {})
    if matrix is None:
        return [name]
    cells = _cells(matrix)
    if cells is None:
        return [name if _UNKNOWN in name else f"{name} ({_UNKNOWN})"]
    if "${{" in job.name:
        whole = [_filled(job.name, cell) for cell in cells]
    else:
        whole = [f"{name} ({', '.join(cell.values())})" for cell in cells]
    return list(dict.fromkeys(whole))


def _filled(name: str, cell: dict[str, str]) -> str:
    """Return a name with the values of a cell of the matrix in it."""
    known = {f"matrix.{axis}": value for axis, value in cell.items()}
    return _EXPRESSION.sub(lambda found: known.get(found["inside"], _UNKNOWN), name)


def _cells(matrix: Node) -> list[dict[str, str]] | None:
    """Return the cells of a matrix; None where only a run knows them."""
    axes = {axis: node for axis, node in matrix.table.items() if axis not in {"include", "exclude"}}
    plain = all(node.kind == "list" and all(item.kind == "text" for item in node.items) for node in axes.values())
    size = 1
    for node in axes.values():
        size *= len(node.items)
    if matrix.kind != "table" or not plain or not axes or "include" in matrix.table or size > _MOST:
        return None
    return [
        {axis: item.text for axis, item in zip(axes, items, strict=True)}
        for items in product(*(node.items for node in axes.values()))
    ]
