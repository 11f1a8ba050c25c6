"""Facts by hand: manifests that count, and ledgers of runs."""

from datetime import date, timedelta

from mlops.certification.ledger import Ledger
from mlops.manifest import Collection, Fingerprint, Integrated, Manifest, Tally
from mlops.progress import Facts
from tests.certification.scenes import settings

DAY = date(2025, 10, 6)
HASH = "0" * 64


def tally(rows: int, positives: int, negatives: int) -> Tally:
    return Tally(rows=rows, positives=positives, negatives=negatives)


def collection(decided: int, negatives: int, *, category: str = "toys", weeks: int = 4) -> Collection:
    whole = tally(decided + 5, decided - negatives, negatives)
    days = (DAY - timedelta(weeks=week) for week in range(weeks))
    names = ["{}-W{:02d}".format(*day.isocalendar()[:2]) for day in days]
    return Collection(
        decided=decided, positives=decided - negatives, negatives=negatives, undecided=5,
        weeks={name: tally(250, 150, 90) for name in names}, quarters={"2025-Q4": whole},
        by={"category": {category: whole}}, label_delay={"0-7": 3, "15-28": 2, "57 or more": 1, "8-14": 4},
    )  # fmt: skip


def manifest(number: int, found: Collection | None) -> Manifest:
    """The dataset of a week; all but the first come from a batch."""
    day = DAY + timedelta(weeks=number)
    integrated = Integrated(
        batch=f"batch_{number}.csv", batch_sha256=HASH, received=260, added=250, identical=0, revised=10, conflicts=0,
        quarantined=0, validation_verdict="pass", validation_score=1.0, champion="m", champion_accuracy=0.97,
        champion_n=40,
    )  # fmt: skip
    return Manifest(
        id=f"claims_{day:%Y%m%d}", task="claims", as_of=day, uris=("data.csv",), format="csv", sha256=HASH, bytes=1,
        rows=1, columns=(), labels={}, fingerprint=Fingerprint(rows=HASH, columns={}), collection=found,
        parent=None if not number else f"claims_{day - timedelta(weeks=1):%Y%m%d}",
        integrated=integrated if number else None,
    )  # fmt: skip


def facts(*found: Collection | None, ledger: Ledger | None = None, as_of: date | None = None) -> Facts:
    lineage = tuple(manifest(number, one) for number, one in enumerate(found))
    held = Ledger.loads(b"") if ledger is None else ledger
    last = max([lineage[-1].as_of, *(date.fromisoformat(line.date) for line in held.lines)])
    return Facts("claims", lineage, 250, held, settings(), as_of or last)
