"""Columns of two samples as counts in the same bins, which the reference alone decides.

Numbers fall into its deciles, categories into its frequent ones and one for all others, missing cells into a bin of
their own. Text that mostly does not repeat is read by its length. A date moves on by nature, so its weekday is read,
and of two dates the days between them.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.monitoring.document import Kind

BINS = 10
CATEGORIES = 20
_RARE = 0.01
_REPEATS = 0.5
_WEEK = 7

Counts = NDArray[np.intp]
Floats = NDArray[np.float64]


class Binned(NamedTuple):
    """A column of both samples.

    Attributes:
        feature: Its name.
        kind: How it was read.
        before: (k,) rows of the reference by bin; the first bin is for missing cells.
        after: (k,) rows of the other sample by the same bins.
    """

    feature: str
    kind: Kind
    before: Counts
    after: Counts


def binned(reference: pd.DataFrame, sample: pd.DataFrame) -> Iterator[Binned]:
    """Yield every column of the reference (n, k), and of its dates what is comparable, with the sample's (m, k)."""
    dates = []
    for name in reference.columns:
        old, new = reference[name], sample[name]
        if old.dtype.kind == "M":
            dates.append(name)
            yield Binned(f"{name} (weekday)", "weekday", *_by_weekday(old, new))
        elif old.dtype.kind == "O":
            yield _text(str(name), old, new)
        else:
            yield numbers(str(name), "number", old.to_numpy(np.float64), new.to_numpy(np.float64))
    for first, second in combinations(dates, 2):
        yield numbers(
            f"{first} to {second} (days)", "days", *(_days(table, first, second) for table in (reference, sample))
        )


def numbers(feature: str, kind: Kind, before: Floats, after: Floats) -> Binned:
    """Return numbers in the deciles of the reference; NaN is missing.

    Args:
        feature: The column's name.
        kind: How it was read.
        before: (n,) numbers of the reference.
        after: (m,) numbers of the other sample.
    """
    edges = _edges(before[~np.isnan(before)])
    return Binned(feature, kind, *(_counts(_placed(values, edges), len(edges) + 2) for values in (before, after)))


def _edges(known: Floats) -> Floats:
    """Return the inner edges of bins of about equally many rows; a value that would fill several has one to itself."""
    if not len(known):
        return np.empty(0)
    edges, times = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]), return_counts=True)
    return np.unique(np.concatenate([edges, np.nextafter(edges[times > 1], np.inf)]))


def _placed(values: Floats, edges: Floats) -> Counts:
    return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1).astype(np.intp)


def _counts(codes: Counts, bins: int) -> Counts:
    return np.bincount(codes, minlength=bins)


def _by_weekday(before: "pd.Series[pd.Timestamp]", after: "pd.Series[pd.Timestamp]") -> tuple[Counts, Counts]:
    old, new = (
        _counts(days.dt.day_of_week.fillna(-1).to_numpy().astype(np.intp) + 1, _WEEK + 1) for days in (before, after)
    )
    return old, new


def _days(table: pd.DataFrame, first: str, second: str) -> Floats:
    return (table[second] - table[first]).dt.days.to_numpy().astype(np.float64)


def _text(feature: str, before: "pd.Series[str]", after: "pd.Series[str]") -> Binned:
    frequent = before.dropna().value_counts()
    share = float(frequent.iloc[:CATEGORIES].sum()) / max(1, int(frequent.sum()))
    if len(frequent) and share < _REPEATS:
        return numbers(
            feature, "length", *(column.str.len().to_numpy().astype(np.float64) for column in (before, after))
        )
    least = _RARE * frequent.sum()
    named = sorted((name for name, count in frequent.iloc[:CATEGORIES].items() if count >= least), key=str)
    place = {name: at + 2 for at, name in enumerate(named)}  # 0 is missing, 1 every other one
    old, new = (
        _counts(np.where(column.isna(), 0, column.map(place).fillna(1)).astype(np.intp), len(named) + 2)
        for column in (before, after)
    )
    return Binned(feature, "category", old, new)
