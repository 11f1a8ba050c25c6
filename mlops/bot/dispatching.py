"""Dispatching a workflow: exactly one run, whose id is known, also where an answer was lost or a server tells no id."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from mlops.bot import runs
from mlops.bot.answers import Answer, Part, read, refuse, unreachable
from mlops.bot.client import GitHub
from mlops.bot.effects import StoppedError
from mlops.bot.permissions import READ_ACTIONS, WRITE_ACTIONS
from mlops.bot.reading import UncertainError
from mlops.bot.runs import Run
from mlops.errors import MlopsError, UnavailableError, UsageRefusedError

DISPATCHED = "workflow_dispatch"
COMPLETED, SUCCESS = "completed", "success"

_DETAILS = "return_run_details"
_ACCEPTED, _UNPROCESSABLE = 200, 422
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}", re.ASCII)
_MOST_INPUTS, _MOST_CHARACTERS = 25, 65_535
_PATIENCE = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between looks for a run that may be on its way: GitHub makes it some seconds after its answer."""
_POLLS = (3.0, 5.0, 10.0, 15.0)
"""Seconds between looks at a run that goes on, the last one for ever; a run that has not changed costs nothing."""
_LOOKED_AT = 200
_MARGIN = timedelta(seconds=5)
"""How far the clocks of GitHub's own machines may lie apart."""
_WHO = "query viewer { viewer { login } }"


class _Details(Part):
    workflow_run_id: int
    html_url: str


class Request(NamedTuple):
    """What is dispatched."""

    workflow: str
    ref: str
    inputs: Mapping[str, str]


class Dispatched(NamedTuple):
    """The run that was made."""

    run_id: int
    url: str


class _Before(NamedTuple):
    """How our run is told from all others: who asks, the newest run before, and the server's time then."""

    login: str
    newest: int
    since: str


def parse_inputs(texts: Sequence[str]) -> dict[str, str]:
    """Return inputs given as ``NAME=VALUE``; an empty text is none.

    Raises:
        UsageRefusedError: One is no such text or given twice, or they are more than GitHub takes.
    """
    inputs: dict[str, str] = {}
    for text in filter(None, texts):
        name, sign, value = text.partition("=")
        if not sign or _NAME.fullmatch(name) is None or name in inputs:
            raise UsageRefusedError(
                "This is no input of a workflow.", field="--input", expected="NAME=VALUE, each name once",
                found=ascii(text[:100]), fix="For example: --input dataset_date=20251020",
            )  # fmt: skip
        inputs[name] = value
    if len(inputs) > _MOST_INPUTS or sum(map(len, texts)) > _MOST_CHARACTERS:
        raise UsageRefusedError(
            "These are more inputs than GitHub takes.", field="--input",
            expected=f"at most {_MOST_INPUTS}, with {_MOST_CHARACTERS:,} characters in all",
            found=f"{len(inputs)}, with {sum(map(len, texts)):,} characters", fix="Commit them as a file instead.",
        )  # fmt: skip
    return inputs


def dispatch(hub: GitHub, request: Request) -> Dispatched:
    """Dispatch a workflow once and return its run.

    After a lost answer the run is looked for before anything is sent again. The run is the one that came after all that
    there were, of this workflow, branch or tag, and account; where the same account dispatches the same workflow twice
    at the same moment and an answer is lost, the two cannot be told apart, and the earlier is taken.

    Raises:
        UsageRefusedError: There is no such workflow or ref, or it does not take these inputs.
        UnavailableError: The token may not, GitHub did not answer, or the run does not appear before the deadline.
    """
    before = _before(hub, request)
    details = True
    while True:
        body = {"ref": request.ref, "inputs": dict(request.inputs)} | ({_DETAILS: True} if details else {})
        try:
            answer = hub.send("POST", f"{runs.path_of(request.workflow)}/dispatches", body=body)
        except UncertainError as error:
            if (found := _appeared(hub, request, before)) is not None:
                return found
            if hub.deadline.left() <= sum(_PATIENCE):  # not enough to look for the next one
                _give_up(hub, request, error)
            continue
        if answer.status == _UNPROCESSABLE and details and _DETAILS in answer.message:  # an older Enterprise Server
            details = False
            continue
        if not answer.accepted:
            refuse(answer, WRITE_ACTIONS)
        return _told(answer) or _found(hub, request, before)


