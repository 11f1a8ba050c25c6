"""The edges of samples, of what can be decided on them, and of comparisons with the model in production."""

import math
from typing import Any

import pytest

from mlops.config import Change, Criterion, Policy
from mlops.gate.attainable import of_changes, of_criteria
from mlops.gate.changing import judge_changes
from mlops.gate.outlook import Numbers, more_rows
from mlops.gate.sample import Denominator, Sample, Truth, effect_of, from_metrics, predicted_by
from mlops.gate.simulating import draw
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.metrics import Estimate
from tests.gate.scenes import metrics
from tests.gate.test_changing import difference, judged, rules
from tests.scored import minima

NOTHING = Sample("here", 100, 50, {})


def test_what_is_not_measured_has_no_row() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.9, change=Change(max_drop=0.1))})
    (row,) = of_criteria(policy, NOTHING)
    assert (row.n, row.effective, row.passes_at, row.errors_allowed) == (0, 0.0, None, None)
    (margin,) = of_changes(policy, NOTHING)
    assert (margin.n, margin.provable) == (0, 1.0)


def test_no_error_at_all_may_be_the_truth_of_a_maximum() -> None:
    (row,) = of_criteria(Policy(criteria={"recall": Criterion(max=0.01)}), Sample("here", 100, 50, {}))
    assert [needed.truth for needed in row.needed] == [0.0]
    (row,) = of_criteria(minima(recall=0.99), NOTHING)
    assert [needed.truth for needed in row.needed] == [1.0]


def test_rows_of_unknown_effect_are_independent() -> None:
    assert effect_of(NOTHING) == 1.0
    assert effect_of(Sample("here", 100, 50, {"f1": Denominator(5, 2.0), "recall": Denominator(9, 3.0)})) == 3.0


def test_a_precision_of_nothing_calls_everything() -> None:
    assert predicted_by(Truth(0.0, 0.5), 10) == math.inf
    assert predicted_by(Truth(0.25, 0.5), 10) == 20


def test_one_negative_may_be_one_alarm() -> None:
    assert draw(Truth(0.5, 1.0), positives=1, negatives=1, draws=50, seed=0).fp.tolist() == [1] * 50


def effect(value: Any, lower: Any, upper: Any, n: int = 400) -> Denominator:
    """Return the denominator that a measurement of recall tells."""
    estimate = Estimate.model_construct(value=value, lower=lower, upper=upper, n=n, reason="")
    return from_metrics(metrics(1, 1, 1, 1).model_copy(update={"metrics": {"recall": estimate}}), "").denominators[
        "recall"
    ]


@pytest.mark.parametrize("numbers", [(None, 0.8, 0.9), (0.8, None, 0.9), (0.8, 0.7, None), (0.8, math.nan, 0.9)])
def test_an_estimate_with_a_gap_has_no_denominator(numbers: Any) -> None:
    assert effect(*numbers) == Denominator(0)


def test_the_lower_bound_tells_what_rows_are_worth_and_the_upper_one_where_there_is_none() -> None:
    lower, upper = wilson_lower(90, 100, 0.95), wilson_upper(180, 200, 0.95)
    assert effect(0.9, lower, upper).effect == pytest.approx(4)
    assert effect(0.0, 0.0, wilson_upper(0, 100, 0.95)).effect == pytest.approx(4)
    assert effect(0.9, wilson_lower(900, 1000, 0.95), upper).effect == 1.0


def test_bounds_that_tell_nothing_are_worth_a_row_and_bounds_without_width_all() -> None:
    assert effect(0.9, 0.0, 1.0).effective == 1.0
    assert effect(1.0, 1.0, 1.0).effective == 400


def reason(value: float, lower: float, upper: float, **changes: Any) -> str:
    """Return why a comparison with a margin of two points came out as it did."""
    return judged(difference(value, lower, upper, changes.pop("n", 500)), rules(**changes)).reason


def test_a_difference_that_is_no_number_is_said_to_be_none() -> None:
    assert reason(math.nan, -0.1, 0.1) == "The difference is not defined: it has no finite number."


@pytest.mark.parametrize("n", [0, 1, 29])
def test_a_difference_on_few_rows_is_not_decided(n: int) -> None:
    found = judged(difference(0.05, 0.04, 0.06, n), rules(min_samples=30))
    assert found.verdict == "inconclusive"
    assert found.reason == f"{n} rows are fewer than the 30 that the policy asks for."


def test_a_difference_next_to_its_margin_keeps_its_digits() -> None:
    found = reason(-0.00001, -0.1, 0.1, max_drop=0.0, decide_on="point")
    assert found == "The difference -0.001 points is below 0 points."


def test_the_side_of_the_margin_tells_how_many_rows_would_decide() -> None:
    assert "; about 1,300 more labelled test rows would decide if it stays at 0.0 points." in reason(0.0, -0.03, 0.01)
    assert "; about 1,300 more labelled test rows would decide if it stays at -4.0 points." in reason(
        -0.04, -0.05, -0.01
    )
    assert "; about 1 more labelled test rows would decide if it stays at -1.0 points." in reason(
        -0.01, -0.0200001, 0.0
    )


def test_without_a_row_in_the_denominator_no_share_tells_how_many_rows_hold_one() -> None:
    assert more_rows(Numbers(None, None, None, 0, ""), 30, 1_000) == 30
    assert more_rows(Numbers(0.5, 0.4, 0.6, 20, ""), 30, 1_000) == 500


def test_a_model_in_production_whose_name_is_not_known_is_the_model() -> None:
    (found,) = judge_changes(None, rules(), candidate_sha256="c" * 64, first_version=False)
    assert found.reason.startswith("The model in production was not scored on these test rows;")
