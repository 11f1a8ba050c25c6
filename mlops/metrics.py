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


class Difference(Part):
    """A metric of the candidate minus the same metric of the champion, on the same rows.

    Attributes:
        candidate: The candidate's value; None when it is not defined.
        champion: The champion's value; None when it is not defined.
        value: Candidate minus champion, in [-1, 1]; None unless both are defined.
        lower: One-sided lower bound of the difference; None with ``value``.
        upper: One-sided upper bound of the difference; None with ``value``.
        n: Rows in the denominator of either model.
        reason: Why it is not defined; empty otherwise.
    """

    candidate: float | None
    champion: float | None
    value: float | None
    lower: float | None
    upper: float | None
    n: Count
    reason: str = ""


class FlippedRow(Part):
    """A test row that one of two models calls right and the other wrong. Holds no value of the data."""

    row_id: str
    label: Annotated[int, Field(ge=0, le=1)]
    candidate_score: float
    champion_score: float


class Paired(Part):
    """Two models measured on the same test rows.

    Attributes:
        champion_id: The model in production.
        champion_model_sha256: Hash of its file; never the candidate's.
        champion_evaluation_sha256: Hash of its scores of these rows.
        champion_threshold: Its decision threshold.
        interval: How the bounds of the differences were made.
        rows: Test rows.
        gained: Rows that only the candidate calls right.
        lost: Rows that only the champion calls right.
        mcnemar_p: Two-sided exact p of gained against lost (McNemar 1947, binomial); 1 where no row flipped.
        differences: By metric.
        gained_rows: The surest of the rows gained, at most as many as the report lists.
        lost_rows: The surest of the rows lost, likewise.
    """

    champion_id: str
    champion_model_sha256: Sha256
    champion_evaluation_sha256: Sha256
    champion_threshold: float
    interval: IntervalMethod
    rows: Count
    gained: Count
    lost: Count
    mcnemar_p: float
    differences: dict[str, Difference]
    gained_rows: tuple[FlippedRow, ...]
    lost_rows: tuple[FlippedRow, ...]


class Repeat(Part):
    """The same training with another seed, measured on the same test rows; its model is not kept.

    Attributes:
        seed: The seed.
        threshold: The decision threshold that this training chose.
        evaluation_sha256: Hash of its scores.
        metrics: By name, as those of the model itself.
    """

    seed: Count
    threshold: float
    evaluation_sha256: Sha256
    metrics: dict[str, Estimate]


class Metrics(Document):
    """The measurement of one model on one set of test rows.

    Attributes:
        test_sha256: Hash of the test rows' ids and labels: the same for every model that meets these rows.
        repeats: The same training with other seeds.
    """

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
    test_sha256: Sha256 | None = None
    repeats: tuple[Repeat, ...] = ()
