"""One run of gate 4: the artifact's evidence read and bound to one dataset, measured again, judged."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mlops import documents
from mlops import manifest as manifests
from mlops.artifact import CROSSVAL, TRAINING
from mlops.auditing import AuditReport
from mlops.certification.document import GATES, CertificationReport, Performance
from mlops.certification.judging import judge
from mlops.certification.measuring import TestRows, measure
from mlops.certification.status import policy_sha256
from mlops.cli import plugs, steps
from mlops.cli.certify_asked import Asked, rules_of
from mlops.cli.common import find_manifest
from mlops.cli.gates import gates_folder
from mlops.cli.judge import Evidence, read_evidence
from mlops.config import Settings
from mlops.crossval.document import CrossvalReport
from mlops.documents import Document
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.gate.report import Bindings, Verdict
from mlops.manifest import Manifest
from mlops.validation import Validation

_DOCUMENTS: Mapping[str, type[Document]] = {"validation": Validation, "audit": AuditReport, "crossval": CrossvalReport}


def certify(asked: Asked, settings: Settings, root: Path) -> CertificationReport:
    """Measure an artifact again and judge it.

    Raises:
        InputRefusedError: A checksum does not hold, the artifact is of another task or dataset than its manifest pins,
            or a document of gates 1 to 3 is about another dataset.
    """
    rules = rules_of(asked.task, settings)
    evidence = read_evidence(asked.artifact, settings=settings)
    pinned = _manifest(asked, evidence, root)
    folders = (asked.artifact, gates_folder(root, pinned))
    gates, crossval = read_gates(folders, pinned), read_crossval(folders)
    performance = measured(asked.artifact, crossval, pinned, settings, root)
    judged = judge(performance, rules, asked.profile, gates)
    training, metrics = evidence.training, evidence.metrics
    reviews = () if crossval is None else tuple(note for note in crossval.notes if note.startswith("Review: "))
    return CertificationReport(
        task=asked.task,
        model_id=training.model_id,
        dataset_id=pinned.id,
        as_of=asked.as_of or pinned.as_of.isoformat(),
        profile=asked.profile,
        policy=rules,
        performance=performance,
        gates=gates,
        **{**judged._asdict(), "notes": (*judged.notes, *reviews)},
        bindings=Bindings(
            dataset_sha256=pinned.sha256,
            model_sha256=evidence.model_sha256,
            artifact_sha256=evidence.artifact_sha256,
            evaluation_sha256=metrics.evaluation_sha256,
            policy_sha256=policy_sha256(rules),
            code_commit=training.code.commit,
            code_dirty=training.code.dirty,
            run_url=asked.run_url,
        ),
    )


def read_gates(folders: Sequence[Path], pinned: Manifest) -> dict[str, Verdict]:
    """Return the verdicts of gates 1 to 3, each from the first folder that has it; one that is nowhere is left out.

    Raises:
        InputRefusedError: A document cannot be read, or is about other bytes than the manifest pins.
    """
    verdicts: dict[str, Verdict] = {}
    for gate in GATES:
        path = _first(f"{gate}.json", folders)
        if path is None:
            continue
        found = documents.read(path, _DOCUMENTS[gate]).model_dump()
        for field, expected in (("task", pinned.task), ("dataset_sha256", pinned.sha256)):
            if found[field] != expected:
                raise InputRefusedError(
                    f"The document of gate {gate} is about other data than the model.",
                    file=path,
                    field=field,
                    expected=expected,
                    found=found[field],
                    fix=f"Run the gate again on {pinned.id}, then certify.",
                )
        verdicts[gate] = found["verdict"]
    return verdicts


def read_crossval(folders: Sequence[Path]) -> CrossvalReport | None:
    """Return the report of the cross-validation that stands in the first folder that has one."""
    path = _first(CROSSVAL, folders)
    return None if path is None else documents.read(path, CrossvalReport)


def measured(
    artifact: Path, crossval: CrossvalReport | None, pinned: Manifest, settings: Settings, root: Path
) -> Performance:
    """Return what a model is worth: its test rows scored again from its file, their labels and days as pinned.

    Raises:
        InputRefusedError: The recorded scores do not follow from the model, or the rows are not those pinned.
    """
    task = plugs.open_task(pinned.task)
    examples = steps.read_examples(task, pinned, settings, root)
    if examples.time is None:
        raise UsageRefusedError(
            "Only rows that have a day can be certified.",
            field="task",
            expected="a task with a contract that names the day of the event",
            found="rows without a time",
            fix="Certify a model of another task, for example claims.",
        )
    scored = steps.rescore(task, artifact, examples, settings, pinned).evaluation
    place = {row: at for at, row in enumerate(examples.row_id)}
    at = np.array([place[row] for row in scored.row_id], dtype=np.intp)
    tested = TestRows(
        label=scored.label == 1, score=scored.score, called=scored.predicted, time=examples.time[at],
        group=scored.cluster,
    )  # fmt: skip
    negatives = int((examples.label == 0).sum())
    confidence = rules_of(pinned.task, settings).confidence
    return measure(tested, crossval, rows=len(examples), negatives=negatives, confidence=confidence)


def _first(name: str, folders: Sequence[Path]) -> Path | None:
    places = (folder / name for folder in folders)
    return next((place for place in places if place.is_symlink() or place.exists()), None)


def _manifest(asked: Asked, evidence: Evidence, root: Path) -> Manifest:
    """Return the manifest of the artifact's dataset, of the task asked for and with the artifact's hash."""
    training = evidence.training
    if training.task != asked.task:
        raise InputRefusedError(
            "The artifact is of another task.",
            file=asked.artifact / TRAINING,
            field="task",
            expected=asked.task,
            found=training.task,
            fix=f"Name the task: mlops certify {training.task} {asked.artifact}",
        )
    pinned = manifests.load(find_manifest(root, training.dataset_id))
    steps.refuse_other_data(training, pinned, asked.artifact)
    return pinned
