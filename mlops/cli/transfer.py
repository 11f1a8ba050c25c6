"""Scoring the pinned test rows of another dataset than the model's own, so that two models meet the same rows."""

from pathlib import Path

from mlops import documents, environments, training
from mlops.artifact import TRAINING, Training
from mlops.cli.champion import Champion, refuse_other_model
from mlops.cli.steps import Rescored, load_model, measured, rescore
from mlops.config import Settings, SplitSettings
from mlops.errors import InputRefusedError, UsageRefusedError
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
    return Rescored(record, scored, measured(record, model, scored, settings, pinned), None)


def what_is_known(record: Training, examples: Examples, split: SplitSettings) -> str:
    """Say whether rows that the model was trained on can be among these test rows.

    A split by entity is a hash of the entity with the split's own seed, so equal settings keep an entity on its side;
    in a split by date the days tell.
    """
    until, tested = str(record.facts.get("split_train_until", "")), str(examples.facts.get("split_test_from", ""))
    if until and tested and until < tested:
        return (
            f"Both datasets are split by date: no test row, all of {tested} or later, trained {record.model_id}, which "
            f"learned from rows until {until}."
        )
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


def score_champion(
    task: Task, folder: Path, examples: Examples, settings: Settings, pinned: Manifest, *, root: Path, output: Path
) -> Champion:
    """Score the test rows of ``pinned`` with the model in production, from its artifact.

    Args:
        task: The plug of the task.
        folder: The champion's artifact.
        examples: Of the dataset ``pinned``.
        settings: The repository's.
        pinned: The candidate's dataset.
        root: The repository, which declares what is in production.
        output: Where the candidate will be written.

    Raises:
        UsageRefusedError: The candidate would replace the champion, or the champion is not the model in production.
        InputRefusedError: The artifact does not hold, or cannot score these rows.
    """
    if output.resolve() == folder.resolve():
        raise UsageRefusedError(
            "The candidate would replace the artifact of the champion.",
            file=folder,
            field="--champion",
            expected="another folder than the candidate's",
            found=output,
            fix="Choose another folder for the candidate with --out.",
        )
    record = documents.read(folder / TRAINING, Training)
    if record.task != task.name:
        raise UsageRefusedError(
            "The champion is of another task.", file=folder / TRAINING, field="task", expected=task.name,
            found=record.task, fix=f"Pass an artifact of the task {task.name}.",
        )  # fmt: skip
    own = record.dataset_sha256 == pinned.sha256
    scored = (rescore if own else score_elsewhere)(task, folder, examples, settings, pinned)
    note = "" if own else what_is_known(scored.training, examples, settings.task(task.name).split)
    champion = Champion(folder, scored.evaluation, scored.metrics, note)
    served = environments.production_of(settings.task(task.name).policy, task.name, root)
    refuse_other_model(champion, served, root)
    return champion
