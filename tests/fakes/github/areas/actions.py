"""Workflows of the bare repository, their runs, and dispatching them."""

import json
from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Dispatch, Run, State

ROUTES = Routes()
_FOLDER = ".github/workflows"
_WORKFLOW = f"{REPO}/actions/workflows/{{workflow_id}}"


def workflow_number(path: str) -> int:
    """Return the id of a workflow: of its path alone."""
    return Account(path).number


def workflows(state: State) -> dict[int, str]:
    """Return the paths of the workflows on the default branch, by their ids."""
    try:
        entries = state.bare.entries(shapes.MAIN, _FOLDER)
    except NoSuchObjectError:
        return {}
    return {
        workflow_number(path): path for kind, _, path in entries if kind == "blob" and path.endswith((".yml", ".yaml"))
    }


def _document(state: State, ref: str, path: str) -> dict[Any, Any]:
    """Return a workflow as data; YAML reads its key ``on`` as true."""
    document = yaml.safe_load(state.bare.read(ref, path))
    return document if isinstance(document, dict) else {}


def workflow_name(state: State, ref: str, path: str) -> str:
    """Return the name of a workflow: what it says, else its path."""
    return str(_document(state, ref, path).get("name", path))


def _workflow(call: Call, number: int, path: str) -> Json:
    return {
        "id": number,
        "node_id": shapes.node("W", number),
        "name": workflow_name(call.state, shapes.MAIN, path),
        "path": path,
        "state": "active",
        "created_at": shapes.BEGAN,
        "updated_at": shapes.BEGAN,
        "url": call.urls.api(f"/actions/workflows/{number}"),
        "html_url": call.urls.html(f"/blob/{shapes.MAIN}/{path}"),
        "badge_url": call.urls.html(f"/workflows/{PurePosixPath(path).stem}/badge.svg"),
    }


def _find(call: Call) -> tuple[int, str]:
    """Return id and path of the workflow in the path, which is named by its id or its file."""
    for number, path in workflows(call.state).items():
        if call["workflow_id"] in {str(number), PurePosixPath(path).name}:
            return number, path
    raise Problem(404)


@ROUTES("GET", f"{REPO}/actions/permissions/workflow", "administration")
def default_permissions(call: Call) -> Answer:
    level = "write" if call.state.token_writes else "read"
    return Answer(200, {"default_workflow_permissions": level, "can_approve_pull_request_reviews": False})


@ROUTES("GET", f"{REPO}/actions/workflows", "actions")
def list_workflows(call: Call) -> Answer:
    found = sorted(workflows(call.state).items(), key=lambda pair: pair[1])
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "workflows": [_workflow(call, *pair) for pair in part]}, links)


@ROUTES("GET", _WORKFLOW, "actions")
def get_workflow(call: Call) -> Answer:
    return Answer(200, _workflow(call, *_find(call)))


def run_json(call: Call, run: Run) -> Json:
    """Return a run."""
    address, html = call.urls.api(f"/actions/runs/{run.number}"), call.urls.html(f"/actions/runs/{run.number}")
    workflow = workflow_number(run.workflow_path)
    actor = shapes.account(call.urls, run.actor)
    return {
        "id": run.number,
        "node_id": shapes.node("WFR", run.number),
        "name": run.name,
        "display_title": run.title,
        "path": run.workflow_path,
        "run_number": sorted(call.state.runs).index(run.number) + 1,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": workflow,
        "workflow_url": call.urls.api(f"/actions/workflows/{workflow}"),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "head_commit": _head_commit(call, run),
        "check_suite_id": run.number,
        "check_suite_node_id": shapes.node("CS", run.number),
        "check_suite_url": call.urls.api(f"/check-suites/{run.number}"),
        "url": address,
        "html_url": html,
        **{f"{name}_url": f"{address}/{name}" for name in ("jobs", "logs", "artifacts", "cancel", "rerun")},
        "previous_attempt_url": None,
        "pull_requests": [],
        "created_at": run.created,
        "updated_at": run.created,
        "run_started_at": run.created,
        "actor": actor,
        "triggering_actor": actor,
        "repository": shapes.small_repository(call.urls, private=call.state.private),
        "head_repository": shapes.small_repository(call.urls, run.head_repository, private=call.state.private),
    }


