"""From claims to numbers, by a frozen schema: every number of a row depends on that row and the schema alone.

So one row scored by itself and the same row inside a batch get the same bits (serving parity: METHOD.md, section 4).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.contract.fields import folded
from mlops.contract.parsing import items_of
from mlops.errors import InputRefusedError
from mlops.learning.estimators import Floats
from mlops.task import FeatureNote
from mlops.tasks.claims.schema import FeatureSchema, SchemaField

MIN_ROWS = 10
"""Training rows that a category must have to become a feature: fewer say little, and may be one person's own word."""
MAX_LEVELS = 100

_LARGEST = float(np.finfo(np.float32).max)
_DAY = np.timedelta64(1, "D")
_MONDAY = 3  # 1970-01-01 was a Thursday


def fit_schema(schema: FeatureSchema, inputs: pd.DataFrame) -> FeatureSchema:
    """Return ``schema`` with the levels that are frequent in the (n, k) training ``inputs``."""
    return replace(schema, fields=tuple(_fitted(field, schema, inputs) for field in schema.fields))


def transform(schema: FeatureSchema, inputs: pd.DataFrame) -> Floats:
    """Return the (n, f) numbers of (n, k) ``inputs``, NaN where missing, columns as :func:`notes` names them.

    Raises:
        InputRefusedError: A column that the schema reads is absent.
    """
    absent = [name for name in schema.inputs if name not in inputs.columns]
    if absent:
        raise InputRefusedError(
            "The claims lack columns that the model reads.",
            field=", ".join(absent[:5]),
            expected=", ".join(schema.inputs),
            found=", ".join(map(str, inputs.columns)),
            fix="Read the rows by the contract that the model was trained with.",
        )
    columns = [column for field in schema.fields for column in _columns(field, schema, inputs)]
    return np.clip(np.column_stack(columns).astype(np.float64), -_LARGEST, _LARGEST).astype(np.float32)


def notes(schema: FeatureSchema) -> tuple[FeatureNote, ...]:
    """Return what each column of :func:`transform` is."""
    return tuple(note for field in schema.fields for note in _notes(field))


def owners(schema: FeatureSchema) -> NDArray[np.intp]:
    """Return for each column of :func:`transform` the number of its field."""
    return np.repeat(np.arange(len(schema.fields)), [len(list(_notes(field))) for field in schema.fields])


def _fitted(field: SchemaField, schema: FeatureSchema, inputs: pd.DataFrame) -> SchemaField:
    if field.kind not in {"category", "list"}:
        return field
    cells: Counter[str] = Counter(_texts(inputs, field.columns[0]).dropna().tolist())
    rows: Counter[str] = Counter()
    for text, count in cells.items():
        for item in set(_items(text, field, schema)):
            rows[item] += count
    frequent = sorted((item for item in rows if rows[item] >= MIN_ROWS), key=lambda item: (-rows[item], item))
    return replace(field, levels=tuple(frequent[:MAX_LEVELS]))


def _columns(field: SchemaField, schema: FeatureSchema, inputs: pd.DataFrame) -> Iterator[NDArray[Any]]:
    """Yield the (n,) columns of a field, as many and in the order of :func:`_notes`."""
    match field.kind:
        case "number":
            yield from _with_flag(_numbers(inputs, field.columns[0]))
        case "ratio":
            over, under = (_numbers(inputs, name) for name in field.columns)
            with np.errstate(over="ignore"):  # clipped with all other numbers
                yield np.divide(over, under, out=np.full(len(over), np.nan), where=under != 0)
        case "days":
            start, end = (_days(inputs, name) for name in field.columns)
            yield from _with_flag(_as_numbers(end - start))
        case "calendar":
            yield from _calendar(_days(inputs, field.columns[0]))
        case "text":
            texts = _texts(inputs, field.columns[0])
            yield from _with_flag(np.array([np.nan if pd.isna(text) else len(text) for text in texts]))
            yield np.array([np.nan if pd.isna(text) else len(text.split()) for text in texts])
        case "category" | "list":
            yield from _members(field, schema, _texts(inputs, field.columns[0]))


def _notes(field: SchemaField) -> Iterator[FeatureNote]:
    name = field.name
    match field.kind:
        case "number":
            yield FeatureNote(name, "the number")
        case "ratio":
            yield FeatureNote(name, "the ratio of the two numbers")
        case "days":
            yield FeatureNote(name, "days between the two dates")
        case "calendar":
            yield FeatureNote(f"{field.columns[0]}: month", "month of the year, 1 to 12")
            yield FeatureNote(f"{field.columns[0]}: weekday", "day of the week, 0 = Monday")
        case "text":
            yield FeatureNote(f"{name}: length", "characters of the text")
        case "category" | "list":
            yield from (FeatureNote(f"{name} = {level}", "1 if it is this one, else 0") for level in field.levels)
            yield FeatureNote(f"{name}: other", "values that were rare in training or never seen")
    if field.kind not in {"ratio", "calendar"}:
        yield FeatureNote(f"{name}: missing", "1 if there is no value, else 0")
    if field.kind == "text":
        yield FeatureNote(f"{name}: words", "words of the text")
    if field.kind == "list":
        yield FeatureNote(f"{name}: items", "how many items the list has")


def _members(field: SchemaField, schema: FeatureSchema, texts: "pd.Series[Any]") -> Iterator[NDArray[Any]]:
    """Yield a column a level, then the count of other items, the missing flag and, for a list, the count of items."""
    position = {level: at for at, level in enumerate(field.levels)}
    codes, distinct = pd.factorize(texts)
    table = np.zeros((len(distinct) + 1, len(position) + 3), dtype=np.float32)
    for row, text in enumerate(distinct):
        found = _items(str(text), field, schema)
        for item in found:
            at = position.get(item)
            if at is None:
                table[row, -3] += 1
            else:
                table[row, at] = 1
        table[row, -2:] = not found, len(found)
    table[-1, -2] = 1  # a missing cell, which has the code -1
    columns = table[codes].T
    yield from columns if field.kind == "list" else columns[:-1]


def _items(text: str, field: SchemaField, schema: FeatureSchema) -> tuple[str, ...]:
    found = (folded(part) for part in items_of(text, field.separator))
    return tuple(item for item in found if item not in schema.placeholders)


def _with_flag(values: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
    return values, np.isnan(values)


def _calendar(days: NDArray[np.datetime64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = ~np.isnat(days)
    month = np.where(known, days.astype("datetime64[M]").astype(np.int64) % 12 + 1, np.nan)
    return month, np.where(known, (days.astype(np.int64) + _MONDAY) % 7, np.nan)


def _as_numbers(gap: NDArray[np.timedelta64]) -> NDArray[np.float64]:
    return np.where(np.isnat(gap), np.nan, gap / _DAY)


def _numbers(inputs: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return inputs[name].to_numpy(dtype=np.float64)


def _days(inputs: pd.DataFrame, name: str) -> NDArray[np.datetime64]:
    return inputs[name].to_numpy(dtype="datetime64[s]").astype("datetime64[D]")


def _texts(inputs: pd.DataFrame, name: str) -> "pd.Series[Any]":
    return pd.Series(inputs[name].to_numpy(dtype=object), dtype=object)
