"""The evidence of words for very many pairs: weights looked up once per record, words matched once per pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mlops.tasks.er.evidence import Evidence
from mlops.tasks.er.overlaps import searched
from mlops.tasks.er.tokens import TokenKeys
from mlops.tasks.er.vocabulary import FEW, Entries, Floats, distinct, picked


@dataclass(frozen=True)
class RecordWords:
    """The words of ``n`` records that an :class:`Evidence` knows.

    Attributes:
        alone: (n,) log-odds of all words of a record, did no other record share them.
        shared: What the log-odds gain if a word of a record is shared; columns ascend in each row.
        width: Number of words that there are.
        intercept: Log-odds of a pair without any word.
    """

    alone: NDArray[np.float64]
    shared: Entries
    width: int
    intercept: float

    @classmethod
    def of(cls, evidence: Evidence, tokens: TokenKeys) -> "RecordWords":
        """Look up the words of records.

        Args:
            evidence: Its keys are those of words with the last bit clear if shared, set if not.
            tokens: The words of each record.
        """
        known, together, apart = evidence.words
        keys = tokens.keys & ~np.int64(1)
        column = np.searchsorted(known, keys)
        found = column < len(known)
        found[found] = known[column[found]] == keys[found]
        owner, words = distinct(tokens.owner[found], column[found], len(known) + 1)
        ends = np.searchsorted(owner, np.arange(tokens.size + 1))
        # Added word by word, in their order, as the evidence adds them.
        alone = np.asarray(np.bincount(owner, weights=apart[words], minlength=tokens.size), dtype=np.float64)
        return cls(alone, Entries((together - 2 * apart)[words], words, ends), len(known) + 1, evidence.intercept)

    def score(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> Floats:
        """Return the (n,) log-odds of the pairs of records ``left`` and ``right``, as the evidence scores them."""
        gained = self._few(left, right) if len(left) <= FEW else self._many(left, right)
        return np.asarray(self.alone[left] + self.alone[right] + gained + self.intercept, dtype=np.float32)

    def _few(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.float64]:
        mine, other = picked(self.shared, left), picked(self.shared, right)
        pair = np.arange(len(left))
        cells, wanted = (
            (pair * self.width).repeat(one.ends[1:] - one.ends[:-1]) + one.columns for one in (mine, other)
        )
        hits = np.flatnonzero(searched(cells, np.ones(len(cells), dtype=np.int32), wanted))
        owner = pair.repeat(other.ends[1:] - other.ends[:-1])[hits]
        return np.asarray(np.bincount(owner, weights=other.data[hits], minlength=len(left)), dtype=np.float64)

    def _many(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.float64]:
        shape = (len(self.alone), self.width)
        shared = sparse.csr_array(self.shared, shape=shape)
        words = sparse.csr_array(self.shared._replace(data=np.ones(len(self.shared.data))), shape=shape)
        return np.asarray(shared[left].multiply(words[right]).sum(axis=1))
