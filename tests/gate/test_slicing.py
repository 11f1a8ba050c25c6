"""Slices in the gate: support respected, fails corrected, what is missing never passes, the worst first."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Criterion, Policy, SliceRule
from mlops.gate import SliceResult
from mlops.gate.slicing import judge_slices, name_of
from mlops.intervals.proportions import f1_of_jaccard, p_at_least, wilson_lower, wilson_upper
from mlops.metrics import Counts, Estimate, SliceMetrics
from tests.gate.test_deciding import ORDER, RATES, metrics_of

COUNTS = Counts(tp=1, fp=1, fn=1, tn=1)
RANK = {"fail": 0, "inconclusive": 1, "pass": 2}


def wilson(hits: float, n: int) -> Estimate:
    """Return ``hits`` of ``n`` with Wilson's bounds."""
    return Estimate(value=hits / n, lower=wilson_lower(hits, n, 0.95), upper=wilson_upper(hits, n, 0.95), n=n)


def part(value: str, name: str = "script", **estimates: Estimate) -> SliceMetrics:
    """Return one value of a slice with these estimates."""
    return SliceMetrics(slice=name, value=value, rows=400, positives=200, counts=COUNTS, metrics=estimates)


def policy(metric: str = "precision", **rule: Any) -> Policy:
    """Return a policy that bounds ``metric`` in the slice ``script``."""
    limits = {"min": 0.9} if "max" not in rule else {}
    rules = {"script": SliceRule(**(limits | rule))}
    criterion = Criterion(max=0.9, slices=rules) if "max" in rule else Criterion(min=0.1, slices=rules)
    return Policy(criteria={metric: criterion})


def judge(parts: list[SliceMetrics], rules: Policy, obstacle: str = "") -> tuple[SliceResult, ...]:
    """Decide the slices of 2,000 test rows."""
    return judge_slices(metrics_of({}, slices=tuple(parts)), rules, obstacle=obstacle)


def only(estimate: Estimate, rules: Policy, metric: str = "precision") -> SliceResult:
    """Decide a slice of a single value."""
    found = part("latin").model_copy(update={"metrics": {metric: estimate}})
    (result,) = judge([found], rules)
    return result


@pytest.mark.parametrize(
    ("hits", "verdict"), [(380, "pass"), (365, "inconclusive"), (355, "inconclusive"), (330, "fail")]
)
def test_a_single_value_is_decided_by_its_own_bounds(hits: int, verdict: str) -> None:
    found = wilson(hits, 400)
    result = only(found, policy())
    assert result.verdict == verdict
    assert (found.lower or 0) >= 0.9 if verdict == "pass" else (found.lower or 1) < 0.9
    assert verdict != "fail" or (found.upper or 1) < 0.9


@pytest.mark.parametrize(("value", "verdict"), [(0.9, "pass"), (math.nextafter(0.9, 0), "inconclusive"), (0.5, "fail")])
def test_the_point_rule_passes_on_the_estimate_and_fails_only_beyond_chance(value: float, verdict: str) -> None:
    assert only(wilson(value * 60, 60), policy(decide_on="point")).verdict == verdict


@pytest.mark.parametrize(("hits", "verdict"), [(20, "pass"), (36, "inconclusive"), (80, "fail")])
def test_a_maximum_mirrors_a_minimum(hits: int, verdict: str) -> None:
    result = only(wilson(hits, 400), policy("error", max=0.1), "error")
    mirror = only(wilson(400 - hits, 400), policy(min=0.9))
    assert (result.verdict, mirror.verdict) == (verdict, verdict)
    assert result.p_value == pytest.approx(mirror.p_value)
    assert result.direction == "max"


@given(st.integers(0, 400), st.floats(0.01, 0.99))
def test_a_value_fails_only_when_its_upper_bound_is_below(hits: int, least: float) -> None:
    found = wilson(hits, 400)
    assert found.upper is not None
    if abs(found.upper - least) > 1e-9:
        result = only(found, policy(min=least))
        assert result.verdict != "fail" or found.upper < least
        assert result.p_value == result.adjusted_p
        assert result.p_value == pytest.approx(p_at_least(hits / 400, least, 400), abs=1e-6)


