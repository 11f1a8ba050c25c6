"""The report holds what it was given, a name of any length stays short, and a search asks few questions."""

import pytest

from mlops.config import Criterion, Policy, SliceRule
from mlops.gate import Diagnosis, Facts, GateReport, decide
from mlops.gate.criteria import bound_of, compare, judge_criteria
from mlops.gate.outlook import Numbers, needed, numbers_in
from mlops.gate.prospects import Rule, _first
from mlops.intervals.proportions import wilson_lower
from mlops.metrics import Estimate, Metrics
from tests.factories import bindings
from tests.gate import scenes


def decided(found: Metrics, policy: Policy, diagnosis: Diagnosis | None = None, **facts: object) -> GateReport:
    """Return the report on ``found``."""
    bound = bindings(
        dataset_sha256=found.dataset_sha256,
        model_sha256=found.model_sha256,
        evaluation_sha256=found.evaluation_sha256,
    )
    known = Facts(**({"first_version": True} | facts))  # type: ignore[arg-type]  # a dict of facts
    return decide(found, policy, declared=policy, bindings=bound, facts=known, diagnosis=diagnosis)


def test_the_comparison_and_the_diagnosis_are_in_the_report() -> None:
    diagnosis = Diagnosis(
        false_positives=(), false_negatives=(), worst_slice="", seen_on_test_thresholds=(), advice=("x",)
    )
    comparison = scenes.paired({})
    report = decided(
        scenes.metrics(*scenes.GOOD), scenes.USUAL, diagnosis, first_version=False, comparison=comparison
    )  # fmt: skip
    assert report.comparison == comparison
    assert report.diagnosis == diagnosis


def test_as_many_right_as_wrong_predictions_are_predictions() -> None:
    assert decided(scenes.metrics(100, 100, 10, 790), scenes.USUAL).verdict == "fail"


def test_slices_are_not_decided_on_rows_that_decide_nothing() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.5, slices={"script": SliceRule(min=0.5)})})
    report = decided(scenes.metrics(40, 1, 1, 57, slices=(scenes.LATIN,)), policy)
    assert report.slices[0].reason == report.reason == "99 test rows are fewer than the 100 that the policy asks for."


@pytest.mark.parametrize(("least", "verdict"), [(0.5, "pass"), (0.99999, "fail")])
def test_a_long_name_of_a_metric_is_cut(least: float, verdict: str) -> None:
    name = "m" * 150
    policy = Policy(criteria={name: Criterion(min=least, decide_on="point")})
    found = scenes.metrics(*scenes.GOOD, metrics={name: scenes.share(970, 1_000)})
    report = decided(found, policy)
    assert report.verdict == verdict
    assert f"{'m' * 100}…" in report.reason
    assert "m" * 101 not in report.reason


def test_a_rule_knows_its_direction() -> None:
    assert [Rule.of("f1", Criterion(**bound), 0.95).least for bound in ({"min": 0.0}, {"max": 0.0})] == [True, False]


def asked(first: int, n: int, guess: int) -> tuple[int, list[int]]:
    """Return what the search finds where ranks rise to 1 at ``first`` and to 2 behind it, and what it asks."""
    questions: list[int] = []

    def rank(count: int) -> int:
        assert 0 <= count <= n
        questions.append(count)
        return 0 if count < first else 1 if count == first else 2

    return _first(rank, 1, n, guess=guess), questions


@pytest.mark.parametrize(
    ("first", "guess", "questions"),
    [
        (50, 50, [49, 50]),
        (50, 51, [50, 49, 51, 50]),
        (50, 49, [48, 49, 50, 49]),
        (50, 60, [59, 58, 56, 52, 44, 60, 52, 48, 50, 49]),
        (50, 40, [39, 40, 41, 43, 47, 55, 47, 51, 49, 50]),
        (0, -5, [0]),
        (0, 1, [0, 1, 0]),
        (0, 3, [2, 1, 3, 1, 0]),
        (1, 0, [0, 1, 0]),
        (100, 200, [99, 100]),
        (101, 90, [89, 90, 91, 93, 97, 95, 98, 100]),
    ],
)
def test_the_search_widens_in_doubled_steps(first: int, guess: int, questions: list[int]) -> None:
    found, all_asked = asked(first, 100, guess)
    assert found == first
    assert all_asked == questions


def test_a_criterion_that_is_not_declared_has_the_threshold_that_is_asked_for() -> None:
    asked_for = Policy(criteria={"f1": Criterion(min=0.8), "precision": Criterion(min=0.95)})
    declared = Policy(criteria={"precision": Criterion(min=0.92)})
    precision, f1 = judge_criteria(scenes.metrics(*scenes.GOOD), asked_for, declared=declared)
    assert (precision.threshold, precision.policy_threshold) == (0.95, 0.92)
    assert (f1.threshold, f1.policy_threshold) == (0.8, 0.8)


def test_an_estimate_at_its_threshold_is_decided_by_no_number_of_rows() -> None:
    policy = Policy(criteria={"recall": Criterion(min=0.92)})
    report = decided(scenes.metrics(920, 10, 80, 990), policy)
    assert report.reason == (
        "recall: The threshold 92 % lies between the bounds 90.5 % and 93.3 %; no reasonable number of further rows "
        "would decide at this value."
    )


def test_a_denominator_that_should_have_decided_needs_one_row_more() -> None:
    assert needed("recall", Numbers(0.95, 0.93, 0.97, 300, ""), 0.92, 0.95) == 301


def test_rows_that_are_worth_little_are_counted_up_to_a_billion() -> None:
    one = wilson_lower(0.9, 1, 0.95)
    z = 1.6448536269514722
    for rows, found in ((0.9e6, 0.9e9), (1.1e6, None)):
        threshold = 0.9 - z * 0.3 / rows**0.5
        more = needed("recall", Numbers(0.9, one, 1.0, 1_000, ""), threshold, 0.95)
        assert more == (None if found is None else pytest.approx(found, rel=0.01))


def test_a_bound_has_a_sign_and_no_bound_is_an_error() -> None:
    assert bound_of(Criterion(min=0.9)) == (0.9, 1)
    assert bound_of(Criterion(max=0.1)) == (0.1, -1)
    with pytest.raises(ValueError, match=r"^a criterion has a bound$"):
        bound_of(Criterion.model_construct(min=None, max=None))


def test_an_estimate_that_is_no_rate_is_said_to_be_none() -> None:
    found = numbers_in({"recall": Estimate.model_construct(value=2.0, lower=0.1, upper=0.2, n=9, reason="")}, "recall")
    assert found == (None, 0.1, 0.2, 9, "It is not defined: no number in [0, 1].")


def test_an_estimate_at_its_threshold_never_fails_whatever_its_bounds() -> None:
    assert compare(Numbers(0.9, 0.8, 0.89, 100, ""), 0.9, 1, "lower_bound") == "inconclusive"
    assert compare(Numbers(0.89, 0.8, 0.89, 100, ""), 0.9, 1, "lower_bound") == "fail"
