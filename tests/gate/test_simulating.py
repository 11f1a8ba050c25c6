"""The simulated verdict over all criteria is the gate's own, and agrees with exact probabilities."""

from typing import Any

import numpy as np
import pytest

from mlops.config import Change, Criterion, Policy, SliceRule, policy_sha256
from mlops.gate import Facts, decide
from mlops.gate.outcomes import of_grid, of_model
from mlops.gate.prospects import Rule, chances
from mlops.gate.sample import Sample, Truth, from_counts, predicted_by
from mlops.gate.simulating import DRAWS, Drawn, draw, error_of, simulate, verdicts
from tests.factories import bindings
from tests.scored import measured, minima, scored

CODES = {"fail": 0, "inconclusive": 1, "pass": 2}
POLICY = minima(precision=0.92, recall=0.88, f1=0.9)


def sample(positives: int = 500, *, rows: int | None = None, effect: float = 1.0) -> Sample:
    """Return test rows that exist only as counts."""
    return from_counts(rows=rows, positives=positives, predicted=positives, hits=0.9 * positives, effect=effect)


def verdict_of_the_gate(policy: Policy, tp: int, fp: int, fn: int) -> int:
    """Return the code of the gate's verdict on rows with these counts, measured and decided as in a run."""
    found = measured(scored(tp=tp, fp=fp, fn=fn, tn=1_000), policy)
    bound = bindings(
        dataset_sha256=found.dataset_sha256,
        model_sha256=found.model_sha256,
        evaluation_sha256=found.evaluation_sha256,
        policy_sha256=policy_sha256(policy),
    )
    return CODES[decide(found, policy, declared=policy, bindings=bound, facts=Facts(first_version=True)).verdict]


def nearly_fails(policy: Policy, tp: int, fp: int, fn: int) -> bool:
    """Whether a row or two worse fail here too: the bootstrap's upper bound is met only to about a row."""
    worse = Drawn(*(np.array([count]) for count in (tp - 2, fp + 2, fn + 2)))
    return bool(verdicts(policy, worse)[0] == 0)


@pytest.mark.parametrize("truth", [Truth(0.95, 0.92), Truth(0.9, 0.85), Truth(0.93, 0.95)])
@pytest.mark.parametrize("decide_on", ["lower_bound", "point"])
def test_the_verdict_on_drawn_samples_is_that_of_the_gate(truth: Truth, decide_on: Any) -> None:
    policy = minima(decide_on, precision=0.92, recall=0.88, f1=0.9)
    drawn = draw(truth, positives=400, negatives=1_600, draws=8, seed=3)
    counts = list(zip(drawn.tp.tolist(), drawn.fp.tolist(), drawn.fn.tolist(), strict=True))
    for code, each in zip(verdicts(policy, drawn).tolist(), counts, strict=True):
        assert code == verdict_of_the_gate(policy, *each) or (code == 1 and nearly_fails(policy, *each))


def test_one_criterion_alone_is_drawn_as_it_is_counted_out() -> None:
    policy = minima(recall=0.88)
    found = simulate(policy, Truth(0.95, 0.91), sample(500))
    exact = chances(Rule.of("recall", policy.criteria["recall"], 0.95), 500, 0.91)
    assert found == pytest.approx(exact, abs=4 * error_of(0.5))


def test_drawn_samples_have_the_true_quality() -> None:
    for negatives in (None, 1_500):
        drawn = draw(Truth(0.9, 0.8), positives=500, negatives=negatives)
        assert drawn.tp.sum() / (drawn.tp + drawn.fp).sum() == pytest.approx(0.9, abs=0.002)
        assert drawn.tp.sum() / (drawn.tp + drawn.fn).sum() == pytest.approx(0.8, abs=0.002)
        assert set((drawn.tp + drawn.fn).tolist()) == {500}


def test_more_false_alarms_than_negatives_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="negatives"):
        draw(Truth(0.1, 1.0), positives=100, negatives=50)


def test_a_model_without_hits_predicts_nothing_and_is_inconclusive() -> None:
    nothing = np.zeros(3, dtype=np.int64)
    assert verdicts(POLICY, Drawn(tp=nothing, fp=nothing, fn=nothing + 100)).tolist() == [1, 1, 1]


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    one, again = (simulate(POLICY, Truth(0.95, 0.92), sample(), seed=seed) for seed in (5, 5))
    assert one == again
    assert one != simulate(POLICY, Truth(0.95, 0.92), sample(), seed=6)


