"""A policy is looked at before any model is judged by it: what can never pass, and what was probably not meant."""

from typing import Any

import numpy as np
import pytest

from mlops.config import Change, Criterion, HoldoutBudget, Policy, SliceRule, TaskSettings, ThresholdSettings
from mlops.gate.findings import Finding
from mlops.gate.linting import Lint, lint
from mlops.gate.sample import Denominator, Sample, from_counts, from_metrics
from mlops.intervals.paired import PairedRows, differences
from tests.factories import metrics, task_settings
from tests.scored import measured, minima, scored, texts


def settings(policy: Policy, **changes: Any) -> TaskSettings:
    """Return the settings of a task with this policy."""
    return task_settings(policy=policy, **changes)


def counts(n: int, *, rows: int | None = None, effect: float = 1.0) -> Sample:
    """Return test rows of which ``n`` are positive and as many predicted so, all of them hits."""
    return from_counts(rows=rows, positives=n, predicted=n, hits=n, effect=effect)


def found_at(found: Lint, field: str) -> Finding:
    """Return the one finding about a field."""
    [finding] = [finding for finding in found.findings if finding.field == f"policy.{field}"]
    return finding


def fields(found: Lint) -> set[str]:
    """Return the fields that something was found about, but for the standing note on the use of test rows."""
    return {finding.field.removeprefix("policy.") for finding in found.findings} - {"holdout"}


@pytest.mark.parametrize(
    ("n", "rate", "errors"), [(100, 0.97, 3), (500, 0.94, 30), (1000, 0.935, 65), (5000, 0.926, 368)]
)
def test_the_smallest_rate_that_passes_is_shown_with_the_errors_it_allows(n: int, rate: float, errors: int) -> None:
    [row] = lint(settings(minima(precision=0.92)), counts(n)).criteria
    assert row.passes_at == pytest.approx(rate, abs=5e-4)
    assert row.errors_allowed == errors


def test_96_percent_can_never_pass_with_37_rows_and_the_fix_says_what_it_takes() -> None:
    found = lint(settings(minima(precision=0.96)), counts(37))
    assert not found.can_pass
    assert (found.criteria[0].passes_at, found.criteria[0].errors_allowed) == (None, None)
    finding = found_at(found, "criteria.precision.min")
    assert finding.level == "error"
    assert "not even precision without an error" in finding.sentence
    assert "n = 65 without any error, about 2,171 if the truth is 97 %" in finding.fix


def test_what_only_warns_never_makes_the_gate_unable_to_pass() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.96, action="warn"), "recall": Criterion(min=0.5)})
    found = lint(settings(policy), counts(37))
    assert found.can_pass
    assert found_at(found, "criteria.precision.min").level == "warning"


def test_blocking_criteria_come_first() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.9, action="warn"), "f1": Criterion(min=0.9)})
    assert [row.metric for row in lint(settings(policy), counts(500)).criteria] == ["f1", "precision"]


def test_without_test_rows_several_sizes_are_shown_and_none_is_blamed() -> None:
    found = lint(settings(minima(precision=0.98)), None)
    assert [row.n for row in found.criteria] == [100, 500, 1_000, 5_000]
    assert found.criteria[0].passes_at is None
    assert found.can_pass


def test_what_no_number_of_rows_shows_is_an_error_even_without_rows() -> None:
    found = lint(settings(minima(precision=1.0)), None)
    assert not found.can_pass
    assert "No number of rows" in found_at(found, "criteria.precision.min").sentence


def test_the_needed_rows_are_those_of_the_published_figures() -> None:
    [row] = lint(settings(minima(precision=0.92)), counts(500)).criteria
    assert row.needed_without_error == 32
    needed = {needed.truth: needed.n for needed in row.needed}
    assert needed[0.95] == pytest.approx(430, rel=0.03)
    assert needed[0.94] == pytest.approx(1_050, rel=0.03)
    [clustered] = lint(settings(minima(precision=0.92)), counts(500, effect=2.0)).criteria
    assert clustered.needed_without_error == 64


