"""The decision: three-valued, monotone, closed on failure."""

import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Criterion, Policy, policy_sha256
from mlops.gate import Bindings, Facts, GateReport, decide
from mlops.hashing import sha256_bytes
from mlops.intervals.proportions import f1_of_jaccard, jaccard_of_f1, needed_n, wilson_lower, wilson_upper
from mlops.metrics import Counts, Estimate, IntervalMethod, Metrics
from tests.scored import minima

RATES = st.floats(0, 1)
DECISIONS = st.sampled_from(["point", "lower_bound"])
ORDER = {"fail": 0, "inconclusive": 1, "pass": 2}
HASH = sha256_bytes(b"")


def estimate(value: float | None, lower: float | None, upper: float | None, n: int = 500) -> Estimate:
    """Return an estimate, also one that no writer would leave."""
    return Estimate.model_construct(value=value, lower=lower, upper=upper, n=n, reason="")


def metrics_of(estimates: dict[str, Estimate], **changes: Any) -> Metrics:
    """Return metrics that hold ``estimates`` on 2,000 rows."""
    facts: dict[str, Any] = {
        "task": "er",
        "model_id": "er_20251020",
        "dataset_sha256": HASH,
        "model_sha256": HASH,
        "evaluation_sha256": HASH,
        "threshold": 0.5,
        "rows": 2_000,
        "positives": 500,
        "clusters": 2_000,
        "weighted": False,
        "interval": IntervalMethod(confidence=0.95, name="", replicates=0, seed=0),
        "counts": Counts(tp=450, fp=50, fn=50, tn=1_450),
        "metrics": estimates,
        "slices": (),
        "curve": (),
    }
    return Metrics.model_construct(**(facts | changes))


def judge(
    estimates: dict[str, Estimate],
    policy: Policy,
    *,
    declared: Policy | None = None,
    facts: Facts | None = None,
    **changes: Any,
) -> GateReport:
    """Decide on ``estimates`` by ``policy``."""
    declared = declared or policy
    bindings = Bindings(
        dataset_sha256=HASH,
        model_sha256=HASH,
        artifact_sha256=HASH,
        evaluation_sha256=HASH,
        policy_sha256=policy_sha256(declared),
        code_commit="0" * 40,
        code_dirty=False,
        run_url="",
    )
    facts = facts or Facts(first_version=True)
    return decide(metrics_of(estimates, **changes), policy, declared=declared, bindings=bindings, facts=facts)


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [(0.92, 0.97, "pass"), (0.9199, 0.97, "inconclusive"), (0.85, 0.92, "inconclusive"), (0.85, 0.9199, "fail")],
)
def test_the_lower_bound_passes_and_the_upper_bound_fails(lower: float, upper: float, verdict: str) -> None:
    report = judge({"precision": estimate((lower + upper) / 2, lower, upper)}, minima(precision=0.92))
    assert report.verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(0.92, "pass"), (math.nextafter(0.92, 0), "fail"), (0.5, "fail")])
def test_the_point_rule_compares_the_estimate(value: float, verdict: str) -> None:
    report = judge({"precision": estimate(value, 0.1, 1.0)}, minima("point", precision=0.92))
    assert report.verdict == verdict


@pytest.mark.parametrize(
    ("value", "lower", "upper", "decide_on", "verdict"),
    [
        (0.05, 0.04, 0.08, "lower_bound", "pass"),
        (0.09, 0.08, 0.12, "lower_bound", "inconclusive"),
        (0.2, 0.11, 0.3, "lower_bound", "fail"),
        (0.1, 0.0, 1.0, "point", "pass"),
        (0.11, 0.0, 1.0, "point", "fail"),
    ],
)
def test_a_maximum_mirrors_a_minimum(value: float, lower: float, upper: float, decide_on: Any, verdict: str) -> None:
    policy = Policy(criteria={"error": Criterion(max=0.1, decide_on=decide_on)})
    report = judge({"error": estimate(value, lower, upper)}, policy)
    assert (report.verdict, report.criteria[0].direction) == (verdict, "max")


@given(st.tuples(RATES, RATES, RATES), st.tuples(RATES, RATES, RATES), RATES, st.sampled_from(["point", "lower_bound"]))
def test_a_better_metric_never_gets_a_worse_verdict(
    one: tuple[float, float, float], other: tuple[float, float, float], threshold: float, decide_on: Any
) -> None:
    lower, value, upper = sorted(one)
    better = [max(a, b) for a, b in zip((lower, value, upper), sorted(other), strict=True)]
    policy = minima(decide_on, recall=threshold)
    worse_report = judge({"recall": estimate(value, lower, upper)}, policy)
    better_report = judge({"recall": estimate(better[1], better[0], better[2])}, policy)
    assert ORDER[better_report.verdict] >= ORDER[worse_report.verdict]


