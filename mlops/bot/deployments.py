"""Deployments: what was rolled out where, as GitHub's pages show it; made once, found again by its key."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.keys import key_of
from mlops.bot.permissions import WRITE_DEPLOYMENTS

State = Literal["queued", "in_progress", "success", "failure", "error", "inactive"]
STATES: tuple[State, ...] = get_args(State)
TASK = "deploy"


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
        newest = next(iter(hub.pages(path, WRITE_DEPLOYMENTS)), None)
        found = None if newest is None else _status(newest)
        return found if found is not None and found.state == state else None

    body = {"state": state, "description": description, "environment": subject.environment} | (
        {"log_url": hub.settings.run_url} if hub.settings.run_url else {}
    )
    made = hub.make(path, body, WRITE_DEPLOYMENTS, look=look, read=_status)
    url = f"{hub.settings.repository_url}/deployments/{subject.environment}"
    return Recorded(deployment.id, url, state, made.fresh)


def _ensure(hub: GitHub, subject: Subject, description: str) -> Deployment:
    def look() -> Deployment | None:
        entries = hub.pages(
            "/deployments", WRITE_DEPLOYMENTS, environment=subject.environment, sha=subject.sha, task=TASK
        )
        found = [deployment for entry in entries if _key_in(deployment := _deployment(entry)) == subject.key]
        return min(found, key=lambda deployment: deployment.id, default=None)

    body = {
        "ref": subject.sha,
        "task": TASK,
        "environment": subject.environment,
        "description": description,
        "payload": {"key": subject.key, "model_id": subject.model_id, "artifact_sha256": subject.artifact_sha256},
        "auto_merge": False,
        "required_contexts": [],  # the gate stands before the deployment and is not asked again by GitHub
    }
    return hub.make("/deployments", body, WRITE_DEPLOYMENTS, look=look, read=_deployment).value


def _key_in(deployment: Deployment) -> object:
    return deployment.payload.get("key") if isinstance(deployment.payload, Mapping) else None


def _deployment(value: Any) -> Deployment:  # noqa: ANN401  # JSON is anything
    return read(Deployment, value, where="a deployment")


def _status(value: Any) -> DeploymentStatus:  # noqa: ANN401  # JSON is anything
    return read(DeploymentStatus, value, where="the status of a deployment")
