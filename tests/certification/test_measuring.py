"""What a run is worth, measured from rows of planted models: a good one, a constant, a date, and shuffled labels."""

import math
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from mlops.certification.document import Performance
from mlops.certification.judging import judge
from mlops.certification.measuring import TestRows, measure
from mlops.crossval.document import CrossvalReport
from mlops.crossval.folding import folds
from mlops.crossval.measuring import Bounding, accuracy_bound, groupings_of, lifts
from mlops.crossval.reporting import Beside, report
from mlops.crossval.validating import cross_validate
from mlops.errors import ExitCode, InputRefusedError
from mlops.intervals.permutation import fixed_predictions
from tests.certification.scenes import GREEN, settings
from tests.crossval.claims import Claims, claims

Days = NDArray[np.datetime64]
N = 600
RNG = np.random.default_rng(3)
# Half a year, in which the share of granted claims rises from 5 % to 95 %, month by month.
TIME: Days = np.datetime64("2025-01-01") + np.sort(RNG.integers(0, 181, N)).astype("timedelta64[D]")
MONTH = TIME.astype("datetime64[M]").astype(int) - np.datetime64("2025-01").astype(int)
LABEL = RNG.random(N) < 0.05 + 0.9 * MONTH / 5
SELLER = np.array([f"seller {at}" for at in RNG.integers(0, N // 3, N)], dtype=object)


def rows_of(called: NDArray[np.bool_], label: NDArray[np.bool_] | None = None, **other: Any) -> TestRows:
    """Return the test rows with these calls; a row's score is its call."""
    facts = {"label": LABEL if label is None else label, "score": called.astype(np.float64), "time": TIME}
    return TestRows(**{**facts, "called": called, "group": SELLER, **other})


def measured(rows: TestRows, crossval: CrossvalReport | None = None, **other: Any) -> Performance:
    return measure(rows, crossval, **{"rows": 2_400, "negatives": 1_000, "confidence": 0.95, **other})


def crossval(data: Claims, *, constant: bool = False) -> CrossvalReport:
    """Return the report of the data's own model, or of one that scores every row alike."""
    laid = folds(data.time, embargo_days=14)
    found = cross_validate(
        (lambda train, test: np.full(len(test), data.label[train].mean())) if constant else data.score,
        data.label, laid, 0.5,
    )  # fmt: skip
    how, codes = Bounding(replicates=200), groupings_of(found, data.time, data.group)
    features = {"first": data.design[:, 0]}
    return report(
        found, task="claims", dataset_sha256="a" * 64, criteria={}, confidence=0.95, embargo_days=14,
        beside=Beside(
            accuracy_bound=accuracy_bound(found, codes, how),
            lifts=lifts(found, data.label == 1, features, codes, how),
        ),
    )  # fmt: skip


def right(share: float) -> NDArray[np.bool_]:
    """Return calls that are right on this share of the rows, whatever their month."""
    called: NDArray[np.bool_] = np.equal(LABEL, np.random.default_rng(5).random(N) < share)
    return called


def test_a_good_model_is_measured_on_its_rows_and_days() -> None:
    called = right(0.97)
    score = np.clip(called + np.random.default_rng(6).normal(0, 0.4, N), 0, 1)
    found = measured(rows_of(called, score=score))
    assert found.accuracy is not None
    assert found.auc is not None
    assert found.chance is not None
    assert found.accuracy.value == pytest.approx((called == LABEL).mean())
    assert found.accuracy.lower == min(found.accuracy.lowers.values()) < found.accuracy.value < found.accuracy.upper
    assert set(found.accuracy.lowers) == {"rows", "group"}
    assert found.auc.value == pytest.approx(roc_auc_score(LABEL, score))
    assert found.auc.lower < found.auc.value < found.auc.upper
    assert (found.accuracy.n, found.auc.n, found.rows, found.negatives) == (N, N, 2_400, 1_000)
    assert (found.chance.method, found.chance.stratified, found.chance.strata) == ("exact", True, 6)
    assert found.chance.p < 1e-50


def test_test_rows_are_counted_by_day_in_any_order() -> None:
    order = np.random.default_rng(7).permutation(N)
    called = right(0.9)
    mixed = rows_of(called[order], LABEL[order], time=TIME[order], group=SELLER[order])
    found = measured(mixed).tested
    assert found == measured(rows_of(called)).tested
    assert (found.first, found.last, found.rows) == (str(TIME[0]), str(TIME[-1]), N)
    assert sum(found.by_day.values()) == N
    assert list(found.by_day) == sorted(found.by_day)
    assert found.by_day[str(TIME[0])] == np.count_nonzero(TIME[0] == TIME)


def test_shuffled_labels_are_no_surprise() -> None:
    """Labels dealt out anew inside each month: the base rate of a month is all that is left."""
    rng, dealt = np.random.default_rng(8), LABEL.copy()
    for month in np.unique(MONTH):
        rows = np.flatnonzero(month == MONTH)
        dealt[rows] = dealt[rng.permutation(rows)]
    called = right(0.97)
    found = measured(rows_of(called, dealt)).chance
    assert found is not None
    assert found.p > 0.05
    assert found.statistic == pytest.approx(found.expected, abs=4 * math.sqrt(N) / 2)


def test_a_model_of_the_date_alone_fools_a_test_over_all_rows_and_not_this_one() -> None:
    """It calls the later rows positive; inside April, where it turns, it calls by the toss of a coin."""
    called = np.where(MONTH == 3, np.random.default_rng(9).random(N) < 0.5, MONTH > 2)
    assert fixed_predictions(LABEL, called, np.zeros(N, dtype=int)).p < 1e-12
    found = measured(rows_of(called))
    assert found.chance is not None
    assert found.accuracy is not None
    assert found.accuracy.value > 0.7
    assert found.chance.p > 0.05
    assert found.chance.strata == 1  # a month that is called alike has nothing to exchange


def test_a_constant_model_is_red_however_accurate_it_is() -> None:
    """Where 99 of 100 claims are granted, a constant has the accuracy and the spread that are asked for: no lift."""
    data = claims(3_000, base=5.0, signal=0.2)
    label = np.random.default_rng(10).random(N) < 0.99
    found = measured(rows_of(np.ones(N, dtype=np.bool_), label), crossval(data, constant=True))
    assert found.accuracy is not None
    assert found.cv_mean is not None
    assert min(found.cv_mean, found.accuracy.value) > 0.98
    assert [(lift.over, lift.value <= 0, lift.lower <= 0) for lift in found.lifts] == [
        ("majority", True, True), ("one_rule", True, True),
    ]  # fmt: skip
    assert found.chance is not None
    assert (found.chance.p, found.chance.rows > 0) == (1, True)
    assert "alike" in found.chance.note
    judged = judge(found, settings(), "phase3", GREEN)
    red = {result.metric for result in judged.criteria if result.verdict == "fail"}
    assert (judged.verdict, judged.best_tier) == ("fail", "none")
    assert "permutation_p" in red
    passed = {result.metric for result in judged.criteria if result.verdict == "pass"}
    assert {"cv_mean", "test_accuracy"} <= passed
    assert not {"lift_majority", "lift_one_rule"} & passed


def test_what_comes_from_the_cross_validation_is_taken_as_it_stands() -> None:
    validated = crossval(claims())
    found = measured(rows_of(right(0.9)), validated, gains={"amount": 2.0})
    accuracies = [fold.accuracy for fold in validated.folds]
    assert [(block.n, block.accuracy) for block in found.cv_blocks] == [
        (fold.n, fold.accuracy) for fold in validated.folds
    ]
    assert found.cv_mean == pytest.approx(fmean(accuracies))
    assert found.cv_sd == pytest.approx(stdev(accuracies))
    assert (found.cv_accuracy, found.lifts, found.latency) == (validated.accuracy_bound, validated.lifts, None)
    assert found.gains == {"amount": 2.0}


def test_without_a_cross_validation_nothing_that_comes_from_it_is_known() -> None:
    found = measured(rows_of(right(0.9)))
    assert (found.cv_mean, found.cv_sd, found.cv_blocks, found.cv_accuracy) == (None, None, (), None)
    assert (found.lifts, found.latency, found.gains) == ((), None, {})
    decided = {result.metric: result.verdict for result in judge(found, settings(), "phase3", GREEN).criteria}
    unknown = ("cv_mean", "cv_sd", "bootstrap_lower", "lift_majority", "lift_one_rule")
    assert {decided[metric] for metric in unknown} == {"inconclusive"}


def test_test_rows_of_one_class_have_no_area_and_prove_nothing() -> None:
    found = measured(rows_of(right(0.9), np.ones(N, dtype=np.bool_)))
    assert found.auc is None
    assert found.chance is not None
    assert (found.chance.p, found.chance.rows) == (1, 0)
    decided = {result.metric: result.verdict for result in judge(found, settings(), "phase3", GREEN).criteria}
    assert decided["permutation_p"] == "inconclusive"


def test_no_test_row_is_refused() -> None:
    none = np.zeros(0, dtype=np.bool_)
    rows = rows_of(none, none, time=TIME[:0], group=SELLER[:0])
    with pytest.raises(InputRefusedError, match="no test row") as refused:
        measured(rows)
    assert refused.value.exit_code == ExitCode.REFUSED
