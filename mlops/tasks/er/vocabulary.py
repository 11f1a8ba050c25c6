"""What training taught about tokens: how rare each one is. Fitted on training records only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Rows: TypeAlias = "sparse.csr_array[Any, tuple[int, int]]"

RARE = 2
"""Tokens in at most this many training values weigh as much as one never seen.

A match of two new records shows the tokens that only they share; in training the same match makes each of those
tokens occur twice. Telling one, two and none apart would tell training from production. It also keeps what is found
in only one or two records, such as a person's name, out of the model.
"""


@dataclass(frozen=True)
class TokenRows:
    """Token sets of ``n`` values as sparse rows over the same token numbers.

    Attributes:
        weights: (n, v) CSR, float32: the inverse document frequency of every token that a value has; indices sorted.
        ones: The same with 1 for every token.
        counts: (n,) number of tokens.
        sums: (n,) sum of the weights.
        norms: (n,) Euclidean norm of the weights.
    """

    weights: Rows
    ones: Rows
    counts: Floats
    sums: Floats
    norms: Floats


@dataclass(frozen=True)
class Vocabulary:
    r"""The tokens of one attribute that are not rare, with their inverse document frequency.

    ``idf(t) = ln((1 + n) / (1 + df(t))) + 1`` (Sparck Jones 1972, smoothed as in scikit-learn), ``n`` values of which
    ``df(t)`` hold ``t``. Every other token keeps its identity when two values are compared, and has ``rare_weight``,
    the highest.

    Attributes:
        index: Token to its number, counted from 0.
        weights: (v,) inverse document frequencies in that order.
        rare_weight: Weight of tokens outside the vocabulary.
    """

    index: Mapping[str, int]
    weights: Floats
    rare_weight: float

    @classmethod
    def fit(cls, token_lists: Sequence[Sequence[str]]) -> Self:
        """Count tokens over distinct training values, each given as the list of its tokens."""
        frequency: dict[str, int] = {}
        for tokens in token_lists:
            for token in dict.fromkeys(tokens):
                frequency[token] = frequency.get(token, 0) + 1
        known = {token: count for token, count in frequency.items() if count > RARE}
        documents = 1 + len(token_lists)
        counts = np.fromiter(known.values(), dtype=np.float64, count=len(known))
        return cls(
            index={token: number for number, token in enumerate(known)},
            weights=(np.log(documents / (1 + counts)) + 1).astype(np.float32),
            rare_weight=float(np.float32(max(np.log(documents / (1 + RARE)), 0.0) + 1)),
        )

    def rows(self, token_lists: Sequence[Sequence[str]]) -> TokenRows:
        """Return the token sets of values as sparse rows; tokens never seen get numbers after the known ones."""
        numbers = dict(self.index)
        indices: list[int] = []
        ends = [0]
        for tokens in token_lists:
            indices.extend(sorted({numbers.setdefault(token, len(numbers)) for token in tokens}))
            ends.append(len(indices))
        weights = np.full(len(numbers), self.rare_weight, dtype=np.float32)
        weights[: len(self.weights)] = self.weights
        columns = np.asarray(indices, dtype=np.int32)
        return token_rows(weights[columns], columns, np.asarray(ends, dtype=np.int32), len(numbers))

    def state(self) -> dict[str, Any]:
        """Return the vocabulary as one text and arrays: a list would be one document node per token."""
        return {"tokens": "\n".join(self.index), "weights": self.weights, "rare_weight": self.rare_weight}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild a vocabulary from :meth:`state`."""
        tokens = state["tokens"].split("\n") if len(state["weights"]) else []
        return cls(
            index={token: number for number, token in enumerate(tokens)},
            weights=np.asarray(state["weights"], dtype=np.float32),
            rare_weight=float(state["rare_weight"]),
        )


def token_rows(data: Floats, columns: NDArray[np.int32], ends: NDArray[np.int32], width: int) -> TokenRows:
    """Return the rows whose entries are ``data`` at ``columns``, row ``i`` from ``ends[i]`` to ``ends[i + 1]``."""
    shape = (len(ends) - 1, max(width, 1))
    weights = sparse.csr_array((data, columns, ends), shape=shape)
    ones = sparse.csr_array((np.ones_like(data), columns, ends), shape=shape)
    return TokenRows(
        weights=weights,
        ones=ones,
        counts=np.diff(ends).astype(np.float32),
        sums=row_sums(weights),
        norms=np.sqrt(row_sums(weights.power(2))),
    )


def row_sums(matrix: Rows) -> Floats:
    """Return the (n,) sums of the rows; 0 for an empty one."""
    return _reduce(np.add, matrix)


def row_maxima(matrix: Rows) -> Floats:
    """Return the (n,) largest entries of the rows of a matrix without negative entries; 0 for an empty one."""
    return _reduce(np.maximum, matrix)


def _reduce(operation: np.ufunc, matrix: Rows) -> Floats:
    reduced = np.zeros(matrix.shape[0], dtype=np.float32)
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if filled.size:
        reduced[filled] = operation.reduceat(matrix.data, matrix.indptr[filled])
    return reduced
