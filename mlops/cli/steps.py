"""The steps of the chain, shared by the verbs that do one and the verb that does all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from os import environ
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from mlops import checksums, dataset, documents, evaluation, persistence, provenance, training
from mlops import manifest as manifests
from mlops.artifact import EVALUATION, METRICS, MODEL, TRAINING, Training
from mlops.cli.common import cache_folder
from mlops.config import Settings, TaskSettings
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.evaluation import Evaluation
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId
from mlops.manifest import Manifest
from mlops.metrics import Metrics
from mlops.provenance import CodeVersion
from mlops.task import Examples, Model, Task
from mlops.training import Circumstances

UNKNOWN = "unknown"
"""The commit of code outside of git."""
MAX_MODEL_BYTES = 512 << 20
MAX_EVALUATION_BYTES = 1 << 30

SCORE_TOLERANCE = 1e-6
"""How far a re-computed score may lie from the recorded one: other processors round differently, models do not."""


def read_table(pinned: Manifest, settings: Settings, root: Path) -> pa.Table:
    """Read the pinned bytes, verified; remote ones are kept by hash, so that the next verb need not fetch them."""
    with _pinned_in(pinned, root):
        return dataset.read_pinned(pinned, settings=settings.storage, root=root, cache=cache_folder(root)).table


def read_examples(task: Task, pinned: Manifest, settings: Settings, root: Path) -> Examples:
    """Read the pinned bytes once, verify them, and turn exactly those bytes into examples."""
    table = read_table(pinned, settings, root)
    with _pinned_in(pinned, root):
        return task.examples(table, declared_for(pinned, settings), as_of=pinned.as_of, root=root)


def declared_for(pinned: Manifest, settings: Settings) -> TaskSettings:
    """Return the settings of a dataset's task, with the boundaries of the split that its manifest records, if any."""
    declared, found = settings.task(pinned.task), pinned.split
    if found is None:
        return declared
    days = {"valid_from": found.valid_from, "test_from": found.test_from}
    return declared.model_copy(update={"split": declared.split.model_copy(update=days)})


@contextmanager
def _pinned_in(pinned: Manifest, root: Path) -> Iterator[None]:
    """Let a refusal of the data name the manifest that pins it."""
    try:
        yield
    except InputRefusedError as error:
        error.manifest = str(root / manifests.path_of(DatasetId.parse(pinned.id)))
        raise


def circumstances(root: Path, *, code_commit: str | None, required: bool = True) -> Circumstances:
    """Return what this run knows besides its input.

    Args:
        root: The repository.
        code_commit: The commit to record where git cannot be asked.
        required: Whether a commit must be known; a trial outside git records ``unknown``.

    Raises:
        UsageRefusedError: The code version is required and cannot be read.
    """
    if code_commit is not None:
        code = CodeVersion(commit=provenance.parse_commit(code_commit), dirty=False)
    else:
        try:
            code = provenance.code_version(root)
        except UsageRefusedError:
            if required:
                raise
            code = CodeVersion(commit=UNKNOWN, dirty=True)
    return Circumstances(
        started=datetime.now(UTC).replace(microsecond=0),
        code=code,
        environment=provenance.environment(),
        run_url=provenance.run_url(environ),
    )


def warn_of_uncommitted(model: str, code: CodeVersion, root: Path) -> None:
    """Say on stderr, before the training and not at the deployment, that the model cannot be deployed."""
    if code.dirty:
        files = provenance.uncommitted(root) if code.commit != UNKNOWN else ()
        click.echo(f"warning: {provenance.undeployable(model, code, files)}", err=True)


@dataclass(frozen=True)
class Rescored:
    """The pinned test rows, scored again from the model file; ``largest_difference`` is None without a record."""

    training: Training
    evaluation: Evaluation
    metrics: Metrics
    largest_difference: float | None


