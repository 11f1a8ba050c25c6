"""Merging the sound rows of a batch into a dataset: each claim once, with its newest content (pure).

A claim keeps its place, so that the new file differs from the old one where something changed, and at its end.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlops.contract.model import Contract
from mlops.contract.reading import Typed
from mlops.errors import InputRefusedError

_SHOWN = 5


class Revision(NamedTuple):
    """A claim that was known and got its label: its key, and what stood as label before and after."""

    key: str
    before: str
    after: str


class Merged(NamedTuple):
    """A dataset with a batch in it.

    Attributes:
        table: Each claim once; columns and types are the base's, then what only the batch has.
        fresh: Which rows of ``table`` come from the batch.
        added: How many of them are new claims.
        revisions: The claims that got their label, in the order of the batch.
    """

    table: pa.Table
    fresh: NDArray[np.bool_]
    added: int
    revisions: tuple[Revision, ...]


def merge(base: pa.Table, known: Typed, batch: pa.Table, new: Typed) -> Merged:
    """Merge a batch into a base.

    Args:
        base: The dataset.
        known: The same rows as the contract reads them; every key is there, once.
        batch: Sound rows; a key that the base has, or an earlier row of the batch, is a revision of that claim.
        new: The same rows as the contract reads them.

    Raises:
        InputRefusedError: The base has no key, or one twice; or cells of the batch do not fit the base's columns.
    """
    contract = known.contract
    key = contract.primary_key
    _refuse_base(known, key)
    whole = pa.concat_tables(_aligned(base, batch, contract), promote_options="default")
    codes, names = pd.factorize(np.concatenate([known.columns[key], new.columns[key]]))
    last = np.zeros(len(names), dtype=np.int64)
    last[codes] = np.arange(len(codes))  # of several rows of a claim the last one stays
    labels = np.concatenate([known.label, new.label])
    shown = pc.cast(whole.column(contract.one("label").name), pa.string()).to_pylist()
    before = _before(codes)
    revised = [row for row in range(base.num_rows, len(codes)) if before[row] >= 0 and labels[before[row]] < 0]
    revisions = tuple(
        Revision(str(names[codes[row]]), shown[before[row]] or "", shown[row] or "")
        for row in revised
        if labels[row] >= 0
    )
    return Merged(whole.take(pa.array(last)), last >= base.num_rows, len(names) - base.num_rows, revisions)


def _before(codes: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return for each row the row before it of the same key; -1 for the first."""
    order = np.argsort(codes, kind="stable")
    before = np.full(len(codes), -1, dtype=np.int64)
    same = codes[order][1:] == codes[order][:-1]
    before[order[1:][same]] = order[:-1][same]
    return before


def _refuse_base(known: Typed, key: str) -> None:
    values = known.columns[key]
    bad = np.flatnonzero(pd.isna(values) | pd.Series(values).duplicated().to_numpy())
    if bad.size:
        raise InputRefusedError(
            "The base cannot be added to: a batch could not tell which of its rows it revises.",
            field=key,
            expected="each key once, in every row",
            found="rows " + ", ".join(str(row + 1) for row in bad[:_SHOWN]) + (" …" if bad.size > _SHOWN else ""),
            fix="Mend these rows at the source, and pin the mended file under a new day.",
        )


def _aligned(base: pa.Table, batch: pa.Table, contract: Contract) -> list[pa.Table]:
    """Return both tables with the base's types: a batch may come as CSV where the base is Parquet, and back."""
    days = {field.name for field in contract.fields if field.type == "date"}
    columns = {}
    for name, column in zip(batch.column_names, batch.columns, strict=True):
        wanted = base.schema.field(name).type if name in base.column_names else None
        columns[name] = column if wanted in (None, column.type) else _cast(column, wanted, name, day=name in days)
    return [base, pa.table(columns)]


def _cast(column: pa.ChunkedArray, wanted: pa.DataType, name: str, *, day: bool) -> pa.ChunkedArray:
    try:
        if day and pa.types.is_timestamp(column.type):
            column = column.cast(pa.date32())
        if pa.types.is_string(column.type):
            column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
        return column.cast(wanted)
    except pa.ArrowInvalid as error:
        raise InputRefusedError(
            "A column of the batch does not fit the base's.",
            field=name,
            expected=f"cells that can be written as {wanted}",
            found=str(error),
            fix="Save the batch in the format of the base.",
        ) from None
