"""``validation.json``: the verdict on a batch, every number behind it, and no row of it."""

from datetime import date
from typing import Literal

from mlops.contract.fields import Role
from mlops.documents import Document, Part
from mlops.gate.report import CriterionResult, Verdict
from mlops.hashing import Sha256
from mlops.metrics import Count
from mlops.validation.limits import Limits

Origin = Literal["option", "manifest", "file name", "today"]


class FieldQuality(Part):
    """The cells of a field.

    Attributes:
        name: The field.
        role: What it is for.
        required: Whether its cells must be filled.
        missing: Missing cells, the disguised ones among them.
        disguised: Cells that hold a placeholder, such as ``-``, or nothing but blanks.
        invalid: Present cells that do not meet the field's type or constraints.
    """

    name: str
    role: Role
    required: bool
    missing: Count
    disguised: Count
    invalid: Count


class Labels(Part):
    """The labels.

    Attributes:
        decided: Rows with a label of the allowed set.
        positive: Those of class 1.
        undecided: Rows without a label.
        mature: Rows old enough for their label to be final.
        mature_undecided: Those without a label all the same.
        bad: Rows by text that is no allowed label: the twenty most frequent texts, cut where they are long.
    """

    decided: Count
    positive: Count
    undecided: Count
    mature: Count
    mature_undecided: Count
    bad: dict[str, int]


class KeyUse(Part):
    """Rows whose key stood before, in the batch or in the base.

    Attributes:
        revised: The claim as before with the decision that it lacked: welcome.
        identical: The same row again.
        flipped: The claim as before with another decision.
        changed: Other cells under the same key.
    """

    revised: Count
    identical: Count
    flipped: Count
    changed: Count


class Defect(Part):
    """A rule that rows break.

    Attributes:
        rule: Its name, as in the quarantine.
        rows: How many rows break it.
        first: The numbers of the first five; the file's first row of data is 1.
        reason: One sentence.
    """

    rule: str
    rows: Count
    first: tuple[int, ...]
    reason: str


class Share(Part):
    """The rows of one value: how many, how many of them have a label, and how many of those are of class 1."""

    value: str
    rows: Count
    decided: Count
    positive: Count


class Spread(Part):
    """How the rows are spread over the values of a field, or over the weeks.

    Attributes:
        field: The field; ``week`` for the ISO weeks of the events.
        distinct: Different values.
        effective: The inverse Simpson index (Simpson 1949): how many equally frequent values would be as diverse.
        missing: Rows without a value.
        shares: The most frequent values, or the latest weeks.
    """

    field: str
    distinct: Count
    effective: float
    missing: Count
    shares: tuple[Share, ...]


class Validation(Document):
    """``validation.json``.

    Attributes:
        task: The task.
        contract: The contract's name.
        contract_version: Its version.
        file: What was validated, by the name of its file.
        dataset_sha256: The bytes that were validated.
        rows: Rows in the file.
        as_of: The day from which it was looked at.
        as_of_from: What said so.
        base: The dataset whose keys were known; None without one.
        verdict: The three-valued outcome.
        reason: One sentence that a person can act on.
        score: The weighted geometric mean of the dimensions, in [0, 1].
        criteria: The score and every dimension, with its floor.
        blockers: What fails alone, however high the score.
        fields: The cells of every field.
        labels: The labels.
        keys: Rows whose key stood before.
        defects: The rules that rows break.
        quarantined: Rows that break one at least.
        diversity: How the rows are spread.
        limits: What was demanded.
        warnings: What does not block and should be known.
    """

    task: str
    contract: str
    contract_version: Count
    file: str
    dataset_sha256: Sha256
    rows: Count
    as_of: date
    as_of_from: Origin
    base: str | None
    verdict: Verdict
    reason: str
    score: float
    criteria: tuple[CriterionResult, ...]
    blockers: tuple[CriterionResult, ...]
    fields: tuple[FieldQuality, ...]
    labels: Labels
    keys: KeyUse
    defects: tuple[Defect, ...]
    quarantined: Count
    diversity: tuple[Spread, ...]
    limits: Limits
    warnings: tuple[str, ...] = ()
