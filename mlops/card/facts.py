"""What a card is made of: documents, and nothing else. Equal facts render to equal bytes."""

from dataclasses import dataclass

from mlops.artifact import Training
from mlops.config import CardSettings
from mlops.documents import Document
from mlops.gate import GateReport
from mlops.hashing import Sha256
from mlops.manifest import Manifest
from mlops.metrics import Metrics
from mlops.registry import Record, RecordedDataset

NOTES = "card.json"
CHART = "precision-recall.svg"
MANIFEST = "manifest.json"


class CardNotes(Document):
    """``card.json``: what a card says that no other document holds, kept so that it can be rendered again from git.

    Attributes:
        description: What the task is for, from ``mlops.toml``.
        card: The free text of ``mlops.toml`` on the day of rendering; later edits leave old cards as they are.
        previous: The version that the card compares with; None for a task's first.
        artifact_sha256: Hash of the artifact's ``checksums.txt``.
    """

    model_id: str
    task: str
    description: str
    card: CardSettings
    previous: str | None
    artifact_sha256: Sha256


@dataclass(frozen=True)
class CardFacts:
    """All that a card shows. ``previous`` is the record named in ``notes.previous``."""

    manifest: Manifest
    training: Training
    metrics: Metrics
    gate: GateReport
    notes: CardNotes
    previous: Record | None


def record_of(facts: CardFacts) -> Record:
    """Return the record that the card's front matter keeps."""
    manifest, training, metrics, gate = facts.manifest, facts.training, facts.metrics, facts.gate
    return Record(
        id=training.model_id,
        task=training.task,
        verdict=gate.verdict,
        threshold=metrics.threshold,
        metrics=metrics.metrics,
        confidence=metrics.interval.confidence,
        rows=metrics.rows,
        dataset=RecordedDataset(id=manifest.id, sha256=manifest.sha256, rows=manifest.rows, labels=manifest.labels),
        model_sha256=training.model_sha256,
        artifact_sha256=facts.notes.artifact_sha256,
        evaluation_sha256=metrics.evaluation_sha256,
        policy_sha256=gate.bindings.policy_sha256,
        code_commit=training.code.commit,
        code_dirty=training.code.dirty,
        trained_at=training.trained_at,
        previous=facts.notes.previous,
        features=tuple(feature.name for feature in training.features),
    )
