"""Slice names are words, never expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.errors import UsageRefusedError
from mlops.slices import is_slice, parse_slice


@given(st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True))
def test_words_are_names(text: str) -> None:
    assert parse_slice(text) == text


@pytest.mark.parametrize("text", ["", "A", "1a", "_a", "a b", "a.b", "a-b", "a\n", "é", "a" * 65, "@a", "a==b"])
def test_everything_else_is_refused(text: str) -> None:
    assert not is_slice(text)
    with pytest.raises(UsageRefusedError, match="not evaluated"):
        parse_slice(text)
