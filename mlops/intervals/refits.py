"""The permutation test of a learner: refitted under labels that are exchanged inside strata, measured held out.

The learner is a stand-in, a ridge regression on the labels: with one design for all permutations its normal equations
are factorised once and solved for blocks of right-hand sides, so that 999 refits take seconds where as many refits of
boosted trees take hours. The question is the same: do these columns tell more of a label than its month does?

Sources: M. Ojala & G. C. Garriga, Permutation tests for studying classifier performance, JMLR 11 (2010) 1833-1863; B.
Phipson & G. K. Smyth (2010), see ``permutation.py``; A. E. Hoerl & R. W. Kennard, Technometrics 12 (1970) 55-67.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array, issparse
from scipy.stats import rankdata

from mlops.intervals.permutation import Chance, p_of, too_few_permutations

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Design = Floats | csr_array[Any]

PERMUTATIONS = 999
PENALTY = 10.0
"""The ridge's penalty on standardised columns: negligible beside thousands of rows, enough for constant columns."""

_BLOCK = 4_000_000  # labels at a time: 32 MB
_DIGITS = 9  # rows alike must tie whatever the order in which a library sums


def refits(
    design: Design,
    label: NDArray[np.bool_],
    *,
    train: Rows,
    test: Rows,
    stratum: ArrayLike | None = None,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    alpha: float = 0.05,
) -> Chance:
    """Test whether a learner finds a relation between ``design`` and ``label`` that holds on later rows.

    Args:
        design: (n, d) numbers, dense or sparse, without NaN; made without looking at the labels.
        label: (n,) whether the row is positive.
        train: Positions of the rows to fit on.
        test: Positions of the rows to measure on, disjoint from ``train``.
        stratum: (n,) the month of each row: labels are exchanged inside it alone. None exchanges all labels, which a
            drifting base rate fools; it is there to show by how much.
        permutations: Refits.
        seed: Seed of the permutations; the same seed gives the same p.
        alpha: The level that p will be compared with, for the note.

    Returns:
        The test of the area under the ROC curve on ``test``. Where ``test`` has one class only, p is 1.
    """
    rows = np.concatenate([train, test])
    strata = np.zeros(len(rows), dtype=np.intp) if stratum is None else _codes(np.asarray(stratum)[rows])
    target = label[rows].astype(np.float64)
    held = slice(len(train), None)
    solve = _ridge(design[train], design[test])
    observed = float(_auc(solve(target[: len(train), np.newaxis]), target[held, np.newaxis])[0])
    null = np.concatenate(
        [
            _auc(solve(block[: len(train)]), block[held])
            for block in _permuted(target, strata, permutations, np.random.default_rng(seed))
        ]
    )
    known = 0 < target[held].sum() < len(test)
    members = np.bincount(strata)
    return Chance(
        p=p_of(int((null >= observed).sum()), permutations) if known else 1.0,
        statistic=observed,
        expected=float(null.mean()),
        method="refits",
        permutations=permutations,
        strata=int((members > 1).sum()),
        rows=int(members[members > 1].sum()),
        note=too_few_permutations(permutations, alpha) if known else "The test rows have one class only.",
    )


def _codes(stratum: NDArray[Any]) -> Rows:
    return np.unique(stratum, return_inverse=True)[1].astype(np.intp)


def _permuted(target: Floats, strata: Rows, permutations: int, chance: np.random.Generator) -> Iterator[Floats]:
    """Yield blocks (n, b) of labels exchanged inside strata, ``permutations`` columns in all."""
    order = np.argsort(strata, kind="stable")
    edges = np.cumsum(np.bincount(strata))[:-1]
    width = max(1, _BLOCK // len(target))
    for start in range(0, permutations, width):
        block = np.empty((min(width, permutations - start), len(target)))
        for members in np.split(order, edges):
            block[:, members] = chance.permuted(np.tile(target[members], (len(block), 1)), axis=1)
        yield block.T


def _ridge(train: Any, test: Any) -> Callable[[Floats], Floats]:  # noqa: ANN401  # dense or sparse matrices
    """Return the function that fits (n, b) labels on ``train`` and scores ``test``, up to a constant a column."""
    centre = np.asarray(train.mean(axis=0)).ravel()
    if not issparse(train):  # large offsets, as days since 1970 have, cancel before they are squared
        train, test, centre = train - centre, test - centre, np.zeros_like(centre)
    product: Any = train.T @ train
    gram: Floats = product if isinstance(product, np.ndarray) else product.toarray()
    gram -= train.shape[0] * np.outer(centre, centre)
    spread = np.sqrt(np.maximum(np.diag(gram), 0.0) / train.shape[0])
    scale = np.where(spread > 0, spread, 1.0)
    factor = cho_factor(gram / np.outer(scale, scale) + PENALTY * np.eye(len(scale)))

    def solve(labels: Floats) -> Floats:
        right = (train.T @ labels - np.outer(centre, labels.sum(axis=0))) / scale[:, np.newaxis]
        return np.asarray(test @ (cho_solve(factor, right) / scale[:, np.newaxis]))

    return solve


def _auc(scores: Floats, labels: Floats) -> Floats:
    """Return the area under the ROC curve of each column (Mann & Whitney's count of pairs); 1/2 with one class."""
    positive = labels.sum(axis=0)
    pairs = positive * (len(labels) - positive)
    ranks = (rankdata(np.round(scores, _DIGITS), axis=0) * labels).sum(axis=0)
    above = ranks - positive * (positive + 1) / 2
    area: Floats = np.divide(above, pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)
    return area
