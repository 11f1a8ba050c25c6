"""The one byte string of a table that is made up here: the same bytes for the same table.

CSV is the same everywhere; Parquet is the same with the same version of pyarrow, which names itself in the file.
"""

import csv
import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

Cell = str | int | float | bool | date | None


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

    Two decimals are what money has; a number that needs more keeps them, so that reading it gives the same double.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    writer.writerows([_written(cell) for cell in row] for row in zip(*columns, strict=True))
    return text.getvalue().encode()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        short = f"{cell:.2f}"
        return short if float(short) == cell else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)
