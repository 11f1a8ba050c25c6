"""``intake.json``: what became of each pending batch, whether the dataset that results is sound, and the verdict."""

from typing import Annotated

from pydantic import Field

from mlops.documents import Document, Part
from mlops.gate.report import Verdict
from mlops.hashing import Sha256
from mlops.metrics import Count

Sentence = Annotated[str, Field(max_length=2_000)]
Name = Annotated[str, Field(max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]
_MOST = 200


class BatchEntry(Part):
    """One pending batch, integrated in the working tree of the run alone.

    Attributes:
        batch: Its file.
        verdict: ``pass`` where all of it that is sound can be integrated.
        reason: Why, in a sentence.
        score: Of gate 1; None where the batch could not be judged at all.
        received: Its rows.
        added: New rows.
        revised: Rows that were known and got their label.
        identical: Rows that were known.
        quarantined: Rows that were not sound, or contradict what is known.
        champion: What the model in production makes of its rows before any model learns from them; empty without one.
        notes: What a person should know.
    """

    batch: Name
    verdict: Verdict
    reason: Sentence
    score: Share | None = None
    received: Count = 0
    added: Count = 0
    revised: Count = 0
    identical: Count = 0
    quarantined: Count = 0
    champion: Sentence = ""
    notes: Annotated[tuple[Sentence, ...], Field(max_length=_MOST)] = ()


class IntakeReport(Document):
    """``intake.json``.

    Attributes:
        task: Whose data it is.
        verdict: The worst of all that follows.
        reason: Why, in a sentence.
        base: The newest dataset before the batches.
        dataset_id: The dataset with every batch in it that could be integrated.
        dataset_sha256: What its bytes hash to.
        rows: Its rows.
        batches: The pending batches in the order of their day; after one that is refused none is tried.
        audit: The verdict of gate 2 on that dataset; None where a batch was refused before it, or nothing audits.
        audit_reason: Why, in a sentence.
        problems: What does not hold in data, manifests or ledger that the change brings.
    """

    task: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    verdict: Verdict
    reason: Sentence
    base: Name
    dataset_id: Name
    dataset_sha256: Sha256
    rows: Count
    batches: Annotated[tuple[BatchEntry, ...], Field(max_length=_MOST)] = ()
    audit: Verdict | None = None
    audit_reason: Sentence = ""
    problems: Annotated[tuple[Sentence, ...], Field(max_length=_MOST)] = ()
