"""Runs of pairs whose distinct values are prepared once and compared batch by batch, in bounded memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlops.tasks.er.comparing import Compared, alike
from mlops.tasks.er.fields import Field
from mlops.tasks.er.numbering import Column, Numbers, PairedColumn, normalised, raw_column
from mlops.tasks.er.tokens import TokenKeys
from mlops.tasks.er.vocabulary import Floats

BATCH = 50_000
"""Pairs computed at once, so that memory does not grow with the number of pairs."""
SPAN = 250_000
"""Pairs whose distinct values may be prepared at once; their numbers take about 100 bytes a pair."""
FEW_PAIRS = 1_000
"""Pairs up to which all fields are compared at once: many are compared in less memory field by field."""
SPAN_CHARACTERS = 10_000_000
"""Characters of those values, at most, unless a batch has more; prepared, one takes 20 to 40 bytes."""


@dataclass(frozen=True)
class Span:
    """A run of pairs.

    Attributes:
        rows: Where it stands in the whole table.
        groups: What is compared, and where the fields of each group stand among all; the last of all fields is the
            whole record.
    """

    rows: slice
    groups: tuple[tuple[list[int], Compared], ...]

    @classmethod
    def of(cls, rows: slice, columns: Sequence[tuple[Field, PairedColumn]]) -> "Span":
        """Prepare the distinct values of the fields' ``columns``."""
        few = rows.stop - rows.start <= FEW_PAIRS
        groups = alike([field for field, _ in columns]) if few else [[at] for at in range(len(columns))]
        compared = (
            (places, Compared.of([columns[at][0] for at in places], [columns[at][1] for at in places], stacked=few))
            for places in groups
        )
        return cls(rows, tuple(compared))

    def batches(self) -> Iterator[slice]:
        """Cut the span's own rows, counted from 0, into runs of at most ``BATCH``."""
        return batches(self.rows.stop - self.rows.start)

    def within(self, rows: slice) -> slice:
        """Return where ``rows`` of the span stand in the whole table."""
        return slice(self.rows.start + rows.start, self.rows.start + rows.stop)

    @property
    def words(self) -> TokenKeys:
        """The words of every distinct record."""
        group, at = self._record
        start, stop = group.ends[at : at + 2]
        first, last = np.searchsorted(group.words.owner, [start, stop])
        return TokenKeys(group.words.keys[first:last], group.words.owner[first:last] - start, stop - start)

    @property
    def texts(self) -> Sequence[str]:
        """The normalised text of every distinct record."""
        group, at = self._record
        return group.values.values[group.ends[at] : group.ends[at + 1]]  # noqa: PD011  # not a data frame's

    def records(self, rows: slice) -> tuple[Numbers, Numbers]:
        """Return which records stand left and right in the pairs at ``rows`` of the span, (n,) numbers each."""
        group, at = self._record
        return group.left[at, rows] - group.ends[at], group.right[at, rows] - group.ends[at]

    def table(self, rows: slice) -> Floats:
        """Return the (n, f) features of the pairs at ``rows`` of the span."""
        blocks = {
            at: block for places, group in self.groups for at, block in zip(places, group.table(rows), strict=True)
        }
        return np.concatenate([blocks[at] for at in sorted(blocks)], axis=1)

    @property
    def _record(self) -> tuple[Compared, int]:
        places, group = max(self.groups, key=lambda each: each[0][-1])
        return group, len(places) - 1


def batches(rows: int) -> Iterator[slice]:
    """Cut ``rows`` into runs of at most ``BATCH``; one empty run when there are none."""
    for start in range(0, max(rows, 1), BATCH):
        yield slice(start, min(start + BATCH, rows))


def spans(inputs: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[slice, dict[str, Column]]]:
    """Cut ``columns`` of a table into runs of rows whose distinct texts are not too many, and number those texts.

    Yields:
        The run, and by column its normalised texts. One empty run when there are no rows.
    """
    cells = {name: inputs[name].to_numpy(dtype=object) for name in columns}
    start, size = 0, SPAN
    while start < max(len(inputs), 1):
        stop = min(start + size, len(inputs))
        table = {name: raw_column(column[start:stop]) for name, column in cells.items()}
        characters = sum(len(text) for column in table.values() for text in column.texts)
        if characters > SPAN_CHARACTERS and stop - start > BATCH:
            size = max(BATCH, size // 4)
            continue
        yield slice(start, stop), {name: normalised(column) for name, column in table.items()}
        start = max(stop, 1)
