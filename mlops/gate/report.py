"""``gate.json``: the verdict, its criteria, and the bytes that it is about."""

from typing import Literal

from mlops.config import Policy
from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count

Verdict = Literal["pass", "fail", "inconclusive"]


class CriterionResult(Part):
    """One criterion, decided.

    Attributes:
        metric: The metric's name in ``metrics.json``.
        value: The estimate; None when it is not defined.
        lower: One-sided lower bound.
        upper: One-sided upper bound.
        n: The metric's own denominator, in rows.
        threshold: The bound in force, after options tightened it.
        policy_threshold: The bound that the policy declares.
        direction: Whether the value must be at least (``min``) or at most (``max``) the threshold.
        decide_on: Whether the estimate or its bound is compared.
        verdict: The three-valued outcome.
        blocking: Whether the outcome counts for the gate's verdict.
        reason: One sentence that a person can act on.
        needed_n: Denominator at which this value would decide; None where no number would, or none is needed.
    """

    metric: str
    value: float | None
    lower: float | None
    upper: float | None
    n: Count
    threshold: float
    policy_threshold: float
    direction: Literal["min", "max"]
    decide_on: Literal["point", "lower_bound"]
    verdict: Verdict
    blocking: bool
    reason: str
    needed_n: int | None = None


class ErrorRow(Part):
    """A misjudged test row: which, how far off, and in which slices it lies. Holds no value of the data."""

    row_id: str
    score: float
    slices: dict[str, str]


class PassingThreshold(Part):
    """A decision threshold that would have met every criterion on these test rows: a hint, never a release."""

    threshold: float
    precision: float
    recall: float
    f1: float


class Diagnosis(Part):
    """Why a model did not pass, and what to do."""

    false_positives: tuple[ErrorRow, ...]
    false_negatives: tuple[ErrorRow, ...]
    worst_slice: str
    seen_on_test_thresholds: tuple[PassingThreshold, ...]
    advice: tuple[str, ...]


class Bindings(Part):
    """The bytes and the code that the verdict is about. Deploy recomputes them all."""

    dataset_sha256: Sha256
    model_sha256: Sha256
    artifact_sha256: Sha256
    evaluation_sha256: Sha256
    policy_sha256: Sha256
    code_commit: str
    code_dirty: bool
    run_url: str


class GateReport(Document):
    """``gate.json``: the verdict, every criterion, and what it is bound to."""

    task: str
    model_id: str
    verdict: Verdict
    reason: str
    first_version: bool
    criteria: tuple[CriterionResult, ...]
    policy: Policy
    bindings: Bindings
    diagnosis: Diagnosis | None = None
