"""Rows as JSON values and as the table that a model reads: golden rows, server and feedback share one reading."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.errors import InputRefusedError

Kind = Literal["text", "number", "date"]
"""What a column holds: text with None, float64 with NaN, days (``datetime64[s]``) with NaT."""

Value = str | float | None
"""A cell as JSON has it: a date is ``YYYY-MM-DD``, what is missing is null."""


def frame(rows: Sequence[Mapping[str, Value]], kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """Return the (n, k) table of ``rows``, columns in the order of ``kinds``; a key that a row lacks is missing.

    Args:
        rows: By column a JSON value; keys that ``kinds`` does not name are not read.
        kinds: What each column holds.

    Raises:
        InputRefusedError: A value is not of its column's kind; the row and the column are named, the value is not.
    """
    columns = [_column(name, [row.get(name) for row in rows], kind) for name, kind in kinds.items()]
    if columns and set(kinds.values()) == {"text"}:  # one block, made in a tenth of the time of many columns
        return pd.DataFrame(
            np.array(columns, dtype=object).T, columns=pd.Index(list(kinds), dtype=object), dtype=object
        )
    index = pd.RangeIndex(len(rows))
    return pd.DataFrame({
        name: pd.Series(values, index=index, dtype=object) if kind == "text" else values
        for (name, kind), values in zip(kinds.items(), columns, strict=True)
    }, index=index)  # fmt: skip


def rows_of(inputs: pd.DataFrame, kinds: Mapping[str, Kind]) -> list[dict[str, Value]]:
    """Return the rows of a table by column, as JSON values; the inverse of :func:`frame`."""
    cells = {name: [_value(cell, kind) for cell in inputs[name]] for name, kind in kinds.items()}
    return [{name: values[row] for name, values in cells.items()} for row in range(len(inputs))]


def _column(name: str, values: Sequence[Value], kind: Kind) -> NDArray[Any] | list[Any]:
    read = {"text": _text, "number": _number, "date": _date}[kind]
    found = []
    for row, value in enumerate(values):
        try:
            found.append(None if value is None else read(value))
        except (TypeError, ValueError, OverflowError):
            raise InputRefusedError(
                "A value is not of its column's kind.",
                field=f"row {row}, {name}",
                expected=_WORDS[kind],
                found=f"a {type(value).__name__}",
                fix="Send what the model was trained on; null stands for a missing value.",
            ) from None
    if kind == "text":
        return found
    if kind == "number":
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)
    days = np.array(["NaT" if value is None else value for value in found], dtype="datetime64[D]")
    return days.astype("datetime64[s]")


_WORDS = {"text": "a text or null", "number": "a finite number or null", "date": "a day as YYYY-MM-DD, or null"}


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Value) -> float:
    if not isinstance(value, float | int) or type(value) is bool or not np.isfinite(value):
        raise TypeError
    return float(value)


def _date(value: Value) -> np.datetime64:
    if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
        raise TypeError
    return np.datetime64(date.fromisoformat(value), "D")


def _value(cell: Any, kind: Kind) -> Value:  # noqa: ANN401  # a cell of any column
    if pd.isna(cell):
        return None
    if kind == "text":
        return str(cell)
    return float(cell) if kind == "number" else str(np.datetime64(cell, "D"))