def test_the_p_of_f1_is_that_of_its_proportion() -> None:
    jaccard = wilson(300, 400)
    value, lower, upper = (f1_of_jaccard(x or 0) for x in (jaccard.value, jaccard.lower, jaccard.upper))
    mapped = Estimate(value=value, lower=lower, upper=upper, n=400)
    result = only(mapped, policy("f1", min=f1_of_jaccard(0.8)), "f1")
    assert result.p_value == pytest.approx(p_at_least(0.75, 0.8, 400), rel=1e-6)


def test_wider_bounds_are_worth_fewer_rows() -> None:
    narrow, clustered = wilson(344, 400), wilson(86, 100).model_copy(update={"n": 400})
    assert only(narrow, policy()).verdict == "fail"
    result = only(clustered, policy())
    assert result.verdict == "inconclusive"
    assert result.p_value == pytest.approx(p_at_least(0.86, 0.9, 100), rel=1e-6)


def test_many_values_do_not_fail_a_good_model_by_chance_and_each_must_still_pass() -> None:
    poor = wilson(345, 400)
    assert only(poor, policy()).verdict == "fail"
    results = judge(
        [part("poor", precision=poor), *(part(f"v{i}", precision=wilson(399, 400)) for i in range(19))], policy()
    )
    assert (results[0].value, results[0].verdict) == ("poor", "inconclusive")
    assert results[0].adjusted_p == pytest.approx(20 * (results[0].p_value or 0))
    assert "chance can explain it" in results[0].reason
    assert "over 20 slice values" in results[0].reason
    assert [result.verdict for result in results[1:]] == ["pass"] * 19


def test_the_correction_is_over_all_values_of_all_slices_of_the_policy() -> None:
    rules = {name: SliceRule(min=0.9) for name in ("kind", "script")}
    both = Policy(criteria={m: Criterion(min=0.1, slices=rules) for m in ("precision", "recall")})
    parts = [part(v, name=n, precision=wilson(345, 400), recall=wilson(390, 400)) for n in rules for v in "ab"]
    results = judge(parts, both)
    assert len(results) == 8
    worst = results[0]
    assert worst.adjusted_p == pytest.approx(8 * (worst.p_value or 0))


def test_good_models_with_many_slices_fail_no_more_often_than_promised() -> None:
    """1,000 models that are just good enough in each of 15 slices: 66 % would fail somewhere without correction."""
    hits = np.random.default_rng(0).binomial(200, 0.9, size=(1_000, 15))
    rules = policy()
    failed = uncorrected = 0
    for row in hits.tolist():
        results = judge([part(str(i), precision=wilson(x, 200)) for i, x in enumerate(row)], rules)
        failed += results[0].verdict == "fail"
        uncorrected += any((result.upper or 0) < 0.9 for result in results)
    assert uncorrected > 400
    assert failed <= 60


@pytest.mark.parametrize("hits", [29, 0])
def test_a_value_with_too_few_rows_is_inconclusive_and_says_how_many_it_lacks(hits: int) -> None:
    result = only(wilson(hits, 29), policy(min=0.5, min_samples=50))
    assert result.verdict == "inconclusive"
    assert "29 of the 50 rows" in result.reason
    assert "21 more are needed" in result.reason
    assert "about 1,500 more labelled test rows" in result.reason
    assert only(wilson(hits, 29), policy(min=0.5, min_samples=29)).verdict == ("pass" if hits else "fail")


def test_a_value_that_the_policy_names_and_the_rows_do_not_show_is_inconclusive() -> None:
    results = judge([part("latin", precision=wilson(400, 400))], policy(values=("latin", "greek")))
    assert [(result.value, result.verdict) for result in results] == [("greek", "inconclusive"), ("latin", "pass")]
    assert (results[0].n, results[0].p_value, results[0].adjusted_p) == (0, None, None)
    assert "do not show it" in results[0].reason


def test_a_slice_that_the_evaluation_lacks_is_inconclusive_and_names_those_there_are() -> None:
    (result,) = judge([part("a", name="kind"), part("b", name="kind"), part("c", name="length")], policy())
    assert (result.verdict, result.value) == ("inconclusive", "")
    assert result.reason == "The evaluation has no such slice; it has: kind, length."
    assert name_of(result) == "precision in slice script"
    (alone,) = judge([], policy())
    assert "it has: none" in alone.reason


def test_a_metric_that_is_not_defined_or_not_measured_there_is_inconclusive() -> None:
    undefined = Estimate(value=None, lower=None, upper=None, n=40, reason="no row is predicted positive")
    result = only(undefined, policy())
    assert (result.verdict, result.p_value) == ("inconclusive", None)
    assert "no row is predicted positive" in result.reason
    (missing,) = judge([part("latin", recall=wilson(9, 10))], policy())
    assert missing.verdict == "inconclusive"
    assert "not measured" in missing.reason


