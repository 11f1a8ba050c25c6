"""Runs of pairs whose distinct values are prepared once and compared batch by batch, in bounded memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlops.tasks.er.fields import Field, Prepared
from mlops.tasks.er.numbering import Column, Numbers, PairedColumn, normalised, raw_column
from mlops.tasks.er.tokens import TokenKeys
from mlops.tasks.er.vocabulary import Floats

BATCH = 50_000
"""Pairs computed at once, so that memory does not grow with the number of pairs."""
SPAN = 250_000
"""Pairs whose distinct values may be prepared at once; their numbers take about 100 bytes a pair."""
SPAN_CHARACTERS = 10_000_000
"""Characters of those values, at most, unless a batch has more; prepared, one takes 20 to 40 bytes."""


@dataclass(frozen=True)
class Compared:
    """A field, its distinct values in a span, and which of them stand left and right in each pair."""

    field: Field
    prepared: Prepared
    left: Numbers
    right: Numbers


@dataclass(frozen=True)
class Span:
    """A run of pairs.

    Attributes:
        rows: Where it stands in the whole table.
        fields: What is compared; the last is the whole record.
    """

    rows: slice
    fields: tuple[Compared, ...]

    @classmethod
    def of(cls, rows: slice, columns: Sequence[tuple[Field, PairedColumn]]) -> "Span":
        """Prepare the distinct values of the fields' ``columns``."""
        compared = (
            Compared(field, field.prepare(column.texts), column.left.numbers, column.right.numbers)
            for field, column in columns
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
        return self.fields[-1].prepared.words

    @property
    def texts(self) -> Sequence[str]:
        """The normalised text of every distinct record."""
        return self.fields[-1].prepared.values.values  # noqa: PD011  # not a data frame's

    def records(self, rows: slice) -> tuple[Numbers, Numbers]:
        """Return which records stand left and right in the pairs at ``rows`` of the span, (n,) numbers each."""
        return self.fields[-1].left[rows], self.fields[-1].right[rows]

    def table(self, rows: slice) -> Floats:
        """Return the (n, f) features of the pairs at ``rows`` of the span."""
        blocks = [each.field.compare(each.prepared, each.left[rows], each.right[rows]) for each in self.fields]
        return np.concatenate(blocks, axis=1)


def batches(rows: int) -> Iterator[slice]:
    """Cut ``rows`` into runs of at most ``BATCH``; one empty run when there are none."""
    for start in range(0, max(rows, 1), BATCH):
        yield slice(start, min(start + BATCH, rows))


def spans(inputs: pd.DataFrame) -> Iterator[tuple[slice, dict[str, Column]]]:
    """Cut a table of values into runs of rows whose distinct texts are not too many, and number those texts.

    Yields:
        The run, and by column its normalised texts. One empty run when there are no rows.
    """
    start, size = 0, SPAN
    while start < max(len(inputs), 1):
        stop = min(start + size, len(inputs))
        run = inputs.iloc[start:stop]
        table = {name: raw_column(run[name]) for name in inputs.columns}
        characters = sum(len(text) for column in table.values() for text in column.texts)
        if characters > SPAN_CHARACTERS and stop - start > BATCH:
            size = max(BATCH, size // 4)
            continue
        yield slice(start, stop), {name: normalised(column) for name, column in table.items()}
        start = max(stop, 1)
