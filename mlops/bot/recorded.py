"""What came of a deployment, shown on GitHub: one deployment a task and model, with how it stands."""

from collections.abc import Mapping
from typing import NamedTuple

from mlops.bot import deployments
from mlops.bot.client import GitHub
from mlops.bot.deployments import State, Subject
from mlops.deploy.outcome import Outcome, Reconciled

_STATES: Mapping[str, State] = {
    "live": "success",
    "released": "success",
    "on trial": "in_progress",
    "rolled back": "failure",
    "failed": "failure",
}
_LONGEST = 140
"""Characters that GitHub takes as the description of a state."""


class Line(NamedTuple):
    """What was said of a task.

    Attributes:
        task: Which one.
        state: How its deployment stands; ``inactive`` where no model is asked for any more.
        text: The same as a sentence.
        url: Where GitHub shows it; empty where there is no deployment.
    """

    task: str
    state: State
    text: str
    url: str = ""


def record(hub: GitHub, report: Reconciled, declared: Mapping[str, str] | None = None) -> list[Line]:
    """Have GitHub show what came of every task of a report, at the commit that declares it.

    Args:
        hub: The repository.
        report: What the job without a token left.
        declared: By task, what the environment is to be served by now: a report that was overtaken is not recorded.
            None, or a rollback, which goes beside what is declared, records all.

    Raises:
        UnavailableError: The token may not, or GitHub did not answer.
    """
    lines = []
    for task, found in report.tasks.items():
        if declared is not None and not report.rollback and found.model_id != declared.get(task, ""):
            text = f"{task}: not recorded, for {declared.get(task) or 'no model'} is declared meanwhile."
            lines.append(Line(task, "inactive", text))
        else:
            lines.append(_record(hub, report.environment, task, found, report.commit))
    return lines


def _record(hub: GitHub, environment: str, task: str, found: Outcome, sha: str) -> Line:
    if found.state == "taken out":
        ended = deployments.end(hub, environment, task)
        return Line(task, "inactive", f"{task}: {environment} is served by no model; ended {ended} deployments.")
    if not found.artifact_sha256:  # no card that can be read, or none to take out: nothing to name a deployment by
        what = f"{found.model_id} was refused" if found.model_id else "what it serves could not be taken out"
        return Line(task, "failure", f"{task}: {what}. {found.reason}")
    if found.state == "failed" and found.serves == found.model_id:
        return Line(task, "success", f"{task}: {found.model_id} is served on; it was not looked at. {found.reason}")
    subject = Subject(environment, found.model_id, found.artifact_sha256, sha)
    words = found.reason or f"{found.model_id}, artifact {found.artifact_sha256[:12]}"
    if found.state == "rolled back":
        words = f"{found.model_id} was not taken; {found.serves or 'no model'} is served again. {found.reason}"
    done = deployments.record(hub, subject, _STATES[found.state], description=_short(words))
    return Line(task, done.state, f"{task}: {found.model_id} to {environment}: {done.state}. {words}", done.url)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
