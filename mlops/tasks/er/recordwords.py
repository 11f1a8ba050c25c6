"""The evidence of words for very many pairs: weights looked up once per record, words matched once per pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mlops.tasks.er.evidence import Evidence
from mlops.tasks.er.tokens import TokenKeys
from mlops.tasks.er.vocabulary import Floats, Rows


@dataclass(frozen=True)
class RecordWords:
    """The words of ``n`` records that an :class:`Evidence` knows.

    Attributes:
        alone: (n,) log-odds of all words of a record, did no other record share them.
        words: (n, v) CSR: 1 for every word of a record.
        shared: The same with what the log-odds gain if the word is shared.
        intercept: Log-odds of a pair without any word.
    """

    alone: NDArray[np.float64]
    words: Rows
    shared: Rows
    intercept: float

    @classmethod
    def of(cls, evidence: Evidence, tokens: TokenKeys) -> "RecordWords":
        """Look up the words of records.

        Args:
            evidence: Its keys are those of words with the last bit clear if shared, set if not.
            tokens: The words of each record.
        """
        known, place = np.unique(evidence.keys & ~np.int64(1), return_inverse=True)
        one_sided = (evidence.keys & 1).astype(bool)
        weights = np.zeros((2, len(known) + 1), dtype=np.float64)
        weights[one_sided.astype(np.int8), place.reshape(-1)] = evidence.weights
        together, apart = weights

        keys = tokens.keys & ~np.int64(1)
        column = np.searchsorted(known, keys)
        found = np.append(known, 0)[column] == keys
        found &= column < len(known)
        shape = (tokens.size, len(known) + 1)
        words = sparse.csr_array((np.ones(int(found.sum())), (tokens.owner[found], column[found])), shape=shape)
        words.sum_duplicates()
        words.data[:] = 1.0
        gained = (together - 2 * apart)[words.indices]
        shared = sparse.csr_array((gained, words.indices, words.indptr), shape=shape)
        return cls(words @ apart, words, shared, evidence.intercept)

    def score(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> Floats:
        """Return the (n,) log-odds of the pairs of records ``left`` and ``right``, as the evidence scores them."""
        gained = self.shared[left].multiply(self.words[right]).sum(axis=1)
        return np.asarray(self.alone[left] + self.alone[right] + gained + self.intercept, dtype=np.float32)
