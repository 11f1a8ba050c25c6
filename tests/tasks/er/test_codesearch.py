"""Codes are found exactly where a person would find them, however the search is made fast."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.tasks.er import codesearch
from mlops.tasks.er.codesearch import CODE_LIMIT, SEARCH_LIMIT, CodeSearch
from mlops.tasks.er.text import codes, normalise, squeeze, words

texts = st.text(st.sampled_from("ab12 -/é漢"), max_size=24).map(normalise)


def _search(values: list[str]) -> CodeSearch:
    return CodeSearch.of(values, [codes(words(value)) for value in values])


def _by_hand(value: str, other: str) -> float:
    wanted = codes(words(value))
    return max((len(code) for code in wanted if code in squeeze(other)), default=0) if wanted else math.nan


@given(st.lists(texts, min_size=1, max_size=6))
def test_the_longest_code_is_that_of_a_search_by_hand(values: list[str]) -> None:
    one, other = np.divmod(np.arange(len(values) ** 2), len(values))
    expected = [_by_hand(values[left], values[right]) for left, right in zip(one, other, strict=True)]
    assert np.array_equal(
        _search(values).longest_found(one, other), np.array(expected, dtype=np.float32), equal_nan=True
    )


def test_spaces_and_punctuation_do_not_matter() -> None:
    search = _search(["camera dsc-w120/b", "sony dscw 120b black", "no code"])
    assert search.longest_found(np.array([0, 1, 2]), np.array([1, 0, 0]))[0] == len("dscw120b")
    assert np.isnan(search.longest_found(np.array([2]), np.array([0]))[0])


def test_a_text_that_holds_all_runs_of_four_still_holds_no_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codesearch, "_BITS", 8)
    search = _search(["abcd1234", "x1 y2 z3 k4 l5 m6 n7 o8 p9 q0 r1 s2 t3 u4"])
    assert search.longest_found(np.array([0]), np.array([1])).tolist() == [0]


def test_what_stands_too_far_behind_is_not_searched() -> None:
    many = " ".join(f"code{number}" for number in range(1_000, 1_000 + CODE_LIMIT + 1))
    search = _search([many, f"code{1_000 + CODE_LIMIT}", "x" * SEARCH_LIMIT + " code1000"])
    assert search.longest_found(np.array([0, 0]), np.array([1, 2])).tolist() == [0, 0]


def test_values_are_prepared_in_chunks_and_none_are_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    values = ["a1b2", "c3d4", "a1b2 c3d4"]
    whole = _search(values).held
    monkeypatch.setattr(codesearch, "_CHUNK", 1)
    assert np.array_equal(_search(values).held, whole)
    nothing = np.zeros(0, dtype=np.intp)
    assert _search([]).longest_found(nothing, nothing).shape == (0,)
