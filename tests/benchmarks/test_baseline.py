"""The baseline is what it says: plain similarities, missing values imputed, a forest at 0.5."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import baseline
from mlops.tasks.er.task import EntityResolution
from tests.benchmarks.tables import products, with_split
from tests.factories import task_settings


def test_equal_texts_are_similar_in_every_way() -> None:
    assert baseline.compare(["Arden Lamp"], ["arden lamp "], numeric=False).tolist() == [[1.0] * 7]


def test_the_similarities_of_two_words_are_those_of_a_textbook() -> None:
    found = baseline.compare(["martha smith"], ["marhta jones"], numeric=False)[0]
    assert found[0] == 0.0
    assert found[2] == pytest.approx(1 - 7 / 12)
    assert found[4] == 0.0
    assert 0.0 < found[5] < 0.5


def test_jaro_winkler_is_that_of_the_literature() -> None:
    assert baseline.compare(["martha"], ["marhta"], numeric=False)[0, 1] == pytest.approx(0.9611, abs=1e-4)


def test_numbers_are_also_compared_as_numbers() -> None:
    assert baseline.compare(["100"], ["75.0"], numeric=True)[0, -2:].tolist() == [25.0, 0.25]


@pytest.mark.parametrize("text", ["about 5", "nan", "inf", "1e308"])
def test_what_is_no_usable_number_has_no_difference(text: str) -> None:
    assert np.isnan(baseline.compare([text], ["5"], numeric=True)[0, -2:]).all()


def test_a_missing_value_is_missing_and_not_different() -> None:
    assert np.isnan(baseline.compare([None], ["lamp"], numeric=False)).all()


def test_only_attributes_of_both_sides_are_compared() -> None:
    inputs = pd.DataFrame({"left_a": ["x"], "left_b": ["y"], "right_b": ["z"], "right_c": ["w"]})
    assert [(left.name, right.name) for left, right in baseline.columns(inputs)] == [("left_b", "right_b")]


def test_sides_without_a_common_attribute_are_compared_as_whole_records() -> None:
    inputs = pd.DataFrame({"left_a": ["x"], "left_b": ["y"], "right_c": ["z"]})
    ((left, right),) = baseline.columns(inputs)
    assert (left[0], right[0]) == ("x y", "z")


def test_an_attribute_that_gives_the_label_away_can_be_withheld() -> None:
    inputs = pd.DataFrame({"left_a": ["x"], "right_a": ["x"], "left_b": ["y"], "right_b": ["y"]})
    assert [left.name for left, _ in baseline.columns(inputs, {"a"})] == ["left_b"]


def test_the_forest_learns_and_a_seed_repeats_it() -> None:
    examples = EntityResolution().examples(with_split(products()), task_settings())
    first, again = (baseline.judge(examples, seed=3) for _ in range(2))
    assert first.predicted.tolist() == again.predicted.tolist()
    assert first.features == 7 + 9
    assert (first.predicted == (examples.label[examples.split == "test"] == 1)).mean() > 0.9