def load_model(task: Task, folder: Path) -> tuple[Training, Model]:
    """Verify an artifact's checksums and load its model.

    Raises:
        InputRefusedError: A checksum, the model file, or its record does not hold.
    """
    listed = checksums.verify(folder, required=training.ARTIFACT_FILES)
    record = documents.loads(checksums.read_verified(folder, TRAINING, listed), Training, file=folder / TRAINING)
    if listed[MODEL] != record.model_sha256:
        raise InputRefusedError(
            "The training record names another model file.",
            file=folder / TRAINING,
            field="model_sha256",
            expected=listed[MODEL],
            found=record.model_sha256,
            fix="Download the artifact again, or train again.",
        )
    state = persistence.load(
        checksums.read_verified(folder, MODEL, listed, limit=MAX_MODEL_BYTES),
        expected_sha256=record.model_sha256,
        sklearn_version=record.environment.get("scikit-learn", ""),
        file=folder / MODEL,
    )
    return record, task.restore(state)


def rescore(task: Task, folder: Path, examples: Examples, settings: Settings, pinned: Manifest) -> Rescored:
    """Score the pinned test rows from the model file and compare with what training recorded.

    Raises:
        InputRefusedError: The artifact is of other data, or its evaluation does not follow from its model.
    """
    record, model = load_model(task, folder)
    refuse_other_data(record, pinned, folder)
    fresh = training.score(model, examples)
    listed = checksums.verify(folder)
    recorded = evaluation.loads(
        checksums.read_verified(folder, EVALUATION, listed, limit=MAX_EVALUATION_BYTES), file=folder / EVALUATION
    )
    difference = compare_scores(recorded, fresh, folder)
    return Rescored(record, fresh, measured(record, model, fresh, settings, pinned), difference)


def measured(record: Training, model: Model, scored: Evaluation, settings: Settings, pinned: Manifest) -> Metrics:
    """Return the metrics of the rows of dataset ``pinned`` that ``model`` scored, at the model's own threshold."""
    return evaluation.measure(
        scored,
        task=record.task,
        model_id=record.model_id,
        dataset_sha256=pinned.sha256,
        model_sha256=record.model_sha256,
        evaluation_sha256=sha256_bytes(evaluation.dumps(scored)),
        threshold=model.threshold,
        policy=settings.task(record.task).policy,
    )


def write_rescored(out: Path, scored: Rescored) -> None:
    """Write the re-scored rows and their metrics to ``out``."""
    evaluation.write(out / EVALUATION, scored.evaluation)
    documents.write(out / METRICS, scored.metrics)


def refuse_other_data(record: Training, pinned: Manifest, folder: Path) -> None:
    """Refuse the artifact in ``folder`` if it was trained on other data than ``pinned``."""
    if record.dataset_sha256 != pinned.sha256:
        raise InputRefusedError(
            "The artifact was trained on other data than the manifest pins.",
            file=folder / TRAINING,
            field="dataset_sha256",
            expected=pinned.sha256,
            found=record.dataset_sha256,
            fix="Name the dataset that the artifact was trained on, or train again.",
        )


def compare_scores(recorded: Evaluation, fresh: Evaluation, folder: Path) -> float:
    """Return the largest difference of scores between the record in ``folder`` and a fresh scoring of its model.

    Raises:
        InputRefusedError: The rows or labels are others, a score lies further away than rounding explains, or a
            decision differs.
    """
    same_rows = len(recorded.row_id) == len(fresh.row_id) and bool((recorded.row_id == fresh.row_id).all())
    if not same_rows or not np.array_equal(recorded.label, fresh.label):
        raise InputRefusedError(
            "The artifact was evaluated on other test rows than the dataset pins.",
            file=folder / EVALUATION,
            field="row_id, label",
            expected=f"{len(fresh.row_id):,} rows as the split of mlops.toml gives them",
            found=f"{len(recorded.row_id):,} rows",
            fix="Train again; if the split in mlops.toml changed, every model must be trained again.",
        )
    difference = float(np.max(np.abs(recorded.score - fresh.score), initial=0.0))
    flipped = int((recorded.predicted != fresh.predicted).sum())
    if difference > SCORE_TOLERANCE or flipped:
        raise InputRefusedError(
            "The recorded scores do not follow from the model.",
            file=folder / EVALUATION,
            field="score",
            expected=f"at most {SCORE_TOLERANCE:g} away from the model's own scores",
            found=f"{difference:.3g} away, {flipped:,} decisions differ",
            fix="Do not trust this artifact; train again from the pinned data.",
        )
    return difference
