"""Read a table by its contract: every cell is missing, or present and valid, or present and invalid.

Nothing is dropped, mended or guessed: who validates counts, who trains refuses, both from the same reading.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlops import cells
from mlops.cells import Cells
from mlops.contract import parsing
from mlops.contract.fields import folded
from mlops.contract.loading import load_contract
from mlops.contract.model import Contract, Field
from mlops.errors import InputRefusedError

__all__ = ["UNDECIDED", "Typed", "encode", "items", "load_contract", "typed", "values_of"]

UNDECIDED = -1
_NANOSECONDS_A_DAY = 86_400 * 10**9
_DAY_KINDS = {"date": 1, "local time": _NANOSECONDS_A_DAY}
_EMPTY: Mapping[str, tuple[Any, str]] = {"string": (None, "object"), "date": ("NaT", "datetime64[D]")}


@dataclass(frozen=True)
class Typed:
    """A table of ``n`` rows as its contract reads it; each mapping has every field of the contract.

    Attributes:
        contract: By which it was read.
        columns: (n,) values: dates ``datetime64[D]`` with NaT, numbers and booleans float64 with NaN, text object
            with None; the label is text here. A cell that is missing or not of its type holds no value; one that
            breaks a constraint keeps it. Text is unchanged, outer blanks included.
        present: (n,) whether a cell is neither empty nor a placeholder.
        valid: (n,) whether a present cell is of its type and meets the constraints; a label, whether it is a known one.
        label: (n,) int8: 0, 1, or -1 where it is missing (undecided) or refused; ``valid`` tells the two apart.
        bad_labels: The texts in the label's column that are no label, and how often each occurs.
        absent: Fields of the contract that the table does not have; all their cells are missing.
        unknown: Columns of the table that the contract does not name; they were not read.
    """

    contract: Contract
    columns: Mapping[str, NDArray[Any]]
    present: Mapping[str, NDArray[np.bool_]]
    valid: Mapping[str, NDArray[np.bool_]]
    label: NDArray[np.int8]
    bad_labels: Counter[str]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.label)


def typed(table: pa.Table, contract: Contract) -> Typed:
    """Read a table by a contract.

    Args:
        table: Flat columns with unique names, as :class:`mlops.dataset.Dataset` holds them.
        contract: What the table should be.

    Raises:
        InputRefusedError: A column holds instants of a time zone, whose days depend on where one stands.
    """
    present, valid, columns = {}, {}, {}
    label, bad = np.full(table.num_rows, UNDECIDED, dtype=np.int8), Counter[str]()
    for field in contract.fields:
        if field.name not in table.column_names:
            columns[field.name], present[field.name] = _nothing(field, table.num_rows)
            valid[field.name] = present[field.name]
            continue
        encoded = encode(table.column(field.name), field.name, days=field.type == "date")
        absent = parsing.missing(encoded.texts, field.separator, _placeholders(contract))
        here = _spread(~absent, encoded.codes, empty=False)
        if field.role == "label":
            classes = _classes(encoded, contract, field)
            label = np.where(here, _spread(classes, encoded.codes, empty=UNDECIDED), UNDECIDED).astype(np.int8)
            bad = _bad(encoded, absent | (classes >= 0))
            values, allowed = parsing.parse(encoded.texts, _AS_TEXT)[0], classes >= 0
        else:
            values, allowed = values_of(encoded, field)
        columns[field.name] = _column(values, absent, encoded.codes, field)
        present[field.name] = here
        valid[field.name] = here & _spread(allowed, encoded.codes, empty=False)
    names = set(contract.names)
    return Typed(
        contract=contract,
        columns=columns,
        present=present,
        valid=valid,
        label=label,
        bad_labels=bad,
        absent=tuple(name for name in contract.names if name not in table.column_names),
        unknown=tuple(name for name in table.column_names if name not in names),
    )


def items(values: NDArray[np.object_], field: Field, contract: Contract) -> list[tuple[str, ...]]:
    """Return the items of a list's cells, in their order, placeholders left out; a missing cell has none.

    Args:
        values: (n,) texts or None, a column of :class:`Typed`.
        field: The column's field.
        contract: Whose placeholders these are.
    """
    placeholders = _placeholders(contract)
    known: dict[str | None, tuple[str, ...]] = {None: ()}
    for text in set(values) - {None}:
        parts = parsing.items_of(text, field.separator)
        known[text] = tuple(part for part in parts if folded(part) not in placeholders)
    return [known[text] for text in values]


_AS_TEXT = Field(name="label", type="string", role="ignored")


def _placeholders(contract: Contract) -> frozenset[str]:
    return frozenset({"", *map(folded, contract.missing_values)})


def encode(column: pa.ChunkedArray, name: str, *, days: bool) -> Cells:
    """Return the cells of a column.

    Args:
        column: As a :class:`mlops.dataset.Dataset` holds it.
        name: Its name, for the letter.
        days: Whether it is to hold dates; if not, a date reads as it is written, not as a day's number.

    Raises:
        InputRefusedError: It holds instants of a time zone.
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        raise InputRefusedError(
            "A column holds instants of a time zone: on which day one fell depends on where one stands.",
            field=name,
            expected="days, or times without a zone",
            found=kind,
            fix="Turn it into the local day before you hand it in: `column.dt.tz_convert(zone).dt.date`.",
        )
    if not days and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        column = column.cast(kind).cast(pa.string())
    return cells.encode(column)