def _head_commit(call: Call, run: Run) -> Json | None:
    """Return what a run says of its commit; nothing when that is one of a fork."""
    try:
        commit = call.state.bare.commit(run.head_sha)
    except NoSuchObjectError:
        return None
    people = {
        role: {"name": who[0], "email": who[1]}
        for role, who in (("author", commit.author), ("committer", commit.committer))
    }
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": commit.committer[2],
        **people,
    }


def _runs(call: Call, workflow: str | None = None) -> Answer:
    """Return the runs (of a workflow), newest first."""
    wanted = call.query
    found = [
        run
        for _, run in sorted(call.state.runs.items(), key=lambda pair: (pair[1].created, pair[0]), reverse=True)
        if workflow in {None, run.workflow_path}
        and wanted.get("branch", run.head_branch) == run.head_branch
        and wanted.get("event", run.event) == run.event
        and wanted.get("actor", run.actor.login) == run.actor.login
        and wanted.get("head_sha", run.head_sha) == run.head_sha
        and wanted.get("status", run.status) in {run.status, run.conclusion}
    ]
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "workflow_runs": [run_json(call, run) for run in part]}, links)


@ROUTES("GET", f"{REPO}/actions/runs", "actions")
def list_runs(call: Call) -> Answer:
    return _runs(call)


@ROUTES("GET", f"{_WORKFLOW}/runs", "actions")
def list_runs_of_workflow(call: Call) -> Answer:
    return _runs(call, _find(call)[1])


@ROUTES("GET", f"{REPO}/actions/runs/{{run_id}}", "actions")
def get_run(call: Call) -> Answer:
    return Answer(200, run_json(call, call.find(call.state.runs, "run_id")))


@ROUTES("POST", f"{_WORKFLOW}/dispatches", "actions")
def dispatch(call: Call) -> Answer:
    _, path = _find(call)
    ref, state = call.body["ref"].removeprefix("refs/heads/").removeprefix("refs/tags/"), call.state
    try:
        sha = state.bare.resolve(ref)
        document = _document(state, sha, path)
    except NoSuchObjectError as error:
        raise Problem(422, f"No ref found for: {ref}") from error
    inputs = _inputs(document, call.body.get("inputs") or {})
    name = workflow_name(state, sha, path)
    run = Run(state.numbers(), path, name, "workflow_dispatch", ref, sha, "queued", None, call.account, state.now(),
              name, head_repository=state.repository, inputs=inputs)  # fmt: skip
    state.runs[run.number] = run
    accepted = Dispatch(path, ref, inputs, call.account.login, run.number)
    state.dispatches.append(accepted)
    details = {
        "workflow_run_id": run.number,
        "run_url": call.urls.api(f"/actions/runs/{run.number}"),
        "html_url": call.urls.html(f"/actions/runs/{run.number}"),
    }
    wants = call.body.get("return_run_details", False)
    return Answer(200 if wants else 204, details if wants else None, then=lambda: state.hook(accepted))


def _inputs(document: dict[Any, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs of a dispatch with their defaults.

    Raises:
        Problem: The workflow is not to be dispatched, or not with these inputs.
    """
    events = document.get("on", document.get(True)) or {}
    if "workflow_dispatch" not in events:
        raise Problem(422, "Workflow does not have 'workflow_dispatch' trigger")
    trigger = events["workflow_dispatch"] if isinstance(events, dict) else None
    known: dict[str, dict[str, Any]] = (trigger or {}).get("inputs") or {}
    if unknown := sorted(given.keys() - known.keys()):
        raise Problem(422, f"Unexpected inputs provided: {json.dumps(unknown)}")
    inputs = {name: given.get(name, (spec or {}).get("default", "")) for name, spec in known.items()}
    for name, spec in known.items():
        if (spec or {}).get("required") and inputs[name] in {"", None}:
            raise Problem(422, f"Required input '{name}' not provided")
        if (spec or {}).get("type") == "choice" and inputs[name] not in spec["options"]:
            raise Problem(422, f"Provided value '{inputs[name]}' for input '{name}' not in the list of allowed values")
    return inputs
