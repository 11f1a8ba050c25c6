"""The bill of materials of a released model: CycloneDX 1.6, made of its documents alone, the same bytes each time.

Source: "CycloneDX v1.6 JSON Reference", OWASP Foundation (ECMA-424), with its guide to machine-learning BOMs.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from mlops.artifact import Training
from mlops.documents import canonical_json
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.manifest import Manifest
from mlops.metrics import Estimate, Metrics

NAME = "bom.cdx.json"

_SPEC = "1.6"
_OURS = "precision-gate"
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~")
_NOT_PACKAGES = frozenset({"platform", "python"})
_MODEL, _DATASET = "model", "dataset"

Json = dict[str, Any]


def build(
    training: Training,
    metrics: Metrics,
    report: GateReport,
    *,
    files: Mapping[str, str],
    manifest: Manifest | None = None,
) -> bytes:
    """Return the bill of materials of a judged artifact.

    Args:
        training: How the model was made.
        metrics: What was measured.
        report: The verdict.
        files: The artifact's files and their SHA-256, as ``checksums.txt`` lists them.
        manifest: Of the dataset, where it is at hand: adds its licence, its size and what it says of itself.
    """
    bound = report.bindings
    facts = (bound.artifact_sha256, bound.evaluation_sha256, bound.policy_sha256, training.model_id)
    # Of the hashes alone, so that whoever makes the document again gets the same one.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, sha256_bytes("\n".join(facts).encode()))
    libraries = [_library(name, version) for name, version in sorted(training.environment.items())
                 if name not in _NOT_PACKAGES]  # fmt: skip
    used = [_python(training.environment)] if "python" in training.environment else []
    components = [_dataset(training, manifest), *used, *libraries]
    return canonical_json(
        {
            "$schema": f"http://cyclonedx.org/schema/bom-{_SPEC}.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": _SPEC,
            "serialNumber": f"urn:uuid:{serial}",
            "version": 1,
            "metadata": {
                "timestamp": f"{training.trained_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "tools": {"components": [_tool(training.environment)]},
                "component": _model(training, metrics, report, files),
            },
            "components": components,
            "dependencies": [
                {"ref": _MODEL, "dependsOn": [component["bom-ref"] for component in components]},
                *({"ref": component["bom-ref"]} for component in components),
            ],
        }
    )


def _model(training: Training, metrics: Metrics, report: GateReport, files: Mapping[str, str]) -> Json:
    bound = report.bindings
    return {
        "type": "machine-learning-model",
        "bom-ref": _MODEL,
        "name": training.model_id,
        "version": training.model_id.partition("_")[2],
        "description": f"A model of the task {training.task}, trained on {training.dataset_id}.",
        "hashes": _hashes(training.model_sha256),
        "pedigree": {"commits": [{"uid": bound.code_commit}]},
        "components": [
            {"type": "file", "bom-ref": f"file:{name}", "name": name, "hashes": _hashes(digest)}
            for name, digest in sorted(files.items())
        ],
        "modelCard": _card(training, metrics, report),
        "properties": _properties(
            {
                "artifact_sha256": bound.artifact_sha256,
                "evaluation_sha256": bound.evaluation_sha256,
                "policy_sha256": bound.policy_sha256,
                "platform": training.environment.get("platform", ""),
                "seed": str(training.seed),
                "trained_in": training.run_url,
                "judged_in": bound.run_url,
                "verdict": report.verdict,
            }
        ),
    }


def _card(training: Training, metrics: Metrics, report: GateReport) -> Json:
    limits = tuple(dict.fromkeys((*training.findings, *report.warnings)))
    return {
        "bom-ref": "model-card",
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": training.task,
            "modelArchitecture": training.architecture,
            "datasets": [{"ref": _DATASET}],
            "inputs": [{"format": feature.name} for feature in training.features],
            "outputs": [{"format": f"score in [0, 1]; a match from {training.threshold!r} on"}],
        },
        "quantitativeAnalysis": {
            "performanceMetrics": [
                *(_measured(name, estimate) for name, estimate in sorted(metrics.metrics.items())),
                *(
                    _measured(name, estimate, f"{part.slice}: {part.value}")
                    for part in metrics.slices
                    for name, estimate in sorted(part.metrics.items())
                ),
            ]
        },
    } | ({"considerations": {"technicalLimitations": list(limits)}} if limits else {})


def _measured(name: str, estimate: Estimate, part: str = "") -> Json:
    found: Json = {"type": name, "value": "undefined" if estimate.value is None else repr(estimate.value)}
    if estimate.lower is not None and estimate.upper is not None:
        found["confidenceInterval"] = {"lowerBound": repr(estimate.lower), "upperBound": repr(estimate.upper)}
    return found | ({"slice": part} if part else {})


def _dataset(training: Training, manifest: Manifest | None) -> Json:
    split = training.split
    known: Json = {
        "type": "data",
        "bom-ref": _DATASET,
        "name": training.dataset_id,
        "hashes": _hashes(training.dataset_sha256),
        "data": [{"type": "dataset", "name": training.dataset_id}],
        "properties": _properties({"train_rows": str(split.train_rows), "test_rows": str(split.test_rows)}),
    }
    if manifest is None:
        return known
    known["properties"] += _properties({"rows": str(manifest.rows), "bytes": str(manifest.bytes)})
    if manifest.source:
        known["description"] = manifest.source
    if manifest.licence:
        known["licenses"] = [{"license": {"name": manifest.licence}}]
    return known


def _library(name: str, version: str) -> Json:
    return {
        "type": "library",
        "bom-ref": f"library:{name}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{_quoted(name.lower().replace('_', '-'))}@{_quoted(version)}",
    }


def _python(environment: Mapping[str, str]) -> Json:
    version = environment["python"]
    purl = f"pkg:generic/python@{_quoted(version)}"
    return {"type": "platform", "bom-ref": "python", "name": "python", "version": version, "purl": purl}


def _tool(environment: Mapping[str, str]) -> Json:
    version = environment.get(_OURS)
    return {"type": "application", "name": _OURS} | ({"version": version} if version else {})


def _hashes(sha256: str) -> list[Json]:
    return [{"alg": "SHA-256", "content": sha256}]


def _properties(values: Mapping[str, str]) -> list[Json]:
    return [{"name": f"{_OURS}:{name}", "value": value} for name, value in sorted(values.items()) if value]


def _quoted(text: str) -> str:
    """Return a part of a package URL: what is not a plain sign is percent-encoded."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in text.encode())
