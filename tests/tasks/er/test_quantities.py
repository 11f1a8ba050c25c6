"""Numbers and dates are read where there are some, and NaN otherwise."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.tasks.er.quantities import to_day, to_number


@pytest.mark.parametrize(
    ("written", "number"),
    [("12", 12.0), ("$ 1,299.50", 1299.5), ("5.60 %", 5.6), ("-3", -3.0), ("7 eur", 7.0), (".5", 0.5), ("1e3", 1000.0)],
)
def test_a_number_is_read_with_its_currency_or_unit(written: str, number: float) -> None:
    assert to_number(written) == number


@pytest.mark.parametrize("written", ["", "abc", "12 monkeys", "1e400", "9" * 400, "404/351 -9533", "e5", "$", "nan"])
def test_what_is_no_finite_number_is_nan(written: str) -> None:
    assert math.isnan(to_number(written))


@pytest.mark.parametrize(
    "written",
    ["2015-05-18", "2015/5/18", "18-may-15", "may 18 , 2015", "18 may 2015", "05/18/2015", "18/05/2015", "18.05.2015"],
)
def test_a_date_is_the_same_day_in_every_spelling(written: str) -> None:
    assert to_day(written) == date(2015, 5, 18).toordinal()


@pytest.mark.parametrize("written", ["", "2015", "2015-02-30", "32-may-15", "18-foo-15", "0000-01-01", "13/13/2015"])
def test_what_is_no_date_is_nan(written: str) -> None:
    assert math.isnan(to_day(written))


@given(st.text())
def test_no_text_raises(written: str) -> None:
    assert not math.isinf(to_number(written))
    assert not math.isinf(to_day(written))
