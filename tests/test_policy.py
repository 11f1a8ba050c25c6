"""Thresholds from outside: spelled strictly, tightening only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Criterion, Policy
from mlops.errors import UsageRefusedError
from mlops.policy import parse_rate, tighten
from tests.scored import minima


@given(st.floats(0, 1))
def test_every_rate_survives_being_written_and_read(rate: float) -> None:
    assert parse_rate(repr(rate), field="rate") == rate


@pytest.mark.parametrize(
    ("text", "rate"), [("0", 0), ("1", 1), ("1.0", 1), (".92", 0.92), ("9.2e-1", 0.92), ("+0.5", 0.5)]
)
def test_usual_spellings_are_read(text: str, rate: float) -> None:
    assert parse_rate(text, field="rate") == rate


@given(st.text())
def test_nothing_but_a_rate_comes_out(text: str) -> None:
    try:
        rate = parse_rate(text, field="rate")
    except UsageRefusedError:
        return
    assert 0 <= rate <= 1


@pytest.mark.parametrize(
    ("text", "meant"), [("92", "0.92"), ("92%", "0.92"), ("92.5 %", "0.925"), ("0,92", "0.92"), ("5%", "0.05")]
)
def test_a_percentage_is_understood_but_not_accepted(text: str, meant: str) -> None:
    with pytest.raises(UsageRefusedError, match=rf"did you mean {meant}\?"):
        parse_rate(text, field="min_precision")


@pytest.mark.parametrize("text", ["1_0", "٠.٩", "0x1", " 0.9", "0.9\n", "1.5", "200", "1e400", "-0.1"])  # noqa: RUF001  # look-alike digits
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(UsageRefusedError, match=r"number in \[0, 1\]"):
        parse_rate(text, field="rate")


def test_a_minimum_may_rise() -> None:
    assert tighten(minima(precision=0.92), {"precision": 0.95, "recall": None}) == minima(precision=0.95)


def test_a_minimum_may_stay() -> None:
    assert tighten(minima(precision=0.92), {"precision": 0.92}) == minima(precision=0.92)


def test_a_minimum_may_not_fall_and_both_numbers_are_named() -> None:
    with pytest.raises(UsageRefusedError) as caught:
        tighten(minima(precision=0.92), {"precision": 0.9})
    assert "0.92" in caught.value.letter()
    assert "0.9\n" in caught.value.letter()


def test_a_minimum_for_another_metric_is_a_further_criterion() -> None:
    tightened = tighten(minima(precision=0.92), {"f1": 0.9})
    assert tightened.criteria["f1"] == Criterion(min=0.9)
    assert tightened.criteria["precision"] == Criterion(min=0.92)


def test_a_minimum_does_not_tighten_a_maximum() -> None:
    with pytest.raises(UsageRefusedError, match="from above"):
        tighten(Policy(criteria={"precision": Criterion(max=0.92)}), {"precision": 0.95})


@pytest.mark.parametrize("value", [float("nan"), 1.5, -1.0])
def test_a_minimum_that_is_no_rate_is_refused(value: float) -> None:
    with pytest.raises(UsageRefusedError):
        tighten(minima(precision=0.92), {"precision": value})


@given(st.floats(0, 1), st.floats(0, 1))
def test_tightening_never_loosens(declared: float, asked: float) -> None:
    try:
        tightened = tighten(minima(recall=declared), {"recall": asked})
    except UsageRefusedError:
        assert asked < declared
    else:
        assert tightened.criteria["recall"].min == asked >= declared
