"""What a run is worth: what is missing or cannot be decided is never met, and no constant model gets anywhere."""

from typing import Any

import pytest

from mlops.certification.document import Block, Performance
from mlops.certification.judging import judge
from mlops.crossval.document import Bound, LatencyResult
from mlops.gate.report import CriterionResult, Verdict
from tests.certification.scenes import GREEN, chance, lift, performance, rate, report, settings


def of(metric: str, **measured: Any) -> CriterionResult:
    results = judge(performance(**measured), settings(), "phase3", GREEN).criteria
    return next(result for result in results if result.metric == metric)


def test_an_excellent_model_is_green_and_every_metric_says_so() -> None:
    found = report()
    assert (found.verdict, found.best_tier, found.notes) == ("pass", "minimum", ())
    assert [result.metric for result in found.criteria] == [
        "cv_mean", "cv_sd", "bootstrap_lower", "permutation_p", "test_accuracy", "lift_majority", "lift_one_rule",
        "latency_p95_ms",
    ]  # fmt: skip


def constant() -> dict[str, Any]:
    """Return a constant model on a 2 % base rate: accuracy and spread are all that could be wished."""
    return {"lifts": (lift("majority", 0.0, 0.0), lift("one_rule", 0.0, 0.0)), "chance": chance(1.0)}


def test_a_constant_model_is_red_however_accurate_it_is() -> None:
    found = report(**constant())
    assert (found.verdict, found.best_tier) == ("fail", "none")
    assert {r.metric for r in found.criteria if r.verdict == "fail"} == {
        "permutation_p", "lift_majority", "lift_one_rule",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "measured", "verdict"),
    [
        ("permutation_p", {"chance": None}, "inconclusive"),
        ("permutation_p", {"chance": chance(0.05)}, "fail"),  # strictly below
        ("permutation_p", {"chance": chance(0.0499)}, "pass"),
        ("permutation_p", {"chance": chance(1e-9, stratified=False)}, "inconclusive"),
        ("permutation_p", {"chance": chance(1 / 20, method="refits", permutations=19)}, "inconclusive"),
        ("permutation_p", {"chance": chance(1 / 21, method="refits", permutations=20)}, "pass"),
        ("lift_majority", {"lifts": (lift("one_rule"),)}, "inconclusive"),
        ("lift_majority", {"lifts": (lift("majority", 0.01, 0.0), lift("one_rule"))}, "inconclusive"),
        ("lift_majority", {"lifts": (lift("majority", 0.01, 1e-9), lift("one_rule"))}, "pass"),
        ("lift_one_rule", {"lifts": (lift("majority"), lift("one_rule", -0.05, -0.06))}, "fail"),
        ("bootstrap_lower", {"cv_accuracy": None}, "inconclusive"),
        ("bootstrap_lower", {"cv_accuracy": rate(37, 37)}, "inconclusive"),  # without an error, and still too few
        ("bootstrap_lower", {"cv_accuracy": rate(300, 320)}, "fail"),
        ("test_accuracy", {"accuracy": rate(313, 320)}, "fail"),
        ("test_accuracy", {"accuracy": rate(314, 320)}, "pass"),
        ("cv_mean", {"cv_blocks": ()}, "inconclusive"),
        ("cv_mean", {"cv_blocks": (Block(n=12, accuracy=1.0),) * 3}, "inconclusive"),
        ("cv_sd", {"cv_blocks": (Block(n=300, accuracy=0.99),)}, "inconclusive"),
        ("cv_sd", {"cv_blocks": tuple(Block(n=40, accuracy=a) for a in (0.95, 0.95, 0.975))}, "inconclusive"),
        ("cv_sd", {"cv_blocks": tuple(Block(n=900, accuracy=a) for a in (0.99, 0.93, 0.99))}, "fail"),
        ("latency_p95_ms", {"latency": None}, "inconclusive"),
    ],
)
def test_each_metric_is_decided_at_its_own_bound(metric: str, measured: dict[str, Any], verdict: Verdict) -> None:
    assert of(metric, **measured).verdict == verdict


