"""The one byte string of a table that is made up here: the same bytes for the same table.

CSV is the same everywhere; Parquet is the same with the same version of pyarrow, which names itself in the file.
"""

import csv
import io
import re
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

Cell = str | int | float | bool | date | None

_QUOTED = re.compile(r'[",\r\n]')


def to_parquet(table: pa.Table) -> bytes:
    """Return ``table`` as Parquet: zstd, page checksums, no pandas metadata."""
    buffer = io.BytesIO()
    pq.write_table(
        table.combine_chunks(),
        buffer,
        compression="zstd",
        compression_level=9,
        version="2.6",
        row_group_size=1 << 20,
        write_page_checksum=True,
        store_schema=False,
    )
    return buffer.getvalue()


def to_csv(table: pa.Table) -> bytes:
    """Return ``table`` as CSV: UTF-8, a header, line feeds; null is an empty cell, a fraction has two decimals or more.

    Two decimals are what money has; a number that needs more keeps them, so that reading it gives the same double. An
    empty text is quoted, which tells it from null for readers that look; :mod:`mlops.dataset.delimited` does not, and
    reads both as missing. The texts must be such as :func:`is_writable` accepts.
    """
    columns = [column.to_pylist() for column in table.columns]
    text = io.StringIO(newline="")
    text.write(",".join(map(_quoted, table.column_names)) + "\n")
    for row in zip(*columns, strict=True):
        line = ",".join(map(_written, row))
        text.write((line or '""') + "\n")  # an empty line would be no row
    return text.getvalue().encode()


def is_writable(text: str) -> bool:
    """Tell whether a text comes back from CSV: no reader takes NUL, nor a cell of more than 131,072 characters."""
    return "\0" not in text and len(text) <= csv.field_size_limit()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _quoted(cell)
    if isinstance(cell, float):
        short = f"{cell:.2f}"
        return short if float(short) == cell else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not text or _QUOTED.search(text) else text
