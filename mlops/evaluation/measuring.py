"""Measuring: precision, recall and F1 of the scored rows, over all and per slice, each with its bounds."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlops.config import Policy
from mlops.errors import InputRefusedError
from mlops.evaluation.curve import curve
from mlops.evaluation.rows import Evaluation
from mlops.hashing import Sha256, sha256_bytes
from mlops.intervals.bootstrap import REPLICATES
from mlops.intervals.proportions import f1_of_jaccard
from mlops.intervals.ratios import Bounded, ratio
from mlops.metrics import Counts, Estimate, IntervalMethod, Metrics, Repeat, SliceMetrics
from mlops.slices import OTHER

METRICS = ("precision", "recall", "f1")

SEED = 0
SLICE_REPLICATES = 2_000
MAX_VALUES = 50
_METHOD = (
    f"one-sided; score test with beta-binomial clusters, the lower bound never above the cluster bootstrap's (slices: "
    f"{SLICE_REPLICATES:,} replicates; curve: Wilson only); F1 through tp/(tp+fp+fn)"
)
_REASONS = {
    "precision": "no row is predicted positive",
    "recall": "no row is positive",
    "f1": "no row is positive or predicted positive",
}

_NO_POSITIVES = "no row of the slice is positive: its false positives stand in the counts"


class _Rows(NamedTuple):
    """What measuring reads of rows: outcomes, weights, and the number of each row's cluster."""

    label: NDArray[np.bool_]
    predicted: NDArray[np.bool_]
    weight: NDArray[np.float64]
    cluster: NDArray[np.intp]

    def take(self, rows: NDArray[np.intp]) -> "_Rows":
        return _Rows(self.label[rows], self.predicted[rows], self.weight[rows], self.cluster[rows])


def measure(
    evaluation: Evaluation,
    *,
    task: str,
    model_id: str,
    dataset_sha256: Sha256,
    model_sha256: Sha256,
    evaluation_sha256: Sha256,
    threshold: float,
    policy: Policy,
    repeats: tuple[Repeat, ...] = (),
) -> Metrics:
    """Measure a model on its test rows.

    Precision, recall and F1 are weighted ratio (Hajek) estimates; what is not defined is None with a reason.

    Args:
        evaluation: The scored rows.
        task: The task's name.
        model_id: The model's id.
        dataset_sha256: Hash of the data the rows come from.
        model_sha256: Hash of the model that scored them.
        evaluation_sha256: Hash of the evaluation's file.
        threshold: The model's decision threshold.
        policy: Its ``confidence`` is that of each one-sided bound.
        repeats: The same training with other seeds, from :func:`measure_repeat`.

    Raises:
        InputRefusedError: A row is called positive or negative against its own score and the threshold.
    """
    check_decisions(evaluation, threshold)
    rows = _rows(evaluation)
    return Metrics(
        task=task,
        model_id=model_id,
        dataset_sha256=dataset_sha256,
        model_sha256=model_sha256,
        evaluation_sha256=evaluation_sha256,
        threshold=threshold,
        rows=len(evaluation),
        positives=int(rows.label.sum()),
        clusters=len(np.unique(rows.cluster)),
        weighted=bool(np.ptp(rows.weight) > 0) if len(evaluation) else False,
        interval=IntervalMethod(confidence=policy.confidence, name=_METHOD, replicates=REPLICATES, seed=SEED),
        counts=_counts(rows),
        metrics=_estimates(rows, policy.confidence, REPLICATES),
        slices=tuple(_slices(evaluation, rows, policy.confidence)),
        curve=curve(evaluation, threshold, policy.confidence),
        test_sha256=hash_test_rows(evaluation),
        repeats=repeats,
    )


def measure_repeat(
    evaluation: Evaluation, *, seed: int, evaluation_sha256: Sha256, threshold: float, policy: Policy
) -> Repeat:
    """Measure the same training with another seed as :func:`measure` does the model; see there for arguments.

    Raises:
        InputRefusedError: A row is called positive or negative against its own score and the threshold.
    """
    check_decisions(evaluation, threshold)
    metrics = _estimates(_rows(evaluation), policy.confidence, REPLICATES)
    return Repeat(seed=seed, threshold=threshold, evaluation_sha256=evaluation_sha256, metrics=metrics)


