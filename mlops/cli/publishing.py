"""A verdict as GitHub shows it: outputs, the summary, annotations; the verdict's file stands before any of it."""

from contextlib import suppress
from pathlib import Path

from mlops import documents, registry
from mlops.cli import annotating, outputs
from mlops.cli.common import shown_path
from mlops.cli.judge import Evidence
from mlops.diagnosis import describe_worst
from mlops.errors import MlopsError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.registry import Record
from mlops.reporting import points_of, summary_of


def publish(report: GateReport, evidence: Evidence, path: Path, *, root: Path, summary: Path | None) -> None:
    """Tell the runner, if there is one, and write the summary to a file, if one is named.

    Args:
        report: The gate's report.
        evidence: What was judged.
        path: Where ``gate.json`` stands.
        root: The repository.
        summary: Where the summary is written; None for nowhere.
    """
    if summary is None and outputs.here() is None:
        return
    page = summary_of(
        report,
        history=points_of(records(root / registry.FOLDER), report.task),
        links=outputs.links(),
        worst_slice=describe_worst(evidence.metrics, evidence.declared),
    )
    if summary is not None:
        documents.write_bytes(summary, page.encode())
    outputs.tell("gate", gate_outputs(report, evidence.training.dataset_id, path))
    outputs.summarise(page)
    annotating.annotate(report, root)


def gate_outputs(report: GateReport, dataset_id: str, path: Path) -> dict[str, str]:
    """Return the step's outputs of a verdict; a metric that is not defined, or not judged, is an empty text."""
    bound = report.bindings
    values = {result.metric: result.value for result in report.criteria}
    metrics = {name: values.get(name) for name in ("precision", "recall", "f1")}
    return {
        "verdict": report.verdict,
        "reason": report.reason,
        "model-id": report.model_id,
        "dataset-id": dataset_id,
        "dataset-hash": bound.dataset_sha256,
        "model-sha256": bound.model_sha256,
        "artifact-sha256": bound.artifact_sha256,
        "evaluation-sha256": bound.evaluation_sha256,
        "policy-sha256": bound.policy_sha256,
        "gate-sha256": sha256_bytes(documents.read_bytes(path)),
        "report": shown_path(path).as_posix(),
        **{name: "" if value is None else repr(value) for name, value in metrics.items()},
    }


def records(folder: Path) -> list[Record]:
    """Return the records of the committed cards; one that cannot be read is `mlops card --check`'s to refuse."""
    found = []
    for model_id in registry.model_ids(folder) if folder.is_dir() else []:
        with suppress(MlopsError):
            found.append(registry.read_record(registry.path_of(str(model_id), folder)))
    return found
