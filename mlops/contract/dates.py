"""Dates as they are written in text, read strictly: a day that does not exist is none, and no format knows a zone.

``strptime`` is not used: what it accepts depends on the platform and its language, and some take 31 February.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PATTERNS = {
    "Y": r"(?P<Y>[0-9]{4})",
    "m": r"(?P<m>0[1-9]|1[0-2])",
    "b": rf"(?P<b>(?i:{'|'.join(_MONTHS)}))",
    "d": r"(?P<d>0[1-9]|[12][0-9]|3[01])",
    "H": r"(?P<H>[01][0-9]|2[0-3])",
    "M": r"(?P<M>[0-5][0-9])",
    "S": r"(?P<S>[0-5][0-9])",
    "f": r"(?P<f>[0-9]{1,9})",
}
_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FEBRUARY = 2


def parse(texts: pa.Array, form: str) -> NDArray[np.datetime64]:
    """Return the day that each text names.

    Args:
        texts: (n,) strings without outer blanks; no nulls.
        form: A date format that a contract accepts, such as ``%Y-%m-%d %H:%M:%S``; only the day is kept.

    Returns:
        (n,) ``datetime64[D]``; NaT where the text does not have the form, or the day does not exist.
    """
    found = pc.extract_regex(texts, pattern=_pattern(form))
    days = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[D]")
    rows = np.flatnonzero(np.asarray(pc.is_valid(found)))
    if len(rows):
        found = found.take(pa.array(rows))
        year, month, day = _part(found, "Y"), _month(found, form), _part(found, "d")
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        exists = (year > 0) & (day <= _LENGTHS[month] + (leap & (month == _FEBRUARY)))
        months = (year - 1970) * 12 + month - 1
        named = months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
        days[rows[exists]] = named[exists]
    return days


def _pattern(form: str) -> str:
    pieces = re.split(r"%(.)", form)
    return "^" + "".join(_PATTERNS[piece] if odd % 2 else re.escape(piece) for odd, piece in enumerate(pieces)) + "$"


def _month(found: pa.StructArray, form: str) -> NDArray[np.int64]:
    if "%m" in form:
        return _part(found, "m")
    names = pc.utf8_lower(pc.struct_field(found, "b"))
    return np.asarray(pc.index_in(names, pa.array(_MONTHS)), dtype=np.int64) + 1


def _part(found: pa.StructArray, name: str) -> NDArray[np.int64]:
    return np.asarray(pc.cast(pc.struct_field(found, name), pa.int64()), dtype=np.int64)
