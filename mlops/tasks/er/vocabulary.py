"""What training taught about tokens: how rare each one is. Fitted on training records only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from mlops.tasks.er.tokens import TokenKeys

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
        counts: (n,) number of tokens.
        sums: (n,) sum of the weights.
        norms: (n,) Euclidean norm of the weights.
    """

    weights: Rows
    counts: Floats
    sums: Floats
    norms: Floats


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of one attribute that are not rare, with their inverse document frequency.

    ``idf(t) = ln((1 + n) / (1 + df(t))) + 1`` (Sparck Jones 1972, smoothed as in scikit-learn), ``n`` values of which
    ``df(t)`` hold ``t``. Every other token keeps its identity when two values are compared, and has ``rare_weight``,
    the highest.

    Attributes:
        keys: (v,) int64, ascending: the keys of the tokens.
        weights: (v,) inverse document frequencies in that order.
        rare_weight: Weight of tokens outside the vocabulary.
    """

    keys: NDArray[np.int64]
    weights: Floats
    rare_weight: float

    @classmethod
    def fit(cls, tokens: TokenKeys) -> Self:
        """Count the tokens of distinct training values."""
        keys, number = np.unique(tokens.keys, return_inverse=True)
        _, held = _distinct(tokens.owner, number.reshape(-1), len(keys))
        frequency = np.bincount(held, minlength=len(keys))
        known = frequency > RARE
        documents = 1 + tokens.size
        return cls(
            keys=keys[known],
            weights=(np.log(documents / (1 + frequency[known])) + 1).astype(np.float32),
            rare_weight=float(np.float32(max(np.log(documents / (1 + RARE)), 0.0) + 1)),
        )

    def rows(self, tokens: TokenKeys) -> TokenRows:
        """Return the token sets of values as sparse rows; tokens never seen get numbers after the known ones."""
        found, keys = pd.factorize(tokens.keys)
        number = np.searchsorted(self.keys, keys)
        known = np.append(self.keys, 0)[number] == keys
        known &= number < len(self.keys)
        unseen = np.flatnonzero(~known)
        number[unseen[np.argsort(keys[unseen])]] = np.arange(len(self.keys), len(self.keys) + len(unseen))
        owner, columns = _distinct(tokens.owner, number[found], len(self.keys) + len(unseen))
        weights = np.append(self.weights, np.full(len(unseen), self.rare_weight, dtype=np.float32))
        ends = np.searchsorted(owner, np.arange(tokens.size + 1))
        return _token_rows(weights[columns], columns.astype(np.int32), ends.astype(np.int32), len(weights))

    def state(self) -> dict[str, Any]:
        """Return the vocabulary as arrays: keys instead of texts, so that no value of a record is in a model."""
        return {"keys": self.keys, "weights": self.weights, "rare_weight": self.rare_weight}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild a vocabulary from :meth:`state`."""
        return cls(
            keys=np.asarray(state["keys"], dtype=np.int64),
            weights=np.asarray(state["weights"], dtype=np.float32),
            rare_weight=float(state["rare_weight"]),
        )


def _distinct(
    owner: NDArray[np.int64], number: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct pairs of owner and token number, by owner, then number."""
    # Sorted and compared by hand: np.unique hashes, which takes longer on millions of keys.
    bits = width.bit_length()
    pairs = np.sort((owner << bits) | number)
    first = np.ones(len(pairs), dtype=bool)
    np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
    kept = pairs[first]
    return kept >> bits, kept & ((1 << bits) - 1)


def _token_rows(data: Floats, columns: NDArray[np.int32], ends: NDArray[np.int32], width: int) -> TokenRows:
    """Return the rows whose entries are ``data`` at ``columns``, row ``i`` from ``ends[i]`` to ``ends[i + 1]``."""
    shape = (len(ends) - 1, max(width, 1))
    weights = sparse.csr_array((data, columns, ends), shape=shape)
    return TokenRows(
        weights=weights,
        counts=np.diff(ends).astype(np.float32),
        sums=row_sums(weights),
        norms=np.sqrt(segment_reduce(np.add, data * data, ends)),
    )


def row_sums(matrix: Rows) -> Floats:
    """Return the (n,) sums of the rows; 0 for an empty one."""
    return segment_reduce(np.add, matrix.data, matrix.indptr)


def row_maxima(matrix: Rows) -> Floats:
    """Return the (n,) largest entries of the rows of a matrix without negative entries; 0 for an empty one."""
    return segment_reduce(np.maximum, matrix.data, matrix.indptr)


def segment_reduce(operation: np.ufunc, data: Floats, ends: NDArray[np.integer[Any]]) -> Floats:
    """Reduce each of the (n,) runs of ``data`` between (n + 1,) neighbouring ``ends``; 0 for an empty one."""
    reduced = np.zeros(len(ends) - 1, dtype=np.float32)
    filled = np.flatnonzero(np.diff(ends))
    if filled.size:
        reduced[filled] = operation.reduceat(data, ends[filled])
    return reduced
