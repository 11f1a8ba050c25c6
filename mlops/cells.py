"""Cells as values: one canonical text per value, whatever type or encoding carries it.

``int8`` 1, ``int64`` 1 and ``double`` 1.0 are one number; ``string``, ``large_string`` and a dictionary of either hold
the same text; NaN is a missing cell; an instant is the same in every unit and, with a zone, in every zone. Text is
never a number: "1" and 1 differ, as "00123" and 123 must.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_MILLISECONDS_A_DAY = 86_400_000


@dataclass(frozen=True)
class Cells:
    """A column of ``n`` cells, encoded by its distinct values.

    Attributes:
        kind: What the texts mean: ``text``, ``number``, ``boolean``, ``date``, ``instant`` …
        codes: (n,) positions in ``texts``; -1 is a missing cell.
        texts: The canonical text of each distinct value.
    """

    kind: str
    codes: NDArray[np.intp]
    texts: Sequence[str]

    @property
    def missing(self) -> int:
        """The number of missing cells."""
        return int(np.count_nonzero(self.codes < 0))

    def counts(self) -> dict[str, int]:
        """Return how many cells hold each value, by text in ascending order; missing cells are not counted."""
        counted: Counter[str] = Counter()
        for text, count in zip(
            self.texts, np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts)), strict=True
        ):
            counted[text] += int(count)
        return {text: counted[text] for text in sorted(counted) if counted[text]}


def encode(column: pa.Array | pa.ChunkedArray) -> Cells:
    """Return the canonical cells of a flat column of ``n`` values.

    Args:
        column: Any type that a :class:`mlops.dataset.Dataset` may hold.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    if not len(column):
        column = pa.array([], type=column.type)  # no chunk, or empty ones, which Arrow cannot combine for every type
    encoded = pc.dictionary_encode(column)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    kind, texts = _canonical(encoded.dictionary)
    codes = np.asarray(pc.fill_null(encoded.indices, -1), dtype=np.intp)
    absent = np.flatnonzero(np.fromiter((text is None for text in texts), dtype=bool, count=len(texts)))
    return Cells(kind, np.where(np.isin(codes, absent), -1, codes), [text or "" for text in texts])


def _canonical(values: pa.Array) -> tuple[str, list[str | None]]:
    """Return the kind of distinct ``values`` and the canonical text of each; None for NaN, which is missing."""
    of = pa.types
    kind = values.type
    if of.is_integer(kind):
        return "number", [str(value) for value in values.to_pylist()]
    if of.is_floating(kind) or of.is_decimal(kind):
        return "number", [_number(value) for value in values.to_pylist()]
    if of.is_boolean(kind):
        return "boolean", ["true" if value else "false" for value in values.to_pylist()]
    if of.is_temporal(kind):
        return _temporal(values)
    if of.is_string(kind) or of.is_large_string(kind) or of.is_string_view(kind):
        return "text", values.to_pylist()
    return "text" if of.is_null(kind) else str(kind), [str(value) for value in values.to_pylist()]


def _temporal(values: pa.Array) -> tuple[str, list[str | None]]:
    """Return dates as days, all else as nanoseconds: since 1970, since midnight, or long."""
    of = pa.types
    kind = values.type
    numbers = values.cast(pa.int32() if of.is_date32(kind) or of.is_time32(kind) else pa.int64()).to_pylist()
    if of.is_date(kind):
        return "date", [str(number if of.is_date32(kind) else number // _MILLISECONDS_A_DAY) for number in numbers]
    name = "time" if of.is_time(kind) else "duration" if of.is_duration(kind) else "local time"
    zoned = of.is_timestamp(kind) and kind.tz is not None
    return "instant" if zoned else name, [str(number * _NANOSECONDS[kind.unit]) for number in numbers]


def _number(value: float | Decimal) -> str | None:
    """Return a number's one text: an integer as its digits, else the shortest that reads back as the same number."""
    if value != value:  # noqa: PLR0124  # the definition of NaN
        return None
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")
    return str(int(value)) if value.is_integer() else repr(value)
