"""``certification.json``, and the lines of the ledger that remembers every such report."""

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from mlops.certification_settings import CertificationSettings, Tier
from mlops.crossval.document import Bound, ChanceResult, Day, LatencyResult, LiftResult, Share
from mlops.documents import Document, Part
from mlops.gate.report import Bindings, CriterionResult, Verdict
from mlops.hashing import Sha256
from mlops.metrics import Count

GATES = ("validation", "audit", "crossval")
"""Gates 1 to 3: each by the name of its document in the artifact, without the suffix."""

LATENCY = "latency_p95_ms"
"""The criterion on the latency: the only one that is in milliseconds and no rate."""

Sequence = Annotated[int, Field(ge=1)]


class Block(Part):
    """One test block of the cross-validation by date: its rows and the accuracy on them."""

    n: Annotated[int, Field(ge=1)]
    accuracy: Share


class TestedRows(Part):
    """The held-out test rows, by the day of their event: enough to tell which of them no earlier run has scored.

    Attributes:
        first: The earliest day.
        last: The latest day.
        rows: How many there are.
        by_day: How many there are of each day; the sum is ``rows``.
    """

    first: Day
    last: Day
    rows: Count
    by_day: Annotated[dict[Day, Count], Field(min_length=1)]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.first, self.last, self.rows) != (min(self.by_day), max(self.by_day), sum(self.by_day.values())):
            raise ValueError("`first`, `last` and `rows` must be those of `by_day`")
        return self


class Performance(Part):
    """What a model is worth, measured again from its scores and the pinned data; no typed number is believed.

    Attributes:
        rows: Decided rows of the whole dataset.
        negatives: Those of class 0 (non-claimable).
        cv_mean: Mean accuracy over the blocks of the cross-validation by date.
        cv_sd: Its standard deviation over the blocks (divisor k - 1); None with one block.
        cv_blocks: Rows and accuracy of each block, the earliest first.
        cv_accuracy: Accuracy over all rows that the cross-validation by date scored, each by a model of its past;
            ``lower`` is the lowest of Wilson's bound and those of the cluster bootstraps by group and by day.
        accuracy: Accuracy on the held-out test rows; ``lower`` is the lower of Wilson's bound and that by group.
        auc: Area under the ROC curve on the test rows; None where they have one class only.
        chance: Permutation test of the test rows' labels, exact and stratified by month; None where not measured.
        lifts: Over the majority class and over a rule on one feature, from the cross-validation.
        latency: None where it was not measured.
        tested: The test rows by day.
        gains: By feature its importance, of any scale; empty where the model has none.
    """

    rows: Count
    negatives: Count
    cv_mean: float | None
    cv_sd: float | None
    cv_blocks: tuple[Block, ...]
    cv_accuracy: Bound | None
    accuracy: Bound | None
    auc: Bound | None
    chance: ChanceResult | None
    lifts: tuple[LiftResult, ...]
    latency: LatencyResult | None
    tested: TestedRows
    gains: dict[str, float] = Field(default_factory=dict)


class CertificationReport(Document):
    """``certification.json``: one run of gate 4, from which its judgement can be repeated.

    Attributes:
        task: The task.
        model_id: The model.
        dataset_id: The dataset that it was trained and tested on.
        as_of: The day of the run: the dataset's, or what ``--as-of`` said; never the clock's.
        profile: The profile that judged, by its name in ``policy``.
        policy: The settings in force; ``bindings.policy_sha256`` is their hash.
        performance: What was measured.
        gates: The verdicts of gates 1 to 3 as their documents say; a missing document is ``inconclusive``.
        criteria: What the profile asks for, decided.
        verdict: ``fail`` if a gate or something blocking fails, else ``inconclusive`` if one is, else ``pass``.
        reason: One sentence that says why.
        best_tier: The tier that three runs like this one would allow.
        notes: What a person should look at; nothing here blocks.
        bindings: The bytes and the code that the verdict is about.
    """

    task: str
    model_id: str
    dataset_id: str
    as_of: Day
    profile: str
    policy: CertificationSettings
    performance: Performance
    gates: dict[str, Verdict]
    criteria: tuple[CriterionResult, ...]
    verdict: Verdict
    reason: str
    best_tier: Tier
    notes: tuple[str, ...] = ()
    bindings: Bindings


class Measured(Part):
    """One metric of a run, as the ledger remembers it."""

    value: float | None
    lower: float | None
    upper: float | None
    n: Count
    threshold: float
    verdict: Verdict


class Tested(Part):
    """The days that a run tested, and how many of its rows lie after every day tested before."""

    first: Day
    last: Day
    rows: Count
    new_rows: Count


class LedgerLine(Document):
    """One run in ``ledger.jsonl``: one line of canonical JSON.

    Attributes:
        kind: What the line is.
        sequence: 1, 2, 3 ...
        prev_sha256: SHA-256 of the line before, its newline included; 64 zeros in the first.
        sha256: SHA-256 of this line's canonical JSON without this field: a change of the last line shows, too.
        date: The report's ``as_of``; never earlier than the line before.
        report_sha256: SHA-256 of the ``certification.json`` that the line is about.
        rows: Decided rows of the dataset.
        metrics: By name what the profile asks for.
        gates: The verdicts of gates 1 to 3.
        best_tier: The tier that this run alone would allow.
        counts: Whether the run extends the streak, or starts a new one.
        why_not: Why it does not count; empty where it does.
    """

    kind: Literal["run"] = "run"
    sequence: Sequence
    prev_sha256: Sha256
    sha256: Sha256
    date: Day
    task: str
    model_id: str
    dataset_id: str
    report_sha256: Sha256
    dataset_sha256: Sha256
    model_sha256: Sha256
    evaluation_sha256: Sha256
    artifact_sha256: Sha256
    policy_sha256: Sha256
    code_commit: str
    profile: str
    rows: Count
    negatives: Count
    metrics: dict[str, Measured]
    tested: Tested
    gates: dict[str, Verdict]
    verdict: Verdict
    best_tier: Tier
    counts: bool
    why_not: str
    run_url: str


class Revocation(Document):
    """The line that ends a certificate before it expires: a critical alert, or a mistake that was found.

    Attributes:
        model_id: The model that was the reason; what it revokes is whatever the lines before have earned.
        reason: Why, in a sentence.
    """

    kind: Literal["revocation"] = "revocation"
    sequence: Sequence
    prev_sha256: Sha256
    sha256: Sha256
    date: Day
    task: str
    model_id: str
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    run_url: str = ""


class Counted(NamedTuple):
    """Whether a run counts, why not, and how many of its test rows no run has scored before."""

    counts: bool
    why_not: str
    new_rows: int


class Status(Part):
    """What the ledger allows on a day.

    Attributes:
        as_of: The day.
        tier: What is allowed now.
        streak: Counting green runs in a row, under the policy in force.
        needed: How many of them certify.
        attempts: Runs recorded, whatever came of them.
        replicates: Those of them that were no first run of their dataset.
        model_id: The model that holds the tier: the newest that counts; None with tier ``none``.
        certified_until: The last day of the certificate; None without one. Past it the tier is ``none``.
        reasons: Why it is so, and what is lacking for the next tier; at least one sentence.
    """

    as_of: Day
    tier: Tier
    streak: Count
    needed: Count
    attempts: Count
    replicates: Count
    model_id: str | None
    certified_until: Day | None
    reasons: tuple[str, ...]