def hash_test_rows(evaluation: Evaluation) -> Sha256:
    """Return the hash of the rows' ids and labels, whatever their order: the same for every model that meets them.

    It is the SHA-256 of one line of JSON, ``[[row id, label], …]`` by rising row id (code points), ASCII, no spaces:
    JSON quotes the ids, so that no two sets of rows are written alike.
    """
    pairs = sorted(zip(evaluation.row_id.tolist(), evaluation.label.tolist(), strict=True))
    return sha256_bytes(json.dumps(pairs, separators=(",", ":"), ensure_ascii=True).encode("ascii"))


def estimate_all(evaluation: Evaluation, *, confidence: float, replicates: int = REPLICATES) -> dict[str, Estimate]:
    """Return precision, recall and F1 of the rows as their ``predicted`` says, with bounds."""
    return _estimates(_rows(evaluation), confidence, replicates)


def _rows(evaluation: Evaluation) -> _Rows:
    return _Rows(evaluation.label == 1, evaluation.predicted, evaluation.weight, _codes(evaluation.cluster)[1])


def _codes(values: NDArray[np.object_]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the distinct values, in order of first sight, and the number of each row's value."""
    encoded = pa.array(values, type=pa.string()).dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.intp)


def _counts(rows: _Rows) -> Counts:
    tp = int((rows.label & rows.predicted).sum())
    positives, predicted = int(rows.label.sum()), int(rows.predicted.sum())
    return Counts(tp=tp, fp=predicted - tp, fn=positives - tp, tn=len(rows.label) - positives - predicted + tp)


def _estimates(rows: _Rows, confidence: float, replicates: int) -> dict[str, Estimate]:
    denominators = {"precision": rows.predicted, "recall": rows.label, "f1": rows.label | rows.predicted}
    clusters = len(np.unique(rows.cluster))
    estimates = {}
    for name, denominator in denominators.items():
        members = np.flatnonzero(denominator)
        if not members.size:
            estimates[name] = Estimate(value=None, lower=None, upper=None, n=0, reason=_REASONS[name])
            continue
        found = ratio(
            (rows.label & rows.predicted)[members],
            rows.weight[members],
            rows.cluster[members],
            clusters=clusters,
            typical=float(np.square(rows.weight).sum() / rows.weight.sum()),
            confidence=confidence,
            replicates=replicates,
            seed=SEED,
        )
        if name == "f1":
            found = Bounded(*map(f1_of_jaccard, found))
        estimates[name] = Estimate(value=found.value, lower=found.lower, upper=found.upper, n=len(members))
    return estimates


def _slices(evaluation: Evaluation, rows: _Rows, confidence: float) -> Iterator[SliceMetrics]:
    """Yield the metrics of each value of each slice, frequent values first; the rare ones beyond a cap as one."""
    for name in sorted(evaluation.slices):
        distinct, codes = _codes(evaluation.slices[name])
        frequency = np.bincount(codes, minlength=len(distinct))
        order = sorted(range(len(distinct)), key=lambda code: (-frequency[code], distinct[code]))
        shown = order if len(order) <= MAX_VALUES else order[: MAX_VALUES - 1]
        groups = [(distinct[code], np.flatnonzero(codes == code)) for code in shown]
        if len(shown) < len(order):
            groups.append((OTHER, np.flatnonzero(~np.isin(codes, shown))))
        for value, members in groups:
            part = rows.take(members)
            metrics = _estimates(part, confidence, SLICE_REPLICATES)
            if not part.label.any():  # 0 of n false alarms would read as the worst precision there can be
                metrics |= {key: _undefined(metrics[key], _NO_POSITIVES) for key in ("precision", "f1")}
            yield SliceMetrics(
                slice=name,
                value=value,
                rows=len(members),
                positives=int(part.label.sum()),
                counts=_counts(part),
                metrics=metrics,
            )


def _undefined(estimate: Estimate, reason: str) -> Estimate:
    """Return the estimate without its numbers: the count of its rows and why they say nothing."""
    return Estimate(value=None, lower=None, upper=None, n=estimate.n, reason=estimate.reason or reason)


def check_decisions(evaluation: Evaluation, threshold: float) -> None:
    """Raise InputRefusedError if a row is called positive or negative against its own score and the threshold."""
    wrong = np.flatnonzero(evaluation.predicted != (evaluation.score >= threshold))
    if wrong.size:
        first = wrong[0]
        raise InputRefusedError(
            "The evaluation's decisions do not follow from its scores.",
            field="predicted",
            expected=f"predicted where score >= {threshold!r}",
            found=f"{wrong.size:,} rows say otherwise, first: row {first + 1:,}, score {evaluation.score[first]:.6g}",
            fix="Do not trust this file; train again, or score again with `mlops evaluate`.",
        )
