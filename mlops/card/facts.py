"""What a card is made of: documents, and nothing else. Equal facts render to equal bytes."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, SerializerFunctionWrapHandler, model_serializer, model_validator

from mlops.artifact import CERTIFICATION, Training
from mlops.certification.document import GATES, CertificationReport, Sequence, Status
from mlops.config import CardSettings
from mlops.crossval.document import CrossvalReport
from mlops.documents import Document, Part
from mlops.gate import GateReport
from mlops.gate.report import Verdict
from mlops.hashing import Sha256
from mlops.manifest import Manifest
from mlops.metrics import Metrics
from mlops.registry import Record, RecordedDataset

NOTES = "card.json"
CHART = "precision-recall.svg"
MANIFEST = "manifest.json"
CERTIFIED = (*(f"{gate}.json" for gate in GATES), CERTIFICATION)
"""What a certified model's card has beside it: the documents of gates 1 to 3 that there are, and that of gate 4."""


def _one_of_ours(name: str) -> str:
    if name not in CERTIFIED:
        raise ValueError(f"must be one of {', '.join(CERTIFIED)}")
    return name


class Standing(Part):
    """What the ledger of certification said of the run that a card is about, on the day of the run.

    Attributes:
        files: By name the hash of each document of gates 1 to 4 beside the card.
        line: The run's line in the ledger; None where it was not recorded, and then allows nothing.
        counts: Whether it counts for the streak.
        why_not: Why it does not; empty where it does.
        status: What the ledger allowed, up to that line.
    """

    files: dict[Annotated[str, AfterValidator(_one_of_ours)], Sha256]
    line: Sequence | None
    counts: bool
    why_not: str
    status: Status

    @model_validator(mode="after")
    def _has_the_report(self) -> Self:
        if CERTIFICATION not in self.files:
            raise ValueError(f"`files` must name {CERTIFICATION}")
        return self


class CardNotes(Document):
    """``card.json``: what a card says that no other document holds, kept so that it can be rendered again from git.

    Attributes:
        description: What the task is for, from ``mlops.toml``.
        card: The free text of ``mlops.toml`` on the day of rendering; later edits leave old cards as they are.
        previous: The version that the card compares with; None for a task's first.
        artifact_sha256: Hash of the artifact's ``checksums.txt``.
        certification: For a certified model, where it stands; left out of the file for others.
    """

    model_id: str
    task: str
    description: str
    card: CardSettings
    previous: str | None
    artifact_sha256: Sha256
    certification: Standing | None = None

    @model_serializer(mode="wrap")
    def _without_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what the card does not have, so that cards of before stay what they are, byte for byte."""
        values: dict[str, Any] = handler(self)
        if self.certification is None:
            values.pop("certification")
        return values


@dataclass(frozen=True)
class GateBefore:
    """What a gate before the certificate said: ``validation``, ``audit`` or ``crossval``."""

    name: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Certificate:
    """What a card says of a certification. ``crossval`` and ``gates`` are of the documents that there are."""

    report: CertificationReport
    standing: Standing
    crossval: CrossvalReport | None
    gates: tuple[GateBefore, ...]


@dataclass(frozen=True)
class CardFacts:
    """All that a card shows.

    ``previous`` is the record named in ``notes.previous``, ``certificate`` what ``notes.certification`` names,
    ``serves`` are the environments that are to be served by the model, as ``environments.json`` beside the cards says.
    """

    manifest: Manifest
    training: Training
    metrics: Metrics
    gate: GateReport
    notes: CardNotes
    previous: Record | None
    certificate: Certificate | None = None
    serves: tuple[str, ...] = ()


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
