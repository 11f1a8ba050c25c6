"""Which records come into question for a record: those with which it shares the most telling keys.

A pair's score is the sum of the inverse document frequencies of its shared keys. A pair is a candidate when one of its
records is among the ``NEAREST`` of the other (cardinality node pruning, Papadakis et al., TKDE 26 (2014) 1946-1960),
or among the ``CLOSE`` and shares at least ``SHARE`` of what the poorer of the two has: large entities have many copies.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

NEAREST = 10
CLOSE = 60
SHARE = 0.3
JOIN_COST = 2_000
"""Pairs that the join may touch per record; the largest blocks are dropped until it does."""
_CHUNK = 20_000_000
_DECIMALS = 9


def weigh(keys: csr_array) -> csr_array:
    """Return (n, m') the square roots of the inverse document frequencies of the keys that are worth a join.

    Keys of one record join nothing; of the others the most frequent are dropped until the join, which costs the sum
    of squared block sizes, stays within ``JOIN_COST`` times the records.
    """
    size = np.asarray(keys.sum(axis=0)).ravel()
    order = np.argsort(size, kind="stable")
    kept = np.zeros(len(size), dtype=np.bool_)
    shared = order[size[order] > 1]
    kept[shared[np.cumsum(size[shared] ** 2) <= JOIN_COST * keys.shape[0]]] = True
    weight = np.sqrt(np.log((1 + keys.shape[0]) / size[kept]))
    chosen = csr_array(keys[:, np.flatnonzero(kept)])
    chosen.data = weight[chosen.indices]
    return chosen


def nearest(queries: csr_array, records: csr_array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the candidates of (q, m) weighted ``queries`` among (r, m) weighted ``records``.

    Returns:
        Two arrays: positions of queries and of records, ordered by query. Ties go to the earlier record.
    """
    transposed = csr_array(records.T)
    most = _own(records)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for rows in _chunks(queries, transposed):
        chunk = queries[rows]
        scores = csr_array(chunk @ transposed)
        scores.sort_indices()  # so that ties go to the earlier record
        score = np.round(scores.data, _DECIMALS).astype(np.float64)
        best, rank = _best(score, scores.indptr)
        row = np.searchsorted(scores.indptr, best, side="right") - 1
        column = scores.indices[best].astype(np.int64)
        share = score[best] / np.minimum(_own(chunk)[row], most[column])
        candidate = (rank < NEAREST) | (share >= SHARE)
        found.append((row[candidate] + rows.start, column[candidate]))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate([row for row, _ in found]), np.concatenate([column for _, column in found])


def _best(score: NDArray[np.float64], starts: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the ``CLOSE`` highest scores of each row, highest first, and their ranks.

    A sort per row: rows are short, and one sort over all of them took eight times as long.
    """
    runs = [start + np.argsort(-score[start:end], kind="stable")[:CLOSE] for start, end in pairwise(starts.tolist())]
    ranks = [np.arange(len(run)) for run in runs]
    return np.concatenate(runs).astype(np.int64), np.concatenate(ranks).astype(np.int64)


def _own(weighted: csr_array) -> NDArray[np.float64]:
    """Return the score that each record has with itself."""
    return np.asarray(weighted.power(2).sum(axis=1), dtype=np.float64).ravel()


def _chunks(queries: csr_array, transposed: csr_array) -> Iterator[slice]:
    """Yield runs of queries whose join fits into memory."""
    block = np.diff(transposed.indptr).astype(np.int64)
    cost = np.concatenate([[0], np.cumsum(block[queries.indices])])[queries.indptr[1:]]
    start = 0
    while start < len(cost):
        before = cost[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(cost, before + _CHUNK, side="right")))
        yield slice(start, stop)
        start = stop
