"""Dividing a grown dataset by date: as the shares say, but no boundary ever moves back."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.ids import DatasetId
from mlops.manifest import Manifest, SplitRecord
from mlops.split import PURGED, TEST, TRAIN
from mlops.task import Examples, Task

_VALID = "valid"


@dataclass(frozen=True)
class Occasion:
    """Into what a batch is integrated."""

    task: Task
    settings: Settings
    root: Path
    contract: Contract
    parent: Manifest
    wanted: DatasetId


def divide(occasion: Occasion, before: pa.Table, after: pa.Table, *, advance: bool) -> SplitRecord | None:
    """Divide the new dataset by date: as the shares say, but no boundary moves back behind the parent's.

    Without ``advance`` the parent's boundaries stay; None where it has none.
    """
    if not advance and occasion.parent.split is None:
        return None
    parent, declared = occasion.parent, occasion.settings.task(occasion.task.name)

    def divided(table: pa.Table, day: date, valid_from: date | None, test_from: date | None) -> Examples:
        days = {"valid_from": valid_from, "test_from": test_from}
        chosen = declared.model_copy(update={"split": declared.split.model_copy(update=days)})
        return occasion.task.examples(table, chosen, as_of=day, root=occasion.root)

    old = parent.split
    was = divided(before, parent.as_of, old.valid_from if old else None, old.test_from if old else None)
    days = list(_boundaries(was))
    if advance:
        now = divided(after, occasion.wanted.day, None, None)
        days = [max(_boundaries(was)[at], _boundaries(now)[at]) for at in (0, 1)]
    found = divided(after, occasion.wanted.day, days[0], days[1])
    counts = {name: int((found.split == name).sum()) for name in (TRAIN, _VALID, TEST, PURGED)}
    tested = set(was.row_id[was.split == TEST].tolist())
    return SplitRecord(
        valid_from=days[0], test_from=days[1], sha256=str(found.facts["split_sha256"]), train=counts[TRAIN],
        valid=counts[_VALID], test=counts[TEST], held=counts[PURGED],
        released=len(tested - set(found.row_id[found.split == TEST].tolist())),
    )  # fmt: skip


def _boundaries(examples: Examples) -> tuple[date, date]:
    valid_from, test_from = (str(examples.facts[name]) for name in ("split_valid_from", "split_test_from"))
    return date.fromisoformat(valid_from), date.fromisoformat(test_from)
