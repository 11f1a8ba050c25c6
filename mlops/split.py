"""The split: which rows a model may learn from, and which rows judge it. A pure function of names and a seed.

A row's fold is a hash of its anchor's entity, so a row never moves between train and test when others come or go.
"""

import hashlib
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TRAIN: Final = "train"
TEST: Final = "test"
PURGED: Final = "purged"

_UNIT = 2.0**64


def position(names: NDArray[np.object_], *, seed: int) -> NDArray[np.float64]:
    """Return for each name its place in [0, 1): the first 64 bits of BLAKE2b of seed and name, over 2^64."""
    codes, distinct = pd.factorize(names)
    places = [
        int.from_bytes(hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest(), "big") / _UNIT
        for name in distinct
    ]
    return np.array(places, dtype=np.float64)[codes]


def by_entity(
    anchor: NDArray[np.object_], other: NDArray[np.object_], *, seed: int, test_share: float
) -> NDArray[np.object_]:
    """Split pairs by the entity of their anchor, and purge what would let training see a test entity.

    Args:
        anchor: (n,) entity of each pair's anchor record.
        other: (n,) entity of each pair's other record.
        seed: The split's seed.
        test_share: Expected share of entities in the test fold.

    Returns:
        (n,) of ``train``, ``test``, ``purged``. Keeping only pairs with both ends in one fold would drop negatives
        and flatter the metrics; here a test anchor keeps all its pairs and training gives way.
    """
    test = position(anchor, seed=seed) < test_share
    test_entities = pd.unique(anchor[test])
    touches = pd.Series(other).isin(test_entities).to_numpy() & ~test
    split = np.full(len(anchor), TRAIN, dtype=object)
    split[test] = TEST
    split[touches] = PURGED
    return split


def stratified_sample(
    strata: NDArray[np.object_], row_id: NDArray[np.object_], *, size: int, seed: int
) -> NDArray[np.intp]:
    """Return the sorted positions of a sample of at most ``size`` rows that keeps the shares of the strata.

    Within a stratum rows are taken in the order of a hash of seed and row id: the sample does not depend on the order
    of the file, and a smaller sample is part of a larger one. Shares are rounded by largest remainder; every stratum
    keeps at least one row while ``size`` allows.
    """
    n = len(strata)
    if size >= n:
        return np.arange(n, dtype=np.intp)
    codes, names = pd.factorize(strata, sort=True)
    counts = np.bincount(codes, minlength=len(names))
    exact = counts * (size / n)
    take = np.minimum(counts, np.maximum(np.floor(exact).astype(np.int64), 1 if size >= len(names) else 0))
    remainders = np.argsort(-(exact - np.floor(exact)), kind="stable")
    for stratum in np.resize(remainders, 4 * max(len(names), 1)):
        if take.sum() >= size:
            break
        take[stratum] += int(take[stratum] < counts[stratum])
    while take.sum() > size:
        take[int(np.argmax(take))] -= 1
    order = np.lexsort((position(row_id, seed=seed), codes))
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    chosen = np.concatenate([order[start : start + k] for start, k in zip(starts, take, strict=True)])
    return np.sort(chosen).astype(np.intp)
