"""Audits of the example claims for tests, and a table without a task to plant one thing in."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from mlops.auditing import AuditReport, Parity, Subject, audit, rows_of
from mlops.contract.loading import load_contract
from mlops.contract.model import Contract
from mlops.contract.reading import typed
from mlops.tasks.claims.generator import CERTIFIABLE, generate

SUBJECT = Subject("claims", "claims_20251006", "0" * 64)
SAME = Parity(0, 50)


def sound(rows: int, seed: int = 5) -> pa.Table:
    """Return example claims without a defect."""
    return generate(rows, seed, setting=CERTIFIABLE)


def fba() -> Contract:
    """Return the contract of the example claims."""
    return load_contract("fba_claims", Path())


def audited(
    table: pa.Table, contract: Contract | None = None, *, batch: pa.Table | None = None, parity: Parity = SAME,
    scoring: Parity | None = None, test_share: float = 0.15, blocks: int = 6,
) -> AuditReport:  # fmt: skip
    """Audit a table whose newest rows are for the test."""
    asked = contract or fba()
    rows = rows_of(typed(table, asked), None if batch is None else typed(batch, asked), blocks=blocks)
    test_from = (
        np.sort(rows.time)[int(len(rows.time) * (1 - test_share))] if test_share else np.datetime64("2999-01-01")
    )
    return audit(rows, asked, SUBJECT, test_from=test_from, parity=parity, seed=0, scoring=scoring)


def verdicts(report: AuditReport) -> dict[str, str]:
    """Return what is not met, and how."""
    return {one.metric: one.verdict for one in report.criteria if one.verdict != "pass"}


def with_role(contract: Contract, **roles: str) -> Contract:
    """Return the contract with other roles of some columns."""
    fields = [field.model_copy(update={"role": roles.get(field.name, field.role)}) for field in contract.fields]
    return contract.model_copy(update={"fields": tuple(fields)})


def with_cells(table: pa.Table, name: str, values: list[object]) -> pa.Table:
    """Return the table with other cells in a column."""
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), pa.array(values, type=table.schema.field(at).type))
