"""Candidate pairs as blocking leaves them: pairs of records that share a word, with the true pairs among them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from mlops.tasks.er.profile import Values
from mlops.tasks.er.text import normalise
from mlops.tasks.er.tokens import token_keys

Side = NDArray[np.intp]
_SIDES = ("left_", "right_")


@dataclass(frozen=True)
class Records:
    """The distinct records of a dataset.

    Attributes:
        left: Columns ``left_<attribute>``, one row a record.
        right: Columns ``right_<attribute>``.
        matches: (m, 2) rows of ``left`` and ``right`` that are labelled a match.
    """

    left: pd.DataFrame
    right: pd.DataFrame
    matches: NDArray[np.intp]

    @classmethod
    def of(cls, inputs: pd.DataFrame, label: NDArray[np.int8]) -> "Records":
        """Return the records of labelled pairs, (n, k) columns ``left_*`` and ``right_*``."""
        sides = [inputs[[name for name in inputs.columns if str(name).startswith(side)]] for side in _SIDES]
        numbers = [side.groupby(list(side.columns), dropna=False, sort=False).ngroup().to_numpy() for side in sides]
        left, right = (side.drop_duplicates().reset_index(drop=True) for side in sides)
        matches = np.unique(np.column_stack(numbers)[label == 1], axis=0)
        return cls(left, right, matches)

    def pairs(self, left: Side, right: Side) -> pd.DataFrame:
        """Return the table of pairs of the records at ``left`` and ``right``, (n,) each."""
        sides = (self.left.take(left), self.right.take(right))
        return pd.concat([side.reset_index(drop=True) for side in sides], axis=1)

    def candidates(self, size: int, *, seed: int) -> tuple[Side, Side]:
        """Return ``size`` pairs, by left record as blocking gives them, or all that there are.

        All true pairs first, then pairs that share a word, drawn at random, then any others.
        """
        drawn = np.random.default_rng(seed)
        every = np.arange(len(self.left) * len(self.right), dtype=np.int64)
        sharing = np.zeros(len(every), dtype=bool)
        sharing[_sharing(_texts(self.left), _texts(self.right))] = True
        true = self.matches[:, 0].astype(np.int64) * len(self.right) + self.matches[:, 1]
        if len(true) > size // 2:
            true = drawn.choice(true, size // 2, replace=False)
        rank = drawn.random(len(every)) + ~sharing
        rank[true] = -1.0
        size = min(size, len(every))
        chosen = np.sort(np.argpartition(rank, size - 1)[:size]) if size else every[:0]
        left, right = np.divmod(chosen, len(self.right))
        return left, right

    def square(self, size: int, *, seed: int) -> tuple[Side, Side]:
        """Return about ``size`` pairs that are all pairs of some left with some right records."""
        drawn = np.random.default_rng(seed)
        side = int(np.sqrt(size))
        left, right = (
            np.sort(drawn.choice(len(table), min(side, len(table)), replace=False)) for table in (self.left, self.right)
        )
        return np.repeat(left, len(right)), np.tile(right, len(left))


def _texts(side: pd.DataFrame) -> list[str]:
    columns = [side[name].tolist() for name in side.columns]
    return [normalise(" ".join(str(cell) for cell in row if cell is not None)) for row in zip(*columns, strict=True)]


def _sharing(left: list[str], right: list[str]) -> NDArray[np.int64]:
    """Return the cells ``left * len(right) + right`` of records that share a word."""
    tokens = token_keys(Values([*left, *right]).words)
    keys, column = np.unique(tokens.keys, return_inverse=True)
    held = sparse.csr_array(
        (np.ones(len(column), dtype=np.float32), (tokens.owner, column.reshape(-1))), shape=(tokens.size, len(keys) + 1)
    )
    shared = (held[: len(left)] @ held[len(left) :].T).tocoo()
    row, other = shared.coords
    return np.asarray(row.astype(np.int64) * len(right) + other)
