"""Making a target serve what is declared: which model, from which bytes, with which golden rows."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from mlops import admission, checksums, documents, evaluation, registry
from mlops import manifest as manifests
from mlops.admission import Expected
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, TRAINING, Training
from mlops.card.checking import refuse_unsound
from mlops.certification.status import Permission
from mlops.cli import steps
from mlops.cli.common import find_manifest
from mlops.cli.plugs import open_task
from mlops.cli.steps import MAX_EVALUATION_BYTES
from mlops.cli.targets import Desired, Place
from mlops.deploy import golden, switching
from mlops.deploy.document import Golden, Mode, Pointer
from mlops.deploy.loading import Known
from mlops.deploy.placing import files_of, read_pointer
from mlops.deploy.switching import Switched
from mlops.errors import ConflictError, InputRefusedError, MlopsError, UsageRefusedError
from mlops.ids import ModelId, utc_today
from mlops.manifest import Manifest
from mlops.permission import permission
from mlops.task import Model

T = TypeVar("T")

_ALL = 100

BETA = "This answer comes from a beta: the model is not certified. A person decides."


class Asked(NamedTuple):
    """What is asked for.

    Attributes:
        task: Only this task; None takes all that the environment names.
        artifacts: Folders of judged models.
        share: Of the entities, in percent; None takes the first that the model may have.
        shadow: Whether the model answers nobody.
    """

    task: str | None
    artifacts: tuple[Path, ...]
    share: int | None
    shadow: bool


def reconcile(place: Place, asked: Asked) -> dict[str, Switched | MlopsError]:
    """Have the target serve what is declared of each task; one that is refused does not hold the others up.

    Returns:
        By task what came of it, or why it was refused: a hash, a document or a golden row does not hold, the model must
        not be served there, its artifact is missing, the target did not take or deliver a file, or another deployment
        is at work.
    """
    tasks = [asked.task] if asked.task else sorted({*place.desired.models, *place.desired.settings.tasks})
    found: dict[str, Switched | MlopsError] = {}
    try:
        with place.alone():
            _refuse_needless_trial(place, asked, tasks)
            for task in tasks:
                done = _kept(partial(_follow, place, task, asked))
                if done is not None:
                    found[task] = done
    except ConflictError as error:
        return dict.fromkeys(tasks, error)
    except UsageRefusedError as error:
        return {task: error for task in tasks if task in place.desired.models}
    return found


def verify(desired: Desired, asked: Asked) -> dict[str, MlopsError | None]:
    """Hold the artifact of each declared model against its card, verdict and data, and have it score its golden rows.

    Returns:
        By task None, or why it was refused, as for :func:`reconcile`; no target is asked.
    """
    wanted = [task for task in sorted(desired.models) if asked.task in {None, task}]
    return {task: _kept(partial(_verify, desired, task, asked)) for task in wanted}


def _kept(do: Callable[[], T]) -> T | MlopsError:
    try:
        return do()
    except MlopsError as error:
        return error


def _follow(place: Place, task: str, asked: Asked) -> Switched | None:
    model = place.desired.models.get(task)
    pointer = read_pointer(place.target, place.environment, task)
    if model is not None:
        return _serve(place, ModelId.parse(model), pointer, asked)
    out = switching.take_out(place.target, pointer, place.why())
    return out if asked.task or out.state != "unchanged" else None


def _refuse_needless_trial(place: Place, asked: Asked, tasks: list[str]) -> None:
    """Refuse a share, or a shadow, where every declared model answers all already: nothing would come of it."""
    models = {task: place.desired.models[task] for task in tasks if task in place.desired.models}
    if not models or not (asked.shadow or asked.share not in {None, _ALL}):
        return
    if all(_is_live(place, task, model) for task, model in models.items()):
        option, model = ("--shadow" if asked.shadow else "--share"), " and ".join(models.values())
        at = f"--environment {place.environment}"  # which verb declares knows no target
        raise UsageRefusedError(
            "This model answers all already, so it cannot be tried on fewer; nothing was changed.", field=option,
            expected="a declared model that is not live yet", found=f"{model}, live in {place.environment}",
            why="The model that is to be tried was not declared, or an earlier run gave it all.",
            fix=f"Declare the one to try (mlops deploy ID {at}), or go back first: mlops rollback {place.words}",
        )  # fmt: skip


def _is_live(place: Place, task: str, model: str) -> bool:
    """Tell whether a declared model answers all; what cannot be read is refused in its turn."""
    try:
        live = read_pointer(place.target, place.environment, task).live
        sha256 = registry.read_record(place.root / registry.path_of(ModelId.parse(model))).artifact_sha256
    except MlopsError:
        return False
    return live is not None and (live.model_id, live.artifact_sha256) == (model, sha256)


def _verify(desired: Desired, task: str, asked: Asked) -> None:
    name = desired.models[task]
    artifact = _artifact(asked, name)
    if artifact is None:
        raise UsageRefusedError(
            "The artifact of a declared model is missing.", field="--artifact", expected=f"the folder of {name}",
            found="no such folder named", fix=f"mlops bot artifact --model {name}, then name its folder",
        )  # fmt: skip
    model = ModelId.parse(name)
    _refuse_forbidden(_permission(desired, model), model, desired.environment)
    files, loaded = _files(desired, model, artifact)
    desired.test(task, str(artifact), loaded)(files)


def _artifact(asked: Asked, model: str) -> Path | None:
    """Return the folder of a model's artifact among those that were named; others need not even be readable."""
    for folder in asked.artifacts:
        try:
            found = documents.read(folder / TRAINING, Training).model_id
        except MlopsError:
            found = ""
        if model in {found, folder.name}:
            return folder
    return None


