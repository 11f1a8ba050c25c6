"""``audit.json``: what each feature tells, and whether it may."""

from typing import Annotated, Literal

from pydantic import Field

from mlops.contract.fields import Role
from mlops.documents import Document, Part
from mlops.gate.report import CriterionResult, Verdict
from mlops.hashing import Sha256
from mlops.metrics import Count

Share = Annotated[float, Field(ge=0, le=1)]
Kind = Literal["number", "category"]


class FeatureAudit(Part):
    """A column.

    Attributes:
        name: The column.
        role: What the contract says it is for.
        kind: How it was read: numbers in bins, or categories.
        feature: Whether a model may read it.
        missing: Share of rows without a value.
        distinct: Different values.
        auc: Area under the ROC curve of the column alone, out of fold; None where it cannot be told.
        q: Share of false discoveries at which its association with the label counts (Benjamini-Hochberg).
        entropy: In bits, of the newest rows (Miller-Madow).
        entropy_low: Lower end of the band of the rows before, drawn as often as there are newest rows.
        entropy_high: Its upper end.
        stability: Population stability index of the newest rows against those before, without sampling's share.
        largest_stability: The largest such index between any two neighbouring blocks.
        findings: What is wrong with it, in sentences.
    """

    name: str
    role: Role
    kind: Kind
    feature: bool
    missing: Share
    distinct: Count
    auc: Share | None
    q: Share | None
    entropy: float | None
    entropy_low: float | None
    entropy_high: float | None
    stability: float | None
    largest_stability: float | None
    findings: tuple[str, ...] = ()


class Pair(Part):
    """Two features that say the same: ``spearman`` between numbers, ``mutual_information`` (normalised) otherwise."""

    left: str
    right: str
    measure: Literal["spearman", "mutual_information"]
    value: float | None


class Neighbours(Part):
    """Two neighbouring blocks of days, and how well a classifier tells them apart by the features alone.

    Attributes:
        first: First day of the later block.
        last: Its last day.
        rows: Its rows.
        auc: Out-of-fold area under the ROC curve; 0.5 is not at all.
    """

    first: str
    last: str
    rows: Count
    auc: Share


class AuditReport(Document):
    """``audit.json``.

    Attributes:
        dataset_id: The dataset; empty for a batch that is not pinned.
        dataset_sha256: The bytes: of the batch where one was audited against a base.
        base: The dataset that a batch was audited against; None without one.
        verdict: ``fail`` if something blocking fails, else ``inconclusive`` if something cannot be told, else ``pass``.
        reason: One sentence that says why.
        rows: Rows that were looked at.
        decided: Those with a label.
        criteria: What is demanded, decided.
        features: The features, then the columns that may never be one.
        pairs: Pairs of features that say nearly the same.
        neighbours: Blocks of days; the last one is the newest.
        notes: What a person should look at.
    """

    task: str
    dataset_id: str
    dataset_sha256: Sha256
    base: str | None
    contract: str
    verdict: Verdict
    reason: str
    rows: Count
    decided: Count
    criteria: tuple[CriterionResult, ...]
    features: tuple[FeatureAudit, ...]
    pairs: tuple[Pair, ...]
    neighbours: tuple[Neighbours, ...]
    notes: tuple[str, ...] = ()
