"""Builders of scored rows and of artifacts around them, with a model file that nothing here loads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops import checksums, documents, evaluation
from mlops.artifact import EVALUATION, METRICS, MODEL, TRAINING, SplitFacts, Training
from mlops.config import Criterion, Policy
from mlops.evaluation import Evaluation
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics
from mlops.provenance import CodeVersion

MODEL_BYTES = b"model"
DATA_SHA256 = sha256_bytes(b"data")
THRESHOLD = 0.5


def texts(values: "list[str] | NDArray[Any]") -> NDArray[np.object_]:
    """Return an object array of str."""
    found = np.empty(len(values), dtype=object)
    found[:] = [str(value) for value in values]
    return found


def scored(
    *,
    tp: int,
    fp: int,
    fn: int,
    tn: int,
    slices: Mapping[str, NDArray[np.object_]] | None = None,
    weight: NDArray[np.float64] | None = None,
    cluster: NDArray[np.object_] | None = None,
) -> Evaluation:
    """Return rows with exactly these counts at threshold 0.5, scores spread over each side, rows independent."""
    label = np.repeat(np.array([1, 0, 1, 0], dtype=np.int8), [tp, fp, fn, tn])
    predicted = np.repeat([True, True, False, False], [tp, fp, fn, tn])
    spread = np.concatenate([np.linspace(0.01, 0.49, count) for count in (tp, fp, fn, tn)])
    n = len(label)
    return Evaluation(
        row_id=texts(np.arange(n)),
        cluster=texts(np.arange(n)) if cluster is None else cluster,
        label=label,
        score=np.where(predicted, THRESHOLD + spread, THRESHOLD - spread),
        predicted=predicted,
        weight=np.ones(n) if weight is None else weight,
        slices=slices or {},
    )


def measured(rows: Evaluation, policy: Policy | None = None, data: bytes = b"evaluation") -> Metrics:
    """Return the metrics of ``rows``."""
    return evaluation.measure(
        rows,
        task="er",
        model_id="er_20251020",
        dataset_sha256=DATA_SHA256,
        model_sha256=sha256_bytes(MODEL_BYTES),
        evaluation_sha256=sha256_bytes(data),
        threshold=THRESHOLD,
        policy=policy or Policy(criteria={}),
    )


def minima(decide_on: Any = "lower_bound", **thresholds: float) -> Policy:
    """Return a policy of minima."""
    criteria = {name: Criterion(min=value, decide_on=decide_on) for name, value in thresholds.items()}
    return Policy(criteria=criteria)


def write_artifact(folder: Path, rows: Evaluation, metrics: Metrics | Mapping[str, Any] | None = None) -> Path:
    """Write an artifact around ``rows``, its ``metrics.json`` as given, its checksums right; return the folder."""
    folder.mkdir(parents=True)
    documents.write_bytes(folder / MODEL, MODEL_BYTES)
    documents.write(folder / TRAINING, training_of(rows))
    data = evaluation.write(folder / EVALUATION, rows)
    if isinstance(metrics, Mapping):
        documents.write_bytes(folder / METRICS, documents.canonical_json(metrics))
    else:
        documents.write(folder / METRICS, metrics or measured(rows, data=data))
    checksums.write(folder, (MODEL, TRAINING, EVALUATION, METRICS))
    return folder


def training_of(rows: Evaluation) -> Training:
    """Return the record of a training that left ``rows``."""
    return Training(
        task="er",
        model_id="er_20251020",
        dataset_id="er_20251020",
        dataset_sha256=DATA_SHA256,
        model_sha256=sha256_bytes(MODEL_BYTES),
        seed=42,
        sample_size=10_000,
        trained_rows=8_000,
        threshold=THRESHOLD,
        architecture="none",
        features=(),
        split=SplitFacts(
            train_rows=8_000, test_rows=len(rows), purged_rows=0, train_positives=4_000,
            test_positives=int(rows.label.sum()),
        ),
        facts={},
        findings=(),
        code=CodeVersion(commit="0" * 40, dirty=False),
        environment={},
        trained_at=datetime(2025, 10, 20, 8, 30, tzinfo=UTC),
        seconds={},
    )  # fmt: skip
