"""``[tasks.X.certification]``: what a run must show, how large the data must be, and how long a certificate holds."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mlops.criterion_settings import Action, Criterion, Samples
from mlops.documents import Part

Tier = Literal["none", "beta", "minimum", "optimal"]
"""How far a model may go: nowhere, to a few with a notice, everywhere, everywhere with the stricter numbers met."""

Metric = Literal[
    "cv_mean", "cv_sd", "bootstrap_lower", "permutation_p", "test_accuracy", "auc_lower", "lift_majority",
    "lift_one_rule",
]  # fmt: skip
"""What a profile may bound; docs/certification.md says what each is."""

BETA: tuple[Metric, ...] = ("permutation_p", "lift_majority", "lift_one_rule")
"""What a model must show to be of any use: without them there is no tier at all."""

MOST_MS = 60_000.0
"""Where the histogram of a server's seconds ends: of what takes longer no percentile is known, and no alert comes."""


def _seen(p95_ms: float) -> float:
    if p95_ms >= MOST_MS:
        raise ValueError(
            f"`p95_ms` must be below {MOST_MS:,.0f}, where the histogram of servers ends: MlopsLatencyHigh could "
            "never fire; it is in milliseconds, and without the table `latency` nothing is demanded"
        )
    return p95_ms


class LatencyLimit(Part):
    """How long one row may take.

    Attributes:
        p95_ms: Milliseconds that 95 of 100 single rows stay within; below :data:`MOST_MS`.
        action: Whether a slower model is blocked or only noted; a busy machine makes this number vary.
    """

    p95_ms: Annotated[float, Field(gt=0), AfterValidator(_seen)] = 100.0
    action: Action = "warn"


class Profile(Part):
    """A set of criteria that a run is judged by.

    Attributes:
        max_tier: The tier that a model judged by this profile can reach at most.
        criteria: By the name of a metric, the bound.
        optimal: By the name of a metric, the stricter bound that the tier ``optimal`` asks for.
        latency: None demands nothing of it.
    """

    max_tier: Tier = "optimal"
    criteria: Annotated[dict[Metric, Criterion], Field(min_length=1)]
    optimal: dict[Metric, Criterion] = Field(default_factory=dict)
    latency: LatencyLimit | None = None

    @model_validator(mode="after")
    def _useful_and_stricter(self) -> Self:
        absent = [name for name in BETA if name not in self.criteria]
        if absent:
            raise ValueError(f"a profile must ask for {', '.join(BETA)}; it lacks {', '.join(absent)}")
        for name, strict in self.optimal.items():
            usual = self.criteria.get(name)
            if usual is None or not _stricter(strict, usual):
                raise ValueError(f"`optimal.{name}` must be a stricter bound of a criterion of the profile")
        return self


def _stricter(strict: Criterion, usual: Criterion) -> bool:
    if strict.decide_on != usual.decide_on:
        return False
    if strict.min is not None and usual.min is not None:
        return strict.min >= usual.min
    return strict.max is not None and usual.max is not None and strict.max <= usual.max


class Size(Part):
    """How much data a tier asks for: decided rows, and those of class 0 among them."""

    rows: Samples
    negatives: Samples


class CertificationSettings(Part):
    """When a model is certified.

    Attributes:
        confidence: Of each one-sided bound.
        profile: The profile that judges unless another is asked for by name.
        streak: Counting runs in a row that must be green.
        expiry_days: Days that a certificate holds after the newest of them.
        min_new_test_rows: Test rows, later than every day tested before, that a run needs to count.
        beta_rollout: Shares of the traffic, in percent, at which a model of tier ``beta`` may be served.
        minimum: Data that the tier ``minimum`` asks for.
        optimal: Data that the tier ``optimal`` asks for.
        profiles: By name.
    """

    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    profile: str = "phase3"
    streak: Annotated[int, Field(ge=2, le=20)] = 3
    expiry_days: Annotated[int, Field(ge=1, le=3650)] = 90
    min_new_test_rows: Samples = 30
    beta_rollout: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1)] = (5, 25, 100)
    minimum: Size = Size(rows=2_000, negatives=800)
    optimal: Size = Size(rows=3_000, negatives=1_200)
    profiles: dict[str, Profile]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.profile not in self.profiles:
            raise ValueError(f"`profile` names none of {', '.join(sorted(self.profiles)) or 'no profiles'}")
        if self.optimal.rows < self.minimum.rows or self.optimal.negatives < self.minimum.negatives:
            raise ValueError("`optimal` must not ask for less data than `minimum`")
        if list(self.beta_rollout) != sorted(set(self.beta_rollout)):
            raise ValueError("`beta_rollout` must rise")
        return self