def test_the_design_effect_is_read_off_the_reported_bounds() -> None:
    independent = from_metrics(measured(scored(tp=470, fp=30, fn=40, tn=460)), "")
    assert {m: round(d.effect, 2) for m, d in independent.denominators.items()} == dict.fromkeys(["precision", "recall", "f1"], 1.0)  # fmt: skip  # noqa: E501  # one table
    twice = texts(list(np.arange(1_000) // 2))
    clustered = from_metrics(measured(scored(tp=470, fp=30, fn=40, tn=460, cluster=twice)), "")
    assert all(1.4 < denominator.effect < 2.3 for denominator in clustered.denominators.values())
    found = lint(settings(minima(precision=0.92)), clustered).criteria[0]
    assert found.effective < found.n == 500


def test_an_undefined_metric_has_no_denominator() -> None:
    nothing = from_metrics(measured(scored(tp=0, fp=0, fn=40, tn=460)), "")
    assert nothing.denominators["precision"] == Denominator(0)
    found = lint(settings(minima(precision=0.5)), nothing)
    assert "not defined" in found_at(found, "criteria.precision.min").sentence
    assert not found.can_pass


def test_a_policy_that_blocks_on_nothing_passes_nothing() -> None:
    for policy in (Policy(criteria={}), Policy(criteria={"recall": Criterion(min=0.5, action="warn")})):
        found = lint(settings(policy), None)
        assert not found.can_pass
        assert found_at(found, "criteria").level == "error"


def test_a_point_rule_says_what_it_lets_through() -> None:
    finding = found_at(lint(settings(minima("point", precision=0.92)), None), "criteria.precision.decide_on")
    assert finding.level == "warning"
    assert "true precision is 90 % passes in 21 % of cases with n = 200" in finding.sentence
    many = found_at(lint(settings(minima("point", precision=0.92)), counts(5_000)), "criteria.precision.decide_on")
    assert "passes in 0 % of cases with n = 5,000" in many.sentence


@pytest.mark.parametrize(
    ("f1", "words"),
    [(0.90, "asks more than the minima"), (0.89, "asks nothing more"), (0.8996, "asks more"), (0.8995, "nothing more")],
)
def test_the_minima_of_precision_and_recall_imply_one_of_f1(f1: float, words: str) -> None:
    found = lint(settings(minima(precision=0.92, recall=0.88, f1=f1)), None)
    finding = found_at(found, "criteria.f1.min")
    assert (finding.level, words in finding.sentence) == ("note", True)


def test_bounds_that_contradict_each_other_can_never_pass() -> None:
    most = {"precision": Criterion(max=0.5), "recall": Criterion(max=0.9), "f1": Criterion(min=0.8)}
    least = {"precision": Criterion(min=0.9), "recall": Criterion(min=0.9), "f1": Criterion(max=0.5)}
    for criteria in (most, least):
        found = lint(settings(Policy(criteria=criteria)), None)
        assert "contradict" in found_at(found, "criteria.f1").sentence
        assert not found.can_pass


def test_f1_alone_contradicts_nothing() -> None:
    assert fields(lint(settings(minima(f1=0.9)), None)) == set()
    assert fields(lint(settings(minima(f1=0.9, recall=0.9)), None)) == set()


@pytest.mark.parametrize(("floor", "objective", "told"), [(0.9, "recall_at_precision", True), (0.92, "recall_at_precision", False), (0.9, "f1", False)])  # fmt: skip  # noqa: E501  # one table
def test_a_decision_threshold_chosen_for_less_precision_is_told(floor: float, objective: Any, told: bool) -> None:
    threshold = ThresholdSettings(objective=objective, precision_floor=floor)
    found = lint(settings(minima(precision=0.92), threshold=threshold), None)
    assert ("threshold.precision_floor" in {finding.field for finding in found.findings}) == told


def test_low_confidence_and_extreme_bounds_are_told() -> None:
    policy = minima(precision=0.995, recall=0.0).model_copy(update={"confidence": 0.8})
    assert fields(lint(settings(policy), None)) == {"confidence", "criteria.precision.min", "criteria.recall"}
    usual = minima(precision=0.99, recall=0.5).model_copy(update={"confidence": 0.9})
    assert fields(lint(settings(usual), None)) == set()


def test_a_metric_that_nothing_measures_is_never_decided() -> None:
    found = lint(settings(minima(accuracy=0.9)), counts(500))
    assert found_at(found, "criteria.accuracy").level == "error"


def test_the_use_of_test_rows_and_of_seeds_is_told() -> None:
    policy = minima(precision=0.9).model_copy(update={"holdout": HoldoutBudget(warn_after=1), "seeds": 3})
    found = lint(settings(policy), None)
    assert "in up to 5 % of cases" in found_at(found, "holdout").sentence
    assert "All of 3 trainings" in found_at(found, "seeds").sentence


def test_more_rows_or_samples_than_there_are_can_never_be() -> None:
    policy = Policy(min_rows=1_001, criteria={"recall": Criterion(min=0.5, min_samples=600)})
    found = lint(settings(policy), counts(500, rows=1_000))
    assert "Label 1 more rows" in found_at(found, "min_rows").fix
    finding = found_at(found, "criteria.recall.min")
    assert "fewer than min_samples = 600" in finding.sentence
    assert "n = 600" in finding.fix
    enough = Policy(min_rows=1_000, criteria={"recall": Criterion(min=0.5, min_samples=500)})
    assert lint(settings(enough), counts(500, rows=1_000)).can_pass


def sliced(**rule: Any) -> TaskSettings:
    """Return settings with one rule on recall inside the slice ``script`` or another."""
    name = rule.pop("name", "script")
    return settings(Policy(criteria={"recall": Criterion(min=0.5, slices={name: SliceRule(min=0.5, **rule)})}))


def test_small_values_of_a_slice_can_never_be_decided() -> None:
    found = lint(sliced(), from_metrics(metrics(), ""))
    assert {(row.value, row.n): row.errors_allowed is None for row in found.slices} == {
        ("latin", 922): False,
        ("cyrillic", 78): False,
        ("greek", 5): True,
    }
    assert "script greek: recall has n = 5" in found_at(found, "criteria.recall.slices.script").sentence
    assert not found.can_pass
    assert lint(sliced(action="warn"), from_metrics(metrics(), "")).can_pass
    assert lint(sliced(min_samples=5), from_metrics(metrics(), "")).can_pass


def test_a_missing_slice_or_value_is_an_error() -> None:
    sample = from_metrics(metrics(), "")
    assert "have no slice nothing" in found_at(lint(sliced(name="nothing"), sample), "criteria.recall.slices.nothing").sentence  # fmt: skip  # noqa: E501  # one sentence
    found = lint(sliced(values=("latin", "klingon"), min_samples=1), sample)
    assert "klingon" in found_at(found, "criteria.recall.slices.script.values").sentence
    assert not found.can_pass


def test_slices_are_not_looked_at_where_only_counts_are_known() -> None:
    assert lint(sliced(name="nothing"), counts(500)).can_pass


def test_a_margin_is_compared_with_what_the_rows_can_prove() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.5, change=Change(max_drop=0.005))})
    found = lint(settings(policy), counts(500))
    assert found.changes[0].provable == pytest.approx(3 / 500, rel=0.01)
    assert found_at(found, "criteria.recall.change.max_drop").level == "warning"
    assert fields(lint(settings(policy), counts(1_000))) == set()


def test_the_provable_margin_is_about_that_of_the_gates_own_comparison() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.5, change=Change(max_drop=0.005))})
    label = np.repeat([True, False], [500, 1_500])
    called = label.copy()
    called[:25] = False
    rows = PairedRows(label, called, called, np.ones(2_000), np.arange(2_000))
    measured_difference = differences(rows, confidence=0.95, replicates=2_000, seed=0)["recall"]
    assert measured_difference is not None
    provable = lint(settings(policy), counts(500)).changes[0].provable
    assert -measured_difference.lower == pytest.approx(provable, rel=0.35)


def test_findings_come_worst_first() -> None:
    levels = [finding.level for finding in lint(settings(minima("point", precision=0.99)), counts(10)).findings]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    found = lint(settings(minima(precision=0.999)), counts(10))
    assert found.findings[0].level == "error"
