"""What a rule can decide at so many rows, and how likely: the published figures, and the gate's own verdicts."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlops.config import Criterion, Policy, SliceRule, policy_sha256
from mlops.gate import Facts, decide
from mlops.gate.prospects import Rule, bounds, chances, judge, limits, needed_for, needed_without_error
from tests.factories import bindings
from tests.scored import measured, minima, scored

RANK = {"fail": 0, "inconclusive": 1, "pass": 2}
METRICS = st.sampled_from(["precision", "recall", "f1"])
DECIDE = st.sampled_from(["point", "lower_bound"])


def rule(threshold: float, metric: str = "precision", decide_on: Any = "lower_bound", **changes: Any) -> Rule:
    """Return a minimum at 95 % confidence."""
    found = Rule(metric, threshold, least=True, decide_on=decide_on, confidence=0.95)
    return found._replace(**changes)


@pytest.mark.parametrize(("n", "rate"), [(100, 0.970), (500, 0.940), (1000, 0.935), (5000, 0.926)])
def test_the_smallest_rate_that_passes_at_92_percent(n: int, rate: float) -> None:
    assert limits(rule(0.92), n).passes_from / n == pytest.approx(rate, abs=5e-4)


def test_96_percent_is_impossible_with_37_rows() -> None:
    assert limits(rule(0.96), 37).passes_from == 38
    assert chances(rule(0.96), 37, 1.0) == (0.0, 1.0, 0.0)
    assert needed_without_error(rule(0.96)) == 65


def test_the_point_rule_passes_a_true_90_percent_model_in_a_fifth_of_cases() -> None:
    assert chances(rule(0.92, decide_on="point"), 200, 0.90).passes == pytest.approx(0.21, abs=0.005)


def test_certifying_92_percent_takes_32_rows_without_error() -> None:
    assert needed_without_error(rule(0.92)) == 32
    assert [limits(rule(0.92), n).passes_from <= n for n in (31, 32)] == [False, True]


@pytest.mark.parametrize(("truth", "n"), [(0.95, 430), (0.94, 1_050)])
def test_certifying_92_percent_takes_about_so_many_rows(truth: float, n: int) -> None:
    found = needed_for(rule(0.92), truth)
    assert found == pytest.approx(n, rel=0.03)
    assert np.mean([chances(rule(0.92), m, truth).passes for m in range(n - 40, n + 40)]) == pytest.approx(
        0.8, abs=0.02
    )


def test_no_number_of_rows_certifies_what_is_not_true() -> None:
    assert needed_for(rule(0.92), 0.92) is None
    assert needed_for(rule(0.92), 0.92 + 1e-7) is None
    assert needed_without_error(rule(1.0)) is None
    assert needed_for(rule(1.0), 1.0) is None


def test_a_point_rule_needs_one_row_without_error() -> None:
    assert needed_without_error(rule(0.92, decide_on="point")) == 1
    assert needed_without_error(rule(0.92, decide_on="point", min_samples=30)) == 30


@given(
    metric=METRICS,
    threshold=st.floats(0.01, 0.99),
    n=st.integers(1, 250),
    effect=st.sampled_from([1.0, 1.4, 6.0]),
    least=st.booleans(),
    decide_on=DECIDE,
)
def test_the_counts_that_pass_and_fail_are_those_that_are_judged_so(
    metric: str, threshold: float, n: int, effect: float, *, least: bool, decide_on: Any
) -> None:
    asked = rule(threshold, metric, decide_on, least=least)
    found = limits(asked, n, n / effect)
    verdicts = [judge(asked, good if least else n - good, n, n / effect) for good in range(n + 1)]
    expected = ["fail" if g < found.fails_below else "pass" if g >= found.passes_from else "inconclusive" for g in range(n + 1)]  # fmt: skip  # noqa: E501  # one table
    assert verdicts == expected


@given(
    metric=METRICS,
    threshold=st.floats(0.01, 0.99),
    n=st.integers(1, 120),
    truth=st.floats(0.001, 0.999),
    least=st.booleans(),
    decide_on=DECIDE,
)
def test_the_chances_are_sums_over_the_outcomes(
    metric: str, threshold: float, n: int, truth: float, *, least: bool, decide_on: Any
) -> None:
    asked = rule(threshold, metric, decide_on, least=least)
    weights = stats.binom.pmf(np.arange(n + 1), n, asked.share_of(truth))
    sums = dict.fromkeys(RANK, 0.0)
    for hits, weight in enumerate(np.asarray(weights).tolist()):
        sums[judge(asked, hits, n)] += weight
    assert chances(asked, n, truth) == pytest.approx((sums["pass"], sums["inconclusive"], sums["fail"]), abs=1e-9)


@given(METRICS, st.floats(0.01, 0.99), st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_a_better_model_is_likelier_to_pass(metric: str, threshold: float, n: int, one: float, other: float) -> None:
    worse, better = sorted((one, other))
    asked = rule(threshold, metric)
    assert chances(asked, n, worse).passes <= chances(asked, n, better).passes + 1e-12
    assert chances(asked, n, worse).fails >= chances(asked, n, better).fails - 1e-12


@pytest.mark.parametrize("threshold", [0.8, 0.88, 0.92, 0.96])
@pytest.mark.parametrize("n", [100, 200, 500, 1_000, 5_000])
def test_a_model_on_the_threshold_passes_in_one_case_of_twenty(threshold: float, n: int) -> None:
    assert chances(rule(threshold), n, threshold).passes <= 0.06


def test_fewer_rows_than_min_samples_decide_nothing() -> None:
    assert [judge(rule(0.5, min_samples=40), n, n) for n in (39, 40)] == ["inconclusive", "pass"]
    assert judge(rule(0.5, min_samples=40), 0, 39) == "inconclusive"
    assert judge(rule(0.5), 0, 0) == "inconclusive"


def test_rows_that_share_clusters_prove_less() -> None:
    assert limits(rule(0.92), 500, 250.0).passes_from > limits(rule(0.92), 500).passes_from
    assert limits(rule(0.92), 500, 500.0) == limits(rule(0.92), 500)


def test_a_maximum_mirrors_a_minimum() -> None:
    most = Rule.of("error", Criterion(max=0.08), 0.95)
    assert limits(most, 500).passes_from == limits(rule(0.92), 500).passes_from
    assert limits(most, 500).fails_below == pytest.approx(limits(rule(0.92), 500).fails_below, abs=2)
    assert chances(most, 500, 0.05).passes == pytest.approx(chances(rule(0.92), 500, 0.95).passes)
    assert needed_without_error(most) == needed_without_error(rule(0.92))


def test_a_rule_is_read_from_a_criterion_and_from_a_slice() -> None:
    assert Rule.of("recall", Criterion(min=0.9, decide_on="point"), 0.9) == ("recall", 0.9, True, "point", 0.9, 1)
    assert Rule.of("recall", SliceRule(max=0.2), 0.95) == ("recall", 0.2, False, "lower_bound", 0.95, 30)


COUNTS = [(470, 30, 40), (469, 31, 40), (465, 20, 35), (97, 3, 1), (37, 0, 0), (440, 60, 60), (600, 400, 200)]


@pytest.mark.parametrize(("tp", "fp", "fn"), COUNTS)
def test_the_bounds_are_those_of_the_measurement_to_a_row(tp: int, fp: int, fn: int) -> None:
    found = measured(scored(tp=tp, fp=fp, fn=fn, tn=1_000)).metrics
    for metric, n in {"precision": tp + fp, "recall": tp + fn, "f1": tp + fp + fn}.items():
        lower, upper = (rule(0.9, metric).value_of(bound) for bound in bounds(tp / n, n, 0.95))
        assert lower == pytest.approx(found[metric].lower, abs=3e-4)
        assert upper == pytest.approx(found[metric].upper, abs=1.3 / n)


def verdicts_of_the_gate(policy: Policy, tp: int, fp: int, fn: int) -> dict[str, str]:
    """Return the gate's verdict on each criterion for rows with these counts, measured and decided as in a run."""
    report = decide(
        measured(scored(tp=tp, fp=fp, fn=fn, tn=1_000), policy),
        policy,
        declared=policy,
        bindings=bindings_of(policy, tp, fp, fn),
        facts=Facts(first_version=True),
    )
    return {result.metric: result.verdict for result in report.criteria}


