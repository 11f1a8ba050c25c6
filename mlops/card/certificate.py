"""The documents of gates 1 to 4 beside a card: which there are, and whether they belong to its model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mlops import documents
from mlops.artifact import CERTIFICATION, CROSSVAL
from mlops.card.facts import NOTES, CardFacts, CardNotes, Certificate, GateBefore, Standing
from mlops.certification.document import GATES, CertificationReport
from mlops.certification.keeping import path_of, read
from mlops.certification.ledger import Ledger
from mlops.certification.status import status
from mlops.crossval.document import CrossvalReport
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes


class Submitted(NamedTuple):
    """What a card is given of a certification: the documents' bytes by name, and where the run stands."""

    files: Mapping[str, bytes]
    standing: Standing


def parse(files: Mapping[str, bytes], notes: CardNotes, source: Path) -> Certificate | None:
    """Return what a card says of a certification; None for a model that is not to be certified.

    Args:
        files: The documents' bytes by name.
        notes: The card's; they name the documents.
        source: Where the documents stand, for the message.

    Raises:
        InputRefusedError: ``certification.json`` or ``crossval.json`` is not valid, or another has no verdict.
    """
    if notes.certification is None:
        return None
    crossval = files.get(CROSSVAL)
    return Certificate(
        report=documents.loads(files[CERTIFICATION], CertificationReport, file=source / CERTIFICATION),
        standing=notes.certification,
        crossval=None if crossval is None else documents.loads(crossval, CrossvalReport, file=source / CROSSVAL),
        gates=tuple(_said(files[f"{gate}.json"], gate, source) for gate in GATES if f"{gate}.json" in files),
    )


def certificate_differences(facts: CardFacts, files: Mapping[str, bytes]) -> Iterator[tuple[str, str, object, object]]:
    """Yield file, field, expected and found of what the documents of gates 1 to 4 say and of what follows."""
    found = facts.certificate
    if found is None:
        return
    report, bound, judged = found.report, found.report.bindings, facts.gate.bindings
    for name, sha256 in sorted(found.standing.files.items()):
        yield name, "sha256", sha256, sha256_bytes(files[name])
    yield CERTIFICATION, "task", facts.training.task, report.task
    yield CERTIFICATION, "model_id", facts.training.model_id, report.model_id
    yield CERTIFICATION, "dataset_id", facts.training.dataset_id, report.dataset_id
    for field in ("dataset_sha256", "model_sha256", "artifact_sha256", "evaluation_sha256"):
        yield CERTIFICATION, f"bindings.{field}", getattr(judged, field), getattr(bound, field)
    for gate in GATES:
        document = _facts(files.get(f"{gate}.json"))
        if document:
            yield f"{gate}.json", "task", facts.training.task, document.get("task")
            yield f"{gate}.json", "dataset_sha256", facts.manifest.sha256, document.get("dataset_sha256")
        # A report without the gate's verdict took the gate as undecided, and may have been written before it was.
        if document and gate in report.gates:
            yield CERTIFICATION, f"gates.{gate}", document.get("verdict"), report.gates[gate]
    if found.crossval is not None and report.performance.cv_mean is not None:
        yield CERTIFICATION, "performance.cv_mean", found.crossval.accuracy.mean, report.performance.cv_mean


def ledger_differences(facts: CardFacts, folder: Path) -> Iterator[tuple[str, str, object, object]]:
    """Yield file, field, expected and found of what a card says of the ledger and of what stands there.

    Args:
        facts: The card's.
        folder: Where cards and ledgers stand.

    Raises:
        InputRefusedError: The ledger does not hold.
    """
    found = facts.certificate
    if found is None or found.standing.line is None:
        return
    said, ledger = found.standing, read(path_of(facts.training.task, folder))
    line = next((line for line in ledger.runs if line.sequence == said.line), None)
    yield NOTES, "certification.line", None if line is None else line.report_sha256, said.files.get(CERTIFICATION)
    if line is None:
        return
    yield NOTES, "certification.counts", line.counts, said.counts
    now = status(_up_to(ledger, line.sequence), found.report.policy, line.date)
    for field in ("as_of", "tier", "streak", "needed", "model_id", "certified_until"):
        yield NOTES, f"certification.status.{field}", getattr(now, field), getattr(said.status, field)


def _up_to(ledger: Ledger, sequence: int) -> Ledger:
    return ledger.until(sequence + 1)


def _said(data: bytes, gate: str, source: Path) -> GateBefore:
    found = _facts(data)
    verdict, reason = found.get("verdict"), found.get("reason")
    if verdict not in ("pass", "fail", "inconclusive") or not isinstance(reason, str):
        raise InputRefusedError(
            "This document of a gate says neither what it decided nor why.",
            file=source / f"{gate}.json",
            field="verdict, reason",
            expected="pass, fail or inconclusive, and a sentence",
            found=f"{verdict!r}, {type(reason).__name__}"[:200],
            fix="Restore the file from git, or run the gate again.",
        )
    return GateBefore(gate, verdict, reason)


def _facts(data: bytes | None) -> dict[str, Any]:
    """Return a document's values: those of validation and audit are read by a layer above the card's."""
    value = documents.check_json(data) if data else {}
    return value if isinstance(value, dict) else {}
