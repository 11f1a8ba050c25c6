"""What is validated: a table as its contract reads it, and what is known beside it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlops.contract.model import Contract, Field
from mlops.contract.reading import Typed

Mask = NDArray[np.bool_]
TIMES = ("event_time", "prior_time", "label_time")
"""The roles whose days cannot lie after the day from which the batch is looked at."""


@dataclass(frozen=True)
class Batch:
    """A batch of ``n`` rows.

    Attributes:
        table: The rows as the file has them.
        typed: The same rows as the contract reads them.
        contract: What they must be.
        as_of: The day from which they are looked at; never asked of a clock.
        base: The rows that are known already; None where there are none.
    """

    table: pa.Table
    typed: Typed
    contract: Contract
    as_of: np.datetime64
    base: Typed | None = None

    @property
    def rows(self) -> int:
        """Their number."""
        return int(self.table.num_rows)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The contract's fields that the table has."""
        return tuple(field for field in self.contract.fields if field.name in self.table.column_names)

    @property
    def event(self) -> NDArray[np.datetime64]:
        """The day of each row's event; NaT where it has none."""
        return self.typed.columns[self.contract.one("event_time").name]

    @property
    def timely(self) -> Mask:
        """Which rows' events lie in the window, up to ``as_of``; a row without a day does not."""
        return (self.event <= self.as_of) & ~self.stale

    @property
    def stale(self) -> Mask:
        """Which rows' events lie before the window."""
        days = self.contract.window_days
        if days is None:
            return np.zeros(self.rows, dtype=bool)
        return self.event < self.as_of - np.timedelta64(days, "D")

    @property
    def mature(self) -> Mask:
        """Which rows are old enough for their label to be final."""
        return self.event <= self.as_of - np.timedelta64(self.contract.maturity_days, "D")

    @property
    def bad_label(self) -> Mask:
        """Which rows have a label outside of the allowed set; an undecided row has none."""
        return self.typed.present[self.contract.one("label").name] & (self.typed.label < 0)
