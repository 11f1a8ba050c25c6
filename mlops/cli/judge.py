"""Judging an artifact: its evidence verified and measured again, then decided. Shared by ``gate`` and ``run``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops import checksums, documents, evaluation
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING, Training
from mlops.cli.common import EXIT
from mlops.cli.remeasured import check_agreement, check_same_rows, disagrees
from mlops.cli.seeds import measure_seeds
from mlops.config import Policy, Settings, policy_sha256
from mlops.diagnosis import diagnose
from mlops.evaluation import Evaluation
from mlops.gate import Bindings, Facts, GateReport, decide
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics, Repeat
from mlops.policy import tighten

__all__ = ["EXIT", "Evidence", "judge", "read_evidence", "write_report"]


@dataclass(frozen=True)
class Evidence:
    """An artifact whose checksums hold, with its metrics measured again from the scored rows.

    Attributes:
        training: How the model was made.
        evaluation: The scored rows.
        metrics: Measured from ``evaluation``, believed instead of ``metrics.json``.
        declared: The policy that the repository declares for the task.
        model_sha256: Hash of the model file.
        artifact_sha256: Hash of ``checksums.txt``.
    """

    training: Training
    evaluation: Evaluation
    metrics: Metrics
    declared: Policy
    model_sha256: str
    artifact_sha256: str


def read_evidence(artifact: Path, *, settings: Settings, evaluation_file: Path | None = None) -> Evidence:
    """Verify an artifact and measure its evaluation again; every file is read once and hashed as read.

    Args:
        artifact: The folder that training left.
        settings: The repository's settings.
        evaluation_file: The same test rows scored again; the artifact's own by default.

    Raises:
        InputRefusedError: A checksum does not hold, ``metrics.json`` disagrees with the rows, or
            ``evaluation_file`` holds other rows.
        UsageRefusedError: The artifact's task is not declared.
    """
    listing = documents.read_bytes(artifact / CHECKSUMS)
    listed = checksums.verify(artifact, listing=listing, required=(MODEL, TRAINING, EVALUATION, METRICS))
    training = documents.loads(
        checksums.read_verified(artifact, TRAINING, listed), Training, file=artifact / TRAINING
    )  # fmt: skip
    policy = settings.task(training.task).policy
    if training.model_sha256 != listed[MODEL]:
        raise disagrees(artifact / TRAINING, "model_sha256", expected=listed[MODEL], found=training.model_sha256)
    rows_bytes = checksums.read_verified(artifact, EVALUATION, listed, limit=evaluation.MAX_BYTES)
    rows = evaluation.loads(rows_bytes, file=artifact / EVALUATION)
    repeats = measure_seeds(artifact, listed, training=training, rows=rows, policy=policy)
    found = _measure(rows, rows_bytes, training, policy, repeats)
    recorded = documents.loads(checksums.read_verified(artifact, METRICS, listed), Metrics, file=artifact / METRICS)
    check_agreement(recorded, found, artifact / METRICS)
    if evaluation_file is not None:
        rows_bytes = documents.read_bytes(evaluation_file, limit=evaluation.MAX_BYTES)
        again = evaluation.loads(rows_bytes, file=evaluation_file)
        check_same_rows(rows, again, evaluation_file)
        rows, found = again, _measure(again, rows_bytes, training, policy, repeats)
    return Evidence(training, rows, found, policy, listed[MODEL], sha256_bytes(listing))


def judge(
    evidence: Evidence,
    *,
    overrides: Mapping[str, float | None],
    run_url: str,
    facts: Facts | None = None,
) -> GateReport:
    """Decide by the declared policy, tightened by ``overrides``; a model that does not pass is diagnosed.

    Args:
        evidence: What :func:`read_evidence` found.
        overrides: Per metric a higher minimum, or None.
        run_url: The run on GitHub that judges; empty when local.
        facts: The model in production, the use of the test rows, and what else is known; by default there is none.

    Raises:
        UsageRefusedError: An override would loosen the policy.
    """
    policy = tighten(evidence.declared, overrides)
    training = evidence.training
    report = decide(
        evidence.metrics,
        policy,
        declared=evidence.declared,
        facts=facts or Facts(first_version=True),
        bindings=Bindings(
            dataset_sha256=training.dataset_sha256,
            model_sha256=evidence.model_sha256,
            artifact_sha256=evidence.artifact_sha256,
            evaluation_sha256=evidence.metrics.evaluation_sha256,
            policy_sha256=policy_sha256(evidence.declared),
            code_commit=training.code.commit,
            code_dirty=training.code.dirty,
            run_url=run_url,
        ),
    )
    if report.verdict == "pass":
        return report
    return report.model_copy(update={"diagnosis": diagnose(evidence.evaluation, evidence.metrics, policy)})


def write_report(folder: Path, report: GateReport) -> Path:
    """Write ``gate.json`` to ``folder`` and return its path; do this before anything is shown or posted."""
    path = folder / GATE
    documents.write(path, report)
    return path


def _measure(rows: Evaluation, data: bytes, training: Training, policy: Policy, repeats: tuple[Repeat, ...]) -> Metrics:
    return evaluation.measure(
        rows,
        task=training.task,
        model_id=training.model_id,
        dataset_sha256=training.dataset_sha256,
        model_sha256=training.model_sha256,
        evaluation_sha256=sha256_bytes(data),
        threshold=training.threshold,
        policy=policy,
        repeats=repeats,
    )
