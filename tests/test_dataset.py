"""A dataset is parsed from verified bytes, and its cells are exactly what the file holds."""

import csv
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import StorageSettings
from mlops.dataset import Dataset, read_file, read_pinned
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId
from mlops.manifest import Manifest
from mlops.pinning import make_manifest
from tests.tables import pairs, write

SETTINGS = StorageSettings()


def _manifest(data: Dataset, *uris: str) -> Manifest:
    wanted = DatasetId.parse("er_20251020")
    return make_manifest(data, dataset_id=wanted, as_of=wanted.day, uris=uris)


def test_a_parquet_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "pairs.parquet")
    data = read_file(path, settings=SETTINGS)
    assert data.table.equals(pairs())
    assert (data.sha256, data.bytes, data.format) == (sha256_bytes(path.read_bytes()), path.stat().st_size, "parquet")


def test_every_encoding_of_text_is_read_as_string(tmp_path: Path) -> None:
    words = ["a", None, "b", "a"]
    table = pa.table({
        "plain": pa.array(words),
        "large": pa.array(words, pa.large_string()),
        "view": pa.array(words, pa.string_view()),
        "coded": pa.array(words).dictionary_encode(),
        "numbers": pa.array([3, None, 4, 3]).dictionary_encode(),
    })  # fmt: skip
    read = read_file(write(tmp_path / "t.parquet", table), settings=SETTINGS).table
    assert [str(field.type) for field in read.schema] == ["string"] * 4 + ["int64"]
    assert [read.column(name).to_pylist() for name in read.column_names] == [words] * 4 + [[3, None, 4, 3]]


def test_what_pandas_writes_is_read_without_its_metadata(tmp_path: Path) -> None:
    frame = pairs().to_pandas().set_index("pair_id")
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_file(tmp_path / "t.parquet", settings=SETTINGS).table
    assert table.schema.metadata is None
    assert table.column("pair_id").to_pylist() == pairs().column("pair_id").to_pylist()


def test_metadata_of_a_table_that_lost_a_column_is_forgiven(tmp_path: Path) -> None:
    table = pa.Table.from_pandas(pd.DataFrame({"a": [1], "b": [2]})).drop_columns(["b"])
    assert read_file(write(tmp_path / "t.parquet", table), settings=SETTINGS).table.column_names == ["a"]


@pytest.mark.parametrize("limit", [30, 31])
def test_the_table_must_stay_below_the_limit_of_cells(tmp_path: Path, limit: int) -> None:
    settings = StorageSettings(max_cells=limit)
    frame = pairs().to_pandas()
    frame.to_csv(tmp_path / "t.csv", index=False)
    for path in (write(tmp_path / "t.parquet"), tmp_path / "t.csv"):
        if limit == 31:
            assert read_file(path, settings=settings).table.num_rows == 6
        else:
            with pytest.raises(InputRefusedError, match="6 rows x 5 columns"):
                read_file(path, settings=settings)


def test_a_csv_file_of_too_many_rows_is_not_read_to_its_end(tmp_path: Path) -> None:
    """The row after the limit is no row, which nobody would notice who stopped in time."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 20_000 + b"\xff\xff\n")
    with pytest.raises(InputRefusedError, match="larger than the policy allows"):
        read_file(path, settings=StorageSettings(max_cells=30_000))
    with pytest.raises(InputRefusedError, match="not UTF-8"):
        read_file(path, settings=StorageSettings(max_cells=50_000))


@pytest.mark.parametrize("name", ["t.txt", "t.xlsx", "t", "t.parquet.gz"])
def test_a_name_that_promises_nothing_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"a,b\n1,2\n")
    with pytest.raises(InputRefusedError, match=r"ends in \.parquet or \.csv"):
        read_file(tmp_path / name, settings=SETTINGS)


def test_the_mark_that_spreadsheets_write_is_not_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfid,label\r\n1,0\r\n")
    assert read_file(tmp_path / "t.csv", settings=SETTINGS).table.to_pylist() == [{"id": "1", "label": "0"}]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_csv_keeps_every_cell(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    path.write_bytes(written.getvalue().encode())
    table = read_file(path, settings=SETTINGS).table
    assert [list(row.values()) for row in table.to_pylist()] == [[cell or None for cell in row] for row in rows]


def test_csv_is_read_as_pandas_would_with_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,name,note\n007,"NA, Inc.",\n8,None,"two\nlines"\n,"say ""hi""", x \n', encoding="utf-8")
    rules = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], index_col=False)
    expected = rules.astype(object).where(rules.notna(), None).to_dict("records")
    assert read_file(path, settings=SETTINGS).table.to_pylist() == expected


def test_a_later_uri_is_tried_when_the_first_has_nothing(tmp_path: Path) -> None:
    data = read_file(write(tmp_path / "kept.parquet"), settings=SETTINGS)
    manifest = _manifest(data, "gone.parquet", "kept.parquet")
    assert read_pinned(manifest, settings=SETTINGS, root=tmp_path) == data


def test_a_mirror_with_other_bytes_stops_everything(tmp_path: Path) -> None:
    data = read_file(write(tmp_path / "kept.parquet"), settings=SETTINGS)
    write(tmp_path / "other.parquet", pairs(7))
    with pytest.raises(InputRefusedError, match="sha256 mismatch"):
        read_pinned(_manifest(data, "other.parquet", "kept.parquet"), settings=SETTINGS, root=tmp_path)


def test_a_dataset_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    data = read_file(write(tmp_path / "kept.parquet"), settings=SETTINGS)
    with pytest.raises(InputRefusedError, match="does not exist"):
        read_pinned(_manifest(data, "gone.parquet", "gone too.parquet"), settings=SETTINGS, root=tmp_path)


def test_real_datasets_are_read_unchanged(shared_data: Path) -> None:
    for path in sorted((shared_data / "er").glob("*.parquet")):
        table = read_file(path, settings=SETTINGS).table
        assert table.equals(pq.read_table(path).replace_schema_metadata(None)), path.name
