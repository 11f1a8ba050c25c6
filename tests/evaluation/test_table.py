"""``evaluation.parquet``: the same bytes for the same rows, and strict reading."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import evaluation
from mlops.errors import InputRefusedError
from mlops.evaluation import Evaluation
from tests.scored import scored, texts

NAMES = ["row_id", "cluster", "label", "score", "predicted", "weight", "slice_kind"]


def rows() -> Evaluation:
    """Return eight rows with one slice."""
    return scored(tp=3, fp=1, fn=1, tn=3, slices={"kind": texts(list("abababab"))})


def table(**changes: Any) -> pa.Table:
    """Return the table of :func:`rows`, with columns changed (None takes one away)."""
    columns = dict(zip(NAMES, _columns(rows()), strict=True)) | changes
    return pa.table({name: column for name, column in columns.items() if column is not None})


def _columns(found: Evaluation) -> list[Any]:
    return [found.row_id, found.cluster, found.label, found.score, found.predicted, found.weight, found.slices["kind"]]


def encoded(found: pa.Table) -> bytes:
    """Return a table as Parquet bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(found, sink)
    return bytes(sink.getvalue())


def assert_same(one: Evaluation, other: Evaluation) -> None:
    """Assert that two evaluations hold the same values in arrays of the same types."""
    assert one.slices.keys() == other.slices.keys()
    for a, b in zip(_all(one), _all(other), strict=True):
        assert a.dtype == b.dtype
        assert (a == b).all()


def _all(found: Evaluation) -> list[Any]:
    fixed = [found.row_id, found.cluster, found.label, found.score, found.predicted, found.weight]
    return fixed + [found.slices[name] for name in sorted(found.slices)]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    data = evaluation.write(tmp_path / "evaluation.parquet", rows())
    assert (tmp_path / "evaluation.parquet").read_bytes() == data
    assert_same(evaluation.read(tmp_path / "evaluation.parquet"), rows())


@given(
    st.lists(
        st.tuples(
            st.text(min_size=1), st.text(), st.integers(0, 1), st.floats(0, 1), st.booleans(),
            st.floats(0, exclude_min=True, allow_infinity=False), st.text(),
        ),
        max_size=8,
        unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_any_rows_survive_a_round_trip_to_the_byte(
    drawn: list[tuple[str, str, int, float, bool, float, str]],
) -> None:
    columns: Any = list(zip(*drawn, strict=True)) or [()] * 7
    found = Evaluation(
        row_id=texts(columns[0]),
        cluster=texts(columns[1]),
        label=np.array(columns[2], dtype=np.int8),
        score=np.array(columns[3], dtype=float),
        predicted=np.array(columns[4], dtype=bool),
        weight=np.array(columns[5], dtype=float),
        slices={"kind": texts(columns[6])},
    )
    try:
        data = evaluation.dumps(found)
    except UnicodeEncodeError:
        return  # a lone surrogate is no text
    again = evaluation.loads(data)
    assert_same(again, found)
    assert evaluation.dumps(again) == data


def test_the_file_has_page_checksums_and_no_notes_of_a_library() -> None:
    data = evaluation.dumps(rows())
    assert pq.ParquetFile(pa.BufferReader(data)).schema_arrow.metadata is None
    damaged = bytearray(data)
    damaged[len(data) // 4] ^= 1
    with pytest.raises(InputRefusedError):
        evaluation.loads(bytes(damaged))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weight": None}, "columns"),
        ({"other": pa.array(["x"] * 8)}, "columns"),
        ({"slice_Kind": pa.array(["x"] * 8)}, "columns"),
        ({"slice_@pd.io": pa.array(["x"] * 8)}, "columns"),
        ({"label": pa.array([1] * 8, pa.int64())}, "label"),
        ({"score": pa.array([0.5] * 8, pa.float32())}, "score"),
        ({"row_id": pa.array(list(range(8)))}, "row_id"),
        ({"row_id": pa.array(["a"] * 8)}, "row_id"),
        ({"cluster": pa.array(["a"] * 7 + [None])}, "cluster"),
        ({"label": pa.array([2] * 8, pa.int8())}, "label"),
        ({"score": pa.array([1.01] * 8)}, "score"),
        ({"score": pa.array([float("nan")] * 8)}, "score"),
        ({"weight": pa.array([0.0] * 8)}, "weight"),
        ({"weight": pa.array([float("inf")] * 8)}, "weight"),
        ({"weight": pa.array([float("nan")] * 8)}, "weight"),
    ],
)
def test_other_columns_types_and_values_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputRefusedError) as caught:
        evaluation.loads(encoded(table(**changes)), file="evaluation.parquet")
    assert caught.value.field == field
    assert "evaluation.parquet" in caught.value.letter()


@pytest.mark.parametrize("data", [b"", b"PAR1", b"row_id,cluster\n1,2\n", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputRefusedError):
        evaluation.loads(data)


def test_a_file_of_too_many_rows_is_refused_from_its_footer() -> None:
    ones = pa.array(np.ones(6_000_000, dtype=np.int8))
    with pytest.raises(InputRefusedError, match="5,000,000 rows"):
        evaluation.loads(encoded(pa.table({"label": ones})))


def test_bad_rows_are_not_written() -> None:
    with pytest.raises(InputRefusedError):
        evaluation.dumps(replace(rows(), score=rows().score + 1))
    with pytest.raises(InputRefusedError):
        evaluation.dumps(replace(rows(), slices={"Not a name": rows().slices["kind"]}))
