"""Numbers and dates read from text; what cannot be read is NaN, never an error."""

import math
import re
from datetime import date

MAX_MAGNITUDE = 1e15
"""Above this a text of digits is a code, not a quantity (and float64 no longer tells neighbours apart)."""

_NUMBER = re.compile(
    r"[^\w.+-]*\s*(?P<number>[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[-+]?\d+)?)"
    r"\s*(?:%|usd|eur|gbp|dollars?|euros?|[^\w\s]{1,2})?"
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[t ].*)?")
_NUMERIC = re.compile(r"(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<year>\d{4})")
_DAY_NAMED = re.compile(r"(?P<day>\d{1,2})[-\s./]*(?P<month>[a-z]{3,9})[-\s.,/]*(?P<year>\d{4}|\d{2})")
_MONTH_NAMED = re.compile(r"(?P<month>[a-z]{3,9})[-\s.]*(?P<day>\d{1,2})[-\s.,/]+(?P<year>\d{4}|\d{2})")
_CENTURY_PIVOT = 50


def to_number(text: str) -> float:
    """Return the number that a normalised text is, with an optional currency sign or unit; NaN if it is none."""
    match = _NUMBER.fullmatch(text)
    if match is None or not match["number"]:
        return math.nan
    try:
        value = float(match["number"].replace(",", ""))
    except ValueError:
        return math.nan
    return value if abs(value) <= MAX_MAGNITUDE else math.nan


def to_day(text: str) -> float:
    """Return the proleptic ordinal day of a date written in a common way; NaN if the text is not a date.

    ``03/04/2020`` is read month first, unless the first number is above 12.
    """
    for pattern in (_YEAR_FIRST, _DAY_NAMED, _MONTH_NAMED):
        match = pattern.fullmatch(text)
        if match is not None:
            return _ordinal(_year(match["year"]), _month(match["month"]), int(match["day"]))
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return math.nan
    first, second = int(match["first"]), int(match["second"])
    month, day = (second, first) if first > 12 or "." in text else (first, second)  # noqa: PLR2004  months in a year
    return _ordinal(int(match["year"]), month, day)


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004  written in full
        return year
    return year + (2000 if year < _CENTURY_PIVOT else 1900)


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.get(text[:3], 0)


def _ordinal(year: int, month: int, day: int) -> float:
    try:
        return float(date(year, month, day).toordinal())
    except ValueError:
        return math.nan
