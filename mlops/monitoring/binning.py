"""Columns of two samples as counts in the same bins, which the reference alone decides.

Numbers fall into its deciles, categories into its frequent ones and one for all others, missing cells into a bin of
their own. Text that mostly does not repeat is read by its length. A date moves on by nature, so its weekday is read,
and of two dates the days between them.

A reference that was itself sampled is weighted by 1 / inclusion probability (D. G. Horvitz & D. J. Thompson, JASA 47
(1952) 663-685): its bins and its shares are those of the population that it stands for. Its counts sum to the number of
equal rows that it is worth, (sum w)^2 / sum w^2 (L. Kish, Survey Sampling, 1965), by which chance is reckoned.
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

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]


class Binned(NamedTuple):
    """A column of both samples.

    Attributes:
        feature: Its name.
        kind: How it was read.
        before: (k,) what the reference is worth by bin, in equal rows; the first bin is for missing cells.
        after: (k,) rows of the other sample by the same bins.
    """

    feature: str
    kind: Kind
    before: Floats
    after: Floats


def binned(reference: pd.DataFrame, sample: pd.DataFrame, weight: Floats) -> Iterator[Binned]:
    """Yield every column of the reference, and of its dates what is comparable, with the sample's.

    Args:
        reference: (n, k) columns.
        sample: (m, k) the same columns.
        weight: (n,) of the reference's rows, 1 / inclusion probability.
    """
    dates = []
    for name in reference.columns:
        old, new = reference[name], sample[name]
        if old.dtype.kind == "M":
            dates.append(name)
            yield Binned(f"{name} (weekday)", "weekday", *_by_weekday(old, new, weight))
        elif old.dtype.kind == "O":
            yield _text(str(name), old, new, weight)
        else:
            yield numbers(str(name), "number", old.to_numpy(np.float64), new.to_numpy(np.float64), weight)
    for first, second in combinations(dates, 2):
        before, after = (_days(table, first, second) for table in (reference, sample))
        yield numbers(f"{first} to {second} (days)", "days", before, after, weight)


def numbers(feature: str, kind: Kind, before: Floats, after: Floats, weight: Floats) -> Binned:
    """Return numbers in the deciles of the reference; NaN is missing.

    Args:
        feature: The column's name.
        kind: How it was read.
        before: (n,) numbers of the reference.
        after: (m,) numbers of the other sample.
        weight: (n,) of the reference's rows.
    """
    known = ~np.isnan(before)
    edges = _edges(before[known], weight[known])
    return Binned(feature, kind, *_counts(_placed(before, edges), _placed(after, edges), len(edges) + 2, weight))


def _edges(known: Floats, weight: Floats) -> Floats:
    """Return the inner edges of bins of about equal weight; a value that would fill several has one to itself."""
    if not len(known):
        return np.empty(0)
    shares = np.linspace(0, 1, BINS + 1)[1:-1]
    if (weight == weight[0]).all():
        cuts = np.quantile(known, shares)
    else:  # of what is weighted no cut between two rows is defined
        cuts = np.quantile(known, shares, weights=weight, method="inverted_cdf")
    edges, times = np.unique(cuts, return_counts=True)
    return np.unique(np.concatenate([edges, np.nextafter(edges[times > 1], np.inf)]))


def _placed(values: Floats, edges: Floats) -> Codes:
    return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1).astype(np.intp)


def _counts(before: Codes, after: Codes, bins: int, weight: Floats) -> tuple[Floats, Floats]:
    """Return what lies in each bin: of the reference scaled to the equal rows that it is worth."""
    scale = weight.sum() / float(weight @ weight) if len(weight) else 1.0
    old = np.bincount(before, weights=weight, minlength=bins).astype(np.float64) * scale
    return old, np.bincount(after, minlength=bins).astype(np.float64)


def _by_weekday(
    before: "pd.Series[pd.Timestamp]", after: "pd.Series[pd.Timestamp]", weight: Floats
) -> tuple[Floats, Floats]:
    old, new = (days.dt.day_of_week.fillna(-1).to_numpy().astype(np.intp) + 1 for days in (before, after))
    return _counts(old, new, _WEEK + 1, weight)


def _days(table: pd.DataFrame, first: str, second: str) -> Floats:
    return (table[second] - table[first]).dt.days.to_numpy().astype(np.float64)


def _text(feature: str, before: "pd.Series[str]", after: "pd.Series[str]", weight: Floats) -> Binned:
    held = before.notna().to_numpy()
    by_text = pd.Series(weight[held]).groupby(before[held].to_numpy(), sort=False).sum()
    frequent = by_text.sort_values(ascending=False, kind="stable")
    if len(frequent) and frequent.iloc[:CATEGORIES].sum() < _REPEATS * frequent.sum():
        old_length, new_length = (column.str.len().to_numpy().astype(np.float64) for column in (before, after))
        return numbers(feature, "length", old_length, new_length, weight)
    least = _RARE * frequent.sum()
    named = sorted((name for name, count in frequent.iloc[:CATEGORIES].items() if count >= least), key=str)
    place = {name: at + 2 for at, name in enumerate(named)}  # 0 is missing, 1 every other one
    old, new = (np.where(column.isna(), 0, column.map(place).fillna(1)).astype(np.intp) for column in (before, after))
    return Binned(feature, "category", *_counts(old, new, len(named) + 2, weight))
