"""A value has one canonical text, whatever type carries it."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.cells import encode

MOMENT = datetime(2025, 10, 20, 12, tzinfo=UTC)

SAME = {
    "whole numbers": [
        *(pa.array([1, None, 7], kind) for kind in (pa.int8(), pa.uint16(), pa.int64(), pa.float16(), pa.float64())),
        pa.array([Decimal("1.00"), None, Decimal(7)], pa.decimal128(6, 2)),
    ],
    "fractions": [
        pa.array([0.5, -2.25], pa.float32()),
        pa.array([0.5, -2.25], pa.float64()),
        pa.array([Decimal("0.500"), Decimal("-2.250")], pa.decimal128(6, 3)),
    ],
    "text": [pa.array(["é", None], kind) for kind in (pa.string(), pa.large_string(), pa.string_view())]
    + [pa.array(["é", None]).dictionary_encode()],
    "missing": [pa.nulls(2), pa.array([None, None], pa.string()), pa.array([float("nan"), None])],
    "days": [pa.array([date(2025, 10, 20)], kind) for kind in (pa.date32(), pa.date64())],
    "instants": [
        pa.array([MOMENT], pa.timestamp("s", tz="UTC")),
        pa.array([MOMENT.astimezone(timezone(timedelta(hours=9)))], pa.timestamp("ns", tz="Asia/Tokyo")),
    ],
    "times of day": [pa.array([time(12)], pa.time32("s")), pa.array([time(12)], pa.time64("ns"))],
    "zeros": [pa.array([0]), pa.array([0.0]), pa.array([-0.0])],
}  # fmt: skip


def _values(column: pa.Array) -> list[tuple[str, str] | None]:
    cells = encode(column)
    return [None if code < 0 else (cells.kind, cells.texts[code]) for code in cells.codes]


@pytest.mark.parametrize("what", SAME)
def test_the_same_values_in_another_type_are_the_same(what: str) -> None:
    first, *others = SAME[what]
    for other in others:
        assert _values(other) == _values(first), other.type


DIFFERENT = [
    pa.array(["1"]),
    pa.array([1]),
    pa.array([True]),
    pa.array(["01"]),
    pa.array([1], pa.date32()),
    pa.array([1], pa.timestamp("ns")),
    pa.array([1], pa.timestamp("ns", tz="UTC")),
    pa.array([1], pa.duration("ns")),
    pa.array([1], pa.time64("ns")),
    pa.array([1.5]),
    pa.nulls(1),
]


def test_different_values_stay_different() -> None:
    assert len({_values(column)[0] for column in DIFFERENT}) == len(DIFFERENT)


@given(st.lists(st.none() | st.floats(allow_infinity=True), max_size=20))
def test_numbers_read_back_from_their_text(numbers: list[float | None]) -> None:
    for number, value in zip(numbers, _values(pa.array(numbers, pa.float64())), strict=True):
        if number is None or number != number:  # noqa: PLR0124  # NaN
            assert value is None
        else:
            assert value is not None
            assert float(value[1]) == number


@given(st.lists(st.none() | st.text(max_size=3), max_size=20), st.integers(1, 5))
def test_counts_do_not_depend_on_chunks(texts: list[str | None], size: int) -> None:
    chunks = pa.chunked_array([texts[i : i + size] for i in range(0, len(texts), size)], pa.string())
    cells = encode(chunks)
    present = [text for text in texts if text is not None]
    assert cells.counts() == {text: present.count(text) for text in sorted(set(present))}
    assert cells.missing == len(texts) - len(present)
