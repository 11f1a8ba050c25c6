"""What the documents say, worked out from manifests and ledger: pace, gaps, dates, trends (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from statistics import median

from mlops.certification.document import LedgerLine, Measured, Status
from mlops.certification.ledger import Ledger
from mlops.certification.showing import LOWER_IS_BETTER
from mlops.certification.status import status
from mlops.certification_settings import CertificationSettings
from mlops.intervals.excess import rows_for_sd
from mlops.intervals.proportions import needed_n
from mlops.manifest import Collection, Manifest, Tally

WEEK = timedelta(days=7)
PACE_WEEKS = 4
_HOPED = 0.98
_BLOCKS = 5
_SHOWN_WEEKS = 103
_FORESEEABLE = 52 * 20


@dataclass(frozen=True)
class Gap:
    """What a tier asks for and what there is.

    Attributes:
        tier: Its name.
        rows: Decided rows that it asks for.
        negatives: Those of class 0.
        missing: Decided rows that are lacking.
        missing_negatives: Rows of class 0 that are lacking.
        eta: The day on which both are there at the present pace; None without a pace, or in more than twenty years.
    """

    tier: str
    rows: int
    negatives: int
    missing: int
    missing_negatives: int
    eta: date | None


@dataclass(frozen=True)
class Need:
    """Rows that a gate needs before it can decide: of which kind, how many, and how many the newest run had."""

    gate: str
    of: str
    needed: int
    has: int | None


@dataclass(frozen=True)
class Facts:
    """Everything that is rendered.

    Attributes:
        task: The task.
        lineage: Its datasets, each the parent of the next.
        weekly: Rows that the plan asks for each week.
        ledger: The runs.
        rules: When a model is certified.
        as_of: The day of the newest record.
    """

    task: str
    lineage: tuple[Manifest, ...]
    weekly: int
    ledger: Ledger
    rules: CertificationSettings
    as_of: date

    @property
    def newest(self) -> Manifest:
        """The newest dataset."""
        return self.lineage[-1]

    @property
    def collection(self) -> Collection:
        """What it holds; nothing where it was pinned without a count."""
        empty = Collection(decided=0, positives=0, negatives=0, undecided=0, weeks={}, quarters={}, by={})
        return self.newest.collection or empty

    @property
    def runs(self) -> tuple[LedgerLine, ...]:
        """The runs of the ledger, the first one first."""
        return self.ledger.runs

    @property
    def status(self) -> Status:
        """What the ledger allows on the day of the newest record."""
        return status(self.ledger, self.rules, self.as_of.isoformat())

    @property
    def weeks(self) -> Mapping[str, Tally]:
        """Rows by ISO week of the event, weeks without one included; of the last two years."""
        found = self.collection.weeks
        if not found:
            return {}
        last = _monday(max(found))
        monday = max(_monday(min(found)), last - _SHOWN_WEEKS * WEEK)
        names = []
        while monday <= last:
            year, week, _ = monday.isocalendar()
            names.append(f"{year}-W{week:02d}")
            monday += WEEK
        return {name: found.get(name, Tally(rows=0, positives=0, negatives=0)) for name in names}

    @property
    def pace(self) -> tuple[float, float] | None:
        """Decided rows a week and those of class 0: medians of the last four integrations; None before the first."""
        steps = []
        for old, new in zip(self.lineage, self.lineage[1:], strict=False):
            if old.collection is not None and new.collection is not None and new.as_of > old.as_of:
                weeks = (new.as_of - old.as_of) / WEEK
                steps.append((
                    (new.collection.decided - old.collection.decided) / weeks,
                    (new.collection.negatives - old.collection.negatives) / weeks,
                ))  # fmt: skip
        if not steps:
            return None
        last = steps[-PACE_WEEKS:]
        return median(rows for rows, _ in last), median(negatives for _, negatives in last)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What the tiers lack."""
        found = []
        for tier, size in (("minimum", self.rules.minimum), ("optimal", self.rules.optimal)):
            rows = max(0, size.rows - self.collection.decided)
            negatives = max(0, size.negatives - self.collection.negatives)
            eta = self._eta(rows, negatives)
            found.append(Gap(tier, size.rows, size.negatives, rows, negatives, eta))
        return tuple(found)

    def _eta(self, rows: int, negatives: int) -> date | None:
        if not rows and not negatives:
            return self.newest.as_of
        pace = self.pace
        if pace is None or pace[0] <= 0 or (negatives and pace[1] <= 0):
            return None
        weeks = max(rows / pace[0], negatives / pace[1] if negatives else 0.0)
        return None if weeks > _FORESEEABLE else self.newest.as_of + ceil(weeks) * WEEK

    @property
    def needs(self) -> tuple[Need, ...]:
        """Rows from which each gate can decide, if accuracy is as good as hoped."""
        criteria = self.rules.profiles[self.rules.profile].criteria
        metrics = self.runs[-1].metrics if self.runs else {}

        def has(name: str) -> int | None:
            return metrics[name].n if name in metrics else None

        found = [Need("2, audit", "decided rows", 100, self.collection.decided)]
        spread, bound = criteria.get("cv_sd"), criteria.get("bootstrap_lower")
        if spread is not None and spread.max is not None:
            a_block = rows_for_sd([_HOPED] * _BLOCKS, [100] * _BLOCKS, spread.max)
            if a_block is not None:
                found.append(Need("3, cv_sd", "rows that cross-validation scores", _BLOCKS * a_block, has("cv_sd")))
        if bound is not None and bound.min is not None:
            rows = needed_n(_HOPED, bound.min, self.rules.confidence)
            if rows is not None:
                said = "rows that cross-validation scores"
                found.append(Need("4, bootstrap_lower", said, rows, has("bootstrap_lower")))
        return tuple(found)


def lineage_of(manifests: Sequence[Manifest]) -> tuple[Manifest, ...]:
    """Return the newest dataset after its parents, the oldest first.

    Args:
        manifests: Of one task, the oldest first; one at least.
    """
    known = {manifest.id: manifest for manifest in manifests}
    found = [manifests[-1]]
    while found[-1].parent in known and known[str(found[-1].parent)] not in found:
        found.append(known[str(found[-1].parent)])
    return tuple(reversed(found))


def trend(name: str, new: Measured, old: Measured | None) -> str:
    """Return in words what changed from one run to the next: only what the bounds show."""
    if old is None:
        return "first"
    if None in {new.lower, new.upper, old.lower, old.upper} or new.lower == new.upper:
        return "has no bounds"
    above = float(new.lower or 0) > float(old.upper or 0)
    below = float(new.upper or 0) < float(old.lower or 0)
    if not above and not below:
        return "no change shown"
    return "improved" if above != (name in LOWER_IS_BETTER) else "worse"


def _monday(name: str) -> date:
    year, week = name.split("-W")
    return date.fromisocalendar(int(year), int(week), 1)