def bindings_of(policy: Policy, tp: int, fp: int, fn: int) -> Any:
    """Return bindings to the bytes that the metrics of these rows were measured on."""
    found = measured(scored(tp=tp, fp=fp, fn=fn, tn=1_000), policy)
    return bindings(
        dataset_sha256=found.dataset_sha256,
        model_sha256=found.model_sha256,
        evaluation_sha256=found.evaluation_sha256,
        policy_sha256=policy_sha256(policy),
    )


@pytest.mark.parametrize("decide_on", ["point", "lower_bound"])
@pytest.mark.parametrize(("tp", "fp", "fn"), [*COUNTS, (470, 30, 71), (451, 49, 60), (430, 70, 80)])
def test_the_verdicts_are_those_of_the_gate(tp: int, fp: int, fn: int, decide_on: Any) -> None:
    policy = minima(decide_on, precision=0.92, recall=0.88, f1=0.9)
    rules = {metric: Rule.of(metric, criterion, 0.95) for metric, criterion in policy.criteria.items()}
    sizes = {"precision": tp + fp, "recall": tp + fn, "f1": tp + fp + fn}
    assert {metric: judge(rules[metric], tp, n) for metric, n in sizes.items()} == verdicts_of_the_gate(
        policy, tp, fp, fn
    )
