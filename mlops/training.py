"""Training: from examples to the artifact folder. The clock, the code version and the environment are handed in."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from mlops import checksums, documents, evaluation, persistence
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING, Feature, SplitFacts, Training
from mlops.config import TaskSettings
from mlops.errors import ConflictError, InputRefusedError, UnavailableError, UsageRefusedError
from mlops.evaluation import Evaluation
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId
from mlops.manifest import Manifest
from mlops.metrics import Metrics
from mlops.provenance import CodeVersion
from mlops.split import PURGED, TEST, TRAIN, stratified_sample
from mlops.task import Examples, Model, Task

ARTIFACT_FILES = (EVALUATION, METRICS, MODEL, TRAINING)
LEFT_BY_A_RUN = frozenset({*ARTIFACT_FILES, CHECKSUMS, GATE, "model_cards"})
"""What may stand in an artifact's folder: training's files, the verdict, and the card of a local run."""


@dataclass(frozen=True)
class Circumstances:
    """What a run knows besides its input; recorded, never decisive.

    Attributes:
        started: When the run began, UTC.
        code: Commit and state of the code.
        environment: Versions of Python, packages and platform.
        run_url: The run on GitHub, empty when local.
    """

    started: datetime
    code: CodeVersion
    environment: Mapping[str, str]
    run_url: str = ""


@dataclass(frozen=True)
class Trained:
    """What a training run leaves, in memory, beside the folder on disk."""

    training: Training
    metrics: Metrics


def train(
    task: Task,
    examples: Examples,
    manifest: Manifest,
    settings: TaskSettings,
    circumstances: Circumstances,
    *,
    model_id: str,
    seed: int,
    sample_size: int,
    folder: Path,
) -> Trained:
    """Fit on a stratified sample of the training rows, score all test rows, and write the artifact to ``folder``.

    The folder appears complete or not at all; an artifact that stands there is replaced, another folder is not.

    Raises:
        InputRefusedError: No training or no test rows.
        ConflictError: ``folder`` holds files that are not an artifact's.
    """
    refuse_foreign_folder(folder)
    rows = _training_rows(examples, sample_size=sample_size, seed=seed)
    clock = time.perf_counter()
    model = task.fit(examples.take(rows), settings, seed=seed)
    fitted = time.perf_counter()
    model_bytes = persistence.dump(model.state())
    scored = score(model, examples)
    done = time.perf_counter()
    model_sha256 = sha256_bytes(model_bytes)
    training = Training(
        task=task.name,
        model_id=model_id,
        dataset_id=manifest.id,
        dataset_sha256=manifest.sha256,
        model_sha256=model_sha256,
        seed=seed,
        sample_size=sample_size,
        trained_rows=len(rows),
        threshold=model.threshold,
        architecture=model.architecture(),
        features=tuple(Feature(name=note.name, description=note.description) for note in model.features()),
        split=_split_facts(examples),
        facts={**examples.facts, **model.facts()},
        findings=examples.findings,
        code=circumstances.code,
        environment=dict(circumstances.environment),
        trained_at=circumstances.started,
        seconds={"fit": round(fitted - clock, 3), "score_test_rows": round(done - fitted, 3)},
        run_url=circumstances.run_url,
    )
    metrics = _write(folder, training, model_bytes, scored, settings)
    return Trained(training, metrics)


def score(model: Model, examples: Examples) -> Evaluation:
    """Score the test rows of ``examples``, in the order of the dataset."""
    test = examples.take(np.flatnonzero(examples.split == TEST))
    scores = model.predict_proba(test.inputs)
    return Evaluation(
        row_id=test.row_id,
        cluster=test.cluster,
        label=test.label,
        score=scores,
        predicted=scores >= model.threshold,
        weight=test.weight,
        slices=test.slices,
    )


def refuse_foreign_folder(folder: Path) -> None:
    """Raise ConflictError unless ``folder`` is new, empty, or holds only what a run of mlops leaves there.

    A run replaces its folder as a whole, so anything else in it would be lost.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        found = "a symbolic link" if folder.is_symlink() else "a file"
    else:
        entries = {entry.name for entry in folder.iterdir()} if folder.exists() else set()
        foreign = sorted(name for name in entries - LEFT_BY_A_RUN if not _is_manifest(name))
        if not foreign and (not entries or CHECKSUMS in entries):
            return
        found = ", ".join(foreign[:5]) if foreign else f"files without {CHECKSUMS}"
    raise ConflictError(
        "The output folder holds something else, which would be lost.",
        file=folder,
        expected="a new or empty folder, or one that an earlier run of mlops left",
        found=found,
        fix="Choose another folder with --out, or move these files away yourself.",
    )


