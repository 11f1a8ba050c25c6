"""A table that was made up here is written so that reading it gives the same cells."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops.dataset import delimited, writing
from mlops.dataset.writing import to_csv, to_parquet
from mlops.errors import InputRefusedError
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


def read_again(data: bytes, folder: Path) -> list[dict[str, str | None]]:
    """Return the rows as the one reader of CSV reads them."""
    path = folder / "table.csv"
    path.write_bytes(data)
    return list(delimited.read(path, name="table", max_cells=1_000, max_bytes=0).to_pylist())


def test_csv_gives_back_every_text_that_it_may_hold(tmp_path: Path) -> None:
    odd = [
        "a\rb",
        "\r",
        "a\r\nb",
        "\n",
        '"',
        '"a"',
        ",",
        " a ",
        "'",
        "\ufeff",
        "\u2028",
        "\x85",
        "\x0b",
        "x" * 131_072,
        None,
    ]
    assert all(text is None or writing.is_writable(text) for text in odd)
    table = pa.table({'a,"b': odd, "c": odd[::-1]})
    assert read_again(to_csv(table), tmp_path) == table.to_pylist()
    alone = pa.table({"a": pa.array([None, "x", None], pa.string())})
    assert read_again(to_csv(alone), tmp_path) == alone.to_pylist()


@pytest.mark.parametrize("text", ["a\0b", "x" * 131_073])
def test_csv_cannot_hold_what_is_called_not_writable(text: str, tmp_path: Path) -> None:
    assert not writing.is_writable(text)
    with pytest.raises(InputRefusedError):
        read_again(to_csv(pa.table({"a": [text]})), tmp_path)


def test_csv_tells_an_empty_text_from_null() -> None:
    assert to_csv(pa.table({"a": ["", None, "x"], "b": [1, 2, 3]})) == b'a,b\n"",1\n,2\nx,3\n'


def test_csv_gives_money_two_decimals_and_other_fractions_all_of_theirs() -> None:
    numbers = [0.1, 1234.5, 19.99, 0.0, 0.125, 1 / 3, 1e300]
    lines = to_csv(pa.table({"x": numbers})).decode().splitlines()[1:]
    assert lines[:5] == ["0.10", "1234.50", "19.99", "0.00", "0.125"]
    assert [float(line) for line in lines] == numbers


def test_parquet_gives_the_same_bytes_however_the_table_is_chunked(pairs: pa.Table) -> None:
    pieces = pa.concat_tables([pairs.slice(0, 7), pairs.slice(7)])
    assert to_parquet(pieces) == to_parquet(pairs)
    assert pq.read_table(io.BytesIO(to_parquet(pairs))).equals(pairs)
