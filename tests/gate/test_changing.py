"""Non-inferiority: within the margin even at the unfavourable bound, or no pass."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Change, Criterion, Policy
from mlops.gate.changing import exact_points, judge_changes, points
from mlops.gate.report import ChangeResult
from mlops.hashing import sha256_bytes
from mlops.metrics import Difference, IntervalMethod, Paired

CANDIDATE = sha256_bytes(b"candidate")
CHAMPION = sha256_bytes(b"champion")
ORDER = {"fail": 0, "inconclusive": 1, "pass": 2}


def difference(value: float | None, lower: float | None, upper: float | None, n: int = 500) -> Difference:
    """Return a difference, also one that no writer would leave."""
    return Difference.model_construct(
        candidate=0.9, champion=0.9, value=value, lower=lower, upper=upper, n=n, reason=""
    )


def paired(differences: dict[str, Difference], **changes: Any) -> Paired:
    facts: dict[str, Any] = {
        "champion_id": "er_20250901",
        "champion_model_sha256": CHAMPION,
        "champion_evaluation_sha256": CHAMPION,
        "champion_threshold": 0.5,
        "interval": IntervalMethod(confidence=0.95, name="", replicates=0, seed=0),
        "rows": 1_000,
        "gained": 0,
        "lost": 0,
        "mcnemar_p": 1.0,
        "differences": differences,
        "gained_rows": (),
        "lost_rows": (),
    }
    return Paired.model_construct(**(facts | changes))


def rules(max_drop: float = 0.02, **changes: Any) -> Policy:
    facts: dict[str, Any] = {"min": 0.9, "change": Change(max_drop=max_drop)}
    return Policy(criteria={"precision": Criterion(**(facts | changes))})


def judged(
    found: Difference | None, policy: Policy | None = None, *, candidate: str = CANDIDATE, **changes: Any
) -> ChangeResult:
    comparison = paired({} if found is None else {"precision": found}, **changes)
    (result,) = judge_changes(comparison, policy or rules(), candidate_sha256=candidate, first_version=False)
    return result


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        (-0.02, 0.03, "pass"),
        (-0.0201, 0.03, "inconclusive"),
        (-0.05, -0.02, "inconclusive"),
        (-0.05, -0.0201, "fail"),
        (0.01, 0.03, "pass"),
    ],
)
def test_the_lower_bound_passes_and_the_upper_bound_fails(lower: float, upper: float, verdict: str) -> None:
    assert judged(difference((lower + upper) / 2, lower, upper)).verdict == verdict


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [(-0.03, 0.02, "pass"), (-0.03, 0.0201, "inconclusive"), (0.0201, 0.05, "fail"), (-0.05, -0.03, "pass")],
)
def test_where_less_is_better_a_rise_is_the_drop(lower: float, upper: float, verdict: str) -> None:
    found = judged(difference((lower + upper) / 2, lower, upper), rules(min=None, max=0.1))
    assert found.verdict == verdict
    if verdict == "fail":
        assert "is above +2 points" in found.reason


@pytest.mark.parametrize(("value", "verdict"), [(-0.02, "pass"), (math.nextafter(-0.02, -1), "fail"), (0.0, "pass")])
def test_a_point_decision_compares_the_estimate(value: float, verdict: str) -> None:
    assert judged(difference(value, -0.5, 0.5), rules(decide_on="point")).verdict == verdict


@pytest.mark.parametrize("decide_on", ["point", "lower_bound"])
@pytest.mark.parametrize(
    "found",
    [
        None,
        difference(math.nan, 0.0, 0.1),
        difference(0.05, math.nan, 0.1),
        difference(0.05, 0.0, math.inf),
        difference(None, None, None),
    ],
)
def test_what_is_no_number_never_passes(found: Difference | None, decide_on: str) -> None:
    result = judged(found, rules(decide_on=decide_on))
    assert result.verdict == "inconclusive"
    assert "not defined" in result.reason


def test_a_model_is_not_compared_with_itself() -> None:
    result = judged(difference(0.0, 0.0, 0.0), candidate=CHAMPION)
    assert result.verdict == "inconclusive"
    assert "a model is not compared with itself" in result.reason


def test_bounds_of_less_confidence_than_the_policy_asks_for_decide_nothing() -> None:
    interval = IntervalMethod(confidence=0.9, name="", replicates=0, seed=0)
    result = judged(difference(0.05, 0.04, 0.06), interval=interval)
    assert result.verdict == "inconclusive"
    assert "90 %" in result.reason


def test_too_few_rows_decide_nothing() -> None:
    assert judged(difference(0.05, 0.04, 0.06, n=29), rules(min_samples=30)).verdict == "inconclusive"
    assert judged(difference(0.05, 0.04, 0.06, n=30), rules(min_samples=30)).verdict == "pass"


def test_without_the_champions_scores_nothing_passes_and_the_model_is_named() -> None:
    (result,) = judge_changes(None, rules(), candidate_sha256=CANDIDATE, first_version=False, served="er_20250901")
    assert result.verdict == "inconclusive"
    assert "er_20250901, the model in production, was not scored" in result.reason
    assert "--champion DIR" in result.reason


def test_a_first_version_has_nothing_to_be_compared_with() -> None:
    assert judge_changes(None, rules(), candidate_sha256=CANDIDATE, first_version=True) == ()


def test_a_champion_that_was_scored_is_compared_with_also_when_none_is_declared() -> None:
    found = paired({"precision": difference(-0.5, -0.6, -0.4)})
    (result,) = judge_changes(found, rules(), candidate_sha256=CANDIDATE, first_version=True)
    assert result.verdict == "fail"


def test_only_criteria_that_ask_are_judged_and_the_environment_is_named() -> None:
    policy = Policy(
        criteria={
            "f1": Criterion(min=0.9, change=Change(max_drop=0.0, baseline="staging"), action="warn"),
            "recall": Criterion(min=0.9),
            "precision": Criterion(min=0.9, change=Change(max_drop=0.1)),
        }
    )
    found = judge_changes(paired({}), policy, candidate_sha256=CANDIDATE, first_version=False)
    assert [(r.metric, r.baseline, r.max_drop, r.blocking) for r in found] == [
        ("precision", "production", 0.1, True),
        ("f1", "staging", 0.0, False),
    ]


def test_inconclusive_says_how_many_rows_would_decide() -> None:
    """Half of the distance between estimate and bound would do, so four times the rows: 3,000 more."""
    assert "about 3,000 more labelled test rows" in judged(difference(-0.01, -0.03, 0.01)).reason
    assert "about 3,000 more labelled test rows" in judged(difference(-0.03, -0.05, -0.01)).reason


@pytest.mark.parametrize("value", [-0.02, math.nextafter(-0.02, 0)])
def test_no_number_of_rows_decides_a_tie(value: float) -> None:
    assert "number of further rows would decide" in judged(difference(value, -0.03, -0.01)).reason


BOUNDS = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)).map(sorted)


@given(
    bounds=BOUNDS, shift=st.floats(0, 1), max_drop=st.floats(0, 1), decide_on=st.sampled_from(["point", "lower_bound"])
)
def test_a_better_difference_never_comes_out_worse(
    bounds: list[float], shift: float, max_drop: float, decide_on: str
) -> None:
    lower, value, upper = bounds
    policy = rules(max_drop, decide_on=decide_on)
    before = judged(difference(value, lower, upper), policy)
    after = judged(difference(value + shift, lower + shift, upper + shift), policy)
    assert ORDER[after.verdict] >= ORDER[before.verdict]


@given(bounds=BOUNDS, max_drop=st.floats(0, 1))
def test_a_pass_has_every_number_within_the_margin(bounds: list[float], max_drop: float) -> None:
    lower, value, upper = bounds
    result = judged(difference(value, lower, upper), rules(max_drop))
    assert (result.verdict == "pass") == (lower >= -max_drop)
    assert (result.verdict == "fail") == (upper < -max_drop)
    assert result.reason


def test_points_stay_on_their_side_of_the_margin() -> None:
    assert points(-0.02004, -0.02) == "-2.004 points"
    assert points(0.0123) == "+1.2 points"
    assert points(None) == "not defined"
    assert exact_points(-0.02) == "-2 points"
    assert exact_points(0.0) == "0 points"