def values_of(encoded: Cells, field: Field) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the values of a column's distinct cells, and which the field allows, as ``parsing.parse`` does."""
    if field.type == "date" and encoded.kind in _DAY_KINDS:
        unit = _DAY_KINDS[encoded.kind]
        days = [str(np.datetime64(int(text) // unit, "D")) for text in encoded.texts]
        return parsing.parse(days, field.model_copy(update={"format": ""}))
    return parsing.parse(encoded.texts, field)


def _classes(encoded: Cells, contract: Contract, field: Field) -> NDArray[np.int8]:
    """Return the class of each distinct label; -1 for one that is none."""
    known = {folded(text): number for text, number in contract.label_values.items()}
    if encoded.kind == "boolean":
        known = {"false": known.get("0", UNDECIDED), "true": known.get("1", UNDECIDED)} | known
    found = (known.get(_label_text(text, field), UNDECIDED) for text in encoded.texts)
    return np.fromiter(found, dtype=np.int8, count=len(encoded.texts))


def _label_text(text: str, field: Field) -> str:
    """Return a label as it is compared; an integer is one however it is written: pandas writes 1.0 beside a gap."""
    value = parsing.number(text.strip()) if field.type == "integer" else np.nan
    return str(int(value)) if value == np.floor(value) else folded(text)


def _bad(encoded: Cells, fine: NDArray[np.bool_]) -> Counter[str]:
    counts = encoded.counts()
    return Counter({text: counts[text] for text, good in zip(encoded.texts, fine, strict=True) if not good})


def _column(values: NDArray[Any], absent: NDArray[np.bool_], codes: NDArray[np.intp], field: Field) -> NDArray[Any]:
    kind = "string" if field.role == "label" else field.type
    nothing, dtype = _EMPTY.get(kind, (np.nan, "float64"))
    padded = np.append(values, np.array([nothing], dtype=dtype))
    padded[:-1][absent] = padded[-1]
    return padded[codes]


def _spread(values: NDArray[Any], codes: NDArray[np.intp], *, empty: int) -> NDArray[Any]:
    """Return the value of each cell from those of the distinct texts; ``empty`` for an empty cell."""
    return np.append(values, np.array([empty], dtype=values.dtype))[codes]


def _nothing(field: Field, rows: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    kind = "string" if field.role == "label" else field.type
    nothing, dtype = _EMPTY.get(kind, (np.nan, "float64"))
    return np.full(rows, nothing, dtype=dtype), np.zeros(rows, dtype=bool)
