"""``gate.json``: the verdict, its criteria, and the bytes that it is about."""

from typing import Literal

from mlops.config import Policy
from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count, Paired
from mlops.policy import Loosened

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


class SliceResult(Part):
    """One bound in one value of one slice, decided.

    Attributes:
        metric: The metric's name.
        slice: The slice's name.
        value: The value of the slice.
        estimate: The metric there; None when it is not defined.
        lower: One-sided lower bound, not corrected for the number of slices.
        upper: One-sided upper bound, not corrected for the number of slices.
        n: The metric's own denominator there, in rows.
        threshold: The bound.
        direction: Whether the metric must be at least (``min``) or at most (``max``) the threshold.
        p_value: One-sided p of the hypothesis that the bound holds; None when it cannot be told.
        adjusted_p: The same, corrected by Holm over all values of all slices of the policy.
        verdict: The three-valued outcome.
        blocking: Whether the outcome counts for the gate's verdict.
        reason: One sentence that a person can act on.
    """

    metric: str
    slice: str
    value: str
    estimate: float | None
    lower: float | None
    upper: float | None
    n: Count
    threshold: float
    direction: Literal["min", "max"]
    p_value: float | None
    adjusted_p: float | None
    verdict: Verdict
    blocking: bool
    reason: str


class ChangeResult(Part):
    """How one metric stands against the model in production, decided by non-inferiority.

    Attributes:
        metric: The metric's name.
        baseline: The environment whose model is the champion.
        max_drop: The margin.
        value: Candidate minus champion; None when there is nothing to compare.
        lower: One-sided lower bound of the difference.
        upper: One-sided upper bound of the difference.
        verdict: The three-valued outcome.
        blocking: Whether the outcome counts for the gate's verdict.
        reason: One sentence that a person can act on.
    """

    metric: str
    baseline: str
    max_drop: float
    value: float | None
    lower: float | None
    upper: float | None
    verdict: Verdict
    blocking: bool
    reason: str


class SeedResult(Part):
    """The same training with another seed, judged by the same criteria.

    Attributes:
        seed: The seed; None for those that are missing.
        evaluation_sha256: Hash of its scores of the test rows; None where it is missing.
        values: Its metrics; None where not defined.
        verdict: The three-valued outcome.
        reason: One sentence that a person can act on.
    """

    seed: Count | None
    evaluation_sha256: Sha256 | None
    values: dict[str, float | None]
    verdict: Verdict
    reason: str


class HoldoutUse(Part):
    """How often these test rows have been used to judge.

    Attributes:
        test_sha256: Hash of the test rows' ids and labels.
        models: Different models judged on them, this one included.
        warn_after: From how many on the report warns.
        stop_after: From how many on nothing is decided.
    """

    test_sha256: Sha256
    models: Count
    warn_after: Count
    stop_after: Count


class Moved(Part):
    """By how much an attribute moved a score, in log-odds; positive towards a positive call."""

    attribute: str
    log_odds: float


class ErrorRow(Part):
    """A misjudged test row: which, how far off, and in which slices it lies. Holds no value of the data.

    Attributes:
        moved_by: What moved the score most, the strongest first; empty where the model was not asked.
    """

    row_id: str
    score: float
    slices: dict[str, str]
    moved_by: tuple[Moved, ...] = ()


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
    """``gate.json``: the verdict, every criterion, and what it is bound to.

    Attributes:
        first_version: Whether there was no model in production to compare with.
        criteria: The bounds on the metrics of all test rows.
        slices: The bounds inside slices, the worst first.
        changes: The comparison with the model in production, by metric.
        comparison: What that comparison measured; None without a champion.
        seeds: The same training with other seeds.
        holdout: How often these test rows have been used to judge; None where nobody counts.
        policy: The policy that judged, before options tightened it.
        loosened: What the policy in force here would have loosened against the base branch's, which held instead.
        warnings: What does not block and should be known.
    """

    task: str
    model_id: str
    verdict: Verdict
    reason: str
    first_version: bool
    criteria: tuple[CriterionResult, ...]
    slices: tuple[SliceResult, ...] = ()
    changes: tuple[ChangeResult, ...] = ()
    comparison: Paired | None = None
    seeds: tuple[SeedResult, ...] = ()
    holdout: HoldoutUse | None = None
    policy: Policy
    loosened: tuple[Loosened, ...] = ()
    warnings: tuple[str, ...] = ()
    bindings: Bindings
    diagnosis: Diagnosis | None = None
