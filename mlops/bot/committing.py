"""What a card's commit holds: regenerated on the newest commit of the base branch, never copied from elsewhere."""

from datetime import date
from pathlib import Path

from mlops import config, documents, judged, registry
from mlops import manifest as manifests
from mlops.artifact import GATE, TRAINING, Training
from mlops.bot.keys import key_of
from mlops.card import evidence
from mlops.card.evidence import Evidence
from mlops.card.facts import record_of
from mlops.errors import InputRefusedError
from mlops.gate import GateReport
from mlops.ids import DatasetId, ModelId
from mlops.policy import ratchet, sentence
from mlops.registry import Record


def read_passed(artifact: Path) -> GateReport:
    """Return the verdict of a judged artifact, which must be a pass.

    Raises:
        InputRefusedError: There is no verdict, it is no document, or it is no pass.
    """
    report = documents.read(artifact / GATE, GateReport)
    if report.verdict != "pass":
        raise InputRefusedError(
            "Only what passed is published.",
            file=artifact / GATE,
            field="verdict",
            expected="pass",
            found=report.verdict,
            why=report.reason,
            fix="Read the report, then train again on better or more data.",
        )
    return report


def key_of_card(record: Record, target: str) -> str:
    """Return the key of a card on a branch: of what was judged, how, and where it goes.

    When training is repeated on the same data, only the times in its record differ; that is the same card.
    """
    facts = (record.id, record.model_sha256, record.dataset.sha256, record.evaluation_sha256, record.policy_sha256)
    return key_of("card", *facts, record.verdict, target)


def regenerate(artifact: Path, report: GateReport, tree: Path) -> Evidence:
    """Return the card's evidence as it is on top of ``tree``, a checkout of the base branch.

    Raises:
        InputRefusedError: The base branch does not pin the dataset, or pins other bytes; its policy is stricter than
            the one that judged; or the documents of the artifact do not belong together.
    """
    training = documents.read(artifact / TRAINING, Training)
    settings = config.load(tree / config.FILE_NAME).task(training.task)
    path = tree / manifests.path_of(DatasetId.parse(training.dataset_id))
    if not path.is_file():
        raise InputRefusedError(
            "The base branch does not pin the dataset of this model.",
            file=path.relative_to(tree),
            expected="a manifest on the base branch",
            found="nothing",
            fix="Merge the manifest first, then publish the card.",
        )
    _refuse_looser(report, settings.policy, artifact)
    return evidence.collect(artifact, manifests.load(path), settings, tree / registry.FOLDER)


def same_card(found: Evidence, tree: Path) -> bool:
    """Tell whether ``tree`` has this card already, perhaps from an earlier try of the same run."""
    path = registry.path_of(ModelId.parse(found.facts.training.model_id), tree / registry.FOLDER)
    if not path.is_file():
        return False
    return key_of_card(registry.read_record(path), "") == key_of_card(record_of(found.facts), "")


def write(found: Evidence, report: GateReport, tree: Path, *, today: date) -> None:
    """Write the card, its evidence and the ledger's line into ``tree``.

    Raises:
        ConflictError: The id has the card of another model.
    """
    evidence.publish(found, tree / registry.FOLDER)
    if report.holdout is not None:
        judged.record(tree / judged.FILE, judged.entry_of(report, today))


def _refuse_looser(report: GateReport, base: config.Policy, artifact: Path) -> None:
    _, loosened = ratchet(base, report.policy)
    if loosened:
        raise InputRefusedError(
            "The model was judged by a looser policy than the base branch's.",
            file=artifact / GATE,
            field="policy",
            found="; ".join(map(sentence, loosened))[:600],
            fix="Judge it again by the base branch's policy: mlops gate ARTIFACT --base DIR",
        )
