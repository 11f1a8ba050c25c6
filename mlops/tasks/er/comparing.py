"""Fields of one kind, compared by the same operations at once: one field where pairs are many, all where they are few.

What an operation costs by itself is paid once for all fields then, and a pair alone is scored in milliseconds. Every
number of a pair depends on that pair alone, so both ways give the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlops.tasks.er.comparisons import Pairs
from mlops.tasks.er.fields import Field, comparisons, token_sets
from mlops.tasks.er.numbering import PairedColumn
from mlops.tasks.er.overlaps import overlap_features
from mlops.tasks.er.profile import Values
from mlops.tasks.er.tokens import TokenKeys, token_keys
from mlops.tasks.er.vocabulary import Floats, TokenRows, stacked_rows


@dataclass(frozen=True)
class Compared:
    """Fields that are compared in the same way, and their distinct values, ready to be compared.

    Attributes:
        fields: (k,) fields; those of a group have the same features.
        values: What comparisons of texts and quantities read: the values of each field after those of the one before.
        rows: By token set, the tokens of every value; or of all sets, the values of each set after those of another.
        words: The words of every value, whatever its kind.
        filled: (v,) bool: whether it is a value; an empty text is missing.
        left: (k, n) which value stands left in each pair, by field.
        right: (k, n) the same of the right side.
        ends: (k + 1,) where the values of each field begin and end.
    """

    fields: tuple[Field, ...]
    values: Values
    rows: tuple[TokenRows, ...]
    words: TokenKeys
    filled: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, fields: Sequence[Field], columns: Sequence[PairedColumn], *, stacked: bool) -> Self:
        """Prepare the distinct values of fields of one kind.

        Args:
            fields: (k,) fields.
            columns: (k,) their values in each pair.
            stacked: Whether to compare all token sets at once, too.
        """
        kind = fields[0].kind
        texts = list(chain.from_iterable(column.texts for column in columns))
        ends = np.cumsum([0, *(len(column.texts) for column in columns)]).tolist()
        values = Values(texts)
        keys = {tokens.name: tokens.keys(values) for tokens in token_sets(kind)}
        vocabularies = {name: [field.vocabularies[name] for field in fields] for name in keys}
        if stacked:
            every, places = _stacked(list(keys.values()), ends)
            rows = [stacked_rows(list(chain.from_iterable(vocabularies.values())), places, every)]
        else:
            rows = [stacked_rows(vocabularies[name], ends, tokens) for name, tokens in keys.items()]
        words = keys["words"] if "words" in keys else token_keys(values.words)
        values.settle(texts="words" in keys)
        left, right = (
            np.stack([side.numbers + np.int32(start) for side, start in zip(numbered, ends, strict=False)])
            for numbered in ([column.left for column in columns], [column.right for column in columns])
        )
        filled = np.array([bool(text) for text in texts], dtype=bool)
        return cls(tuple(fields), values, tuple(rows), words, filled, left, right, tuple(ends))

    def table(self, rows: slice) -> NDArray[np.float32]:
        """Return the (k, n, f) features of the pairs at ``rows``; NaN where a value is missing."""
        left, right = self.left[:, rows].reshape(-1), self.right[:, rows].reshape(-1)
        width = len(self.filled)
        pairs, inverse = np.unique(left.astype(np.int64) * width + right, return_inverse=True)
        one, other = np.divmod(pairs, max(width, 1))
        both = np.flatnonzero(self.filled[one] & self.filled[other])
        compared = np.full((len(pairs), self.fields[0].width), np.nan, dtype=np.float32)
        if both.size:
            compared[both] = self._compare(one[both], other[both])
        found: NDArray[np.float32] = compared[inverse.reshape(-1)]
        return found.reshape(len(self.fields), -1, found.shape[1])

    def _compare(self, left: NDArray[np.intp], right: NDArray[np.intp]) -> Floats:
        first = self.fields[0]
        pairs = Pairs(self.values, left, right)
        columns = [compare(pairs) for compare in comparisons(first.kind)]
        for rows in self.rows:
            sets = len(rows.counts) // len(self.filled)
            shift = (np.arange(sets) * len(self.filled)).repeat(len(left))
            found = overlap_features(rows, np.tile(left, sets) + shift, np.tile(right, sets) + shift)
            columns += [feature.reshape(sets, -1)[at] for at in range(sets) for feature in found]
        table = np.column_stack(columns)
        if first.symmetric:
            lefts, rights = first.sided()
            table[:, lefts], table[:, rights] = (
                np.fmin(table[:, lefts], table[:, rights]),
                np.fmax(table[:, lefts], table[:, rights]),
            )
        return table


def _stacked(sets: Sequence[TokenKeys], ends: Sequence[int]) -> tuple[TokenKeys, list[int]]:
    """Return the tokens of several sets as those of one value after the other, and where fields begin and end there."""
    size = ends[-1]
    owner = np.concatenate([tokens.owner + at * size for at, tokens in enumerate(sets)])
    places = [0, *(at * size + end for at in range(len(sets)) for end in ends[1:])]
    return TokenKeys(np.concatenate([tokens.keys for tokens in sets]), owner, size * len(sets)), places


def alike(fields: Sequence[Field]) -> list[list[int]]:
    """Return the positions of fields, those together that are compared in the same way."""
    groups: dict[object, list[int]] = {}
    for at, field in enumerate(fields):
        groups.setdefault((comparisons(field.kind), field.symmetric), []).append(at)
    return list(groups.values())
