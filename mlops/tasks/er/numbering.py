"""Tables of texts as numbers of their distinct normalised texts, so that nothing is done twice to the same value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.tasks.er.text import normalise
from mlops.tasks.er.vocabulary import FEW

Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class Column:
    """One column of ``n`` cells.

    Attributes:
        texts: Distinct normalised texts; an empty one stands for a missing value.
        numbers: (n,) which of them each cell is.
    """

    texts: list[str]
    numbers: Numbers

    def filled(self) -> int:
        """Return the number of cells that hold a value."""
        return int(np.array([bool(text) for text in self.texts], dtype=bool)[self.numbers].sum())

    def used(self) -> list[str]:
        """Return the texts that some cell has."""
        return [self.texts[number] for number in np.unique(self.numbers).tolist()]

    def cells(self) -> NDArray[np.object_]:
        """Return the text of every cell."""
        return objects(self.texts)[self.numbers]


@dataclass(frozen=True)
class PairedColumn:
    """Two columns, the left and the right values of ``n`` pairs, over the same texts."""

    left: Column
    right: Column

    @property
    def texts(self) -> list[str]:
        """The distinct texts of both."""
        return self.left.texts

    @classmethod
    def of(cls, left: Column, right: Column) -> "PairedColumn":
        """Number the texts of two columns together."""
        numbers, distinct = factorised([*left.texts, *right.texts])
        texts, places = distinct, numbers
        first, second = places[: len(left.texts)], places[len(left.texts) :]
        return cls(Column(texts, first[left.numbers]), Column(texts, second[right.numbers]))


def raw_column(cells: "pd.Series[Any] | NDArray[np.object_]") -> Column:
    """Number cells of any type by what they read as, not yet normalised; a missing one reads as an empty text."""
    values = np.asarray(cells, dtype=object)
    if len(values) <= FEW:
        distinct: dict[object, int] = {}
        found = [
            distinct.setdefault(cell, len(distinct)) if isinstance(cell, str) or not pd.isna(cell) else -1
            for cell in values.tolist()
        ]
        numbers, texts = np.array(found, dtype=np.int32), [*map(str, distinct), ""]
    else:
        codes, uniques = pd.factorize(values)
        numbers, texts = codes.astype(np.int32), [*map(str, uniques.tolist()), ""]
    return Column(texts, np.where(numbers < 0, np.int32(len(texts) - 1), numbers))


def factorised(texts: Sequence[str]) -> tuple[Numbers, list[str]]:
    """Return the (n,) numbers of texts and the distinct texts in the order in which they come."""
    if len(texts) <= FEW:
        distinct: dict[str, int] = {}
        numbers = [distinct.setdefault(text, len(distinct)) for text in texts]
        return np.array(numbers, dtype=np.int32), list(distinct)
    codes, uniques = pd.factorize(objects(texts))
    return codes.astype(np.int32), uniques.tolist()


def normalised(column: Column) -> Column:
    """Return a column with its texts in normal form."""
    numbers, distinct = factorised([normalise(text) for text in column.texts])
    return Column(distinct, numbers[column.numbers])


def joined(columns: Sequence[Column]) -> Column:
    """Return the column of records: the texts of ``columns``, row by row, with a space between."""
    if len(columns) == 1:
        return columns[0]
    if len(columns[0].numbers) <= FEW:
        rows = zip(*(column.cells().tolist() for column in columns), strict=True)
        numbers, distinct = factorised([" ".join(filter(None, row)) for row in rows])
        return Column(distinct, numbers)
    key = np.zeros(len(columns[0].numbers), dtype=np.int64)
    for column in columns:
        key = pd.factorize(key * len(column.texts) + column.numbers)[0]
    first = np.zeros(int(key.max(initial=-1)) + 1, dtype=np.intp)
    first[key[::-1]] = np.arange(len(key))[::-1]
    cells = ([column.texts[number] for number in column.numbers[first].tolist()] for column in columns)
    records = [" ".join(filter(None, record)) for record in zip(*cells, strict=True)]
    numbers, distinct = factorised(records)
    return Column(distinct, numbers[key])


def objects(texts: Sequence[str]) -> NDArray[np.object_]:
    """Return texts as an (n,) array, from which numpy takes many at once in a third of the time of a list."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array
