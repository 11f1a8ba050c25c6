"""Small batches of claims for tests: a clean one, and what can be wrong with it."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from mlops.contract.model import Contract
from mlops.contract.reading import load_contract, typed
from mlops.validation import Batch, Limits, Occasion, Outcome, validate
from tests.conftest import ROOT

AS_OF = "2025-10-20"
SHA256 = "0" * 64
Cells = dict[str, list[Any]]


def claims(rows: int = 200, *, first: int = 0) -> Cells:
    """Return clean claims as columns of text, each row other than the next; every third is claimable."""
    days = [date(2025, 6, 2) + timedelta(days=i % 120) for i in range(first, first + rows)]
    numbers = range(first, first + rows)
    return {
        "claim_id": [f"C{i:06d}" for i in numbers],
        "seller_id": [f"S{i % 17:02d}" for i in numbers],
        "order_id": [f"O{i:06d}" for i in numbers],
        "claim_date": [day.isoformat() for day in days],
        "order_date": [(day - timedelta(days=9)).isoformat() for day in days],
        "amount": [f"{10 + i % 7}.50" for i in numbers],
        "order_value": ["40.00"] * rows,
        "quantity": [str(1 + i % 3) for i in numbers],
        "category": [("toys", "books", "garden")[i % 3] for i in numbers],
        "marketplace": [("DE", "US")[i % 2] for i in numbers],
        "fulfillment_center": [f"F{i % 5}" for i in numbers],
        "claimable": [str(int(i % 3 == 0)) for i in numbers],
    }


def table(cells: Cells) -> pa.Table:
    """Return columns as a table of text, as a CSV file is read."""
    return pa.table({name: pa.array(values, pa.string()) for name, values in cells.items()})


def csv(cells: Cells, *, delimiter: str = ",") -> str:
    """Return columns as the text of a CSV file; None is an empty cell."""
    lines = [delimiter.join(cells)]
    lines += [delimiter.join("" if cell is None else cell for cell in row) for row in zip(*cells.values(), strict=True)]
    return "\n".join(lines) + "\n"


def contract(name: str = "fba_claims", **changed: Any) -> Contract:
    """Return a profile, some of its statements changed."""
    return load_contract(name, Path(ROOT)).model_copy(update=changed)


def judge(
    data: Cells | pa.Table, *, rules: Contract | None = None, as_of: str = AS_OF, base: Cells | pa.Table | None = None
) -> Outcome:
    """Validate a batch with the limits of the method."""
    used = rules or contract()
    rows, known = (table(one) if isinstance(one, dict) else one for one in (data, base or {}))
    batch = Batch(rows, typed(rows, used), used, np.datetime64(as_of), typed(known, used) if base is not None else None)
    return validate(batch, Occasion("claims", "new.csv", SHA256, "option"), Limits())


def not_met(outcome: Outcome) -> set[str]:
    """Return the names of the criteria and blockers that do not pass."""
    report = outcome.report
    return {result.metric for result in (*report.criteria, *report.blockers) if result.verdict != "pass"}


def defects(outcome: Outcome) -> dict[str, int]:
    """Return how many rows break each rule."""
    return {defect.rule: defect.rows for defect in outcome.report.defects}


def with_column(cells: Cells, name: str, values: Sequence[Any]) -> Cells:
    """Return the columns with one replaced."""
    return {**cells, name: list(values)}
