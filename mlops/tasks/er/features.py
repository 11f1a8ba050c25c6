"""Pairs of records as a table of numbers: fitted on training records, computed once per distinct value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.errors import InputRefusedError
from mlops.task import FeatureNote
from mlops.tasks.er.attributes import Kind
from mlops.tasks.er.fields import Field
from mlops.tasks.er.numbering import Column, PairedColumn, joined, normalised, raw_column
from mlops.tasks.er.spans import Span, spans
from mlops.tasks.er.vocabulary import Floats

MAX_FIELDS = 24
"""Attributes that get features of their own; further ones, the least filled, count in the record's text only."""

_SAME_FILE = 0.1
"""Share of the records of one side that stand on the other too: 0 to 0.1 % between two sources, above half inside one
(measured on public pairs)."""

RECORD = "record"
_SIDES = ("left_", "right_")


@dataclass(frozen=True)
class PairFeatures:
    """The features of pairs of records.

    Attributes:
        columns: The columns that :meth:`transform` reads, in the order in which they make up a record's text.
        fields: What is compared: the attributes that both sides have, then the whole records as texts. Where a record
            is one attribute, that is the whole record.
    """

    columns: tuple[str, ...]
    fields: tuple[Field, ...]

    @classmethod
    def fit(cls, inputs: pd.DataFrame, exclude: frozenset[str] = frozenset()) -> Self:
        """Learn kinds and vocabularies from training pairs.

        Args:
            inputs: (n, k) columns ``left_<attribute>`` and ``right_<attribute>`` of str or None.
            exclude: Attributes that must not be read.

        Raises:
            InputRefusedError: No attribute has any value.
        """
        named = [str(name) for name in inputs.columns]
        read = [name for name in named if name.removeprefix(_side(name)) not in exclude]
        table = {name: normalised(raw_column(inputs[name])) for name in read}
        filled = {name: column for name, column in table.items() if column.filled()}
        if not all(any(name.startswith(side) for name in filled) for side in _SIDES):
            raise InputRefusedError(
                "One side of the training pairs has no value in any attribute.",
                field="left_<attribute>, right_<attribute>",
                expected="at least one attribute with values on each side",
                found=", ".join(named) or "no columns",
                fix="Check that the columns were read from the right file and are not empty.",
            )
        records = _records(filled)
        symmetric = _exchangeable(*records)
        fields = [Field.fit(name, _both(filled, name), symmetric=symmetric) for name in _paired(filled)]
        whole = Field.fit(RECORD, PairedColumn.of(*records), symmetric=symmetric)
        alone = len(fields) == 1 and len(filled) == len(_SIDES)
        return cls(tuple(filled), tuple(fields) if alone else (*fields, whole))

    def transform(self, inputs: pd.DataFrame) -> Floats:
        """Return the (n, f) float32 features of pairs; NaN where a value is missing.

        Raises:
            InputRefusedError: A column that was there in training is missing.
        """
        table = np.empty((len(inputs), len(self.notes())), dtype=np.float32)
        for span in self.spans(inputs):
            for rows in span.batches():
                table[span.within(rows)] = span.table(rows)
        return table

    def spans(self, inputs: pd.DataFrame) -> Iterator[Span]:
        """Cut pairs into runs whose distinct values are prepared together.

        Raises:
            InputRefusedError: A column that was there in training is missing.
        """
        missing = [name for name in self.columns if name not in inputs.columns]
        if missing:
            raise InputRefusedError(
                f"{len(missing)} of the {len(self.columns)} columns that the model was trained on are missing.",
                field=", ".join(missing),
                expected=", ".join(self.columns),
                found=", ".join(map(str, inputs.columns)),
                fix="Score a table with the columns of the training data, or train a model on this one.",
            )
        for rows, table in spans(inputs, self.columns):
            yield Span.of(rows, [(field, self._read(field, table)) for field in self.fields])

    def records(self, inputs: pd.DataFrame) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Return the left and the right records, (n,) each, as one normalised text each."""
        left, right = _records({name: normalised(raw_column(inputs[name])) for name in self.columns})
        return left.cells(), right.cells()

    def notes(self) -> tuple[FeatureNote, ...]:
        """Return name and meaning of the features, in the order of the columns of :meth:`transform`."""
        return tuple(note for field in self.fields for note in field.notes())

    def kinds(self) -> dict[str, Kind]:
        """Return the inferred kind of each attribute that has features of its own."""
        return {field.name: field.kind for field in self.fields if field.name != RECORD}

    def state(self) -> dict[str, Any]:
        """Return what :meth:`restore` needs, as plain values and arrays."""
        return {"columns": "\n".join(self.columns), "fields": [field.state() for field in self.fields]}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild the features from :meth:`state`."""
        return cls(tuple(state["columns"].split("\n")), tuple(Field.restore(field) for field in state["fields"]))

    @staticmethod
    def _read(field: Field, table: Mapping[str, Column]) -> PairedColumn:
        return PairedColumn.of(*_records(table)) if field.name == RECORD else _both(table, field.name)


def _side(name: str) -> str:
    return next((side for side in _SIDES if name.startswith(side)), "")


def _paired(table: Mapping[str, Column]) -> list[str]:
    """Return the attributes that both sides have; the fullest, in their own order, if there are very many."""
    names = [name.removeprefix("left_") for name in table if name.startswith("left_")]
    both = [name for name in names if f"right_{name}" in table]
    if len(both) <= MAX_FIELDS:
        return both
    filled = [-sum(table[f"{side}{name}"].filled() for side in _SIDES) for name in both]
    chosen = np.sort(np.argsort(filled, kind="stable")[:MAX_FIELDS])
    return [both[position] for position in chosen]


def _both(table: Mapping[str, Column], attribute: str) -> PairedColumn:
    return PairedColumn.of(table[f"left_{attribute}"], table[f"right_{attribute}"])


def _records(table: Mapping[str, Column]) -> tuple[Column, Column]:
    """Return each record as one text."""
    left, right = (joined([table[name] for name in table if name.startswith(side)]) for side in _SIDES)
    return left, right


def _exchangeable(left: Column, right: Column) -> bool:
    """Tell whether both sides are drawn from the same file: then the order of a pair means nothing."""
    lefts, rights = set(left.used()), set(right.used())
    return len(lefts & rights) >= _SAME_FILE * min(len(lefts), len(rights))
