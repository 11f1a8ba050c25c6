"""Scoring the pinned test rows of another dataset than the model's own, so that two models meet the same rows."""

from pathlib import Path

from mlops import evaluation, training
from mlops.artifact import Training
from mlops.cli.steps import Rescored, load_model
from mlops.config import Settings, SplitSettings
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.manifest import Manifest
from mlops.task import Examples, Task


def score_elsewhere(task: Task, folder: Path, examples: Examples, settings: Settings, pinned: Manifest) -> Rescored:
    """Score the test rows of a dataset with an artifact's model; there is no recorded score to hold against these.

    Args:
        task: The plug of the artifact's task.
        folder: The artifact.
        examples: Of the dataset ``pinned``.
        settings: The repository's.
        pinned: Another dataset than the model's own.

    Raises:
        InputRefusedError: A checksum or the model file does not hold, or the dataset lacks an attribute of the model.
    """
    record, model = load_model(task, folder)
    try:
        scored = training.score(model, examples)
    except InputRefusedError as error:
        raise InputRefusedError(
            f"The test rows of {pinned.id} cannot be scored by {record.model_id}.",
            file=folder,
            field=error.field,
            expected=error.expected,
            found=error.found,
            why=error.what,
            fix=f"Compare models of the same schema: train {record.model_id}'s settings on {pinned.id} and make that "
            "the champion, or name a dataset that has the attributes.",
        ) from error
    metrics = evaluation.measure(
        scored,
        task=record.task,
        model_id=record.model_id,
        dataset_sha256=pinned.sha256,
        model_sha256=record.model_sha256,
        evaluation_sha256=sha256_bytes(evaluation.dumps(scored)),
        threshold=model.threshold,
        policy=settings.task(task.name).policy,
    )
    return Rescored(record, scored, metrics, None)


def what_is_known(record: Training, examples: Examples, split: SplitSettings) -> str:
    """Say whether rows that the model was trained on can be among these test rows.

    A split is a hash of the entity with the split's own seed, so equal settings keep an entity on its side.
    """
    learned = [record.facts.get(name) for name in ("split", "split_seed", "split_test_share")]
    here = [examples.facts.get(name) for name in ("split", "split_seed", "split_test_share")]
    if None not in learned and learned == here:
        return (
            f"Both datasets are split by entity with seed {split.seed} and test share {split.test_share:g}, which "
            f"keeps an entity on its side: no test row should have trained {record.model_id}, as far as entities keep "
            "their names."
        )
    return (
        f"Warning: whether some of these test rows trained {record.model_id} is not known, because its split was "
        f"{learned[0] or 'not recorded'} and this one is {here[0] or 'not recorded'}, not with the same recorded seed "
        "and share. If some did, it looks better here than it is, and a candidate is judged more strictly."
    )
