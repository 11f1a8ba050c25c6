"""``crossval.json``: what cross-validation by date measured, what chance explains of it, and the verdict."""

from typing import Annotated, Literal

from pydantic import Field

from mlops.documents import Document, Part
from mlops.gate.report import ChangeResult, CriterionResult, Verdict
from mlops.hashing import Sha256
from mlops.metrics import Count

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
FIXED, REFITS, REFITS_ANY_MONTH = "fixed_predictions", "refits", "refits_any_month"
"""The names of the permutation tests; the last is not stratified."""

Share = Annotated[float, Field(ge=0, le=1)]
Probability = Annotated[float, Field(gt=0, le=1)]


class FoldResult(Part):
    """One test block and the model of its past.

    Attributes:
        first: First day of the test block.
        last: Its last day that has a row.
        train: Training rows.
        embargoed: Earlier rows left out because they lie within the gap.
        purged: Earlier rows left out because their group is tested.
        n: Test rows.
        positives: Positive test rows.
        base_rate: Their share.
        accuracy: Share of test rows decided rightly.
        auc: Area under the ROC curve; None where the test rows have one class only.
        log_loss: Mean log loss in nats.
        threshold: The score from which a row is called positive; the model's own choice on its past.
    """

    first: Day
    last: Day
    train: Count
    embargoed: Count
    purged: Count
    n: Count
    positives: Count
    base_rate: Share
    accuracy: Share
    auc: Share | None
    log_loss: Annotated[float, Field(ge=0)]
    threshold: float


class Summary(Part):
    """A measure over the folds.

    Attributes:
        mean: Mean over the folds.
        sd: Standard deviation over the folds (divisor k - 1); None with one fold.
        noise: What counting alone contributes to it; None where that is not binomial.
        excess: sqrt(max(0, sd^2 - noise^2)); None with ``noise``.
        folds: Folds in which it is defined.
    """

    mean: float
    sd: float | None
    noise: float | None = None
    excess: float | None = None
    folds: Count


class Bound(Part):
    """An estimate with one-sided bounds over all scored rows.

    Attributes:
        value: The estimate.
        lower: The lowest lower bound.
        upper: The highest upper bound.
        n: Rows.
        lowers: By grouping of the rows, its own lower bound; ``rows`` counts them as independent.
    """

    value: float
    lower: float
    upper: float
    n: Count
    lowers: dict[str, float] = Field(default_factory=dict)


class ChanceResult(Part):
    """A permutation test; see :class:`mlops.intervals.permutation.Chance`.

    Attributes:
        stratified: Whether labels were exchanged inside months only; if not, a drifting base rate fools it and it is
            shown for comparison alone.
    """

    p: Probability
    statistic: float
    expected: float
    method: Literal["exact", "normal", "refits"]
    permutations: Count
    strata: Count
    rows: Count
    stratified: bool
    note: str = ""


class LiftResult(Part):
    """By how much the model is more often right than something that needs no model, on the same rows.

    Attributes:
        over: ``majority`` or ``one_rule``.
        accuracy: That something's accuracy.
        value: The model's accuracy minus it.
        lower: One-sided lower bound of the paired difference.
        upper: One-sided upper bound.
        n: Rows.
        features: For ``one_rule`` the feature that each fold's rule reads.
    """

    over: Literal["majority", "one_rule"]
    accuracy: Share
    value: float
    lower: float
    upper: float
    n: Count
    features: tuple[str, ...] = ()


class LatencyResult(Part):
    """Durations in milliseconds; see :class:`mlops.crossval.latency.Latency`."""

    p50_ms: float
    p95_ms: float
    runs: Count
    batch_rows: Count
    batch_ms: float


class CrossvalReport(Document):
    """``crossval.json``.

    Attributes:
        dataset_sha256: Hash of the data.
        verdict: ``fail`` if something blocking fails, else ``inconclusive`` if something blocking cannot be decided or
            nothing is asked, else ``pass``.
        reason: One sentence that says why.
        confidence: Of each one-sided bound.
        embargo_days: Days between the last training row and the first tested day, at the least.
        mature_until: The last day whose labels are settled; None where all count.
        folds: The earliest first.
        accuracy: Accuracy over the folds, with the noise of counting.
        auc: Area under the ROC curve over the folds; None where no fold has both classes.
        log_loss: Log loss over the folds.
        criteria: What is demanded, decided.
        champion: Non-inferiority to the model in production; None without one.
        accuracy_bound: Accuracy over all scored rows with its lower bound; None where not measured.
        auc_bound: The same for the area under the ROC curve.
        chance: By name the permutation tests.
        lifts: Over the majority class and over a rule on one feature.
        latency: None where not measured.
        notes: What a person should look at, and what these rows cannot tell.
    """

    task: str
    dataset_sha256: Sha256
    verdict: Verdict
    reason: str
    confidence: float
    embargo_days: Count
    mature_until: Day | None
    folds: tuple[FoldResult, ...]
    accuracy: Summary
    auc: Summary | None
    log_loss: Summary
    criteria: tuple[CriterionResult, ...]
    champion: ChangeResult | None = None
    accuracy_bound: Bound | None = None
    auc_bound: Bound | None = None
    chance: dict[str, ChanceResult] = Field(default_factory=dict)
    lifts: tuple[LiftResult, ...] = ()
    latency: LatencyResult | None = None
    notes: tuple[str, ...] = ()
