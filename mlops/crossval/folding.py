"""Folds by date: the past trains, the days after it test, and a gap keeps labels that were not known yet out.

Rows are laid into ``blocks + 1`` stretches of whole days with about equally many rows, the first one longer where the
gap would leave nothing to train on. Each stretch but the first tests once; whatever lies at least the gap before it
trains (an expanding window). scikit-learn's ``TimeSeriesSplit`` counts
rows instead of days: rows of one day then stand on both sides, and a gap in rows is no span of time.

Sources: L. J. Tashman, International Journal of Forecasting 16 (2000) 437-450, for rolling origins; M. Lopez de Prado,
Advances in Financial Machine Learning (2018), ch. 7, for purging and embargo; V. Cerqueira, L. Torgo & I. Mozetic,
Machine Learning 109 (2020) 1997-2028, for why out-of-time beats shuffled folds when data drift.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops.errors import InputRefusedError, UsageRefusedError

Days = NDArray[np.datetime64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

_LEAST_BLOCKS = 2
_WARM = 4


@dataclass(frozen=True)
class Fold:
    """One test block and the past that trains for it.

    Attributes:
        train: Positions of the training rows, ascending.
        test: Positions of the test rows, ascending.
        first: First day of the test block.
        last: Last day of the test block that has a row.
        embargoed: Earlier rows left out because they lie within the gap.
        purged: Earlier rows left out because their group is tested.
    """

    train: Rows
    test: Rows
    first: np.datetime64
    last: np.datetime64
    embargoed: int
    purged: int


def folds(
    time: Days,
    *,
    blocks: int = 5,
    embargo_days: int,
    group: NDArray[Any] | None = None,
    maturity: np.datetime64 | None = None,
) -> tuple[Fold, ...]:
    """Return the folds, the earliest test block first. Which rows fall into which depends on dates and groups alone.

    Args:
        time: (n,) day of each row.
        blocks: Test blocks, 2 or more.
        embargo_days: Days that the last training row lies before the first tested day, at the least: the label
            horizon, because a label that comes later was not known when the model would have been trained. 0 or more;
            a day that is tested never trains.
        group: (n,) group of each row: rows of a group that is tested do not train for that block. None, as the whole
            or for a row, purges nothing.
        maturity: The last day whose labels are settled; later rows are in no fold. None takes all.

    Raises:
        UsageRefusedError: Less than two blocks, or a negative gap.
        InputRefusedError: A day is missing, days are too few for the blocks, or a block has no past to train on.
    """
    _check(blocks, embargo_days)
    days = time.astype("datetime64[D]")
    if np.isnat(days).any():
        raise InputRefusedError(
            "Rows without a day cannot be laid out in time.",
            field="event time",
            expected="a day in every row",
            found=f"{int(np.isnat(days).sum()):,} rows without one",
            fix="Validate the file first; bad rows go to quarantine.",
        )
    usable = np.ones(len(days), dtype=np.bool_) if maturity is None else days <= maturity
    edges = _edges(days[usable], blocks, embargo_days)
    return tuple(
        _fold(days, usable, start, end, gap=embargo_days, group=group, number=number)
        for number, (start, end) in enumerate(pairwise(edges), start=1)
    )


def _check(blocks: int, embargo_days: int) -> None:
    if blocks < _LEAST_BLOCKS:
        raise UsageRefusedError(
            "One block is no cross-validation.",
            field="blocks",
            expected=f"{_LEAST_BLOCKS} or more",
            found=blocks,
            fix="Ask for 5 blocks.",
        )
    if embargo_days < 0:
        raise UsageRefusedError(
            "A gap of negative days would train on the future.",
            field="embargo_days",
            expected="0 or more, best the label horizon",
            found=embargo_days,
            fix="Give the days that a label takes to settle.",
        )


def _edges(days: Days, blocks: int, gap: int) -> Days:
    """Return the first day of each test block, and the day after the last: (blocks + 1,).

    The first block begins where a stretch of the rows lies before it, and a quarter of a stretch before its gap.
    """
    every, rows = np.unique(days, return_counts=True)
    if len(every) <= blocks:
        raise InputRefusedError(
            "There are too few days for so many blocks.",
            field="event time",
            expected=f"{blocks + 1} different days or more, for {blocks} blocks and the past before the first",
            found=f"{len(every)} different days in {len(days):,} usable rows",
            why="Rows whose labels are not settled yet do not count." if len(days) else "No row is usable.",
            fix="Collect over more days, or ask for fewer blocks.",
        )
    before = np.concatenate([[0], np.cumsum(rows)])  # rows before each day
    stretch = len(days) / (blocks + 1)
    settled = before[np.searchsorted(every, every - np.timedelta64(gap, "D"), side="right")]
    warm = np.flatnonzero(settled >= stretch / _WARM)
    start = max(stretch, float(before[warm[0]])) if warm.size else stretch
    cuts, last = [], 0
    for block in range(blocks):
        nearest = int(np.argmin(np.abs(before - start - block * (len(days) - start) / blocks)))
        last = min(max(nearest, last + 1), len(every) - (blocks - block))
        cuts.append(last)
    return np.concatenate([every[cuts], every[-1:] + np.timedelta64(1, "D")])


def _fold(
    days: Days,
    usable: Flags,
    start: np.datetime64,
    end: np.datetime64,
    *,
    gap: int,
    group: NDArray[Any] | None,
    number: int,
) -> Fold:
    test = usable & (days >= start) & (days < end)
    earlier = usable & (days < start)
    settled = earlier & (days <= start - np.timedelta64(gap, "D"))
    purged = settled & _tested(group, test)
    train = np.flatnonzero(settled & ~purged)
    if not len(train):
        raise InputRefusedError(
            f"Test block {number} has no past to train on.",
            field="event time",
            expected=f"rows at least {gap} days before {start}",
            found=f"{int(earlier.sum()):,} earlier rows, {int((earlier & ~settled).sum()):,} of them within the gap, "
            f"{int(purged.sum()):,} of tested groups",
            why="The data span too short a time for this gap and so many blocks.",
            fix="Collect over a longer time, or ask for fewer blocks.",
        )
    return Fold(
        train=train,
        test=np.flatnonzero(test),
        first=start,
        last=days[test].max(),
        embargoed=int((earlier & ~settled).sum()),
        purged=int(purged.sum()),
    )


def _tested(group: NDArray[Any] | None, test: Flags) -> Flags:
    """Return which rows belong to a group that has a tested row; a row without a group belongs to none."""
    if group is None:
        return np.zeros_like(test)
    of_test = {name for name in group[test].tolist() if name is not None}
    return np.fromiter((name in of_test for name in group.tolist()), dtype=np.bool_, count=len(group))
