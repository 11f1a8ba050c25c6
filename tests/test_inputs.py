"""Rows as JSON and as a table: what goes in comes out, and nothing is guessed."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.errors import InputRefusedError
from mlops.inputs import Kind, frame, rows_of

KINDS: dict[str, Kind] = {"name": "text", "amount": "number", "day": "date"}

rows = st.lists(
    st.fixed_dictionaries({
        "name": st.none() | st.text(),
        "amount": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "day": st.none() | st.dates().map(str),
    }),
    min_size=1, max_size=5,
)  # fmt: skip


@given(rows)
def test_rows_come_back_as_they_were(given_rows: list[dict[str, str | float | None]]) -> None:
    sent = json.loads(json.dumps(given_rows))
    table = frame(sent, KINDS)
    assert [str(dtype) for dtype in table.dtypes] == ["object", "float64", "datetime64[s]"]
    assert rows_of(table, KINDS) == sent


def test_what_is_absent_is_missing_and_what_is_not_read_is_left() -> None:
    table = frame([{"name": "Ada", "other": 1}, {}], KINDS)
    assert list(table.columns) == ["name", "amount", "day"]
    assert table.loc[1].isna().all()
    assert np.isnan(table["amount"][0])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", 1), ("name", True), ("name", ["a"]), ("amount", "1"), ("amount", True), ("amount", float("nan")),
        ("amount", float("inf")), ("amount", 10**400), ("amount", {}), ("day", 20251020), ("day", "20251020"),
        ("day", "2025-13-01"), ("day", "2025-10-20T00"), ("day", "NaT"), ("day", "0000000000"),
    ],
)  # fmt: skip
def test_values_of_another_kind_are_refused(column: str, value: object) -> None:
    with pytest.raises(InputRefusedError) as caught:
        frame([{}, {column: value}], KINDS)  # type: ignore[dict-item]  # what a client may send
    assert caught.value.field == f"row 1, {column}"
    assert f"found: a {type(value).__name__}" in caught.value.letter()
