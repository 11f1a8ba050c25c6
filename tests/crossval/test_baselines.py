"""The best rule on one feature: numbers, categories, missing cells and rare values."""

import numpy as np
import pytest

from mlops.crossval.baselines import LEAST_ROWS, fit_one_rule, majority

RNG = np.random.default_rng(0)
N = 600
TRAIN = np.arange(400)
NUMBER = np.where(RNG.random(N) < 0.1, np.nan, RNG.normal(size=N))
COLOUR = RNG.choice(np.array(["red", "green", "blue", None], dtype=object), N)
NOISE = RNG.normal(size=N)


def test_a_number_that_decides_is_found_with_its_cut() -> None:
    label = NUMBER > 0.8
    rule = fit_one_rule({"noise": NOISE, "colour": COLOUR, "amount": NUMBER}, label, TRAIN)
    assert rule.feature == "amount"
    assert (rule.call({"amount": NUMBER[400:]}) == label[400:]).mean() > 0.95
    assert not rule.call({"amount": np.array([np.nan])})[0]


def test_a_category_that_decides_is_found_with_its_missing_cells() -> None:
    label = np.array([value in {"red", None} for value in COLOUR])
    rule = fit_one_rule({"noise": NOISE, "colour": COLOUR}, label, TRAIN)
    assert rule.feature == "colour"
    unseen = np.array(["red", "green", None, "violet"], dtype=object)
    assert rule.call({"colour": unseen}).tolist() == [True, False, True, majority(label[TRAIN])]


def test_values_that_few_rows_share_are_called_as_the_majority_is() -> None:
    ids = np.array([f"id {at // (LEAST_ROWS - 1)}" for at in range(N)], dtype=object)
    label = RNG.random(N) < 0.3
    rule = fit_one_rule({"id": ids}, label, TRAIN)
    assert not rule.call({"id": ids}).any()


@pytest.mark.parametrize("column", [np.full(N, np.nan), np.zeros(N), np.full(N, None, dtype=object)])
def test_a_column_that_tells_nothing_is_the_majority(column: np.ndarray[tuple[int], np.dtype[np.generic]]) -> None:
    label = RNG.random(N) < 0.8
    assert fit_one_rule({"flat": column}, label, TRAIN).call({"flat": column}).all()
