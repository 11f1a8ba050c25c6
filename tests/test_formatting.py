"""Numbers as a person reads them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.formatting import about, format_p, format_rate, format_threshold, printable


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_rate_stays_on_its_side_of_the_threshold(value: float, threshold: float) -> None:
    shown = Decimal(format_rate(value, threshold).removesuffix(" %"))
    assert (shown >= Decimal(repr(threshold)) * 100) == (value >= threshold)


@pytest.mark.parametrize(
    ("value", "threshold", "shown"),
    [
        (0.91996, 0.92, "91.996 %"),
        (0.92, 0.92, "92.0 %"),
        (0.95, 0.92, "95.0 %"),
        (0.5, None, "50.0 %"),
        (None, 0.92, "not defined"),
        (float("nan"), 0.92, "not defined"),
        (1.0, 1.0, "100.0 %"),
    ],
)
def test_rates_have_as_many_digits_as_they_need(value: float | None, threshold: float | None, shown: str) -> None:
    assert format_rate(value, threshold) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.92, "92 %"), (0.925, "92.5 %"), (1.0, "100 %"), (0.0, "0 %")])
def test_thresholds_are_shown_as_declared(value: float, shown: str) -> None:
    assert format_threshold(value) == shown


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (7, "7"), (99, "99"), (101, "110"), (1_234, "1,300")])
def test_counts_are_rounded_up(count: int, shown: str) -> None:
    assert about(count) == shown


@given(st.floats(0, 1), st.sampled_from([0.01, 0.05, 0.1]))
def test_a_p_stays_on_its_side_of_the_level(value: float, level: float) -> None:
    shown = format_p(value, level)
    assert (shown == "below 0.001" and value < 0.001) or (float(shown) <= level) == (value <= level)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "below 0.001"),
        (0.0009, "below 0.001"),
        (0.001, "0.001"),
        (0.0123, "0.012"),
        (0.0501, "0.0501"),
        (1, "1.000"),
    ],
)
def test_a_p_has_three_decimals_or_more_where_they_matter(value: float, shown: str) -> None:
    assert format_p(value, 0.05) == shown


@given(st.text())
def test_foreign_text_is_one_short_printable_line(text: str) -> None:
    shown = printable(text, 20)
    assert shown.isprintable() or not shown
    assert "\n" not in shown
    assert printable("a" * 300).endswith("…")