def wait(hub: GitHub, run_id: int) -> Run | None:
    """Return the run once it is completed; None when the deadline comes first."""
    attempt = 0
    while True:
        run = runs.get(hub, run_id)
        if run.status == COMPLETED:
            return run
        if not hub.deadline.pause(_POLLS[min(attempt, len(_POLLS) - 1)]):
            return None
        attempt += 1


def _before(hub: GitHub, request: Request) -> _Before:
    answer = hub.ask(f"{runs.path_of(request.workflow)}/runs", event=DISPATCHED, per_page=1)
    if not answer.accepted:
        refuse(answer, READ_ACTIONS)
    entries = answer.json().get("workflow_runs", [])
    newest = read(Run, entries[0], where="a run").id if entries else 0
    return _Before(_login(hub), newest, _time_in(answer))


def _told(answer: Answer) -> Dispatched | None:
    """Return the run that the answer names; None where the server names none."""
    if answer.status != _ACCEPTED or not answer.text:
        return None
    details = read(_Details, answer.json(), where="the dispatched run")
    return Dispatched(details.workflow_run_id, details.html_url)


def _found(hub: GitHub, request: Request, before: _Before) -> Dispatched:
    """Return the run of an accepted dispatch, which may take its time to appear."""
    while True:
        if (found := _appeared(hub, request, before)) is not None:
            return found
        if hub.deadline.left() <= _PATIENCE[0]:
            raise UnavailableError(
                "The workflow was dispatched, and its run does not appear.", field=request.workflow,
                why="GitHub is slow to make it.", fix=f"Look at it: gh run list --workflow {request.workflow}",
            )  # fmt: skip


def _appeared(hub: GitHub, request: Request, before: _Before) -> Dispatched | None:
    """Return our run, looked for patiently; None when it does not appear."""
    for seconds in (*_PATIENCE, 0.0):
        run = _look(hub, request, before)
        if run is not None:
            return Dispatched(run.id, run.html_url)
        if not seconds or not hub.deadline.pause(seconds):
            return None
    return None


def _look(hub: GitHub, request: Request, before: _Before) -> Run | None:
    listed = runs.listed(hub, runs.Sought(workflow=request.workflow, event=DISPATCHED), _LOOKED_AT)
    ours = [
        run
        for run in listed
        if run.id > before.newest
        and run.head_branch == request.ref
        and run.created_at >= before.since
        and before.login in {"", run.actor.login if run.actor else ""}
    ]
    return min(ours, key=lambda run: run.id, default=None)


def _login(hub: GitHub) -> str:
    """Return as whom this token dispatches; empty where the server does not tell."""
    if hub.settings.login:
        return hub.settings.login
    try:
        viewer = hub.query(_WHO, READ_ACTIONS).get("viewer")
    except StoppedError:
        raise
    except MlopsError:
        return ""
    return str(viewer.get("login", "")) if isinstance(viewer, dict) else ""


def _time_in(answer: Answer) -> str:
    """Return the server's own time in an answer, as it writes that of runs; empty where it does not tell."""
    try:
        return f"{parsedate_to_datetime(answer.headers.get('date', '')) - _MARGIN:%Y-%m-%dT%H:%M:%SZ}"
    except ValueError:
        return ""


def _give_up(hub: GitHub, request: Request, error: UncertainError) -> None:
    if error.answer is not None:
        refuse(error.answer, WRITE_ACTIONS)
    raise unreachable(f"POST dispatches of {request.workflow}", error.why, hub.deadline.seconds)
