"""The fingerprint names the content: encodings leave no trace, every change does."""

import io
import random
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.fingerprint import fingerprint, row_digests
from tests.tables import pairs

ROW = st.tuples(
    st.none() | st.integers(-100, 100),
    st.none() | st.text(max_size=4),
    st.none() | st.booleans(),
    st.none() | st.floats(width=32, allow_nan=False),
)
KNOWN = "616041085496120c59450f18e7ca9218b462cdcd40e92a03dfbe142d63bec683"
ROWS = st.lists(ROW, min_size=1, max_size=12)


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    number, text, truth, real = zip(*rows, strict=True)
    return pa.table({
        "number": pa.array(number, pa.int64()),
        "text": pa.array(text, pa.string()),
        "truth": pa.array(truth, pa.bool_()),
        "real": pa.array(real, pa.float64()),
    })  # fmt: skip


@given(ROWS, st.randoms(use_true_random=False), st.sampled_from(["none", "snappy", "zstd"]), st.integers(1, 5))
def test_encoding_and_order_leave_no_trace(
    rows: list[tuple[Any, ...]], chance: random.Random, codec: str, group: int
) -> None:
    expected = fingerprint(_table(rows))
    chance.shuffle(rows)
    table = _table(rows)
    columns = {
        "truth": table["truth"],
        "real": table["real"].cast(pa.float32()),
        "text": table["text"].cast(pa.large_string()).dictionary_encode(),
        "number": table["number"].cast(pa.int8()),
    }
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written, compression=codec, row_group_size=group)
    assert fingerprint(pq.read_table(written)) == expected


@given(ROWS, ROWS)
def test_equal_fingerprints_mean_equal_multisets_of_rows(
    left: list[tuple[Any, ...]], right: list[tuple[Any, ...]]
) -> None:
    same = sorted(map(repr, _canonical(left))) == sorted(map(repr, _canonical(right)))
    assert (fingerprint(_table(left)).rows == fingerprint(_table(right)).rows) == same


def _canonical(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*row[:3], None if row[3] is None else row[3] + 0.0) for row in rows]  # -0.0 is 0.0


def test_a_detour_through_pandas_leaves_no_trace() -> None:
    frame = pairs(50).to_pandas()
    frame["label"] = frame["label"].astype(float)
    assert fingerprint(pa.Table.from_pandas(frame)) == fingerprint(pairs(50))


CHANGES = {
    "a cell": pairs().set_column(
        2, "left_name", pa.array(["Firm 0", "Firm 1", "Firm 2", "Firm 3", "Firm 4", "Firma 5"])
    ),
    "a missing cell": pairs().set_column(3, "right_name", pairs()["right_name"].fill_null("")),
    "a row less": pairs(5),
    "a row twice": pa.concat_tables([pairs(), pairs().slice(0, 1)]),
    "two cells exchanged": pairs().set_column(4, "label", pairs()["label"].take(pa.array([1, 0, 2, 3, 4, 5]))),
    "a name": pairs().rename_columns({"label": "Label"}),
    "a column less": pairs().drop_columns(["label"]),
    "numbers as text": pairs().set_column(4, "label", pairs()["label"].cast(pa.string())),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_content_shows(what: str) -> None:
    assert fingerprint(CHANGES[what]).rows != fingerprint(pairs()).rows


def test_cells_that_changed_places_leave_the_columns_alone() -> None:
    before, after = fingerprint(pairs()), fingerprint(CHANGES["two cells exchanged"])
    assert after.columns == before.columns


def test_a_renamed_column_keeps_its_hash() -> None:
    assert fingerprint(CHANGES["a name"]).columns["Label"] == fingerprint(pairs()).columns["label"]


def test_batches_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fingerprint(pairs(100)), row_digests(pairs(100), ["label", "left_name"])
    monkeypatch.setattr("mlops.fingerprint._BATCH", 7)
    assert (fingerprint(pairs(100)), row_digests(pairs(100), ["left_name", "label"])) == expected


def test_the_construction_is_the_documented_one() -> None:
    """A known answer: whoever changes the construction breaks every manifest that exists."""
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    assert fingerprint(table).rows == KNOWN
    assert fingerprint(pa.Table.from_pandas(pd.DataFrame({"a": [2, 1], "b": [None, "x"]}))).rows == KNOWN
