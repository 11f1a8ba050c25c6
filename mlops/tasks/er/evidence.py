"""What single words say: a linear model on the words that two records share, and on those that only one has.

The other features say how much of two records agrees and how rare it is, not on which words. A linear model knows that
``refurbished`` on one side only means little and ``pro`` a lot. Its log-odds become one feature of the classifier
(stacking, Wolpert 1992), so they must come from a model that did not see the pair. A second model reads words cut
where letters and digits meet, so that ``16gb`` and ``16 gb`` agree.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from mlops.task import FeatureNote
from mlops.tasks.er.profile import Values
from mlops.tasks.er.text import TOKEN_TEXT_LIMIT
from mlops.tasks.er.tokens import TokenKeys, token_keys
from mlops.tasks.er.vocabulary import Floats, Rows

MIN_PAIRS = 2
"""Words in fewer training pairs say nothing that could be learned, and are not kept."""

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Cells = NDArray[np.object_]

_RUN = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class Reading:
    """A way to cut a record into words.

    Attributes:
        note: The feature that a model on such words becomes.
        keys: Returns the words of normalised record texts.
    """

    note: FeatureNote
    keys: Callable[[Sequence[str]], TokenKeys]


def word_keys(texts: Sequence[str]) -> TokenKeys:
    """Return the words of normalised texts, as the other features cut them."""
    return token_keys(Values(texts).words)


def run_keys(texts: Sequence[str]) -> TokenKeys:
    """Return the runs of letters and the runs of digits of normalised texts."""
    return token_keys([_RUN.findall(text[:TOKEN_TEXT_LIMIT]) for text in texts])


_BY_MODEL = "log-odds of a match by a linear model on the {} that both records have and that only one has."
READINGS = (
    Reading(FeatureNote("record.words.evidence", f"record: {_BY_MODEL.format('words')}"), word_keys),
    Reading(FeatureNote("record.runs.evidence", f"record: {_BY_MODEL.format('runs of letters or digits')}"), run_keys),
)
"""Each becomes a column of the classifier's table, after all others."""


@dataclass(frozen=True)
class Evidence:
    """A fitted linear model on words.

    Attributes:
        keys: (v,) int64, ascending: keys of the words, each shared or unshared.
        weights: (v,) their log-odds.
        intercept: Log-odds of a pair without any of them.
    """

    keys: NDArray[np.int64]
    weights: Floats
    intercept: float

    @classmethod
    def fit(cls, pairs: "WordPairs", label: NDArray[np.int8], weight: NDArray[np.float64] | None = None) -> Self:
        """Fit on pairs, their labels, (n,) 0 or 1 of both classes, and their sampling weights, (n,) or None."""
        found, counts = np.unique(pairs.keys, return_counts=True)
        keys = found[counts >= MIN_PAIRS]
        if not len(keys):
            return cls(keys, np.zeros(0, dtype=np.float32), 0.0)
        model = LogisticRegression(solver="liblinear", max_iter=300).fit(pairs.matrix(keys), label, weight)
        return cls(keys, model.coef_[0].astype(np.float32), float(model.intercept_[0]))

    def score(self, pairs: "WordPairs") -> Floats:
        """Return the (n,) log-odds of pairs."""
        if not len(self.keys):
            return np.zeros(pairs.size, dtype=np.float32)
        return np.asarray(pairs.matrix(self.keys) @ self.weights + np.float32(self.intercept), dtype=np.float32)

    @cached_property
    def words(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """(w,) the words as even keys, ascending; (w + 1,) the weight of each if shared, and if unshared; last 0."""
        known, place = np.unique(self.keys & ~np.int64(1), return_inverse=True)
        weights = np.zeros((2, len(known) + 1), dtype=np.float64)
        weights[(self.keys & 1).astype(np.int8), place.reshape(-1)] = self.weights
        return known, weights[0], weights[1]

    def state(self) -> dict[str, Any]:
        """Return what :meth:`restore` needs."""
        return {"keys": self.keys, "weights": self.weights, "intercept": self.intercept}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild the model from :meth:`state`."""
        return cls(
            np.asarray(state["keys"], dtype=np.int64),
            np.asarray(state["weights"], dtype=np.float32),
            float(state["intercept"]),
        )


@dataclass(frozen=True)
class WordPairs:
    """The words of ``size`` pairs of records.

    Attributes:
        keys: (t,) int64: shared words have even keys, words of one side only odd ones.
        owner: (t,) the pair that each belongs to, ascending.
        size: Number of pairs.
    """

    keys: NDArray[np.int64]
    owner: NDArray[np.int64]
    size: int

    @classmethod
    def of(cls, left: Cells, right: Cells, keys_of: Callable[[Sequence[str]], TokenKeys] = word_keys) -> Self:
        """Return the words of pairs of normalised record texts, (n,) each, cut by ``keys_of``."""
        numbers, distinct = pd.factorize(np.concatenate([left, right]))
        tokens = keys_of(distinct.tolist())
        keys, columns = np.unique(tokens.keys & ~np.int64(1), return_inverse=True)
        held = sparse.csr_array(
            (np.ones(len(columns), dtype=np.int8), (tokens.owner, columns.reshape(-1))),
            shape=(len(distinct), max(len(keys), 1)),
        )
        held.sum_duplicates()
        held.data[:] = 1
        sides = (held[numbers[: len(left)]] + held[numbers[len(left) :]]).tocsr()
        owner = np.repeat(np.arange(len(left), dtype=np.int64), np.diff(sides.indptr))
        return cls(keys[sides.indices] | (sides.data == 1), owner, len(left))

    def take(self, rows: NDArray[np.intp]) -> "WordPairs":
        """Return the pairs at ``rows``, ascending."""
        position = np.full(self.size, -1, dtype=np.int64)
        position[rows] = np.arange(len(rows))
        owner = position[self.owner]
        return WordPairs(self.keys[owner >= 0], owner[owner >= 0], len(rows))

    def matrix(self, keys: NDArray[np.int64]) -> Rows:
        """Return the (size, v) 0/1 CSR matrix of which pair has which of the ascending ``keys``, one at least."""
        columns = np.minimum(np.searchsorted(keys, self.keys), len(keys) - 1)
        known = keys[columns] == self.keys
        ends = np.searchsorted(self.owner[known], np.arange(self.size + 1))
        ones = np.ones(int(known.sum()), dtype=np.float64)
        return sparse.csr_array((ones, columns[known].astype(np.int32), ends.astype(np.int32)), (self.size, len(keys)))


def out_of_fold_evidence(
    pairs: WordPairs, label: NDArray[np.int8], weight: NDArray[np.float64] | None, folds: Sequence[Fold]
) -> Floats:
    """Return the (n,) log-odds of training pairs, each by a model that saw no pair of its fold."""
    scores = np.zeros(pairs.size, dtype=np.float32)
    for train, held_out in folds:
        model = Evidence.fit(pairs.take(train), label[train], None if weight is None else weight[train])
        scores[held_out] = model.score(pairs.take(held_out))
    return scores
