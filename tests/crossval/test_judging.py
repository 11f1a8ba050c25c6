"""What is demanded of the folds is decided, or said to be unattainable at this number of rows and what it takes."""

from types import SimpleNamespace
from typing import cast

import pytest

from mlops.config import Change, Criterion
from mlops.crossval.document import Bound
from mlops.crossval.judging import combine, judge, judge_auc, judge_champion, review
from mlops.crossval.validating import CrossValidation
from mlops.gate.report import CriterionResult
from mlops.intervals.excess import spread
from mlops.intervals.ratios import Bounded


def validation(rates: list[float], size: int) -> CrossValidation:
    """Return what judging reads of a cross-validation: accuracies, sizes, areas."""
    sizes = [size] * len(rates)
    folds = [SimpleNamespace(auc=rate) for rate in rates]
    found = SimpleNamespace(accuracies=rates, sizes=sizes, accuracy=spread(rates, sizes), folds=folds)
    return cast("CrossValidation", found)


def decided(rates: list[float], size: int, name: str, criterion: Criterion) -> CriterionResult:
    (result,) = judge(validation(rates, size), {name: criterion}, confidence=0.95)
    return result


SD = Criterion(max=0.015, decide_on="point")
STEADY, SCATTERED, WILD = [0.94, 0.95, 0.95, 0.96, 0.95], [0.90, 0.94, 0.98, 0.92, 0.96], [0.5, 0.7, 0.95, 0.6, 0.9]


@pytest.mark.parametrize(
    ("rates", "size", "verdict", "says"),
    [
        (STEADY, 5_000, "pass", "0.7 % is at most 1.5 %"),
        (SCATTERED, 5_000, "fail", "3.2 % is above 1.5 %"),
        (SCATTERED, 48, "inconclusive", "Unattainable with about 48 rows a block"),
        (STEADY, 48, "inconclusive", "says little of the model. It needs n >= 282 in each block, n >= 1,410 in all."),
        ([1.0] * 5, 8, "inconclusive", "Unattainable"),
        (WILD, 48, "fail", "the blocks differ by more than both explain"),
    ],
)
def test_the_spread_over_folds(rates: list[float], size: int, verdict: str, says: str) -> None:
    result = decided(rates, size, "cv_sd", SD)
    assert (result.verdict, result.direction) == (verdict, "max")
    assert says in result.reason
    assert (result.needed_n is not None) == ("needs" in result.reason)


@pytest.mark.parametrize(
    ("rates", "size", "decide_on", "verdict", "says"),
    [
        (STEADY, 48, "point", "pass", "95.0 % is at least 94 %"),
        (SCATTERED, 48, "point", "pass", "94.0 % is at least 94 %"),
        (WILD, 48, "point", "fail", "73.0 % is below 94 %"),
        (STEADY, 5_000, "lower_bound", "pass", "is at least 94 %"),
        (STEADY, 100, "lower_bound", "inconclusive", "lies between the bounds"),
        ([1.0] * 5, 8, "lower_bound", "inconclusive", "stays below 94 %. It needs n >= 43"),
        ([0.5] * 5, 8, "lower_bound", "fail", "is below 94 %"),
        ([0.5] * 5, 800, "lower_bound", "fail", "is below 94 %"),
    ],
)
def test_the_mean_over_folds(rates: list[float], size: int, decide_on: str, verdict: str, says: str) -> None:
    criterion = Criterion.model_validate({"min": 0.94, "decide_on": decide_on})
    result = decided(rates, size, "cv_mean", criterion)
    assert result.verdict == verdict
    assert says in result.reason


def test_too_few_rows_and_unknown_names_decide_nothing() -> None:
    few = decided(STEADY, 48, "cv_mean", Criterion(min=0.9, min_samples=1_000))
    assert (few.verdict, few.needed_n) == ("inconclusive", 1_000)
    for name, criterion in (("cv_recall", Criterion(min=0.9)), ("cv_sd", Criterion(min=0.9))):
        assert "was not measured" in decided(STEADY, 48, name, criterion).reason


@pytest.mark.parametrize(
    ("value", "lower", "upper", "decide_on", "verdict", "says"),
    [
        (0.70, 0.68, 0.72, "lower_bound", "pass", "The lower bound 68.0 % is at least 60 %"),
        (0.62, 0.58, 0.66, "lower_bound", "inconclusive", "lies between the bounds 58.0 % and 66.0 %"),
        (0.55, 0.51, 0.59, "lower_bound", "fail", "The upper bound 59.0 % is below 60 %"),
        (0.62, 0.58, 0.66, "point", "pass", "62.0 % is at least 60 %"),
        (0.59, 0.55, 0.63, "point", "fail", "59.0 % is below 60 %"),
    ],
)
def test_the_area_over_all_scored_rows(
    *, value: float, lower: float, upper: float, decide_on: str, verdict: str, says: str
) -> None:
    criterion = Criterion.model_validate({"min": 0.6, "decide_on": decide_on})
    result = judge_auc(Bound(value=value, lower=lower, upper=upper, n=900), criterion)
    assert (result.metric, result.verdict, result.n, result.blocking) == ("cv_auc", verdict, 900, True)
    assert says in result.reason


def test_no_area_and_an_area_of_too_few_rows_decide_nothing() -> None:
    none = judge_auc(None, Criterion(min=0.6))
    assert (none.verdict, none.value, none.n) == ("inconclusive", None, 0)
    assert "one class only" in none.reason
    few = judge_auc(Bound(value=0.9, lower=0.8, upper=0.95, n=40), Criterion(min=0.6, min_samples=100))
    assert (few.verdict, few.needed_n) == ("inconclusive", 100)


@pytest.mark.parametrize(
    ("bounds", "verdict", "word"),
    [
        ((0.02, 0.01, 0.03), "pass", "improved"),
        ((0.0, -0.005, 0.005), "pass", "stable"),
        ((0.0, -0.05, 0.05), "inconclusive", "not shown"),
        ((-0.05, -0.07, -0.03), "fail", "worse"),
    ],
)
def test_stable_or_improved_against_the_champion(bounds: tuple[float, float, float], verdict: str, word: str) -> None:
    result = judge_champion(Bounded(*bounds), Change(max_drop=0.01), n=900)
    assert result.verdict == verdict
    assert word in result.reason


def test_the_worst_that_blocks_is_the_verdict_and_nothing_demanded_is_no_pass() -> None:
    mean, sd = Criterion(min=0.94, decide_on="point"), SD
    both = judge(validation(SCATTERED, 48), {"cv_mean": mean, "cv_sd": sd}, confidence=0.95)
    assert combine(both, None)[0] == "inconclusive"
    assert combine(both[:1], None) == ("pass", "The one demand is met.")
    worse = judge_champion(Bounded(-0.05, -0.07, -0.03), Change(max_drop=0.01), n=900)
    assert combine(both, worse)[0] == "fail"
    warned = judge(validation(WILD, 48), {"cv_mean": mean.model_copy(update={"action": "warn"})}, confidence=0.95)
    assert combine(warned, None)[0] == "inconclusive"


def test_what_is_too_good_asks_for_a_review_that_names_the_column() -> None:
    assert review(validation(STEADY, 48), {"amount": 5.0, "category": 4.0}) == ()
    (near,) = review(validation([0.996] * 5, 48))
    assert "0.9960" in near
    (column,) = review(validation(STEADY, 48), {"close_amount": 95.0, "category": 5.0})
    assert "'close_amount' alone brings 95.0 %" in column
