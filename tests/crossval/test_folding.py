"""Folds by date keep the future out of the past, whatever the dates, and refuse what has too few days."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlops.crossval.folding import Fold, folds
from mlops.errors import ExitCode, InputRefusedError, MlopsError, UsageRefusedError

START = np.datetime64("2024-01-01")


def days_of(offsets: list[int]) -> NDArray[np.datetime64]:
    return START + np.array(offsets, dtype="timedelta64[D]")


@settings(deadline=None, max_examples=150)
@given(
    offsets=st.lists(st.integers(0, 400), min_size=1, max_size=120),
    blocks=st.integers(2, 6),
    gap=st.integers(0, 60),
    groups=st.integers(1, 40),
    cut=st.integers(100, 500),
    order=st.randoms(use_true_random=False),
)
def test_folds_of_any_dates(*, offsets: list[int], blocks: int, gap: int, groups: int, cut: int, order: object) -> None:
    time, group = days_of(offsets), np.array([f"g{at % groups}" for at in range(len(offsets))], dtype=object)
    maturity = START + np.timedelta64(cut, "D")
    try:
        found = folds(time, blocks=blocks, embargo_days=gap, group=group, maturity=maturity)
    except InputRefusedError:
        return
    assert len(found) == blocks
    tested = np.concatenate([fold.test for fold in found])
    assert len(set(tested.tolist())) == len(tested)
    for fold in found:
        assert len(fold.train)
        assert len(fold.test)
        assert time[fold.test].min() >= time[fold.train].max() + np.timedelta64(max(gap, 1), "D")
        assert set(group[fold.train]).isdisjoint(group[fold.test])
        assert max(time[fold.test].max(), time[fold.train].max()) <= maturity
        assert (fold.first, fold.last) == (time[fold.test].min(), time[fold.test].max())
    assert [fold.first for fold in found] == sorted(fold.first for fold in found)
    assert set(tested.tolist()) == set(np.flatnonzero((time >= found[0].first) & (time <= maturity)).tolist())

    shuffled = np.array(order.sample(range(len(offsets)), len(offsets)))  # type: ignore[attr-defined]  # random.Random
    again = folds(time[shuffled], blocks=blocks, embargo_days=gap, group=group[shuffled], maturity=maturity)
    assert [rows_of(fold, shuffled) for fold in again] == [rows_of(fold, np.arange(len(time))) for fold in found]


def rows_of(fold: Fold, names: NDArray[np.int_]) -> tuple[set[int], set[int], int, int]:
    return set(names[fold.train].tolist()), set(names[fold.test].tolist()), fold.embargoed, fold.purged


def test_blocks_are_about_equal_and_the_window_expands() -> None:
    found = folds(days_of(sorted(np.random.default_rng(0).integers(0, 600, 1_200).tolist())), embargo_days=0)
    assert [len(fold.test) for fold in found] == pytest.approx([200] * 5, abs=6)
    assert [len(fold.train) for fold in found] == pytest.approx([200, 400, 600, 800, 1_000], abs=6)


def test_the_gap_and_tested_groups_are_left_out_and_counted() -> None:
    time = days_of(list(range(60)))
    group = np.array([None] * 60, dtype=object)
    group[[5, 25, 45]] = "again"
    first, second = folds(time, blocks=2, embargo_days=7, group=group)
    assert (first.train.tolist(), first.embargoed, first.purged) == ([*range(5), *range(6, 14)], 6, 1)
    assert second.train.max() == 33
    assert second.purged == 2


def test_a_long_gap_moves_the_first_block_and_leaves_a_past_to_train_on() -> None:
    """300 days, a row a day, five blocks: a stretch is 50 days, and a gap of 90 would swallow the first."""
    time = days_of(list(range(300)))
    short, long = folds(time, embargo_days=14), folds(time, embargo_days=90)
    assert (short[0].first, len(short[0].train)) == (START + np.timedelta64(50, "D"), 37)
    assert len(long) == 5
    assert 12 <= len(long[0].train) <= 14  # a quarter of a stretch
    assert long[0].first == START + np.timedelta64(90 + len(long[0].train) - 1, "D")
    assert [len(fold.test) for fold in long] == pytest.approx([40] * 5, abs=1)
    assert long[-1].last == time[-1]


def test_one_crowded_day_never_stands_on_both_sides() -> None:
    time = days_of([0, 1, *[2] * 500, 3, 4, 5])
    found = folds(time, blocks=3, embargo_days=0)
    assert sum(len(fold.test) == 500 or 2 in np.asarray(fold.test) for fold in found) <= 1
    assert all(time[fold.train].max() < fold.first for fold in found)


@pytest.mark.parametrize(
    ("offsets", "blocks", "gap", "kind", "says"),
    [
        ([0, 1, 2, 3, 4], 5, 0, InputRefusedError, "6 different days"),
        ([0] * 900, 5, 0, InputRefusedError, "too few days"),
        ([], 5, 0, InputRefusedError, "No row is usable"),
        (list(range(60)), 5, 60, InputRefusedError, "Test block 1 has no past"),
        (list(range(60)), 1, 0, UsageRefusedError, "no cross-validation"),
        (list(range(60)), 5, -1, UsageRefusedError, "train on the future"),
    ],
)
def test_what_cannot_be_folded_is_a_letter(
    offsets: list[int], blocks: int, gap: int, kind: type[MlopsError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        folds(days_of(offsets), blocks=blocks, embargo_days=gap)


def test_rows_without_a_day_and_rows_without_a_settled_label_are_letters() -> None:
    time = days_of(list(range(60)))
    with pytest.raises(InputRefusedError, match="different days in 3 usable rows"):
        folds(time, embargo_days=0, maturity=START + np.timedelta64(2, "D"))
    time[[3, 9]] = np.datetime64("NaT")
    with pytest.raises(InputRefusedError, match="2 rows without one") as refused:
        folds(time, embargo_days=0)
    assert refused.value.exit_code == ExitCode.REFUSED


def test_a_tested_group_that_is_the_whole_past_is_a_letter() -> None:
    time = days_of(list(range(60)))
    with pytest.raises(InputRefusedError, match="20 of tested groups"):
        folds(time, blocks=2, embargo_days=1, group=np.array(["one"] * 60, dtype=object))