@given(
    st.lists(st.one_of(RATES, st.sampled_from([None, math.nan, math.inf, -math.inf])), min_size=3, max_size=3),
    RATES,
    st.sampled_from(["point", "lower_bound"]),
    st.booleans(),
)
def test_what_is_no_number_never_passes(numbers: list[Any], threshold: float, decide_on: Any, least: bool) -> None:
    broken = any(number is None or not math.isfinite(number) for number in numbers)
    criterion = Criterion(**{"min" if least else "max": threshold}, decide_on=decide_on)
    report = judge({"recall": estimate(*numbers)}, Policy(criteria={"recall": criterion}))
    assert not broken or report.verdict == "inconclusive"


def test_a_missing_metric_is_inconclusive_and_says_what_was_measured() -> None:
    report = judge({"recall": estimate(1.0, 1.0, 1.0)}, minima(recall=0.5, blocking_recall=0.5))
    assert report.verdict == "inconclusive"
    assert "not measured" in report.reason


def test_a_policy_without_a_blocking_criterion_passes_nothing() -> None:
    good = {"recall": estimate(1.0, 1.0, 1.0)}
    assert judge(good, Policy(criteria={})).verdict == "inconclusive"
    warning = Policy(criteria={"recall": Criterion(min=0.5, action="warn")})
    assert judge(good, warning).verdict == "inconclusive"


def test_a_warning_is_said_but_does_not_block() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.5), "precision": Criterion(min=0.9, action="warn")})
    report = judge({"recall": estimate(0.9, 0.8, 1.0), "precision": estimate(0.5, 0.4, 0.6)}, policy)
    assert report.verdict == "pass"
    assert "Warning: precision" in report.reason


def test_fail_outweighs_inconclusive() -> None:
    report = judge({"recall": estimate(0.9, 0.8, 1.0), "f1": estimate(0.5, 0.4, 0.6)}, minima(recall=0.88, f1=0.88))
    assert report.verdict == "fail"
    assert report.reason.startswith("f1:")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": 0, "positives": 0}, "no rows"),
        ({"positives": 0}, "None of the 2,000 test rows is positive"),
        ({"rows": 500}, "negatives are needed"),
        ({"rows": 99, "positives": 50}, "fewer than the 100"),
        ({"counts": Counts(tp=0, fp=0, fn=500, tn=1_500)}, "predicts no row positive"),
        ({"model_sha256": sha256_bytes(b"another")}, "other bytes"),
    ],
)
def test_rows_that_cannot_decide_are_inconclusive_and_say_why(changes: dict[str, Any], words: str) -> None:
    report = judge({"recall": estimate(1.0, 1.0, 1.0)}, minima(recall=0.5), **changes)
    assert report.verdict == "inconclusive"
    assert report.criteria[0].verdict == "inconclusive"
    assert words in report.reason


def test_a_policy_looser_than_the_declared_one_is_overruled() -> None:
    loose = Policy(criteria={"recall": Criterion(min=0.1, decide_on="point", action="warn")}, min_rows=1)
    declared = minima(recall=0.9, precision=0.9)
    report = judge({"recall": estimate(0.5, 0.4, 0.6), "precision": estimate(1.0, 1.0, 1.0)}, loose, declared=declared)
    found = {result.metric: result for result in report.criteria}
    recall, precision = found["recall"], found["precision"]
    assert (recall.verdict, recall.threshold, recall.policy_threshold, recall.blocking) == ("fail", 0.9, 0.9, True)
    assert precision.verdict == "pass"


def test_a_tightened_threshold_stands_beside_the_declared_one() -> None:
    report = judge({"recall": estimate(0.95, 0.93, 0.97)}, minima(recall=0.98), declared=minima(recall=0.9))
    assert (report.criteria[0].threshold, report.criteria[0].policy_threshold) == (0.98, 0.9)
    assert report.policy == minima(recall=0.9)


def test_inconclusive_says_how_many_rows_would_decide() -> None:
    report = judge({"precision": estimate(0.95, 0.91, 0.975, n=100)}, minima(precision=0.92))
    needed = report.criteria[0].needed_n
    assert needed is not None
    assert needed > 100
    assert "more labelled test rows would decide" in report.reason


def test_an_estimate_on_its_threshold_is_decided_by_no_number_of_rows() -> None:
    report = judge({"precision": estimate(0.92, 0.90, 0.94)}, minima(precision=0.92))
    assert report.criteria[0].needed_n is None
    assert "no reasonable number" in report.reason