def test_a_policy_that_blocks_on_nothing_or_on_what_is_not_measured_passes_nothing() -> None:
    warning = Policy(criteria={"recall": Criterion(min=0.1, action="warn")})
    for policy in (Policy(criteria={}), warning, minima(accuracy=0.1)):
        assert simulate(policy, Truth(1.0, 1.0), sample()) == (0.0, 1.0, 0.0)


def test_a_warning_does_not_count() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.5), "precision": Criterion(min=0.99, action="warn")})
    assert simulate(policy, Truth(0.8, 0.9), sample()).passes == pytest.approx(1.0)


def test_fewer_rows_than_the_policy_asks_for_decide_nothing() -> None:
    policy = POLICY.model_copy(update={"min_rows": 1_000})
    assert simulate(policy, Truth(1.0, 1.0), sample(rows=999)) == (0.0, 1.0, 0.0)
    assert simulate(policy, Truth(1.0, 1.0), sample(rows=1_000)).passes == 1


def test_min_samples_counts_rows_and_not_what_they_are_worth() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.5, min_samples=400)})
    assert simulate(policy, Truth(0.9, 0.9), sample(500, effect=4.0)).passes == pytest.approx(1.0)
    assert simulate(policy, Truth(0.9, 0.9), sample(300, effect=4.0)).inconclusive == 1


def test_a_design_effect_makes_a_good_model_pass_more_rarely() -> None:
    truth = Truth(0.95, 0.92)
    assert simulate(POLICY, truth, sample(effect=2.0)).passes < simulate(POLICY, truth, sample()).passes - 0.1


def test_the_point_rule_passes_a_bad_model_more_often() -> None:
    truth = Truth(0.91, 0.9)
    assert simulate(POLICY, truth, sample(), decide_on="point").passes > 5 * simulate(POLICY, truth, sample()).passes


def test_passes_in_a_row_are_independent() -> None:
    found = of_model(POLICY, sample(), Truth(0.95, 0.92), runs=3)
    for outcome in (*found.together, *(o for table in found.criteria for o in table.outcomes)):
        assert outcome.in_a_row == pytest.approx(outcome.passes**3)
        assert outcome.passes + outcome.inconclusive + outcome.fails == pytest.approx(1)


def test_a_model_has_the_denominators_that_its_quality_leaves() -> None:
    found = of_model(POLICY, sample(500), Truth(0.95, 0.9), runs=1)
    assert predicted_by(Truth(0.95, 0.9), 500) == pytest.approx(473.7, abs=0.1)
    assert {table.metric: table.outcomes[0].n for table in found.criteria} == {
        "precision": 474,
        "recall": 500,
        "f1": 524,
    }


def test_a_grid_stands_around_each_threshold_and_rises() -> None:
    found = of_grid(POLICY, sample(), runs=3)
    assert [table.metric for table in found.criteria] == ["precision", "recall", "f1"]
    for table in found.criteria:
        truths = [outcome.truth[table.metric] for outcome in table.outcomes]
        assert truths == pytest.approx([table.threshold + x for x in (-0.02, -0.01, 0, 0.01, 0.02, 0.03, 0.05)])
        passes = [outcome.passes for outcome in table.outcomes]
        assert passes == sorted(passes)
        assert table.outcomes[-2].passes_at[0] > table.outcomes[-2].passes
    assert [outcome.truth["precision"] for outcome in found.together][2] == 0.92


def test_a_grid_of_thresholds_near_one_leaves_out_what_is_no_rate() -> None:
    found = of_grid(minima(precision=0.98), sample(), runs=1)
    assert max(outcome.truth["precision"] for outcome in found.criteria[0].outcomes) < 1
    assert all(outcome.truth["recall"] < 1 for outcome in found.together)


def test_a_policy_without_minima_has_no_common_grid() -> None:
    assert of_grid(Policy(criteria={"recall": Criterion(max=0.5)}), sample(), runs=1).together == ()


def test_what_is_not_simulated_is_named() -> None:
    rule = SliceRule(min=0.8)
    policy = Policy(seeds=2, criteria={"recall": Criterion(min=0.9, change=Change(max_drop=0.01), slices={"a": rule})})
    assert of_grid(policy, sample(), runs=1).not_simulated == (
        "bounds inside slices",
        "the comparison with the model in production",
        "other seeds",
    )
    assert of_grid(POLICY, sample(), runs=1).not_simulated == ()


def test_the_standard_error_is_that_of_a_count() -> None:
    assert error_of(0.5) == pytest.approx(0.5 / DRAWS**0.5)
    assert error_of(1.0) == 0
