"""Artifacts of runs: uploaded in a test, or left on disk by act's artifact service."""

import hashlib
from datetime import datetime, timedelta

from tests.fakes.github import shapes
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Artifact, State

ROUTES = Routes()
_DAYS = 90
_ONE = f"{REPO}/actions/artifacts/{{artifact_id}}"


def take_act_artifacts(state: State) -> None:
    """Take over what act's artifact service has kept for runs that are known: ``<run>/<name>/<name>.zip``."""
    known = {artifact.content for artifact in state.artifacts.values()}
    paths = sorted(state.act_folder.glob("*/*/*.zip")) if state.act_folder else []
    for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns):
        run = path.parts[-3]
        if path not in known and run.isdigit() and int(run) in state.runs:
            number = state.numbers()
            state.artifacts[number] = Artifact(number, int(run), path.parent.name, path, state.now())


def artifact_json(call: Call, artifact: Artifact) -> Json:
    """Return an artifact."""
    address, content = call.urls.api(f"/actions/artifacts/{artifact.number}"), artifact.read()
    run = call.state.runs[artifact.run]
    created = datetime.fromisoformat(artifact.created)
    return {
        "id": artifact.number,
        "node_id": shapes.node("AR", artifact.number),
        "name": artifact.name,
        "size_in_bytes": len(content),
        "url": address,
        "archive_download_url": f"{address}/zip",
        "expired": artifact.expired,
        "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "created_at": artifact.created,
        "updated_at": artifact.created,
        "expires_at": f"{created + timedelta(days=_DAYS):%Y-%m-%dT%H:%M:%SZ}",
        "workflow_run": {
            "id": run.number,
            "repository_id": shapes.REPOSITORY_ID,
            "head_repository_id": shapes.repository_id(call.urls, run.head_repository),
            "head_branch": run.head_branch,
            "head_sha": run.head_sha,
        },
    }


def _list(call: Call, run: int | None = None) -> Answer:
    """Return the artifacts (of a run), newest first."""
    take_act_artifacts(call.state)
    found = [
        artifact
        for _, artifact in sorted(call.state.artifacts.items(), reverse=True)
        if run in {None, artifact.run} and call.query.get("name", artifact.name) == artifact.name
    ]
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "artifacts": [artifact_json(call, item) for item in part]}, links)


@ROUTES("GET", f"{REPO}/actions/artifacts", "actions")
def list_artifacts(call: Call) -> Answer:
    return _list(call)


@ROUTES("GET", f"{REPO}/actions/runs/{{run_id}}/artifacts", "actions")
def list_artifacts_of_run(call: Call) -> Answer:
    return _list(call, call.find(call.state.runs, "run_id").number)


@ROUTES("GET", _ONE, "actions")
def get_artifact(call: Call) -> Answer:
    return Answer(200, artifact_json(call, call.find(call.state.artifacts, "artifact_id")))


@ROUTES("GET", f"{_ONE}/{{archive_format}}", "actions")
def download_artifact(call: Call) -> Answer:
    artifact = call.find(call.state.artifacts, "artifact_id")
    if call["archive_format"] != "zip":
        raise Problem(404)
    if artifact.expired:
        raise Problem(410, "Artifact has expired")
    address = call.storage.sign(artifact.read(), "application/zip", f"{artifact.name}.zip")
    return Answer(302, None, {"Location": address})
