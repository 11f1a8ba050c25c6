"""How the rows of a batch are spread: over groups, over the values of short features, over weeks."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlops.formatting import printable
from mlops.validation.batch import Batch
from mlops.validation.report import Share, Spread

WEEK = "week"
_SHOWN = 8
_WEEKS = 12
_MONDAY = 4
"""Monday, 5 January 1970, as a day's number: ISO weeks are counted from it."""


def diversity_of(batch: Batch) -> tuple[Spread, ...]:
    """Return how the rows are spread, the group first and the weeks last; nothing for a file without rows."""
    if not batch.rows:
        return ()
    roles = ("group", "feature")
    fields = [field for field in batch.fields if field.role in roles and field.type == "string" and not field.separator]
    by_field = (_by_value(batch, field.name) for field in sorted(fields, key=lambda one: roles.index(one.role)))
    return (*by_field, _by_week(batch))


def _by_value(batch: Batch, name: str) -> Spread:
    cells = pa.array(batch.typed.columns[name], pa.string(), mask=~batch.typed.present[name]).dictionary_encode()
    codes = np.asarray(pc.fill_null(cells.indices, -1), dtype=np.intp)
    texts = cells.dictionary.to_pylist()
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    first = sorted(range(len(texts)), key=lambda code: (-counts[code], texts[code]))[:_SHOWN]
    return _spread(batch, name, codes, {code: printable(texts[code]) for code in first})


def _by_week(batch: Batch) -> Spread:
    known = ~np.isnat(batch.event)
    numbers = (batch.event[known].astype("datetime64[D]").astype(np.int64) - _MONDAY) // 7
    weeks, inverse = np.unique(numbers, return_inverse=True)
    codes = np.full(batch.rows, -1, dtype=np.intp)
    codes[known] = inverse
    latest = range(max(0, len(weeks) - _WEEKS), len(weeks))
    return _spread(batch, WEEK, codes, {code: _iso_week(int(weeks[code])) for code in latest})


def _iso_week(number: int) -> str:
    """Return the ISO 8601 name of a week, which belongs to the year of its Thursday; far years have one too."""
    thursday = np.datetime64(_MONDAY + 7 * number + 3, "D")
    year = thursday.astype("datetime64[Y]")
    week = int((thursday - year.astype("datetime64[D]")).astype(np.int64)) // 7 + 1
    return f"{year}-W{week:02d}"


def _spread(batch: Batch, name: str, codes: NDArray[np.intp], shown: dict[int, str]) -> Spread:
    """Count the rows of every value, by code (-1 for none), and tell of those that are shown."""
    here, label = codes >= 0, batch.typed.label
    size = int(codes.max(initial=-1)) + 1
    rows, decided, positive = (
        np.bincount(codes[here & which], minlength=size) for which in (True, label >= 0, label == 1)
    )
    total = int(rows.sum())
    return Spread(
        field=name,
        distinct=int((rows > 0).sum()),
        effective=float(total**2 / (rows.astype(float) ** 2).sum()) if total else 0.0,
        missing=batch.rows - total,
        shares=tuple(
            Share(value=text, rows=int(rows[code]), decided=int(decided[code]), positive=int(positive[code]))
            for code, text in shown.items()
        ),
    )
