"""``claims_tsa.json``: what was measured, on what, with which code."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from benchmarks.machine import Machine
from mlops.crossval.document import Bound
from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count
from mlops.provenance import CodeVersion

Seconds = Annotated[float, Field(ge=0)]


class StepRow(Part):
    """One command in a process of its own, kept to one core.

    Attributes:
        name: The command, without its paths.
        rows: Rows of the table that it reads.
        code: Its exit code.
        wall: Seconds from start to end, the import of packages included.
        cpu: CPU seconds, of the system too.
        peak: Its largest resident memory, in bytes.
    """

    name: str
    rows: Count
    code: int
    wall: Seconds
    cpu: Seconds
    peak: Count


class FoldRow(Part):
    """A block of days that the cross-validation by date tested."""

    first: str
    last: str
    n: Count
    base_rate: float
    accuracy: float
    auc: float | None


class Quality(Part):
    """What came out.

    Attributes:
        tier: What such runs would allow.
        verdict: Of the certification.
        gates: Verdicts of the gates before it.
        rows: Decided rows.
        negatives: Those of class 0.
        cv_mean: Mean accuracy over the blocks.
        cv_sd: Its standard deviation.
        accuracy: On the test rows.
        auc: On the test rows.
        base_rate: Share of the more frequent class among the test rows.
        lift: How much more accurate than the more frequent class over the blocks, as a difference, with its bounds.
        permutation_p: Of the test by chance.
    """

    tier: str
    verdict: str
    gates: dict[str, str]
    rows: Count
    negatives: Count
    cv_mean: float
    cv_sd: float
    accuracy: Bound
    auc: Bound
    base_rate: float
    lift: Bound
    permutation_p: float
    folds: tuple[FoldRow, ...]


class ClaimsTsa(Document):
    """The whole result.

    Attributes:
        rows: Rows of the dataset that the chain was run on.
        sha256: Of the file that was drawn from.
        seconds: Of each part of ``mlops run claims``, as it says itself.
    """

    machine: Machine
    code: CodeVersion
    measured_at: datetime
    sha256: Sha256
    rows: Count
    steps: tuple[StepRow, ...]
    permutations: Count
    permutation_seconds: Seconds
    seconds: dict[str, Seconds]
    quality: Quality
