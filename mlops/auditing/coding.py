"""Columns as small whole numbers: the bin of a number, the rank of a category; what all measures of the audit read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.auditing.document import Kind
from mlops.contract.fields import NUMBERS, Field
from mlops.contract.parsing import items_of
from mlops.contract.reading import UNDECIDED, Typed

Codes = NDArray[np.intp]
BINS = 10
MAX_CATEGORIES = 50
"""A category that is rarer than the so many most frequent ones shares a code with its like."""
_CANDIDATES = ("feature", "text", "post_outcome")


@dataclass(frozen=True)
class Column:
    """A column of ``n`` rows.

    Attributes:
        field: What the contract says of it.
        kind: Numbers or categories.
        values: (n,) numbers with NaN, or texts with None.
        codes: (n,) 0 for missing, then bins or categories by their frequency.
        readings: For each way to read the cells (m,) rows and (m,) codes: cell by cell, a list also item by item.
        distinct: Different values.
        missing: Share of rows without a value.
    """

    field: Field
    kind: Kind
    values: NDArray[Any]
    codes: Codes
    readings: tuple[tuple[Codes, Codes], ...]
    distinct: int
    missing: float

    @property
    def feature(self) -> bool:
        """Whether a model may read it."""
        return self.field.role in {"feature", "text"}


@dataclass(frozen=True)
class Rows:
    """The rows of an audit, the earliest first.

    Attributes:
        columns: By name the features and what could be mistaken for one; columns that the data lacks are left out.
        label: (n,) 0, 1, or -1 where a row is undecided.
        time: (n,) days, ascending.
        gap: (n,) days since the earlier event, NaN where there is none.
        group: (n,) codes of the group.
        block: (n,) number of the block of days, ascending; the newest is the last.
    """

    columns: Mapping[str, Column]
    label: NDArray[np.int8]
    time: NDArray[np.datetime64]
    gap: NDArray[np.float64]
    group: Codes
    block: Codes

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Which rows have a label."""
        found: NDArray[np.bool_] = self.label != UNDECIDED
        return found

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that a model may read."""
        return tuple(column for column in self.columns.values() if column.feature)


def rows_of(base: Typed, batch: Typed | None, *, blocks: int) -> Rows:
    """Lay out the rows in time.

    Args:
        base: The dataset, or the batch alone.
        batch: New rows, which are the newest block whatever their days; None where the base's last days are.
        blocks: Stretches of days with about equally many rows.
    """
    parts = [base] if batch is None else [base, batch]
    contract = base.contract
    time = _joined(parts, contract.one("event_time").name)
    dated = ~np.isnat(time)
    new = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.flatnonzero(dated)[np.lexsort((time[dated], new[dated]))]
    held = [name for name in contract.names if name not in base.absent and contract.field(name).role in _CANDIDATES]
    columns = {name: _column(parts, contract.field(name), order) for name in held}
    prior = contract.of_role("prior_time")
    gap = np.full(len(order), np.nan)
    if prior and prior[0].name not in base.absent:
        waited = (time - _joined(parts, prior[0].name))[order]
        gap = np.where(np.isnat(waited), np.nan, waited.astype("timedelta64[D]").astype(np.float64))
    groups = contract.of_role("group")
    names = _joined(parts, groups[0].name)[order] if groups and groups[0].name not in base.absent else np.array([])
    group = pd.factorize(names)[0] if len(names) else np.zeros(len(order), dtype=np.intp)
    label = np.concatenate([part.label for part in parts])[order]
    return Rows(columns, label, time[order], gap, group, _blocks(time[order], new[order], blocks))


def _joined(parts: list[Typed], name: str) -> NDArray[Any]:
    return np.concatenate([part.columns[name] for part in parts])


def _blocks(time: NDArray[np.datetime64], new: Codes, blocks: int) -> Codes:
    """Return the block of each row; whole days stand in one block, and new rows in one of their own."""
    old = int((new == 0).sum())
    wanted = blocks - 1 if old < len(new) else blocks
    edges = [time[old * step // wanted] for step in range(1, wanted)] if old >= wanted else []
    found = np.searchsorted(np.array(edges, dtype="datetime64[D]"), time, side="right")
    found[new == 1] = wanted
    return pd.factorize(found, sort=True)[0]


def _edges(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inner edges of bins of about equally many rows; a value that would fill several has one to itself."""
    if not len(known):
        return np.empty(0)
    edges, times = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[:-1]), return_counts=True)
    return np.unique(np.concatenate([edges, np.nextafter(edges[times > 1], np.inf)]))


def _column(parts: list[Typed], field: Field, order: NDArray[np.intp]) -> Column:
    values = _joined(parts, field.name)[order]
    present = np.concatenate([part.present[field.name] for part in parts])[order]
    if field.type in NUMBERS or field.role == "text":
        return _number(values if field.type in NUMBERS else _lengths(values), present, field)
    texts = values.astype(object)
    texts[~present] = None
    named = pd.Series(texts[present]).astype(str)
    codes = np.zeros(len(order), dtype=np.intp)
    codes[present] = _ranks(named)
    readings = [(np.arange(len(order)), codes)]
    if field.separator:
        cells = named.map(lambda text: items_of(text, field.separator)).set_axis(np.flatnonzero(present)).explode()
        held = cells.dropna()
        bare = np.setdiff1d(readings[0][0], held.index)
        row = np.concatenate([bare, held.index.to_numpy(dtype=np.intp)])
        readings.append((row, np.concatenate([np.zeros(len(bare), dtype=np.intp), _ranks(held)])))
    return Column(field, "category", texts, codes, tuple(readings), int(named.nunique()), _share_missing(present))


def _ranks(texts: "pd.Series[str]") -> Codes:
    """Return 1 for the most frequent text, 2 for the next; the rarest share a code."""
    counts = texts.value_counts()
    ranks = {name: at + 1 for at, name in enumerate(sorted(counts.index, key=lambda name: (-counts[name], name)))}
    found: Codes = texts.map(ranks).to_numpy(dtype=np.intp)
    return np.minimum(found, MAX_CATEGORIES + 1)


def _number(values: NDArray[Any], present: NDArray[np.bool_], field: Field) -> Column:
    numbers = np.where(present, values, np.nan).astype(np.float64)
    known = numbers[~np.isnan(numbers)]
    codes = np.where(np.isnan(numbers), 0, np.searchsorted(_edges(known), numbers, side="right") + 1)
    readings = ((np.arange(len(numbers)), codes),)
    return Column(field, "number", numbers, codes, readings, len(np.unique(known)), _share_missing(~np.isnan(numbers)))


def _lengths(texts: NDArray[Any]) -> NDArray[np.float64]:
    """Return what a model reads of free text: how long it is."""
    return np.array([np.nan if text is None else len(text) for text in texts], dtype=np.float64)


def _share_missing(present: NDArray[np.bool_]) -> float:
    return float((~present).mean()) if len(present) else 0.0
