"""The bad rows, as a file: each with its number, its key, the rule that it breaks, the reason, and its cells.

A row that breaks several rules stands there once for each. The cells are the file's own, so that whoever mends them can
hand them in again.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlops.validation.batch import Batch, Mask
from mlops.validation.findings import Finding

ROW, KEY, RULE, REASON = "quarantine_row", "quarantine_key", "quarantine_rule", "quarantine_reason"


def bad_rows(findings: Sequence[Finding], rows: int) -> Mask:
    """Return which of ``rows`` rows break a rule."""
    bad = np.zeros(rows, dtype=bool)
    for finding in findings:
        bad |= finding.rows
    return bad


def quarantine_of(batch: Batch, findings: Sequence[Finding]) -> pa.Table:
    """Return the rows that break a rule, by row and rule; the file's first row of data has number 1.

    Args:
        batch: All rows.
        findings: The rules that rows break.
    """
    places = [np.flatnonzero(finding.rows) for finding in findings]
    row = np.concatenate([*places, np.empty(0, dtype=np.int64)]).astype(np.int64)
    rule = np.repeat(np.arange(len(findings), dtype=np.int32), [len(place) for place in places])
    order = np.argsort(row, kind="stable")
    row, rule = row[order], rule[order]
    cells = batch.table.take(pa.array(row))
    said = {
        ROW: pa.array(row + 1, pa.int64()),
        KEY: pa.array(batch.typed.columns[batch.contract.primary_key][row], pa.string()),
        RULE: pa.array([finding.rule for finding in findings], pa.string()).take(pa.array(rule)),
        REASON: pa.array([finding.reason for finding in findings], pa.string()).take(pa.array(rule)),
    }
    return pa.table(said | dict(zip(cells.column_names, cells.columns, strict=True)))


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file, the same bytes for the same table."""
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream, compression="zstd", write_page_checksum=True)
    return bytes(stream.getvalue())
