"""Which claims train and which test: by date, because a model in production judges claims that are later than its own.

Training rows first, then rows set aside, then test rows, with an embargo before each later block: on the day from which
a block is judged, the labels of the days just before were not known yet. Rows younger than the label's maturity are in
no block (METHOD.md, sections 3 and 5).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlops.config import SplitSettings
from mlops.hashing import Sha256, sha256_bytes
from mlops.split import PURGED, TEST, TRAIN

VALID: Final = "valid"
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class DateSplit:
    """A split by date.

    Attributes:
        fold: (n,) of ``train``, ``valid``, ``test``, ``purged``.
        valid_from: First day of the rows set aside; equal to ``test_from`` where none are.
        test_from: First day of the test rows.
        embargo: (n,) rows that would train or be set aside but lie too close before a later block.
        settled: Whether the settings name the days; else they follow from shares and move with the data.
    """

    fold: NDArray[np.object_]
    valid_from: np.datetime64
    test_from: np.datetime64
    embargo: NDArray[np.bool_]
    settled: bool


def by_date(time: Days, usable: NDArray[np.bool_], settings: SplitSettings, *, maturity_days: int) -> DateSplit:
    """Divide rows by date.

    Args:
        time: (n,) datetime64[D] of the event.
        usable: (n,) whether a row may be in any block: it has a date, and its label is mature. One at least.
        settings: Days or shares of the blocks.
        maturity_days: The embargo where the settings name none.

    Returns:
        The split. It depends on no order of the rows; with the same days in the settings, a row's block depends on its
        own date alone, so that it never moves when others come.
    """
    embargo_days = np.timedelta64(maturity_days if settings.embargo_days is None else settings.embargo_days, "D")
    ordered = np.sort(time[usable])
    settled = settings.test_from is not None
    test_from = _day(settings.test_from) if settings.test_from is not None else _boundary(ordered, settings.test_share)
    if settled:
        valid_from = test_from if settings.valid_from is None else _day(settings.valid_from)
    elif settings.valid_share:
        valid_from = _boundary(ordered, settings.test_share + settings.valid_share)
    else:
        valid_from = test_from
    fold = np.full(len(time), PURGED, dtype=object)
    before, aside = usable & (time < valid_from), usable & (time >= valid_from) & (time < test_from)
    kept_before, kept_aside = time < valid_from - embargo_days, time < test_from - embargo_days
    if not settled and not (aside & kept_aside).any():
        # The block is shorter than its own embargo: setting it aside would cost training rows and leave no row.
        valid_from, before, aside, kept_before = test_from, before | aside, aside & False, kept_aside
    fold[before & kept_before] = TRAIN
    fold[aside & kept_aside] = VALID
    fold[usable & (time >= test_from)] = TEST
    return DateSplit(fold, valid_from, test_from, (before & ~kept_before) | (aside & ~kept_aside), settled)


def split_sha256(row_id: NDArray[np.object_], fold: NDArray[np.object_]) -> Sha256:
    """Return the hash of which row is in which block, whatever the order of the rows."""
    pairs = sorted(f"{block}\x1f{name}" for block, name in zip(fold.tolist(), row_id.tolist(), strict=True))
    return sha256_bytes("\x1e".join(pairs).encode())


def _boundary(ordered: Days, share: float) -> np.datetime64:
    """Return the day from which at least ``share`` of the rows lie; a whole day is on one side."""
    return ordered[min(int(len(ordered) * (1 - share)), len(ordered) - 1)]  # type: ignore[no-any-return]  # numpy's scalar


def _day(day: date) -> np.datetime64:
    return np.datetime64(day, "D")
