"""``evaluation.parquet``: the scored rows as a file, written to the byte the same, read strictly."""

import io
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlops import documents
from mlops.errors import InputRefusedError
from mlops.evaluation.rows import Evaluation
from mlops.slices import is_slice

MAX_BYTES = 1 << 30
MAX_ROWS = 5_000_000
MAX_SLICES = 64

_PREFIX = "slice_"
_COLUMNS = {
    "row_id": pa.string(),
    "cluster": pa.string(),
    "label": pa.int8(),
    "score": pa.float64(),
    "predicted": pa.bool_(),
    "weight": pa.float64(),
}


def dumps(evaluation: Evaluation) -> bytes:
    """Return the one byte string in which ``evaluation`` is written (for one version of pyarrow).

    Raises:
        InputRefusedError: The rows are not what :func:`loads` would accept.
    """
    columns: dict[str, Any] = {
        "row_id": evaluation.row_id,
        "cluster": evaluation.cluster,
        "label": evaluation.label,
        "score": evaluation.score,
        "predicted": evaluation.predicted,
        "weight": evaluation.weight,
        **{f"{_PREFIX}{name}": evaluation.slices[name] for name in sorted(evaluation.slices)},
    }
    types = {name: _COLUMNS.get(name, pa.string()) for name in columns}
    table = pa.table(
        {name: pa.array(values, type=types[name], from_pandas=False) for name, values in columns.items()},
        schema=pa.schema(list(types.items())),
    )
    _check_schema(table.schema, "the evaluation")
    _check_values(table, "the evaluation")
    sink = io.BytesIO()
    pq.write_table(
        table, sink, compression="zstd", write_page_checksum=True, store_schema=False, row_group_size=1 << 20
    )  # fmt: skip
    return sink.getvalue()


def write(path: Path, evaluation: Evaluation) -> bytes:
    """Write ``evaluation`` to ``path`` by temporary file and rename; return the bytes written."""
    data = dumps(evaluation)
    documents.write_bytes(path, data)
    return data


def read(path: Path) -> Evaluation:
    """Read the evaluation at ``path`` strictly; see :func:`loads`."""
    return loads(documents.read_bytes(path, limit=MAX_BYTES), file=path)


def loads(data: bytes, *, file: object = "") -> Evaluation:
    """Parse the bytes of an evaluation. The footer is checked before any row is decoded.

    Raises:
        InputRefusedError: No Parquet file, damaged, too large, other columns or types than ours, missing cells,
            row ids that repeat, labels other than 0 and 1, scores outside [0, 1], weights that are not positive.
    """
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        rows = parquet.metadata.num_rows
        if rows > MAX_ROWS or parquet.metadata.num_columns > len(_COLUMNS) + MAX_SLICES:
            _refuse(
                file,
                "the footer",
                expected=f"at most {MAX_ROWS:,} rows and {MAX_SLICES} slices",
                found=f"{rows:,} rows and {parquet.metadata.num_columns:,} columns",
            )
        _check_schema(parquet.schema_arrow, file)
        table = parquet.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        _refuse(file, "the file", expected="a Parquet file as mlops writes it", found=str(error)[:200])
    _check_values(table, file)
    return _as_evaluation(table)


def _as_evaluation(table: pa.Table) -> Evaluation:
    arrays = {name: table[name].combine_chunks().to_numpy(zero_copy_only=False) for name in table.column_names}
    return Evaluation(
        row_id=arrays["row_id"],
        cluster=arrays["cluster"],
        label=arrays["label"].astype(np.int8),
        score=arrays["score"].astype(np.float64),
        predicted=arrays["predicted"].astype(np.bool_),
        weight=arrays["weight"].astype(np.float64),
        slices={name.removeprefix(_PREFIX): arrays[name] for name in table.column_names if name.startswith(_PREFIX)},
    )


def _check_schema(schema: pa.Schema, file: object) -> None:
    """Refuse other columns or types than those of :class:`Evaluation`."""
    names = list(schema.names)
    fixed, slices = names[: len(_COLUMNS)], names[len(_COLUMNS) :]
    if fixed != list(_COLUMNS) or len(set(names)) != len(names):
        _refuse(file, "columns", expected=", ".join(_COLUMNS), found=", ".join(names)[:200])
    for name in slices:
        if not name.startswith(_PREFIX) or not is_slice(name.removeprefix(_PREFIX)):
            _refuse(file, "columns", expected=f"{_PREFIX}<lower-case name> after {fixed[-1]}", found=ascii(name[:100]))
    for name, kind in zip(names, schema.types, strict=True):
        wanted = _COLUMNS.get(name, pa.string())
        if kind != wanted:
            _refuse(file, name, expected=f"type {wanted}", found=f"type {kind}")


def _check_values(table: pa.Table, file: object) -> None:
    """Refuse missing cells and values out of range, with the first row concerned."""
    for name in table.column_names:
        if table[name].null_count:
            _refuse(file, name, expected="a value in every row", found=f"{table[name].null_count:,} missing")
    ids = table["row_id"]
    distinct = len(ids.unique())
    if distinct != len(ids):
        _refuse(file, "row_id", expected="unique ids", found=f"{distinct:,} distinct ids in {len(ids):,} rows")
    label = table["label"].to_numpy()
    score = table["score"].to_numpy()
    weight = table["weight"].to_numpy()
    _check_all((label == 0) | (label == 1), label, file, "label", "0 or 1")
    _check_all((score >= 0) & (score <= 1), score, file, "score", "a number in [0, 1]")
    _check_all((weight > 0) & np.isfinite(weight), weight, file, "weight", "a positive number")


def _check_all(
    good: "np.ndarray[Any, Any]", values: "np.ndarray[Any, Any]", file: object, name: str, want: str
) -> None:
    bad = np.flatnonzero(~good)
    if bad.size:
        _refuse(
            file, name, expected=f"{want} in every row",
            found=f"{values[bad[0]]} in row {bad[0] + 1:,}; {bad.size:,} such rows",
        )  # fmt: skip


def _refuse(file: object, field: str, *, expected: str, found: str) -> NoReturn:
    raise InputRefusedError(
        "This is not an acceptable evaluation.",
        file=file,
        field=field,
        expected=expected,
        found=found,
        fix="Write it again: `mlops train` makes it, `mlops evaluate ARTIFACT --out DIR` scores the test rows again.",
    )