def _serve(place: Place, model: ModelId, pointer: Pointer, asked: Asked) -> Switched:
    target, why = place.target, place.why()
    sha256 = registry.read_record(place.root / registry.path_of(model)).artifact_sha256
    live, trial = pointer.live, pointer.trial
    if live is not None and (live.model_id, live.artifact_sha256) == (str(model), sha256):
        if trial is not None:
            return switching.end_trial(target, pointer)
        switching.verify(target, pointer)
        return Switched("unchanged", pointer, pointer)
    tried = (
        trial.placed
        if trial and (trial.placed.model_id, trial.placed.artifact_sha256) == (str(model), sha256)
        else None
    )
    if tried is not None and asked.share is None and not asked.shadow:
        switching.verify(target, pointer)  # goes on as it is: what moves it on must be asked for
        return Switched("unchanged", pointer, pointer)
    artifact = _artifact(asked, str(model))
    known = any(one.placed.artifact_sha256 == sha256 for one in pointer.before)
    allowed = _permission(place.desired, model)
    if known and not allowed.allowed:
        allowed = _permission(place.desired, model, former=True)
    _refuse_forbidden(allowed, model, place.environment)
    share = switching.next_share(asked.share, allowed.shares, pointer, str(model))
    why = why._replace(notice=BETA if len(allowed.shares) > 1 else "")
    if artifact is not None:
        files, loaded = _files(place.desired, model, artifact)
        placed = switching.place(target, str(model), files, why, place.test(model.dataset.task, loaded))
    elif tried is not None:
        placed = switching.held(target, tried, why, place.test(model.dataset.task))
    elif known:
        refuse_unsound(model, place.root)
        back = switching.former(pointer, str(model), place.rules.rollback_days, why.now)
        placed = switching.held(target, back, why, place.test(model.dataset.task))
    else:
        raise UsageRefusedError(
            "The target does not hold this model yet.", file=target.uri, field="--artifact",
            expected=f"the folder of {model}, judged", found="no such folder named",
            fix=f"mlops reconcile {place.words} --artifact dist/{model}",
        )  # fmt: skip
    mode: Mode = "shadow" if asked.shadow else "live" if share == _ALL else "canary"
    healthy = place.healthy(model.dataset.task)
    return switching.switch(target, pointer, placed, why, mode=mode, share=share, healthy=healthy)


def _permission(desired: Desired, model: ModelId, *, former: bool = False) -> Permission:
    today = utc_today().isoformat()
    return permission(
        model, desired.environment, root=desired.root, settings=desired.settings, today=today, former=former
    )


def _refuse_forbidden(allowed: Permission, model: ModelId, environment: str) -> None:
    if not allowed.allowed:
        raise UsageRefusedError(
            "This model must not be served there.", field="model_id", found=model, why=allowed.reason,
            expected="a model that passed its gate; of a certified task one that the ledger allows",
            fix=f"mlops deploy ANOTHER --environment {environment}",
        )  # fmt: skip


def _files(desired: Desired, model: ModelId, artifact: Path) -> tuple[dict[str, bytes], Known]:
    """Return what goes to the target, if these are the bytes that the committed card is about, and the model."""
    record = registry.read_record(desired.root / registry.path_of(model))
    admission.supply_verdict(artifact, desired.root)
    judged = admission.read(artifact, desired.root, desired.settings)
    policy = desired.settings.task(model.dataset.task).policy
    found = admission.admit(judged, policy, Expected(artifact_sha256=record.artifact_sha256))
    if found.verdict != record.verdict:
        raise InputRefusedError(
            "The artifact was judged otherwise than its card says.", file=artifact / GATE, field="verdict",
            expected=record.verdict, found=found.verdict, why="It was judged again after the card was published.",
            fix="Find out which verdict holds; a model that did not pass gets a card that says so.",
        )  # fmt: skip
    training, loaded = steps.load_model(open_task(model.dataset.task), artifact)
    return files_of(artifact, _golden(desired, artifact, training, loaded)), Known(training.model_sha256, loaded)


def _golden(desired: Desired, artifact: Path, training: Training, model: Model) -> Golden:
    """Return test rows from the pinned data with the scores on which the model was judged."""
    pinned = manifests.load(find_manifest(desired.root, training.dataset_id))
    listed = checksums.parse(documents.read_bytes(artifact / CHECKSUMS))
    data = checksums.read_verified(artifact, EVALUATION, listed, limit=MAX_EVALUATION_BYTES)
    judged = evaluation.loads(data, file=artifact / EVALUATION)
    at = golden.spread(judged.score, desired.golden_rows)
    names = [str(name) for name in judged.row_id[at]]
    return golden.make(
        training.task,
        training.model_sha256,
        inputs=_inputs(desired, pinned, names, artifact),
        row_id=names,
        scores=judged.score[at],
        kinds=model.reads(),
    )


def _inputs(desired: Desired, pinned: Manifest, names: list[str], artifact: Path) -> pd.DataFrame:
    """Return the inputs of some rows of the pinned data; all of it is turned into examples only where it must be."""
    plug = open_task(pinned.task)
    few = plug.inputs_of(steps.read_table(pinned, desired.settings, desired.root), names)
    if few is not None:
        return few
    examples = steps.read_examples(plug, pinned, desired.settings, desired.root)
    position = {name: row for row, name in enumerate(examples.row_id)}
    rows = [position.get(name, -1) for name in names]
    if min(rows) < 0:
        raise InputRefusedError(
            "The pinned data lacks rows on which the model was judged.", file=artifact / EVALUATION, field="row_id",
            expected=f"rows of {pinned.id}", found=f"{sum(row < 0 for row in rows)} others",
            fix="Deploy from the commit that judged the model.",
        )  # fmt: skip
    return examples.inputs.iloc[np.array(rows)]
