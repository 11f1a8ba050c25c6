"""``er_speed.json``: what was measured, on what, with which code."""

from datetime import datetime

from benchmarks.machine import Machine
from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count
from mlops.provenance import CodeVersion


class Rate(Part):
    """Pairs per CPU second on one core: the median of repeats, and their range."""

    median: float
    lowest: float
    highest: float


class Memory(Part):
    """Memory of a process that scores, in bytes.

    Attributes:
        before: Resident before scoring: the interpreter, its packages, the model and the pairs themselves.
        above: What scoring took on top, at its peak.
    """

    before: Count
    above: Count


class SizeRow(Part):
    """A workload of one size.

    Attributes:
        pairs: Candidate pairs.
        records: Distinct records in them, both sides.
        features: Rate of the features alone.
        scores: Rate of features and score.
        memory: Of scoring all pairs, in a process of its own.
    """

    pairs: Count
    records: Count
    features: Rate
    scores: Rate
    memory: Memory


class PeerRow(Part):
    """Another library on some pairs, beside us on the same pairs.

    Attributes:
        name: The library.
        version: None where it is not installed.
        note: What it computes, or why it did not run.
        pairs: Candidate pairs; 0 where it did not run.
        comparisons: Values that it computes per pair.
        rate: Its rate; None where it did not run.
        ours: Rate of our features on the same pairs.
        our_features: Values that we compute per pair.
    """

    name: str
    version: str | None
    note: str
    pairs: Count = 0
    comparisons: Count = 0
    rate: Rate | None = None
    ours: Rate | None = None
    our_features: Count = 0


class TrainingRow(Part):
    """CPU seconds of training on all training pairs, medians over repeats.

    Attributes:
        pairs: Training pairs.
        ours: Features, folds, choice, calibration and the final fit.
        baseline_features: The baseline's similarity table.
        baseline_fit: Its random forest.
    """

    pairs: Count
    ours: float
    baseline_features: float
    baseline_fit: float


class DatasetRow(Part):
    """Everything measured with the records of one dataset.

    Attributes:
        name: The file's name without its ending.
        sha256: Of the file.
        attributes: Attributes that have features of their own, in their order, with their kind.
        feature_count: Features of a pair.
        loop_pairs: Pairs that the loop over pairs was measured on.
        loop_features: Rate of the loop for the same features.
        loop_scores: Rate of the loop with the model's score.
        sizes: Workloads, the smallest first.
        peers: Other libraries.
        training: Ours and the baseline's.
        measured_at: When, UTC.
        code: The commit that was measured.
    """

    name: str
    sha256: Sha256
    attributes: dict[str, str]
    feature_count: Count
    loop_pairs: Count
    loop_features: Rate
    loop_scores: Rate
    sizes: tuple[SizeRow, ...]
    peers: tuple[PeerRow, ...]
    training: TrainingRow
    measured_at: datetime
    code: CodeVersion


class ErSpeed(Document):
    """The results of ``python -m benchmarks.er_speed``.

    Attributes:
        machine: What it ran on.
        repeats: How often each time was taken, ours and the other's in turn.
        batch: Pairs that the matcher computes at once.
        datasets: In the order in which they were asked for.
    """

    machine: Machine
    repeats: Count
    batch: Count
    datasets: tuple[DatasetRow, ...]
