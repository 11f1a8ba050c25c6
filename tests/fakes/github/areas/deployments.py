"""Deployments and their statuses."""

from tests.fakes.github import shapes
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Deployment, DeploymentStatus, State

ROUTES = Routes()
_ONE = f"{REPO}/deployments/{{deployment_id}}"
_STATUSES = f"{_ONE}/statuses"
_ACTIVE = "We cannot delete an active deployment unless it is the only deployment in a given environment."


def deployment_json(call: Call, deployment: Deployment) -> Json:
    """Return a deployment."""
    address = call.urls.api(f"/deployments/{deployment.number}")
    updated = deployment.statuses[-1].created if deployment.statuses else deployment.created
    return {
        "id": deployment.number,
        "node_id": shapes.node("DE", deployment.number),
        "url": address,
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": deployment.task,
        "payload": deployment.payload,
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": deployment.description,
        "creator": shapes.account(call.urls, deployment.author),
        "created_at": deployment.created,
        "updated_at": updated,
        "statuses_url": f"{address}/statuses",
        "repository_url": call.urls.api(),
        "transient_environment": deployment.transient,
        "production_environment": deployment.production,
        "performed_via_github_app": None,
    }


def _refuse_red_commit(state: State, sha: str, ref: str, wanted: list[str] | None) -> None:
    """Refuse a commit whose checks (all of them, or the ones that are ``wanted``) are not green."""
    results = {check.name: check.conclusion for check in state.checks.values() if check.head_sha == sha}
    results |= {status.context: status.state for status in reversed(state.statuses) if status.sha == sha}
    red = [name for name in (results if wanted is None else wanted)
           if results.get(name) not in {"success", "neutral", "skipped"}]  # fmt: skip
    if red:
        raise Problem(409, f"Conflict: Commit status checks failed for {ref}.",
                      [{"resource": "Deployment", "field": "required_contexts", "code": "invalid"}])  # fmt: skip


def _merged_main(call: Call, ref: str, sha: str) -> bool:
    """Merge the default branch into a branch that is behind it, as GitHub does unless ``auto_merge`` is false."""
    bare = call.state.bare
    behind = ref in bare.branches() and bool(bare.between(sha, shapes.MAIN))
    if behind:
        bare.merge(ref, bare.branch(shapes.MAIN), f"Merge {shapes.MAIN} into {ref}", call.account.login)
    return behind


@ROUTES("POST", f"{REPO}/deployments", "deployments")
def create_deployment(call: Call) -> Answer:
    body, ref = call.body, call.body["ref"]
    try:
        sha = call.state.bare.resolve(ref)
    except NoSuchObjectError as error:
        raise Problem(422, f"No ref found for: {ref}") from error
    if body.get("auto_merge", True) and _merged_main(call, ref, sha):
        return Answer(202, {"message": f"Auto-merged {shapes.MAIN} into {ref} on deployment."})
    _refuse_red_commit(call.state, sha, ref, body.get("required_contexts"))
    environment = body.get("environment", "production")
    deployment = Deployment(
        call.state.numbers(), ref, sha, environment, call.account, call.state.now(), body.get("task", "deploy"),
        body.get("description"), body.get("payload", {}), body.get("transient_environment", False),
        body.get("production_environment", environment == "production"),
    )  # fmt: skip
    call.state.deployments[deployment.number] = deployment
    return Answer(201, deployment_json(call, deployment))


@ROUTES("GET", f"{REPO}/deployments", "deployments")
def list_deployments(call: Call) -> Answer:
    wanted = {name: call.query[name] for name in ("sha", "ref", "task", "environment") if name in call.query}
    found = [
        deployment
        for _, deployment in sorted(call.state.deployments.items(), reverse=True)
        if all(getattr(deployment, name) == value for name, value in wanted.items())
    ]
    part, links = page(call, found)
    return Answer(200, [deployment_json(call, deployment) for deployment in part], links)


@ROUTES("GET", _ONE, "deployments")
def get_deployment(call: Call) -> Answer:
    return Answer(200, deployment_json(call, call.find(call.state.deployments, "deployment_id")))


@ROUTES("DELETE", _ONE, "deployments")
def delete_deployment(call: Call) -> Answer:
    deployment = call.find(call.state.deployments, "deployment_id")
    active = not deployment.statuses or deployment.statuses[-1].state == "success"
    if active and len(call.state.deployments) > 1:
        raise Problem(422, "Validation Failed", [_ACTIVE])
    del call.state.deployments[deployment.number]
    return Answer(204)


def status_json(call: Call, deployment: Deployment, status: DeploymentStatus) -> Json:
    """Return a status of a deployment."""
    address = call.urls.api(f"/deployments/{deployment.number}")
    return {
        "id": status.number,
        "node_id": shapes.node("DES", status.number),
        "url": f"{address}/statuses/{status.number}",
        "state": status.state,
        "creator": shapes.account(call.urls, status.author),
        "description": status.description,
        "environment": status.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
        "created_at": status.created,
        "updated_at": status.created,
        "deployment_url": address,
        "repository_url": call.urls.api(),
        "performed_via_github_app": None,
    }


@ROUTES("POST", _STATUSES, "deployments")
def create_status(call: Call) -> Answer:
    deployment, body = call.find(call.state.deployments, "deployment_id"), call.body
    status = DeploymentStatus(
        call.state.numbers(), body["state"], call.account, call.state.now(), body.get("description", ""),
        body.get("environment", deployment.environment), body.get("environment_url", ""),
        body.get("log_url") or body.get("target_url", ""),
    )  # fmt: skip
    deployment.statuses.append(status)
    if status.state == "success" and body.get("auto_inactive", True):
        _end_others(call, deployment)
    return Answer(201, status_json(call, deployment, status))


def _end_others(call: Call, current: Deployment) -> None:
    """End what the environment served before, except in transient and production environments."""
    for other in call.state.deployments.values():
        lasting = other is not current and other.environment == current.environment and not other.transient
        if lasting and not other.production and other.statuses and other.statuses[-1].state == "success":
            other.statuses.append(
                DeploymentStatus(call.state.numbers(), "inactive", call.account, call.state.now(),
                                 environment=other.environment)
            )  # fmt: skip


@ROUTES("GET", _STATUSES, "deployments")
def list_statuses(call: Call) -> Answer:
    deployment = call.find(call.state.deployments, "deployment_id")
    part, links = page(call, deployment.statuses[::-1])
    return Answer(200, [status_json(call, deployment, status) for status in part], links)