def _is_manifest(name: str) -> bool:
    """Tell whether a file is the manifest that a run on an unpinned file leaves beside its artifact."""
    try:
        DatasetId.parse(name.removesuffix(".json"))
    except UsageRefusedError:
        return False
    return name.endswith(".json")


def _training_rows(examples: Examples, *, sample_size: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    candidates = np.flatnonzero(examples.split == TRAIN)
    if not candidates.size or not (examples.split == TEST).any():
        raise InputRefusedError(
            "The split leaves no rows to train on or none to test.",
            field="rows",
            expected="training and test rows",
            found=f"{candidates.size:,} training rows of {len(examples):,}",
            fix="Label more rows; a few hundred pairs of several entities are the least that can be split.",
        )
    labels = examples.label[candidates].astype(str).astype(object)
    kinds = examples.slices.get("entity_type")
    strata = labels if kinds is None else labels + "\x1f" + kinds[candidates]
    chosen = stratified_sample(strata, examples.row_id[candidates], size=sample_size, seed=seed)
    return candidates[chosen]


def _split_facts(examples: Examples) -> SplitFacts:
    train_rows, test_rows = examples.split == TRAIN, examples.split == TEST
    return SplitFacts(
        train_rows=int(train_rows.sum()),
        test_rows=int(test_rows.sum()),
        purged_rows=int((examples.split == PURGED).sum()),
        train_positives=int(examples.label[train_rows].sum()),
        test_positives=int(examples.label[test_rows].sum()),
    )


def _write(folder: Path, training: Training, model_bytes: bytes, scored: Evaluation, settings: TaskSettings) -> Metrics:
    with _workshop(folder) as name:
        fresh = Path(name) / "artifact"
        fresh.mkdir()
        documents.write_bytes(fresh / MODEL, model_bytes)
        documents.write(fresh / TRAINING, training)
        evaluation_bytes = evaluation.write(fresh / EVALUATION, scored)
        metrics = evaluation.measure(
            scored,
            task=training.task,
            model_id=training.model_id,
            dataset_sha256=training.dataset_sha256,
            model_sha256=training.model_sha256,
            evaluation_sha256=sha256_bytes(evaluation_bytes),
            threshold=training.threshold,
            policy=settings.policy,
        )
        documents.write(fresh / METRICS, metrics)
        checksums.write(fresh, ARTIFACT_FILES)
        _exchange(fresh, folder, Path(name) / "old")
    return metrics


@contextmanager
def _workshop(folder: Path) -> Iterator[str]:
    """Yield a temporary folder beside ``folder``; what the file system refuses there is explained."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
            yield name
    except OSError as error:
        raise UnavailableError(
            "The artifact could not be written; what stood there before is intact.",
            file=folder,
            why=error.strerror or str(error),
            fix="Free disk space or make the folder writable, then run the same command again.",
        ) from error


def _exchange(fresh: Path, folder: Path, aside: Path) -> None:
    """Put ``fresh`` in the place of ``folder``; if that fails, the old one returns to its place."""
    if not folder.exists():
        fresh.replace(folder)
        return
    folder.replace(aside)
    try:
        fresh.replace(folder)
    except OSError:
        aside.replace(folder)
        raise
