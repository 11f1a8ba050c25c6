"""Slices of claims: by each category, by bands of each amount, by month."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.contract.fields import folded
from mlops.contract.reading import Typed
from mlops.slices import is_slice

_UNKNOWN = "unknown"
_BANDS = (10, 100, 1_000, 10_000)
_NAMES = ("below 10", "10 to 100", "100 to 1,000", "1,000 to 10,000", "10,000 or more")
MOST = 20


def compute(claims: Typed) -> dict[str, NDArray[np.object_]]:
    """Return the slices of ``n`` claims, each an (n,) array of str, by the names of the contract's columns.

    Categories by value, numbers of role feature by fixed bands, so that the same value is in the same slice whatever
    data come later, and ``month`` of the event. Lists, texts and columns whose names cannot name a slice make none.
    """
    contract = claims.contract
    found = {"month": _months(claims.columns[contract.one("event_time").name])}
    for field in contract.features():
        if not is_slice(field.name) or field.name in found or field.role == "text" or field.separator:
            continue
        if field.type == "string":
            found[field.name] = _categories(claims.columns[field.name])
        elif field.type == "number":
            found[field.name] = _bands(claims.columns[field.name])
    return dict(list(found.items())[:MOST])


def _categories(values: NDArray[np.object_]) -> NDArray[np.object_]:
    codes, distinct = pd.factorize(pd.Series(values, dtype=object))
    names = np.array([*(folded(str(text)) for text in distinct), _UNKNOWN], dtype=object)
    return names[codes]


def _bands(values: NDArray[np.float64]) -> NDArray[np.object_]:
    names = np.array([*_NAMES, _UNKNOWN], dtype=object)
    return names[np.where(np.isnan(values), len(_NAMES), np.searchsorted(_BANDS, values, side="right"))]


def _months(days: NDArray[Any]) -> NDArray[np.object_]:
    months = days.astype("datetime64[M]")
    return np.where(np.isnat(days), _UNKNOWN, months.astype(str)).astype(object)
