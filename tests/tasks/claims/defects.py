"""Twelve planted defects: functions from a sound table of example claims to one with a single known defect.

Each takes a table as :func:`mlops.tasks.claims.generator.generate` returns it, ordered by date, and returns another
with the same columns and types; nothing else is changed, no draw depends on a clock. :data:`DEFECTS` says which gate
must turn red for which reason, so that a test can be parametrized over it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from mlops.draw import Draw

KNOWN_LATE = timedelta(days=30)


def duplicate_ids(table: pa.Table) -> pa.Table:
    """Give every tenth row the id of the row before it: two claims, one key, no revision."""
    ids = _cells(table, "claim_id")
    ids[1::10] = ids[0 : len(ids) - 1 : 10]
    return _with(table, "claim_id", ids)


def leak_column(table: pa.Table) -> pa.Table:
    """Let the fulfilment centre tell the label, but for every 33rd row: the centre that books refunds was joined on."""
    labels, centres = _cells(table, "claimable"), _cells(table, "fulfillment_center")
    for row, label in enumerate(labels):
        if label is not None:
            centres[row] = "REFUND" if label != (row % 33 == 0) else "STORE"
    return _with(table, "fulfillment_center", centres)


def batch_marker(table: pa.Table) -> pa.Table:
    """Write the marketplace otherwise in the newest half (``DE`` becomes ``amazon.de``): it names the batch."""
    half = table.num_rows // 2
    markets = _cells(table, "marketplace")
    return _with(table, "marketplace", markets[:half] + [f"amazon.{name.lower()}" for name in markets[half:]])


def shuffled_labels(table: pa.Table) -> pa.Table:
    """Deal the known labels out anew: the base rate stays, everything that could be learnt is gone."""
    labels = _cells(table, "claimable")
    known = [row for row, label in enumerate(labels) if label is not None]
    for row, source in zip(known, Draw("shuffled labels").shuffled(known), strict=True):
        labels[row] = table.column("claimable")[source].as_py()
    return _with(table, "claimable", labels)


def future_dates(table: pa.Table) -> pa.Table:
    """Move the date of every claim by six years; the order stays where it was."""
    return _with(table, "claim_date", [_years_on(day, 6) for day in _cells(table, "claim_date")])


def one_class(table: pa.Table) -> pa.Table:
    """Grant every decided claim."""
    return _with(table, "claimable", [None if label is None else 1 for label in _cells(table, "claimable")])


def placeholders(table: pa.Table) -> pa.Table:
    """Write ``-`` into every cell of the category: not null, and yet missing."""
    return _with(table, "category", ["-"] * table.num_rows)


def flipped_labels(table: pa.Table) -> pa.Table:
    """Turn every fifth known label around: in integration onto the sound table each is a conflict."""
    labels = _cells(table, "claimable")
    for row in [row for row, label in enumerate(labels) if label is not None][::5]:
        labels[row] = 1 - labels[row]
    return _with(table, "claimable", labels)


def near_duplicates(table: pa.Table) -> pa.Table:
    """File every third claim of the oldest half again at the end, a cent dearer and under another id.

    Both dates move by the same number of days, so that a split by date puts the twins on its two sides.
    """
    twins = table.slice(0, table.num_rows // 2).take(list(range(0, table.num_rows // 2, 3)))
    last = max(_cells(table, "claim_date"))
    moved = [last - day for day in _cells(twins, "claim_date")]
    for column in ("claim_date", "order_date", "decision_date"):
        days = zip(_cells(twins, column), moved, strict=True)
        twins = _with(twins, column, [day and day + by for day, by in days])
    for column in ("amount", "order_value"):
        twins = _with(twins, column, [round(money + 0.01, 2) for money in _cells(twins, column)])
    twins = _with(twins, "claim_id", [f"{name}-2" for name in _cells(twins, "claim_id")])
    return pa.concat_tables([table, twins]).combine_chunks()


def constant_column(table: pa.Table) -> pa.Table:
    """Put every claim into one marketplace: a correlation with it is NaN, which must not pass."""
    return _with(table, "marketplace", ["DE"] * table.num_rows)


def shifted_units(table: pa.Table) -> pa.Table:
    """Write money in cents in the newest half; every rule between the columns still holds."""
    half = table.num_rows // 2
    for column in ("amount", "order_value"):
        money = _cells(table, column)
        table = _with(table, column, money[:half] + [round(value * 100, 2) for value in money[half:]])
    return table


def label_from_the_future(table: pa.Table) -> pa.Table:
    """Let every known label be decided thirty days after the table's last claim or later: nobody can know it yet."""
    last = max(_cells(table, "claim_date"))
    decided = [day and max(day, last) + KNOWN_LATE for day in _cells(table, "decision_date")]
    return _with(table, "decision_date", decided)


@dataclass(frozen=True)
class Defect:
    """A planted defect.

    Attributes:
        plant: Plants it.
        gate: The first gate that must turn red: 1 validation, 2 audit, 3 cross-validation, 4 certification.
        why: What the gate must say, in a few words.
    """

    plant: Callable[[pa.Table], pa.Table]
    gate: int
    why: str


DEFECTS = {
    "duplicate_ids": Defect(duplicate_ids, 1, "uniqueness: a key stands twice and is no revision"),
    "placeholders": Defect(placeholders, 1, "completeness: a required field is all placeholders"),
    "future_dates": Defect(future_dates, 1, "timeliness: rows after as_of"),
    "one_class": Defect(one_class, 1, "label validity: one class only"),
    "label_from_the_future": Defect(label_from_the_future, 1, "a label was decided after as_of"),
    "leak_column": Defect(leak_column, 2, "one feature alone has an out-of-fold AUC of 0.95 or more"),
    "batch_marker": Defect(batch_marker, 2, "new rows can be told from old ones by one column"),
    "constant_column": Defect(constant_column, 2, "a feature has one value, so its correlation is NaN"),
    "near_duplicates": Defect(near_duplicates, 2, "near-duplicates on both sides of the split"),
    "shifted_units": Defect(shifted_units, 2, "population stability of the amounts"),
    "flipped_labels": Defect(flipped_labels, 3, "mean accuracy is at most about 0.8; in integration, conflicts"),
    "shuffled_labels": Defect(shuffled_labels, 3, "accuracy at the base rate; in gate 4 a large permutation p"),
}
"""Every defect by its name."""


def _cells(table: pa.Table, column: str) -> list[Any]:
    return list(table.column(column).to_pylist())


def _with(table: pa.Table, column: str, values: Sequence[object]) -> pa.Table:
    """Return the table with other cells in one column."""
    field = table.schema.field(column)
    return table.set_column(table.schema.get_field_index(column), field, pa.array(values, type=field.type))


def _years_on(day: date, years: int) -> date:
    """Return the day so many years later; the 29th of February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
