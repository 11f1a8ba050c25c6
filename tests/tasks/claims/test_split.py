"""A split by date: earlier rows train, later rows test, and with fixed days no row ever changes sides."""

from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from mlops.config import SplitSettings
from mlops.split import PURGED, TEST, TRAIN
from mlops.tasks.claims.split import VALID, DateSplit, by_date, split_sha256

FIRST = np.datetime64("2025-01-01", "D")
offsets = st.lists(st.integers(0, 300), min_size=1, max_size=60).map(lambda found: np.array(found, dtype=np.int64))
FIXED = SplitSettings(embargo_days=7, valid_from=date(2025, 6, 1), test_from=date(2025, 7, 1))


def divide(offset: NDArray[np.int64], settings: SplitSettings, maturity: int = 10) -> DateSplit:
    return by_date(FIRST + offset, np.ones(len(offset), dtype=bool), settings, maturity_days=maturity)


@given(offsets, offsets)
def test_with_fixed_days_later_data_move_no_row(old: NDArray[np.int64], new: NDArray[np.int64]) -> None:
    assert divide(np.concatenate([old, new]), FIXED).fold[: len(old)].tolist() == divide(old, FIXED).fold.tolist()


@given(offsets, st.sampled_from([0.0, 0.15]), st.randoms())
def test_blocks_follow_each_other_with_the_embargo_between(
    offset: NDArray[np.int64], share: float, chance: Random
) -> None:
    found = divide(offset, SplitSettings(test_share=0.15, valid_share=share, embargo_days=5))
    at = {name: offset[found.fold == name] for name in (TRAIN, VALID, TEST)}
    assert at[TEST].size >= 1
    for earlier, later in ((TRAIN, VALID), (TRAIN, TEST), (VALID, TEST)):
        if at[earlier].size and at[later].size:
            assert at[later].min() - at[earlier].max() > 5
    assert found.embargo.tolist() == (found.fold == PURGED).tolist()
    order = np.array(chance.sample(range(len(offset)), len(offset)))
    again = divide(offset[order], SplitSettings(test_share=0.15, valid_share=share, embargo_days=5))
    assert again.fold.tolist() == found.fold[order].tolist()


def test_shares_are_met_where_days_are_many() -> None:
    found = divide(np.arange(1000), SplitSettings(test_share=0.15, valid_share=0.15, embargo_days=0))
    assert [int((found.fold == name).sum()) for name in (TRAIN, VALID, TEST)] == [700, 150, 150]
    assert not found.settled


def test_the_embargo_is_the_maturity_unless_it_is_named() -> None:
    offset = np.arange(200)
    assert divide(offset, SplitSettings(test_share=0.15), maturity=14).embargo.sum() == 14
    assert divide(offset, SplitSettings(test_share=0.15, embargo_days=3), maturity=14).embargo.sum() == 3


def test_a_block_that_its_embargo_would_eat_is_not_set_aside() -> None:
    found = divide(np.arange(60), SplitSettings(test_share=0.15, valid_share=0.15), maturity=14)
    assert found.valid_from == found.test_from
    assert (found.fold == TRAIN).sum() == 60 - 9 - 14


def test_what_cannot_be_used_is_in_no_block() -> None:
    time = np.array(["2025-01-01", "NaT", "2025-08-01", "2025-08-02"], dtype="datetime64[D]")
    found = by_date(time, np.array([True, False, True, False]), FIXED, maturity_days=0)
    assert found.fold.tolist() == [TRAIN, PURGED, TEST, PURGED]


def test_the_hash_of_a_split_is_that_of_its_members() -> None:
    names, fold = np.array(["a", "b"], dtype=object), np.array([TRAIN, TEST], dtype=object)
    assert split_sha256(names, fold) == split_sha256(names[::-1], fold[::-1]) != split_sha256(names, fold[::-1])


@pytest.mark.parametrize(
    "values",
    [{"test_share": 0.6, "valid_share": 0.4}, {"valid_from": date(2025, 1, 1)},
     {"valid_from": date(2025, 1, 2), "test_from": date(2025, 1, 1)}],
)  # fmt: skip
def test_settings_that_leave_nothing_to_train_on_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SplitSettings.model_validate(values)
