"""What a refresh changed is told in rows, labels, classes and columns."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.dataset import Dataset
from mlops.documents import dumps, loads
from mlops.hashing import sha256_bytes
from mlops.refresh import Refresh, SchemaChanges, compare
from tests.tables import pairs


def _compare(old: pa.Table, new: pa.Table) -> Refresh:
    return compare(Dataset(old, "0" * 64, 1, "parquet"), Dataset(new, sha256_bytes(b"new"), 2, "parquet"))


def _edit(table: pa.Table, column: str, row: int, value: object) -> pa.Table:
    values = table[column].to_pylist()
    values[row] = value
    position = table.column_names.index(column)
    return table.set_column(position, column, pa.array(values, table[column].type))


def test_the_same_bytes_are_the_same() -> None:
    data = Dataset(pairs(), "0" * 64, 1, "parquet")
    assert compare(data, data).outcome == "same bytes"


def test_other_bytes_with_the_same_content_are_told_so() -> None:
    new = pairs().take(pa.array([5, 4, 3, 2, 1, 0])).select(["label", "right_name", "left_name", "left_id", "pair_id"])
    refresh = _compare(pairs(), new)
    assert refresh.outcome == "re-encoded, same content"
    assert (refresh.rows.added, refresh.rows.removed, refresh.rows.changed, refresh.rows.labels_flipped) == (0, 0, 0, 0)


def test_rows_with_a_key_are_joined_on_it() -> None:
    new = _edit(_edit(pairs(8).slice(1), "left_name", 0, "Other"), "label", 1, 1)
    rows = _compare(pairs(), new).rows
    assert (rows.joined_on, rows.added, rows.removed, rows.changed) == ("pair_id", 2, 1, 1)
    assert (rows.labels_flipped, rows.flipped_examples) == (1, ("p2",))


@pytest.mark.parametrize("spoiled", ["p1", None], ids=["twice", "missing"])
def test_a_key_that_names_no_row_is_not_joined_on(spoiled: str | None) -> None:
    old = _edit(pairs(), "pair_id", 2, spoiled)
    new = _edit(old, "label", 0, 0)
    rows = _compare(old, new).rows
    assert (rows.joined_on, rows.added, rows.removed, rows.changed, rows.labels_flipped) == (None, 0, 0, None, 1)


def test_record_ids_are_keys_too() -> None:
    old = pairs().rename_columns({"pair_id": "record_id"})
    assert _compare(old, old.slice(2)).rows.joined_on == "record_id"


def test_a_changed_row_without_a_key_is_removed_and_added() -> None:
    old = pairs().drop_columns(["pair_id"])
    rows = _compare(old, _edit(old, "left_name", 1, "Other")).rows
    assert (rows.added, rows.removed, rows.changed, rows.labels_flipped) == (1, 1, None, 0)


def test_repeated_rows_with_conflicting_labels_are_matched_as_multisets() -> None:
    old = pa.table({"name": ["a", "a", "a"], "label": [0, 1, 1]})
    new = pa.table({"name": ["a", "a"], "label": [0, 0]})
    rows = _compare(old, new).rows
    assert (rows.added, rows.removed, rows.labels_flipped) == (0, 1, 1)


def test_classes_are_counted_before_and_after() -> None:
    refresh = _compare(pa.table({"label": ["a", "b"]}), pa.table({"label": ["b", "b", "c"]}))
    assert refresh.classes == {"a": (1, 0), "b": (1, 2), "c": (0, 1)}


def test_columns_are_compared_by_name_content_and_type() -> None:
    new = pairs().rename_columns({"left_name": "left_title"}).drop_columns(["left_id"])
    new = new.append_column("source", pa.array(["x"] * 6)).set_column(
        3, "label", pairs()["label"].cast(pa.int64())
    )  # fmt: skip
    refresh = _compare(pairs(), new)
    assert refresh.columns == SchemaChanges(
        added=("source",),
        removed=("left_id",),
        renamed={"left_name": "left_title"},
        retyped={"label": ("int8", "int64")},
    )
    assert refresh.outcome == "changed"
    assert (refresh.rows.added, refresh.rows.removed, refresh.rows.changed) == (0, 0, 0)


def test_tables_without_a_common_column_share_no_row() -> None:
    rows = _compare(pa.table({"a": [1, 2]}), pa.table({"b": ["x"]})).rows
    assert (rows.added, rows.removed, rows.labels_flipped) == (1, 2, 0)


def test_a_refresh_survives_its_document() -> None:
    refresh = _compare(pairs(), pairs(9))
    assert loads(dumps(refresh), Refresh) == refresh


ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0, 1])), max_size=10)


@given(ROWS, ROWS)
def test_there_and_back_are_opposites(old: list[tuple[str, int]], new: list[tuple[str, int]]) -> None:
    def table(rows: list[tuple[Any, ...]]) -> pa.Table:
        names, labels = zip(*rows, strict=True) if rows else ((), ())
        return pa.table({"name": pa.array(names, pa.string()), "label": pa.array(labels, pa.int64())})

    there, back = _compare(table(old), table(new)).rows, _compare(table(new), table(old)).rows
    assert (there.added, there.removed) == (back.removed, back.added)
    assert there.labels_flipped == back.labels_flipped
    assert len(old) - there.removed + there.added == len(new)
