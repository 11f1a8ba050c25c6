"""Deployments: what was rolled out where, as GitHub's pages show it; made once, found again by its key.

An environment holds a model of each task, so GitHub's own way of ending what was there before does not fit: it would
end the other tasks' models, too, and never ends anything in production. What a model replaces is ended here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args

from mlops.bot.answers import NOT_FOUND, Part, read, refuse
from mlops.bot.client import GitHub
from mlops.bot.keys import key_of
from mlops.bot.permissions import READ_DEPLOYMENTS, WRITE_DEPLOYMENTS, Permission
from mlops.bot.reading import Reader
from mlops.errors import MlopsError
from mlops.ids import ModelId

State = Literal["queued", "in_progress", "success", "failure", "error", "inactive"]
STATES: tuple[State, ...] = get_args(State)
TASK = "deploy"

_ACTIVE: State = "success"
_ENDED: State = "inactive"


class Deployment(Part):
    """A deployment; ``payload`` is what we gave it."""

    id: int
    sha: str
    environment: str
    payload: Mapping[str, Any] | str | None = None


class DeploymentStatus(Part):
    """A status of a deployment."""

    id: int
    state: str
    log_url: str | None = None


class Subject(NamedTuple):
    """What is deployed.

    Attributes:
        environment: Where.
        model_id: Which model.
        artifact_sha256: Which bytes.
        sha: The commit that says so.
    """

    environment: str
    model_id: str
    artifact_sha256: str
    sha: str

    @property
    def task(self) -> str:
        """Return the task of the model: an environment holds one model of each."""
        return ModelId.parse(self.model_id).dataset.task

    @property
    def key(self) -> str:
        """Return what this deployment is found again by."""
        return key_of("deployment", *self)


class Recorded(NamedTuple):
    """The deployment, its newest state, and whether that state was new."""

    id: int
    url: str
    state: State
    fresh: bool


def record(hub: GitHub, subject: Subject, state: State, *, description: str = "") -> Recorded:
    """Have the deployment of ``subject`` exist, with ``state`` as its newest.

    Raises:
        UnavailableError: The token may not, or GitHub did not answer.
        ConflictError: GitHub does not deploy this commit.
    """
    deployment = _ensure(hub, subject, description)
    path = f"/deployments/{deployment.id}/statuses"

    def look() -> DeploymentStatus | None:
        found = _newest(hub, deployment)
        return found if found is not None and found.state == state else None

    body = {
        "state": state,
        "description": description,
        "environment": subject.environment,
        "auto_inactive": False,
    } | ({"log_url": hub.settings.run_url} if hub.settings.run_url else {})
    made = hub.make(path, body, WRITE_DEPLOYMENTS, look=look, read=_status)
    if state == _ACTIVE:
        _end_replaced(hub, subject, deployment, made.value)
    url = f"{hub.settings.repository_url}/deployments/{subject.environment}"
    return Recorded(deployment.id, url, state, made.fresh)


def end(hub: GitHub, environment: str, task: str) -> int:
    """Say ``inactive`` of all that an environment served of a task, and return of how many it was said."""
    served = [
        one for one in _of_task(hub, environment, task) if (found := _newest(hub, one)) and found.state == _ACTIVE
    ]
    for each in sorted(served, key=lambda one: one.id):
        _say(hub, each, _ENDED, f"{task} is served by no model")
    return len(served)


def active(hub: Reader, environment: str) -> dict[str, str]:
    """Return by task the model whose deployment to an environment succeeded last and was not ended."""
    found: dict[str, tuple[int, str]] = {}
    for each in _listed(hub, READ_DEPLOYMENTS, environment=environment, task=TASK):
        task, newest = _task_in(each), _newest(hub, each, READ_DEPLOYMENTS)
        if task and newest is not None and newest.state == _ACTIVE and newest.id > found.get(task, (0, ""))[0]:
            found[task] = (newest.id, str(_payload(each)["model_id"]))
    return {task: model for task, (_, model) in found.items()}


def _ensure(hub: GitHub, subject: Subject, description: str) -> Deployment:
    """Return the deployment of ``subject``; of several that runs made at the same moment, all keep the oldest."""

    def same() -> list[Deployment]:
        found = _listed(hub, environment=subject.environment, sha=subject.sha, task=TASK)
        return sorted((each for each in found if _payload(each).get("key") == subject.key), key=lambda each: each.id)

    body = {
        "ref": subject.sha,
        "task": TASK,
        "environment": subject.environment,
        "description": description,
        "payload": {"key": subject.key, "model_id": subject.model_id, "artifact_sha256": subject.artifact_sha256},
        "auto_merge": False,
        "required_contexts": [],  # the gate stands before the deployment and is not asked again by GitHub
    }
    look = lambda: next(iter(same()), None)  # noqa: E731  # a word for the argument
    made = hub.make("/deployments", body, WRITE_DEPLOYMENTS, look=look, read=_deployment)
    kept, *later = same() or [made.value]
    for each in later:
        _remove(hub, each)
    return kept


def _end_replaced(hub: GitHub, subject: Subject, current: Deployment, success: DeploymentStatus) -> None:
    """Say ``inactive`` of what the environment served of this task until this ``success``.

    Runs that deploy at the same moment agree: the last success stands. Of what was served the oldest is ended first, so
    that whoever was killed meanwhile left nothing behind one that is ended.
    """
    replaced = []
    for each in _of_task(hub, subject.environment, subject.task):
        if each.id == current.id:
            continue
        newest = _newest(hub, each)
        if newest is not None and newest.state == _ENDED and each.id < current.id:
            break
        if newest is not None and newest.state == _ACTIVE and newest.id < success.id:
            replaced.append(each)
    for each in reversed(replaced):
        _say(hub, each, _ENDED, f"Replaced by {subject.model_id}")


def _remove(hub: GitHub, deployment: Deployment) -> None:
    """Remove a deployment that another run made twice; GitHub removes only what was ended."""
    _say(hub, deployment, _ENDED, "Recorded twice")
    hub.delete(f"/deployments/{deployment.id}", WRITE_DEPLOYMENTS)


def _say(hub: GitHub, deployment: Deployment, state: State, description: str) -> None:
    """Add a state to a deployment; the same state twice is as good, and so is one that is gone."""
    body = {"state": state, "description": description, "auto_inactive": False}
    answer = hub.send("POST", f"/deployments/{deployment.id}/statuses", body=body, harmless=True)
    if not answer.accepted and answer.status != NOT_FOUND:
        refuse(answer, WRITE_DEPLOYMENTS)


def _of_task(hub: Reader, environment: str, task: str) -> Iterator[Deployment]:
    return (each for each in _listed(hub, environment=environment, task=TASK) if _task_in(each) == task)


def _newest(hub: Reader, deployment: Deployment, needs: Permission = WRITE_DEPLOYMENTS) -> DeploymentStatus | None:
    answer = hub.find(f"/deployments/{deployment.id}/statuses", needs, per_page=1)
    return None if not answer else _status(answer[0])


def _listed(hub: Reader, needs: Permission = WRITE_DEPLOYMENTS, **narrowed: str) -> Iterator[Deployment]:
    return map(_deployment, hub.pages("/deployments", needs, **narrowed))


def _task_in(deployment: Deployment) -> str:
    """Return the task of a deployment that was recorded here; empty for any other."""
    try:
        return ModelId.parse(str(_payload(deployment).get("model_id", ""))).dataset.task
    except MlopsError:
        return ""


def _payload(deployment: Deployment) -> Mapping[str, Any]:
    return deployment.payload if isinstance(deployment.payload, Mapping) else {}


def _deployment(value: Any) -> Deployment:  # noqa: ANN401  # JSON is anything
    return read(Deployment, value, where="a deployment")


def _status(value: Any) -> DeploymentStatus:  # noqa: ANN401  # JSON is anything
    return read(DeploymentStatus, value, where="the status of a deployment")
