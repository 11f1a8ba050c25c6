"""``metrics.json``: what was measured on the test rows, each number with its bounds and its own denominator."""

from typing import Annotated

from pydantic import Field

from mlops.documents import Document, Part
from mlops.hashing import Sha256

Count = Annotated[int, Field(ge=0)]


class Estimate(Part):
    """A proportion with its bounds.

    Attributes:
        value: The estimate in [0, 1]; None when it is not defined (for example no predicted positives).
        lower: One-sided lower bound at the document's confidence; None with ``value``.
        upper: One-sided upper bound at the document's confidence; None with ``value``.
        n: Its own denominator in rows: predicted positives for precision, positives for recall, both for F1.
        reason: Why it is not defined; empty otherwise.
    """

    value: float | None
    lower: float | None
    upper: float | None
    n: Count
    reason: str = ""


class Counts(Part):
    """The confusion matrix in rows (unweighted)."""

    tp: Count
    fp: Count
    fn: Count
    tn: Count


class SliceMetrics(Part):
    """The metrics of the test rows that share one value of one slice."""

    slice: str
    value: str
    rows: Count
    positives: Count
    counts: Counts
    metrics: dict[str, Estimate]


class CurvePoint(Part):
    """Precision and recall, with bounds, if the threshold were ``threshold``."""

    threshold: float
    precision: Estimate
    recall: Estimate


class IntervalMethod(Part):
    """How the bounds were made, so that anyone can make them again."""

    confidence: float
    name: str
    replicates: Count
    seed: int


class Metrics(Document):
    """The measurement of one model on one set of test rows."""

    task: str
    model_id: str
    dataset_sha256: Sha256
    model_sha256: Sha256
    evaluation_sha256: Sha256
    threshold: float
    rows: Count
    positives: Count
    clusters: Count
    weighted: bool
    interval: IntervalMethod
    counts: Counts
    metrics: dict[str, Estimate]
    slices: tuple[SliceMetrics, ...]
    curve: tuple[CurvePoint, ...]
