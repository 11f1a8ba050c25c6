"""Pairs of records as a table of numbers: fitted on training records, computed once per distinct value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.errors import InputRefusedError
from mlops.task import FeatureNote
from mlops.tasks.er.attributes import Kind
from mlops.tasks.er.fields import Field
from mlops.tasks.er.text import normalise
from mlops.tasks.er.vocabulary import Floats

BATCH = 50_000
"""Pairs computed at once, so that memory does not grow with the number of pairs."""
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
        fields: What is compared: the attributes that both sides have, then the whole records as texts.
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
        table = _normalised(inputs, [name for name in named if name.removeprefix(_side(name)) not in exclude])
        filled = {name: values for name, values in table.items() if any(values)}
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
        fields = [Field.fit(name, *_both(filled, name), symmetric=symmetric) for name in _paired(filled)]
        whole = Field.fit(RECORD, *records, symmetric=symmetric)
        alone = len(fields) == 1 and len(filled) == len(_SIDES)
        return cls(tuple(filled), tuple(fields) if alone else (*fields, whole))

    def transform(self, inputs: pd.DataFrame) -> Floats:
        """Return the (n, f) float32 features of pairs; NaN where a value is missing.

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
        blocks = [self._transform(inputs.iloc[rows]) for rows in batches(len(inputs))]
        return np.concatenate(blocks, axis=0)

    def records(self, inputs: pd.DataFrame) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Return the left and the right records, (n,) each, as one normalised text each."""
        return _records(_normalised(inputs, self.columns))

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

    def _transform(self, inputs: pd.DataFrame) -> Floats:
        table = _normalised(inputs, self.columns)
        blocks = [
            field.compare(*(_records(table) if field.name == RECORD else _both(table, field.name)))
            for field in self.fields
        ]
        return np.concatenate(blocks, axis=1)


def _side(name: str) -> str:
    return next((side for side in _SIDES if name.startswith(side)), "")


def _normalised(inputs: pd.DataFrame, names: Sequence[str]) -> dict[str, NDArray[np.object_]]:
    """Return the normalised text of every cell by column; an empty text where nothing is given."""
    return {name: _normalised_cells(inputs[name]) for name in names}


def _normalised_cells(cells: "pd.Series[Any]") -> NDArray[np.object_]:
    numbers, distinct = pd.factorize(cells.to_numpy(dtype=object))
    texts = np.array([*(normalise(str(value)) for value in distinct), ""], dtype=object)
    return texts[numbers]


def _paired(table: Mapping[str, NDArray[np.object_]]) -> list[str]:
    """Return the attributes that both sides have; the fullest, in their own order, if there are very many."""
    names = [name.removeprefix("left_") for name in table if name.startswith("left_")]
    both = [name for name in names if f"right_{name}" in table]
    if len(both) <= MAX_FIELDS:
        return both
    filled = [-sum(sum(map(bool, values)) for values in _both(table, name)) for name in both]
    chosen = np.sort(np.argsort(filled, kind="stable")[:MAX_FIELDS])
    return [both[position] for position in chosen]


def _both(table: Mapping[str, NDArray[np.object_]], attribute: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    return table[f"left_{attribute}"], table[f"right_{attribute}"]


def _records(table: Mapping[str, NDArray[np.object_]]) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return each record as one text."""
    left, right = (
        np.array([" ".join(filter(None, cells)) for cells in zip(*columns, strict=True)], dtype=object)
        for columns in ([table[name] for name in table if name.startswith(side)] for side in _SIDES)
    )
    return left, right


def _exchangeable(left: NDArray[np.object_], right: NDArray[np.object_]) -> bool:
    """Tell whether both sides are drawn from the same file: then the order of a pair means nothing."""
    lefts, rights = set(left), set(right)
    return len(lefts & rights) >= _SAME_FILE * min(len(lefts), len(rights))


def batches(rows: int) -> Iterator[slice]:
    """Cut ``rows`` into runs of at most ``BATCH``; one empty run when there are none."""
    for start in range(0, max(rows, 1), BATCH):
        yield slice(start, start + BATCH)