@pytest.mark.parametrize("part", ["value", "lower", "upper"])
def test_what_is_not_a_number_is_never_met(part: str) -> None:
    spoilt = Bound.model_construct(**{**rate(318, 320).model_dump(), part: float("nan")})
    measured = Performance.model_construct(**{**dict(performance()), "cv_accuracy": spoilt, "auc": spoilt})
    for profile in ("phase3", "relative"):
        judged = judge(measured, settings(), profile, GREEN)
        assert judged.verdict == "inconclusive"


def test_what_cannot_be_reached_says_what_it_needs() -> None:
    few = of("bootstrap_lower", cv_accuracy=rate(37, 37))
    assert few.reason.startswith("Unattainable with 37 rows, even without an error.")
    assert few.needed_n is not None
    assert 65 <= few.needed_n <= 66  # Wilson, one-sided 95 %: 65 of 65 are the fewest with a bound of 0.96
    assert "at least 1/20" in of("permutation_p", chance=chance(0.05, method="refits", permutations=19)).reason


@pytest.mark.parametrize(
    ("gates", "verdict", "tier"),
    [
        ({}, "inconclusive", "none"),
        ({"validation": "pass", "audit": "pass"}, "inconclusive", "beta"),
        ({**GREEN, "audit": "fail"}, "fail", "none"),
        ({**GREEN, "audit": "inconclusive"}, "inconclusive", "none"),
        ({**GREEN, "crossval": "fail"}, "fail", "beta"),
    ],
)
def test_a_gate_that_is_missing_or_red_is_never_passed(gates: dict[str, Verdict], verdict: Verdict, tier: str) -> None:
    judged = judge(performance(), settings(), "phase3", gates)
    assert (judged.verdict, judged.best_tier) == (verdict, tier)
    assert ("there is no validation.json, audit.json, crossval.json" in judged.reason) == (not gates)


@pytest.mark.parametrize(
    ("rows", "negatives", "tier"),
    [
        (1_999, 800, "beta"),
        (2_000, 799, "beta"),
        (2_000, 800, "minimum"),
        (2_999, 1_200, "minimum"),
        (3_000, 1_199, "minimum"),
        (3_000, 1_200, "optimal"),
    ],
)
def test_each_tier_asks_for_its_data(rows: int, negatives: int, tier: str) -> None:
    assert report(rows=rows, negatives=negatives).best_tier == tier


def test_the_optimal_tier_asks_for_better_numbers_too() -> None:
    wide = tuple(Block(n=900, accuracy=accuracy) for accuracy in (0.965, 0.99, 0.99, 0.99, 0.968))
    found = report(rows=3_000, negatives=1_200, cv_blocks=wide)  # a spread of 0.013
    assert (found.verdict, found.best_tier) == ("pass", "minimum")


def test_a_profile_that_asks_for_less_allows_less() -> None:
    found = report(profile="relative", rows=9_000, negatives=4_000)
    assert (found.verdict, found.best_tier) == ("pass", "beta")


def test_a_red_run_of_a_useful_model_on_sound_data_allows_beta() -> None:
    found = report(accuracy=rate(215, 320), cv_blocks=(Block(n=300, accuracy=0.67),) * 5)
    assert (found.verdict, found.best_tier) == ("fail", "beta")


def test_what_is_too_good_is_noted_and_does_not_block() -> None:
    area = Bound(value=0.9951, lower=0.99, upper=0.999, n=320)
    found = report(auc=area, gains={"amount": 90.0, "days": 10.0})
    assert found.verdict == "pass"
    assert [note.split(":")[0] for note in found.notes] == ["Review", "Review"]
    assert "'amount' alone brings 90.0 %" in found.notes[1]


def test_a_slow_model_is_noted() -> None:
    found = report(latency=LatencyResult(p50_ms=90.0, p95_ms=101.0, runs=200, batch_rows=320, batch_ms=20.0))
    assert found.verdict == "pass"
    assert found.notes == ("latency_p95_ms: 101.0 ms a row; at most 100 ms are asked for.",)
