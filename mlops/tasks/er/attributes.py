"""What kind of value an attribute holds, inferred from training values."""

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np

from mlops.tasks.er import text
from mlops.tasks.er.quantities import to_day, to_number

_MOST = 0.9
_CODE_SHARE = 0.7
_MAX_NUMBER_DIGITS = 9
_FEW_CATEGORIES = 30
_REPEATS = 20
_SHORT_WORDS = 4
_TITLE_WORDS = 20


class Kind(StrEnum):
    """The kinds of attributes. All but numbers are compared as texts; numbers and dates also as quantities."""

    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    CATEGORY = "category"
    SHORT = "short text"
    TITLE = "title"
    LONG = "long text"


def infer_kind(values: Sequence[str], occurrences: int) -> Kind:
    """Return the kind of an attribute.

    Args:
        values: Its distinct normalised training values, none empty.
        occurrences: Cells that hold a value, repeats counted.
    """
    if _share(values, _is_date) >= _MOST:
        return Kind.DATE
    if _share(values, _is_number) >= _MOST:
        return Kind.NUMBER
    if _share(values, _is_code) >= _CODE_SHARE:
        return Kind.CODE
    median_words = float(np.median([len(text.words(value)) for value in values])) if values else 0.0
    if 0 < len(values) <= _FEW_CATEGORIES and occurrences >= _REPEATS * len(values):
        return Kind.CATEGORY
    if median_words <= _SHORT_WORDS:
        return Kind.SHORT
    return Kind.TITLE if median_words <= _TITLE_WORDS else Kind.LONG


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values) if values else 0.0


def _is_date(value: str) -> bool:
    return not math.isnan(to_day(value))


def _is_number(value: str) -> bool:
    """Tell quantities from article numbers: those are long or begin with zeros."""
    if math.isnan(to_number(value)):
        return False
    digits = text.squeeze(value)
    return len(digits) <= _MAX_NUMBER_DIGITS and not (digits.startswith("00"))


def _is_code(value: str) -> bool:
    squeezed = text.squeeze(value)
    return (
        len(text.words(value)) <= 2  # noqa: PLR2004  "404/351 9533" is still a code
        and len(squeezed) >= text.MIN_CODE_LENGTH
        and any(character.isdigit() for character in squeezed)
    )
