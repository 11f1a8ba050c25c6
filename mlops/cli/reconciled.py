"""``reconciled.json``: what came of an environment, in the words that are recorded on GitHub."""

from collections.abc import Mapping
from pathlib import Path

import click

from mlops import documents, provenance, registry
from mlops.cli.targets import Desired, named
from mlops.deploy.outcome import Outcome, Reconciled
from mlops.deploy.placing import read_pointer
from mlops.deploy.switching import Switched
from mlops.errors import MlopsError
from mlops.storage.target import Target

report_option = click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write what came of it as JSON, also where it was refused: `mlops bot deployed` records it.",
)  # fmt: skip


def write(
    report: Path | None,
    desired: Desired,
    target: str,
    asked: Mapping[str, str],
    done: Mapping[str, Switched | MlopsError],
    *,
    rollback: bool = False,
) -> None:
    """Write the report, if one is wanted.

    Args:
        report: The file; None writes none.
        desired: The environment as it is declared.
        target: Where it is served from; empty where nothing is named.
        asked: By task, the model that was asked for; without one it was to be taken out.
        done: By task, what came of it: of a release that was only verified nothing, so it is absent.
        rollback: Whether it was rolled back, beside what is declared.
    """
    if report is not None:
        tasks = {
            task: _outcome(asked.get(task, ""), done.get(task), desired, _served(desired, target, task))
            for task in sorted({*asked, *done})
        }
        commit = provenance.code_version(desired.root).commit
        found = Reconciled(
            environment=desired.environment, target=target, commit=commit, rollback=rollback, tasks=tasks
        )
        documents.write(report, found)


def _outcome(model: str, done: Switched | MlopsError | None, desired: Desired, serves: str) -> Outcome:
    if not model and not isinstance(done, MlopsError):
        serves = done.pointer.live.model_id if done is not None and done.pointer.live else ""
        return Outcome(state="taken out", model_id="", serves=serves)
    sha256 = _recorded(desired, model) if model else ""
    if done is None:
        return Outcome(state="released", model_id=model, artifact_sha256=sha256)
    if isinstance(done, MlopsError):
        reason = " ".join(f"{done.what} {done.found}".split())
        return Outcome(state="failed", model_id=model, artifact_sha256=sha256, serves=serves, reason=reason)
    serves = done.pointer.live.model_id if done.pointer.live else ""
    if done.state == "rolled back":
        return Outcome(state="rolled back", model_id=model, artifact_sha256=sha256, serves=serves, reason=done.reason)
    trial = done.pointer.trial
    if trial is not None and trial.placed.model_id == model:
        share = f"answers {trial.share} % of the entities" if trial.mode == "canary" else "is only logged"
        reason = f"The {trial.mode} {share}, beside {named(done.pointer.live)}."
        return Outcome(state="on trial", model_id=model, artifact_sha256=sha256, serves=serves, reason=reason)
    return Outcome(state="live", model_id=model, artifact_sha256=sha256, serves=serves, reason=done.reason)


def _served(desired: Desired, target: str, task: str) -> str:
    """Return which model a target serves, as far as it can be told."""
    try:
        place = Target.open(target, root=desired.root)
        live = read_pointer(place, desired.environment, task).live if target else None
    except MlopsError:
        return ""
    return "" if live is None else live.model_id


def _recorded(desired: Desired, model: str) -> str:
    """Return the hash of the artifact that a card records; empty without a card that can be read."""
    try:
        return registry.read_record(desired.root / registry.path_of(model)).artifact_sha256
    except MlopsError:
        return ""
