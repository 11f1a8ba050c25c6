"""The champion: which model is in production, its scores of the candidate's test rows, and the comparison."""

from dataclasses import dataclass
from pathlib import Path

import click

from mlops import checksums, documents, environments, evaluation, registry
from mlops.artifact import CHECKSUMS, EVALUATION, METRICS, Training
from mlops.cli.judge import Evidence
from mlops.cli.parameters import FolderOrNothing
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.evaluation import Evaluation
from mlops.gate import Facts
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics, Paired

_TOLERANCE = 1e-9

option = click.option(
    "--champion",
    type=FolderOrNothing(),
    metavar="DIR",
    help="The model in production, scored on the same test rows: what `mlops evaluate CHAMPION --dataset ID --out DIR` "
    "wrote, or its artifact if it is of the same dataset, or any artifact of it with --rescore.",
)
"""The option of the verb that judges."""


@dataclass(frozen=True)
class Champion:
    """A model in production and its scores.

    Attributes:
        folder: Where they were read, for messages.
        evaluation: The scored rows.
        metrics: What its ``metrics.json`` says; identities are believed once they hold, numbers are computed again.
        note: Whether test rows can have trained it, where that was asked.
    """

    folder: Path
    evaluation: Evaluation
    metrics: Metrics
    note: str = ""


def read_champion(folder: Path) -> Champion:
    """Read a champion's scored rows; every file is read once and hashed as read.

    Raises:
        InputRefusedError: A file is absent or damaged, a checksum does not hold, or ``metrics.json`` is not about the
            rows beside it.
    """
    if (folder / CHECKSUMS).exists():
        checksums.verify(folder, required=(EVALUATION, METRICS))
    metrics = documents.read(folder / METRICS, Metrics)
    data = documents.read_bytes(folder / EVALUATION, limit=evaluation.MAX_BYTES)
    found = sha256_bytes(data)
    if found != metrics.evaluation_sha256:
        raise _not_its_own(folder, "evaluation_sha256", expected=metrics.evaluation_sha256, found=found)
    return Champion(folder, evaluation.loads(data, file=folder / EVALUATION), metrics)


def facts_about(evidence: Evidence, champion: Champion | None, root: Path) -> Facts:
    """Return what is known about the model in production, the comparison included.

    Args:
        evidence: The candidate's.
        champion: The model in production with its scores; None where none were given.
        root: The tree that declares what is in production: the base branch's, where a change is judged.

    Raises:
        UsageRefusedError: The champion is the candidate itself, or not the model in production.
        InputRefusedError: The champion was scored on other rows, or its record does not hold.
    """
    training = evidence.training
    served = environments.production_of(evidence.declared, training.task, root)
    asked = any(criterion.change for criterion in evidence.declared.criteria.values())
    if champion is None:
        notes = (_how_to_compare(served, training),) if served and asked else ()
        return Facts(first_version=not served, served=served, notes=notes)
    refuse_other_model(champion, served, root)
    _refuse_itself(champion, evidence)
    _refuse_other_data(champion, evidence)
    comparison = evaluation.compare(
        evidence.evaluation,
        champion.evaluation,
        champion_id=champion.metrics.model_id,
        champion_model_sha256=champion.metrics.model_sha256,
        champion_evaluation_sha256=champion.metrics.evaluation_sha256,
        champion_threshold=champion.metrics.threshold,
        confidence=evidence.declared.confidence,
    )
    _check_values(champion, comparison)
    return Facts(first_version=False, comparison=comparison, served=served, notes=_notes(champion, served))


def refuse_other_model(champion: Champion, served: str, root: Path) -> None:
    """Refuse a champion that is not the model which the repository declares to be in production.

    Raises:
        UsageRefusedError: It has another id.
        InputRefusedError: It has that id, and another model file than the card of that id records.
    """
    found = champion.metrics
    if served and found.model_id != served:
        raise UsageRefusedError(
            "The champion is not the model in production.",
            file=environments.PATH,
            field="--champion",
            expected=served,
            found=f"{found.model_id} in {champion.folder}",
            fix=f"Pass the scores of {served}; if {found.model_id} is in production, say so in {environments.PATH}.",
        )
    card = registry.path_of(served, root / registry.FOLDER) if served else None
    if card is None or not card.exists():
        return
    recorded = registry.read_record(card).model_sha256
    if recorded != found.model_sha256:
        raise InputRefusedError(
            f"The champion has the id {served}, but not the model that the card of {served} records.",
            file=champion.folder / METRICS,
            field="model_sha256",
            expected=recorded,
            found=found.model_sha256,
            fix="Score the test rows with the artifact that was published under this id.",
        )


def _refuse_itself(champion: Champion, evidence: Evidence) -> None:
    if champion.metrics.model_sha256 == evidence.model_sha256:
        raise UsageRefusedError(
            "A model is not compared with itself: candidate and champion are the same model file.",
            file=champion.folder,
            field="--champion",
            expected="another model than the candidate",
            found=f"model sha256 {evidence.model_sha256}",
            fix="Pass the scores of the model in production, or judge a candidate that differs from it.",
        )


def _refuse_other_data(champion: Champion, evidence: Evidence) -> None:
    training, found = evidence.training, champion.metrics
    for field, expected, says in (
        ("task", training.task, found.task),
        ("dataset_sha256", training.dataset_sha256, found.dataset_sha256),
    ):
        if expected != says:
            raise InputRefusedError(
                "The champion was not scored on the candidate's data.",
                file=champion.folder / METRICS,
                field=field,
                expected=expected,
                found=says,
                fix=_command(found.model_id, training.dataset_id),
            )


def _check_values(champion: Champion, comparison: Paired) -> None:
    """Refuse a ``metrics.json`` whose numbers do not follow from the rows beside it."""
    for name, difference in comparison.differences.items():
        recorded = champion.metrics.metrics.get(name)
        says = recorded.value if recorded else None
        is_so = difference.champion
        if (says is None) != (is_so is None) or not abs((says or 0.0) - (is_so or 0.0)) <= _TOLERANCE:
            raise _not_its_own(champion.folder, f"metrics.{name}.value", expected=repr(is_so), found=repr(says))


def _not_its_own(folder: Path, field: str, *, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The champion's record does not follow from the scored rows beside it.",
        file=folder / METRICS,
        field=field,
        expected=expected,
        found=found,
        why="One of the two files was edited, or they come from different runs.",
        fix="Score the rows again: `mlops evaluate CHAMPION --dataset ID --out DIR`.",
    )


def _notes(champion: Champion, served: str) -> tuple[str, ...]:
    if served:
        return ()
    model = champion.metrics.model_id
    return (f"{environments.PATH} names no model in production; the comparison is with {model} all the same.",)


def _how_to_compare(served: str, training: Training) -> str:
    if served == training.model_id:
        return (
            f"{served} is the id of the model in production, and a model is not compared with itself: train a new "
            "candidate under the next id of its dataset."
        )
    return f"{served} is in production and was not compared with. {_command(served, training.dataset_id)}"


def _command(model_id: str, dataset_id: str) -> str:
    return (
        f"Score the test rows with the artifact of {model_id}, `mlops evaluate dist/{model_id} --dataset {dataset_id} "
        "--out champion`, then judge with `--champion champion`."
    )