def test_an_undefined_value_still_counts_in_the_correction() -> None:
    undefined = Estimate(value=None, lower=None, upper=None, n=0, reason="none")
    results = judge([part("a", precision=wilson(340, 400)), part("b", precision=undefined)], policy())
    defined = next(result for result in results if result.value == "a")
    assert defined.adjusted_p == pytest.approx(2 * (defined.p_value or 0))


def test_nothing_is_decided_where_there_is_an_obstacle() -> None:
    results = judge([part("a", precision=wilson(400, 400)), part("b", precision=wilson(1, 400))], policy(), "Too few.")
    assert {(result.verdict, result.reason) for result in results} == {("inconclusive", "Too few.")}


def test_a_rule_that_only_warns_does_not_block() -> None:
    assert not only(wilson(1, 400), policy(action="warn")).blocking
    assert only(wilson(1, 400), policy()).blocking


def test_the_worst_comes_first_whatever_the_order_of_the_rows() -> None:
    found = {"a": 399, "b": 300, "c": 380, "d": 200, "e": 360, "f": 358}
    parts = [part(value, precision=wilson(hits, 400)) for value, hits in found.items()]
    results = judge(parts, policy(values=("missing",)))
    assert [result.value for result in results] == ["d", "b", "f", "e", "missing", "c", "a"]
    assert results == judge(parts[::-1], policy(values=("missing",)))
    assert [RANK[result.verdict] for result in results] == [0, 0, 1, 1, 1, 2, 2]


def test_a_policy_without_rules_for_slices_judges_none() -> None:
    assert judge([part("a", precision=wilson(1, 400))], Policy(criteria={"precision": Criterion(min=0.9)})) == ()


def test_a_value_from_data_is_named_printable_quoted_and_short() -> None:
    (result,) = judge([part('\x1b[2J"x"\u202e' + "y" * 100, precision=wilson(1, 400))], policy())
    name = name_of(result)
    assert name.isprintable()
    assert name.count('"') == 2
    assert len(name) < 100
    assert "\x1b" not in result.reason


def test_long_values_and_many_slices_are_cut() -> None:
    (long,) = judge([part("y" * 100, precision=wilson(1, 400))], policy())
    assert name_of(long).count("y") == 40
    (absent,) = judge([part("a", name=f"kind_{i}") for i in range(30)], policy())
    assert absent.reason.count("kind_") == 20


@given(st.lists(st.integers(0, 400), min_size=1, max_size=6), st.data(), st.sampled_from(["point", "lower_bound"]))
def test_a_better_value_worsens_no_verdict(hits: list[int], data: st.DataObject, decide_on: Any) -> None:
    better = [data.draw(st.integers(count, 400)) for count in hits]
    rules = policy(decide_on=decide_on)
    verdicts = [
        {
            result.value: result.verdict
            for result in judge([part(str(i), precision=wilson(h, 400)) for i, h in enumerate(row)], rules)
        }
        for row in (hits, better)
    ]
    assert all(ORDER[verdicts[1][value]] >= ORDER[verdict] for value, verdict in verdicts[0].items())


@given(
    st.lists(
        st.one_of(RATES, st.sampled_from([None, math.nan, math.inf, -math.inf, -1.0, 2.0])), min_size=3, max_size=3
    ),
    RATES,
    st.sampled_from(["point", "lower_bound"]),
    st.booleans(),
    st.sampled_from(["precision", "f1"]),
)
def test_what_is_no_number_is_never_decided(
    numbers: list[Any], threshold: float, decide_on: Any, least: bool, metric: str
) -> None:
    value, lower, upper = numbers
    estimate = Estimate.model_construct(value=value, lower=lower, upper=upper, n=400, reason="")
    rule = {"min" if least else "max": threshold}
    criterion = Criterion(**rule, slices={"script": SliceRule(**rule, decide_on=decide_on)})
    odd = SliceMetrics.model_construct(
        slice="script", value="a", rows=400, positives=1, counts=COUNTS, metrics={metric: estimate}
    )
    (result,) = judge([odd], Policy(criteria={metric: criterion}))
    if any(number is None or not math.isfinite(number) for number in numbers):
        assert result.verdict == "inconclusive"
    if result.verdict == "pass":
        assert value >= threshold if least else value <= threshold
