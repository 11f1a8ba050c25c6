"""From examples to the artifact: fit, score the test rows, and the same again with other seeds where asked for."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from mlops import checksums, documents, evaluation, persistence
from mlops.artifact import (
    EVALUATION,
    METRICS,
    MODEL,
    TRAINING,
    Feature,
    RepeatedTraining,
    SplitFacts,
    Training,
    repeat_seeds,
    seed_evaluation,
)
from mlops.config import TaskSettings
from mlops.errors import InputRefusedError
from mlops.evaluation import Evaluation
from mlops.hashing import sha256_bytes
from mlops.manifest import Manifest
from mlops.metrics import Metrics, Repeat
from mlops.provenance import CodeVersion
from mlops.split import PURGED, TEST, TRAIN, stratified_sample
from mlops.task import Examples, Model, Task
from mlops.training.folder import ARTIFACT_FILES, exchange, refuse_foreign_folder, workshop

_LOG = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class _Repeated:
    """The same training with another seed: its record and its scored rows; the model is gone."""

    record: RepeatedTraining
    scored: Evaluation


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

    Where the policy asks for several seeds, the same is done with each (the sample is drawn anew, the test rows are
    the same), and only the scored rows are kept. The folder appears complete or not at all; an artifact that stands
    there is replaced, another folder is not.

    Raises:
        InputRefusedError: No training or no test rows.
        ConflictError: ``folder`` holds files that are not an artifact's.
    """
    refuse_foreign_folder(folder)
    rows = _training_rows(examples, sample_size=sample_size, seed=seed)
    _LOG.info("fit on %s rows", f"{len(rows):,}")
    clock = time.perf_counter()
    model = task.fit(examples.take(rows), settings, seed=seed)
    fitted = time.perf_counter()
    model_bytes = persistence.dump(model.state())
    _LOG.info("score the test rows")
    scored = score(model, examples)
    done = time.perf_counter()
    repeats = [
        _repeat(task, examples, settings, seed=other, sample_size=sample_size)
        for other in repeat_seeds(seed, settings.policy.seeds)
    ]
    seconds = {"fit": fitted - clock, "score_test_rows": done - fitted}
    if repeats:
        seconds["other_seeds"] = time.perf_counter() - done
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
        seconds={name: round(spent, 3) for name, spent in seconds.items()},
        run_url=circumstances.run_url,
        repeats=tuple(repeat.record for repeat in repeats),
    )
    _LOG.info("measure and write")
    metrics = _write(folder, training, model_bytes, scored, settings, repeats=repeats)
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


def _repeat(task: Task, examples: Examples, settings: TaskSettings, *, seed: int, sample_size: int) -> _Repeated:
    """Train again with another seed and score the same test rows."""
    rows = _training_rows(examples, sample_size=sample_size, seed=seed)
    _LOG.info("fit again with seed %s", seed)
    model = task.fit(examples.take(rows), settings, seed=seed)
    record = RepeatedTraining(
        seed=seed, trained_rows=len(rows), threshold=model.threshold, architecture=model.architecture()
    )
    return _Repeated(record, score(model, examples))


def _training_rows(examples: Examples, *, sample_size: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    candidates = np.flatnonzero(examples.split == TRAIN)
    if not candidates.size or not (examples.split == TEST).any():
        raise InputRefusedError(
            "The split leaves no rows to train on or none to test.",
            field="rows",
            expected="training and test rows",
            found=f"{candidates.size:,} training rows of {len(examples):,}",
            fix="Label more rows; a few hundred rows, of several entities or weeks, are the least that can be split.",
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


def _write(
    folder: Path,
    training: Training,
    model_bytes: bytes,
    scored: Evaluation,
    settings: TaskSettings,
    *,
    repeats: Sequence[_Repeated],
) -> Metrics:
    with workshop(folder) as name:
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
            repeats=tuple(_write_repeat(fresh, repeat, settings) for repeat in repeats),
        )
        documents.write(fresh / METRICS, metrics)
        checksums.write(fresh, [*ARTIFACT_FILES, *(seed_evaluation(repeat.record.seed) for repeat in repeats)])
        exchange(fresh, folder, Path(name) / "old")
    return metrics


def _write_repeat(folder: Path, repeat: _Repeated, settings: TaskSettings) -> Repeat:
    """Write the scored rows of another seed and return what is measured on them."""
    data = evaluation.write(folder / seed_evaluation(repeat.record.seed), repeat.scored)
    return evaluation.measure_repeat(
        repeat.scored,
        seed=repeat.record.seed,
        evaluation_sha256=sha256_bytes(data),
        threshold=repeat.record.threshold,
        policy=settings.policy,
    )
