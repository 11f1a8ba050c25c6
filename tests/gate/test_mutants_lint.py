"""What is found about a policy exactly at a limit, and just beside it."""

from typing import Any

import pytest

from mlops.config import Criterion, Policy, SliceRule
from mlops.gate import lint_rows, lint_words
from mlops.gate.attainable import Margin
from mlops.gate.findings import Finding
from mlops.gate.linting import lint
from mlops.gate.sample import Denominator, Sample, SliceSample
from tests.factories import task_settings


def three(precision: dict[str, float], recall: dict[str, float], f1: dict[str, Any]) -> Policy:
    """Return a policy of three bounds."""
    criteria = {"precision": Criterion(**precision), "recall": Criterion(**recall), "f1": Criterion(**f1)}
    return Policy(criteria=criteria)


def agreement(precision: dict[str, float], recall: dict[str, float], f1: dict[str, Any]) -> list[Finding]:
    """Return what three bounds mean for each other."""
    return list(lint_words.agreement(three(precision, recall, f1)))


def test_bounds_that_meet_do_not_contradict_each_other() -> None:
    assert agreement({"max": 0.5}, {"max": 0.5}, {"min": 0.5}) == []
    assert agreement({"min": 0.5}, {"min": 0.5}, {"max": 0.5}) == []
    assert agreement({"max": 0.5}, {"max": 0.5}, {"min": 0.51})[0].level == "error"
    assert agreement({"min": 0.5}, {"min": 0.5}, {"max": 0.49})[0].level == "error"


def test_minima_of_nothing_say_nothing_of_f1() -> None:
    assert agreement({"min": 0.0}, {"min": 0.9}, {"min": 0.0}) == []


def test_an_f1_just_above_its_minimum_keeps_its_digits() -> None:
    (found,) = agreement({"min": 0.90545}, {"min": 0.90545}, {"min": 0.9054})
    assert "F1 of at least 90.54 %, so a minimum of 90.54 % asks nothing more." in found.sentence


@pytest.mark.parametrize("bound", [{"min": 0.02}, {"max": 0.98}])
def test_a_point_rule_at_the_end_of_the_scale_lets_nothing_worse_through(bound: dict[str, float]) -> None:
    policy = Policy(criteria={"recall": Criterion(**bound, decide_on="point")})
    assert list(lint_words.points(policy, None)) == []


def test_a_point_rule_is_found_behind_a_rule_of_the_bound() -> None:
    criteria = {"precision": Criterion(min=0.9), "recall": Criterion(min=0.9, decide_on="point")}
    (found,) = lint_words.points(Policy(criteria=criteria), None)
    assert found.field == "policy.criteria.recall.decide_on"


def test_a_point_rule_on_one_row_passes_whenever_that_is_right() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.92, decide_on="point")})
    (found,) = lint_words.points(policy, Sample("here", 4, 1, {"recall": Denominator(1)}))
    assert "whose true recall is 90 % passes in 90 % of cases with n = 1." in found.sentence


def test_two_seeds_are_several() -> None:
    policy = Policy(seeds=2, criteria={"f1": Criterion(min=0.5)})
    assert [found.field for found in lint_words.use(policy)] == ["policy.holdout", "policy.seeds"]
    assert len(list(lint_words.use(policy.model_copy(update={"seeds": 1})))) == 1


def test_a_margin_that_is_just_provable_is_no_finding() -> None:
    margin = Margin(metric="recall", blocking=True, max_drop=0.1, n=29, provable=0.1)
    assert list(lint_rows.margins([margin])) == []


def test_a_long_value_of_a_slice_is_cut() -> None:
    policy = Policy(criteria={"f1": Criterion(min=0.5, slices={"script": SliceRule(min=0.9)})})
    part = SliceSample("script", "x" * 60, 4, {"f1": Denominator(3)})
    rows = Sample("here", 4_000, 1_000, {"f1": Denominator(1_000)}, (part,))
    (found,) = [f for f in lint(task_settings(policy=policy), rows).findings if f.field.endswith("script")]
    assert found.sentence.startswith(f"script {'x' * 40}…: f1 has n = 3, fewer than min_samples = 30.")
