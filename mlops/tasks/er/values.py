"""Cells of a table as the texts that features read, and the refusals that belong to single cells."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlops.errors import InputRefusedError

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 5
_NUMERIC_SHARE = 0.9
_NUMBER = r"^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$"
_INFINITE = r"(?i)^\s*[-+]?inf(?:inity)?\s*$"


def texts(column: pa.ChunkedArray, *, name: str) -> "pd.Series[Any]":
    """Return a column as str or None; an empty or blank text is missing.

    Raises:
        InputRefusedError: A number is infinite, or is written so large that it would be (``1e400``).
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        refuse_infinite(np.asarray(column.to_pandas(), dtype=np.float64), name=name)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise InputRefusedError(
            "An attribute is neither text, number, date nor boolean.",
            field=name,
            expected="a plain column",
            found=str(kind),
            fix="Flatten the column into one or more plain columns, or leave it out.",
        )
    found: pd.Series[Any] = pc.cast(column, pa.string()).to_pandas().astype(object)
    values = found.where(found.notna() & (found.astype(str).str.strip() != ""), None)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        _refuse_infinite_text(values, name=name)
    return values


def labels(column: pa.ChunkedArray, *, name: str) -> NDArray[np.int8]:
    """Return labels as (n,) int8 of 0 and 1.

    Accepted are whole columns of integers, booleans, whole floats, or the texts ``0`` and ``1``.

    Raises:
        InputRefusedError: Anything else, with the count of each value that is not a label.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
    if pa.types.is_nested(column.type):
        raise InputRefusedError("The label column is nested.", field=name, expected="0 or 1", found=str(kind))
    values = column.to_pylist()
    good = (
        {"0": 0, "1": 1} if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) else {0: 0, 1: 1}
    )
    bad = Counter("blank" if value is None or value == "" else repr(value) for value in values if value not in good)
    if bad:
        counts = ", ".join(f"{value}: {count:,}" for value, count in bad.most_common(_SHOWN))
        more = f" and {len(bad) - _SHOWN} further values" if len(bad) > _SHOWN else ""
        raise InputRefusedError(
            f"{sum(bad.values()):,} of {len(values):,} labels are not labels.",
            field=name,
            expected="0 or 1 in every row",
            found=counts + more,
            fix="Decide those rows or leave them out; an undecided pair does not belong in the training file.",
        )
    return np.fromiter((good[value] for value in values), dtype=np.int8, count=len(values))


def refuse_infinite(values: NDArray[np.float64], *, name: str) -> None:
    """Raise InputRefusedError, with the first row numbers, if any of the (n,) ``values`` is infinite."""
    rows = np.flatnonzero(np.isinf(values))
    if rows.size:
        raise InputRefusedError(
            f"{rows.size:,} values are infinite.",
            field=name,
            expected="finite numbers",
            found="rows " + ", ".join(str(row + 1) for row in rows[:_SHOWN]) + (" …" if rows.size > _SHOWN else ""),
            fix="Correct these rows at the source; leave the cell empty where the number is not known.",
        )


def _refuse_infinite_text(values: "pd.Series[Any]", *, name: str) -> None:
    """Refuse overflowing numbers in a text column that is numeric; a name such as ``Inf`` elsewhere is a name."""
    present = values.dropna().astype(str)
    number = present.str.match(_NUMBER)
    infinite = present.str.match(_INFINITE)
    if not len(present) or (number | infinite).mean() < _NUMERIC_SHARE:
        return
    as_float = np.full(len(values), np.nan)
    positions = np.flatnonzero(values.notna().to_numpy())
    as_float[positions[number.to_numpy()]] = present[number].astype(float).to_numpy()
    as_float[positions[infinite.to_numpy()]] = np.inf
    refuse_infinite(as_float, name=name)
