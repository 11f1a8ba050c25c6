"""What training taught about tokens: how rare each one is. Fitted on training records only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeAlias

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


FEW = 2_000
"""Things that are so few that looking at each takes less time than preparing a faster way."""


class Entries(NamedTuple):
    """The entries of the rows of a sparse matrix.

    Attributes:
        data: (t,) entries.
        columns: (t,) their columns.
        ends: (n + 1,) where each row begins and ends.
    """

    data: NDArray[np.floating[Any]]
    columns: NDArray[np.integer[Any]]
    ends: NDArray[np.integer[Any]]


@dataclass(frozen=True)
class TokenRows:
    """Token sets of ``n`` values as sparse rows over the same token numbers.

    Attributes:
        entries: The inverse document frequency of every token that a value has, float32; columns ascend in each row.
        width: v, above every token's number.
        counts: (n,) number of tokens.
        sums: (n,) sum of the weights.
        norms: (n,) Euclidean norm of the weights.
    """

    entries: Entries
    width: int
    counts: Floats
    sums: Floats
    norms: Floats

    @cached_property
    def weights(self) -> Rows:
        """(n, v) CSR of the entries."""
        return sparse.csr_array(self.entries, shape=(len(self.counts), self.width))


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
        _, held = distinct(tokens.owner, number.reshape(-1), len(keys))
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
        return stacked_rows([self], [0, tokens.size], tokens)

    def look_up(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the (t,) numbers of tokens, and whether each is known; the number of one that is not says nothing."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=bool)
        if len(keys) <= FEW:
            number = self.keys.searchsorted(keys)
            return number, self.keys.take(number, mode="clip") == keys
        found, asked = pd.factorize(keys)
        number = self.keys.searchsorted(asked)
        return number[found], (self.keys.take(number, mode="clip") == asked)[found]

    def weigh(self, number: NDArray[np.int64]) -> Floats:
        """Return the (t,) weights of numbered tokens."""
        if not len(self.keys):
            return np.full(len(number), self.rare_weight, dtype=np.float32)
        weights = self.weights.take(number, mode="clip")
        weights[number >= len(self.keys)] = self.rare_weight
        return weights

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


def stacked_rows(vocabularies: Sequence[Vocabulary], ends: Sequence[int], tokens: TokenKeys) -> TokenRows:
    """Return the token sets of values as sparse rows, those of each vocabulary numbered for themselves.

    Args:
        vocabularies: (k,) vocabularies.
        ends: (k + 1,) where the values of each begin and end among those of ``tokens``.
        tokens: The tokens of all values.
    """
    cuts = tokens.owner.searchsorted(ends).tolist()
    looked = [
        each.look_up(tokens.keys[start:stop]) for each, start, stop in zip(vocabularies, cuts, cuts[1:], strict=False)
    ]
    numbers, known = (np.concatenate(parts) for parts in zip(*looked, strict=True))
    width = max(len(each.keys) for each in vocabularies)
    unseen = (~known).nonzero()[0]
    if unseen.size:
        ranks = _ranks(tokens.keys[unseen])
        numbers[unseen] = ranks + width
        width += int(ranks.max()) + 1
    owner, columns = distinct(tokens.owner, numbers, width)
    cuts = owner.searchsorted(ends).tolist()
    weights = [each.weigh(columns[start:stop]) for each, start, stop in zip(vocabularies, cuts, cuts[1:], strict=False)]
    row_ends = owner.searchsorted(np.arange(tokens.size + 1))
    return _token_rows(np.concatenate(weights), columns.astype(np.int32), row_ends.astype(np.int32), width)


def _ranks(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the (t,) place of each key among the distinct ones in their order."""
    if len(keys) <= FEW:
        return np.unique(keys, return_inverse=True)[1].reshape(-1)
    found, distinct_keys = pd.factorize(keys)
    rank = np.empty(len(distinct_keys), dtype=np.int64)
    rank[np.argsort(distinct_keys)] = np.arange(len(distinct_keys))
    return np.asarray(rank[found])


def distinct(
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
    return TokenRows(
        entries=Entries(data, columns, ends),
        width=max(width, 1),
        counts=(ends[1:] - ends[:-1]).astype(np.float32),
        sums=segment_reduce(np.add, data, ends),
        norms=np.sqrt(segment_reduce(np.add, data * data, ends)),
    )


def taken(rows: TokenRows, at: NDArray[np.intp]) -> Entries:
    """Return a copy of some rows."""
    if len(at) <= FEW:
        return picked(rows.entries, at)
    copy = rows.weights[at]
    return Entries(copy.data, copy.indices, copy.indptr)


def picked(entries: Entries, at: NDArray[np.integer[Any]]) -> Entries:
    """Return a copy of few rows; for many, scipy takes less time."""
    starts = entries.ends[at]
    sizes = entries.ends[at + 1] - starts
    ends = np.zeros(len(at) + 1, dtype=np.int64)
    sizes.cumsum(out=ends[1:])
    places = np.arange(ends[-1]) + (starts - ends[:-1]).repeat(sizes)
    return Entries(entries.data[places], entries.columns[places], ends)


def segment_reduce(operation: np.ufunc, data: NDArray[np.floating[Any]], ends: NDArray[np.integer[Any]]) -> Floats:
    """Reduce each of the (n,) runs of ``data`` between (n + 1,) neighbouring ``ends``; 0 for an empty one."""
    reduced = np.zeros(len(ends) - 1, dtype=np.float32)
    filled = (ends[1:] > ends[:-1]).nonzero()[0]
    if filled.size:
        reduced[filled] = operation.reduceat(data, ends[filled])
    return reduced