def test_a_bound_that_tells_almost_nothing_promises_no_number_of_rows() -> None:
    report = judge({"recall": estimate(0.95, 5e-324, 0.99)}, minima(recall=0.9))
    assert (report.verdict, report.criteria[0].needed_n) == ("inconclusive", None)


def test_wider_bounds_ask_for_more_rows() -> None:
    narrow = judge({"precision": estimate(0.95, 0.915, 0.97)}, minima(precision=0.92)).criteria[0].needed_n
    wide = judge({"precision": estimate(0.95, 0.85, 0.99)}, minima(precision=0.92)).criteria[0].needed_n
    assert narrow is not None
    assert wide is not None
    assert wide > narrow


def test_the_gate_needs_neither_numpy_nor_a_data_frame() -> None:
    heavy = "{'numpy', 'pandas', 'pyarrow', 'sklearn'}"
    code = f"import sys, mlops.gate, mlops.policy; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  # fixed words


def test_a_maximum_looser_than_the_declared_one_is_overruled() -> None:
    loose, declared = (Policy(criteria={"error": Criterion(max=most)}) for most in (0.5, 0.1))
    report = judge({"error": estimate(0.3, 0.2, 0.4)}, loose, declared=declared)
    assert (report.verdict, report.criteria[0].threshold) == ("fail", 0.1)


def test_a_policy_that_compares_the_point_does_not_soften_a_declared_bound() -> None:
    report = judge({"recall": estimate(0.92, 0.85, 0.95)}, minima("point", recall=0.9), declared=minima(recall=0.9))
    assert (report.verdict, report.criteria[0].decide_on) == ("inconclusive", "lower_bound")


def test_fewer_rows_than_the_declared_policy_asks_for_are_inconclusive() -> None:
    good = {"recall": estimate(1.0, 1.0, 1.0)}
    asked, declared = (minima(recall=0.5).model_copy(update={"min_rows": rows}) for rows in (10, 2_001))
    assert judge(good, asked, declared=declared).verdict == "inconclusive"


def test_exactly_as_many_rows_as_the_policy_asks_for_decide() -> None:
    good = {"recall": estimate(1.0, 1.0, 1.0)}
    assert judge(good, minima(recall=0.5).model_copy(update={"min_rows": 2_000})).verdict == "pass"


def test_predictions_that_are_all_wrong_fail() -> None:
    wrong = {"precision": estimate(0.0, 0.0, 0.02)}
    report = judge(wrong, minima(precision=0.9), counts=Counts(tp=0, fp=200, fn=500, tn=1_300))
    assert report.verdict == "fail"


def test_the_rows_that_f1_needs_are_those_of_its_proportion() -> None:
    """At 0.92 against 0.90: J is 0.852 against 0.818, for which a Wilson bound needs some 350 rows."""
    n = 200
    jaccard = jaccard_of_f1(0.92)
    lower, upper = (f1_of_jaccard(bound(n * jaccard, n, 0.95)) for bound in (wilson_lower, wilson_upper))
    report = judge({"f1": estimate(0.92, lower, upper, n=n)}, minima(f1=0.9))
    expected = needed_n(jaccard, jaccard_of_f1(0.9), 0.95)
    assert expected is not None
    assert report.criteria[0].needed_n == pytest.approx(expected, abs=2)


def test_a_metric_with_fewer_rows_than_its_criterion_asks_for_is_inconclusive() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.5, min_samples=500)})
    few = judge({"precision": estimate(1.0, 1.0, 1.0, n=499)}, policy)
    assert (few.verdict, few.criteria[0].needed_n) == ("inconclusive", 500)
    assert "499 of the 500 rows" in few.reason
    assert "1 more is needed, about 5 more labelled test rows" in few.reason
    assert judge({"precision": estimate(1.0, 1.0, 1.0, n=500)}, policy).verdict == "pass"


def test_a_bad_metric_with_too_few_rows_does_not_fail_either() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.9, min_samples=100)})
    report = judge({"precision": estimate(0.5, 0.4, 0.6, n=99)}, policy)
    assert report.verdict == "inconclusive"


@pytest.mark.parametrize(("confidence", "verdict"), [(0.95, "pass"), (0.99, "inconclusive"), (0.9, "pass")])
def test_bounds_of_less_confidence_than_the_policy_asks_for_decide_nothing(confidence: float, verdict: str) -> None:
    policy = minima(recall=0.5).model_copy(update={"confidence": confidence})
    report = judge({"recall": estimate(1.0, 1.0, 1.0)}, policy)
    assert report.verdict == verdict
    assert ("measured at 95 % confidence, the policy asks for 99 %" in report.reason) == (confidence > 0.95)
