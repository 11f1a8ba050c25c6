"""What the texts of a field mean, and which of them its constraints allow. Works on distinct texts, so it is fast."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlops.contract import dates
from mlops.contract.fields import Constraints, Field, folded
from mlops.errors import InputRefusedError

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}
EXACT = 2.0**53
"""From here on a double does not hold every integer: such a number is a name, and belongs in a text."""


def parse(texts: Sequence[str], field: Field) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the values of distinct texts, and which of them the field allows.

    Args:
        texts: (n,) texts as the file has them.
        field: Any field but the label.

    Returns:
        (n,) values: float64 with NaN for numbers and booleans, ``datetime64[D]`` with NaT for dates, else the texts
        unchanged; (n,) whether a text is of the type and meets the constraints.

    Raises:
        InputRefusedError: The field's pattern is one that RE2 does not know.
    """
    stripped = [text.strip() for text in texts]
    if field.type == "string":
        return _objects(texts), _text_allowed(stripped, field)
    values = _READERS[field.type](stripped, field)
    return values, ~np.isnan(values) & _in_range(values, field.constraints)


def number(text: str) -> float:
    """Return the number that a text without outer blanks spells; NaN if it spells none, or one beyond a double."""
    value = float(text) if _NUMBER.fullmatch(text) else np.nan
    return value if np.isfinite(value) else np.nan


def items_of(text: str, separator: str) -> tuple[str, ...]:
    """Return the items of a list without outer blanks, empty ones left out; without a separator, the text alone."""
    parts = text.split(separator) if separator else [text]
    return tuple(part.strip() for part in parts if part.strip())


def missing(texts: Sequence[str], separator: str, placeholders: frozenset[str]) -> NDArray[np.bool_]:
    """Tell which texts stand for nothing: blank, a placeholder, or a list of placeholders.

    Args:
        texts: (n,) texts as the file has them.
        separator: What stands between items; empty for a plain cell.
        placeholders: Folded, see :func:`mlops.contract.fields.folded`.
    """
    found = (
        folded(text) in placeholders
        or (bool(separator) and all(folded(item) in placeholders for item in items_of(text, separator)))
        for text in texts
    )
    return np.fromiter(found, dtype=bool, count=len(texts))


def _numbers(texts: Sequence[str], _field: Field) -> NDArray[np.float64]:
    return np.fromiter(map(number, texts), dtype=np.float64, count=len(texts))


def _integers(texts: Sequence[str], field: Field) -> NDArray[np.float64]:
    values = _numbers(texts, field)
    return np.where((values == np.floor(values)) & (np.abs(values) < EXACT), values, np.nan)


def _booleans(texts: Sequence[str], _field: Field) -> NDArray[np.float64]:
    found = (_BOOLEANS.get(text.casefold(), np.nan) for text in texts)
    return np.fromiter(found, dtype=np.float64, count=len(texts))


def _days(texts: Sequence[str], field: Field) -> NDArray[np.datetime64]:
    return dates.parse(pa.array(texts, pa.string()), field.date_format)


_READERS: Mapping[str, Callable[[Sequence[str], Field], NDArray[Any]]] = {
    "number": _numbers,
    "integer": _integers,
    "boolean": _booleans,
    "date": _days,
}


def _in_range(values: NDArray[Any], rules: Constraints) -> NDArray[np.bool_]:
    """Tell which values lie within the bounds; a day's bound is text, and NaN and NaT lie nowhere."""
    inside = np.ones(len(values), dtype=bool)
    if rules.minimum is not None:
        inside &= values >= values.dtype.type(rules.minimum)
    if rules.maximum is not None:
        inside &= values <= values.dtype.type(rules.maximum)
    return inside


def _text_allowed(texts: Sequence[str], field: Field) -> NDArray[np.bool_]:
    rules = field.constraints
    if not rules.enum and not rules.pattern:
        return np.ones(len(texts), dtype=bool)
    lists = [items_of(text, field.separator) for text in texts]
    distinct = sorted({item for items in lists for item in items})
    allowed = set(distinct) & set(rules.enum) if rules.enum else set(distinct)
    if rules.pattern:
        allowed &= _matching(distinct, field)
    return np.fromiter((allowed.issuperset(items) for items in lists), dtype=bool, count=len(texts))


def _matching(texts: Sequence[str], field: Field) -> set[str]:
    """Return the texts that match wholly; RE2 takes time in proportion to the text, whatever the pattern."""
    try:
        found = pc.match_substring_regex(pa.array(texts, pa.string()), rf"\A(?:{field.constraints.pattern})\z")
    except pa.ArrowInvalid as error:
        raise InputRefusedError(
            "A contract's pattern cannot be used.",
            field=field.name,
            expected="a regular expression of RE2",
            found=field.constraints.pattern,
            why=str(error),
            fix="Write it without what RE2 lacks: looking around, back references, more than 1000 repetitions.",
        ) from None
    return {text for text, matches in zip(texts, found.to_pylist(), strict=True) if matches}


def _objects(texts: Sequence[str]) -> NDArray[np.object_]:
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    return values
