"""A table that was made up here is written so that reading it gives the same cells."""

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops.dataset.writing import to_csv, to_parquet
from mlops.tasks.er.generator import generate


@pytest.fixture(scope="module")
def pairs() -> pa.Table:
    return generate(60, 7)


def test_csv_keeps_every_text_and_writes_null_as_an_empty_cell(pairs: pa.Table) -> None:
    """Names hold commas, quotes and letters of many scripts."""
    data = to_csv(pairs)
    assert b"\r" not in data
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    expected = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in pairs.to_pylist()]
    assert rows == expected
    assert any("," in cell for row in rows for cell in row.values())


def test_csv_gives_money_two_decimals_and_other_fractions_all_of_theirs() -> None:
    numbers = [0.1, 1234.5, 19.99, 0.0, 0.125, 1 / 3, 1e300]
    lines = to_csv(pa.table({"x": numbers})).decode().splitlines()[1:]
    assert lines[:5] == ["0.10", "1234.50", "19.99", "0.00", "0.125"]
    assert [float(line) for line in lines] == numbers


def test_parquet_gives_the_same_bytes_however_the_table_is_chunked(pairs: pa.Table) -> None:
    pieces = pa.concat_tables([pairs.slice(0, 7), pairs.slice(7)])
    assert to_parquet(pieces) == to_parquet(pairs)
    assert pq.read_table(io.BytesIO(to_parquet(pairs))).equals(pairs)
