"""Slices are computed from the records alone."""

import numpy as np
import pandas as pd

from mlops.tasks.er import slices


def frame(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


def test_scripts_and_special_characters_are_told_apart() -> None:
    left = frame(name=["Acme Ltd.", "Müller & Söhne", "Газпром", "東京"])
    right = frame(name=["ACME Limited", "Mueller", "Gazprom", "Tokyo"])
    found = slices.compute(left, right)
    assert found["script"].tolist() == ["latin", "latin", "non_latin", "non_latin"]
    assert found["characters"].tolist() == ["plain", "special", "special", "special"]


def test_an_email_address_or_a_phone_number_is_nothing_special() -> None:
    left = frame(mail=["a.b@c-d.example", "a&b"], phone=["+49 (30) 1/2", None])
    assert slices.compute(left, left)["characters"].tolist() == ["plain", "special"]


def test_missing_cells_of_both_records_are_counted() -> None:
    left = frame(a=["x", "x", None], b=["x", None, None])
    right = frame(a=["x", "x", "x"], b=["x", "x", "x"])
    assert slices.compute(left, right)["missing"].tolist() == ["none", "some", "half_or_more"]


def test_length_is_that_of_the_shorter_record() -> None:
    left = frame(a=["x" * 39, "x" * 120, "x" * 121])
    right = frame(a=["x" * 500] * 3)
    assert slices.compute(left, right)["length"].tolist() == ["short", "medium", "long"]


def test_a_closing_bracket_or_a_hyphen_in_another_script_breaks_no_pattern() -> None:
    found = slices.compute(frame(a=["]^-\\ Ж"]), frame(a=[None]))
    assert found["script"].tolist() == ["non_latin"]


def test_seen_counts_records_that_training_pairs_show() -> None:
    left = np.array(["a", "a", "c", "d"], dtype=object)
    right = np.array(["b", "x", "b", "y"], dtype=object)
    training = np.array([True, False, False, False])
    assert slices.seen(left, right, training).tolist() == ["both", "one", "one", "neither"]
