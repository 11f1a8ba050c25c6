"""The edges of what is foreseen: one row, no row, thresholds near the ends, and what is drawn by chance."""

import pytest

from mlops.config import Change, Criterion, Policy, SliceRule
from mlops.gate.linting import lint
from mlops.gate.outcomes import of_grid, of_model
from mlops.gate.sample import Denominator, Sample, SliceSample, Truth
from mlops.gate.simulating import error_of, simulate
from tests.factories import task_settings
from tests.scored import minima

METRICS = ("precision", "recall", "f1")


def sample(n: int, effect: float = 1.0, **denominators: Denominator) -> Sample:
    """Return test rows with ``n`` in each denominator."""
    return Sample("here", 4 * n, n, {metric: Denominator(n, effect) for metric in METRICS} | denominators)


def test_a_denominator_as_large_as_the_policy_asks_for_is_not_called_small() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.96, min_samples=37)})
    sentence = lint(task_settings(policy=policy), sample(37)).findings[0].sentence
    assert sentence == (
        "At n = 37 not even precision without an error has its bound at 96 %. It can never pass on these rows."
    )


def test_a_model_without_errors_is_not_planned_for_twice() -> None:
    fix = lint(task_settings(policy=minima(precision=0.99)), sample(37)).findings[0].fix
    assert fix == "Label more: n = 268 without any error."


def test_a_bound_of_one_inside_a_slice_is_never_reached() -> None:
    policy = Policy(criteria={"f1": Criterion(min=0.5, slices={"script": SliceRule(min=1.0)})})
    part = SliceSample("script", "latin", 400, {"f1": Denominator(300)})
    rows = Sample("here", 4_000, 1_000, {metric: Denominator(1_000) for metric in METRICS}, (part,))
    fixes = [f.fix for f in lint(task_settings(policy=policy), rows).findings if f.field.endswith("script")]
    assert fixes == ['Ask for a little less. Or use action = "warn".']


def test_what_is_not_measured_or_has_no_row_has_no_table() -> None:
    policy = Policy(criteria={"auc": Criterion(min=0.5), "precision": Criterion(min=0.9), "recall": Criterion(min=0.9)})
    found = of_grid(policy, sample(100, auc=Denominator(50), precision=Denominator(0)), runs=1)
    assert [table.metric for table in found.criteria] == ["recall"]


def test_thresholds_near_the_ends_have_truths_inside_them() -> None:
    rows = Sample("here", None, 100, {metric: Denominator(100) for metric in METRICS})
    found = of_grid(minima(precision=0.02, recall=0.97), rows, runs=1)
    truths = {table.metric: [outcome.truth[table.metric] for outcome in table.outcomes] for table in found.criteria}
    assert truths == {
        "precision": [0.01, 0.02, 0.03, 0.04, 0.05, 0.07],
        "recall": [0.95, 0.96, 0.97, 0.98, 0.99],
    }
    assert [outcome.truth["precision"] for outcome in found.together] == [0.01, 0.02, 0.03, 0.04]


def test_a_single_row_is_worth_a_row() -> None:
    found = of_grid(minima(recall=0.5), sample(1), runs=1)
    assert {outcome.effective for table in found.criteria for outcome in table.outcomes} == {1}
    assert {outcome.effective for outcome in found.together} == {1}


def test_everything_together_is_drawn_by_both_rules_and_has_its_chance() -> None:
    policy = minima(precision=0.92, recall=0.88).model_copy(update={"seeds": 2})
    truth, rows = Truth(0.94, 0.92), sample(300, 1.5)
    found = of_model(policy, rows, truth, runs=3)
    (together,) = found.together
    (table, _) = found.criteria
    assert together.effective == 200
    assert 0.05 < together.passes < 0.95
    assert together.error == error_of(together.passes)
    assert together.in_a_row == pytest.approx(together.passes**3)
    assert together.point_passes > together.passes
    sizes = {"precision": round(300 * 0.92 / 0.94), "recall": 300, "f1": round(300 + 300 * 0.92 / 0.94 - 300 * 0.92)}
    decided = Sample("here", 1_200, 300, {metric: Denominator(n, 1.5) for metric, n in sizes.items()})
    assert together.point_passes == simulate(policy, truth, decided, decide_on="point").passes
    assert table.outcomes[0].n == sizes["precision"]
    assert found.not_simulated == ("other seeds",)


def test_a_comparison_is_not_simulated() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.5, change=Change(max_drop=0.1))})
    assert of_model(policy, sample(50), Truth(0.9, 0.9), runs=1).not_simulated == (
        "the comparison with the model in production",
    )


def test_models_for_whose_false_positives_there_are_no_negatives_are_left_out() -> None:
    rows = Sample("here", 250, 200, {metric: Denominator(200) for metric in METRICS})
    found = of_grid(minima(precision=0.78, recall=0.9), rows, runs=1)
    assert [outcome.truth["precision"] for outcome in found.together] == [0.79, 0.8, 0.81, 0.83]
    assert of_grid(minima(precision=0.3, recall=0.8), rows, runs=1).together == ()
