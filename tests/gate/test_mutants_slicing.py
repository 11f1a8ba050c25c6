"""Slices exactly at a limit: one value, a p at its level, an estimate at its bound."""

import pytest

from mlops.config import Criterion, Policy, SliceRule
from mlops.formatting import about
from mlops.gate.outlook import Numbers, needed
from mlops.gate.slicing import _ABSENT, _Case, _Corrected, _decide, _p_value, name_of
from mlops.intervals.proportions import f1_of_jaccard, p_at_least, wilson_lower, wilson_upper
from mlops.metrics import Estimate
from tests.gate.test_slicing import judge, only, part, policy, wilson


def test_one_value_is_one() -> None:
    assert only(wilson(100, 400), policy()).reason.endswith("after Holm's correction over 1 slice value.")


def test_quotes_in_a_value_are_told_from_those_around_it() -> None:
    result = only(wilson(390, 400), policy()).model_copy(update={"value": 'say "yes"'})
    assert name_of(result) == "precision in script \"say 'yes'\""


def test_the_bound_on_the_side_of_the_threshold_tells_what_rows_are_worth() -> None:
    numbers = Numbers(0.85, wilson_lower(85, 100, 0.95), wilson_upper(340, 400, 0.95), 400, "")
    assert _p_value("recall", numbers, 0.9, 1, 0.95) == pytest.approx(p_at_least(0.85, 0.9, 400))
    assert _p_value("recall", numbers, 0.8, 1, 0.95) == pytest.approx(p_at_least(0.85, 0.8, 100))


@pytest.mark.parametrize(("p", "verdict"), [(0.05, "fail"), (0.0500001, "inconclusive")])
def test_a_p_at_its_level_refutes(p: float, verdict: str) -> None:
    numbers = Numbers(0.85, 0.8, 0.91, 400, "")
    case = _Case("recall", "script", "latin", SliceRule(min=0.9), numbers, 0.01, "")
    assert _decide(case, _Corrected(p, 0.05, 3)) == verdict
    assert _decide(case._replace(numbers=_ABSENT), _Corrected(p, 0.05, 3)) == "inconclusive"


def test_an_estimate_at_its_bound_does_not_miss_it() -> None:
    assert only(wilson(360, 400), policy()).reason.startswith("The threshold 90 % lies between the bounds")


def test_an_estimate_next_to_its_bound_keeps_its_digits() -> None:
    assert only(wilson(8_999, 10_000), policy()).reason.startswith("89.99 % is below 90 %, but chance can explain it")


def test_rows_are_asked_for_by_the_metrics_own_rule() -> None:
    jaccard = wilson(345, 400)
    assert jaccard.value is not None
    assert jaccard.lower is not None
    assert jaccard.upper is not None
    f1 = Estimate(
        value=f1_of_jaccard(jaccard.value),
        lower=f1_of_jaccard(jaccard.lower),
        upper=f1_of_jaccard(jaccard.upper),
        n=400,
    )
    more = needed("f1", Numbers(f1.value, f1.lower, f1.upper, 400, ""), 0.92, 0.95)
    assert more is not None
    assert more != needed("recall", Numbers(f1.value, f1.lower, f1.upper, 400, ""), 0.92, 0.95)
    assert f"about {about((more - 400) * 5)} more labelled" in only(f1, policy("f1", min=0.92), "f1").reason


def test_an_estimate_that_is_missing_on_few_rows_says_both() -> None:
    found = Estimate(value=None, lower=None, upper=None, n=5, reason="no row")
    assert only(found, policy()).reason == (
        "It is not defined: no row. Its denominator has 5 of the 30 rows that the policy asks for: 25 more are needed, "
        "about 10,000 more labelled test rows of the present mix."
    )


def test_what_blocks_comes_before_what_warns() -> None:
    rules = {"a": SliceRule(min=0.9, action="warn"), "b": SliceRule(min=0.9)}
    parts = [part("x", name, precision=wilson(200, 400)) for name in ("a", "b")]
    results = judge(parts, Policy(criteria={"precision": Criterion(min=0.1, slices=rules)}))
    assert [result.slice for result in results] == ["b", "a"]


def test_long_names_of_slices_are_cut() -> None:
    (result,) = judge([part("x", "s" * 60, precision=wilson(1, 1))], policy())
    assert result.reason == f"The evaluation has no such slice; it has: {'s' * 40}…."


def test_slices_are_not_decided_where_nothing_can_be() -> None:
    (result,) = judge([part("x", precision=wilson(1, 400))], policy(), "No rows.")
    assert (result.verdict, result.reason) == ("inconclusive", "No rows.")
