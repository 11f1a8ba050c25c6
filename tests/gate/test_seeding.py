"""Several seeds: every one clears the criteria, and one that is missing is not a pass."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Criterion, Policy
from mlops.gate import Facts, GateReport, SeedResult, decide
from mlops.gate.criteria import judge_criteria
from mlops.gate.seeding import judge_seeds, name_of
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts, Estimate, Metrics, Repeat
from tests import factories
from tests.factories import estimates, metrics

GOOD = Counts(tp=976, fp=24, fn=44, tn=956)
POOR = Counts(tp=700, fp=300, fn=320, tn=680)
BETWEEN = Counts(tp=940, fp=70, fn=80, tn=910)


def rules(seeds: int = 3, **criteria: Criterion) -> Policy:
    """Return the policy that ``mlops.toml`` ships, for several seeds."""
    return factories.policy(seeds=seeds, **({"criteria": criteria} if criteria else {}))


def repeat(seed: int, counts: Counts) -> Repeat:
    """Return the measurement of another seed's scores."""
    return Repeat(
        seed=seed, threshold=0.4, evaluation_sha256=sha256_bytes(str(seed).encode()), metrics=estimates(counts)
    )


def measured(*repeats: Counts) -> Metrics:
    """Return a good model's metrics, and those of its seeds from 43 on."""
    return metrics(repeats=tuple(repeat(43 + i, counts) for i, counts in enumerate(repeats)))


def decided(measured: Metrics, policy: Policy) -> GateReport:
    """Return the gate's report."""
    bound = factories.bindings()
    return decide(measured, policy, declared=policy, bindings=bound, facts=Facts(first_version=True))


def verdicts(results: tuple[SeedResult, ...]) -> list[tuple[int | None, str]]:
    return [(result.seed, result.verdict) for result in results]


def test_one_seed_is_judged_by_the_criteria_alone() -> None:
    assert judge_seeds(measured(), rules(1)) == ()


def test_every_seed_is_judged_by_the_same_criteria() -> None:
    results = judge_seeds(measured(GOOD, POOR, BETWEEN), rules(4))
    assert verdicts(results) == [(43, "pass"), (44, "fail"), (45, "inconclusive")]
    assert results[1].values == {name: found.value for name, found in estimates(POOR).items()}
    assert all(name in results[1].reason for name in ("precision", "recall", "f1"))
    assert "labelled test rows would decide" in results[2].reason


def test_one_seed_that_fails_fails_the_model() -> None:
    report = decided(measured(GOOD, POOR), rules())
    assert [result.verdict for result in report.criteria] == ["pass", "pass", "pass"]
    assert report.verdict == "fail"
    assert report.reason.startswith("seed 44: precision")
    assert decided(measured(GOOD, GOOD), rules()).verdict == "pass"


@pytest.mark.parametrize("there", [0, 1])
def test_a_missing_seed_is_inconclusive_and_names_the_command(there: int) -> None:
    report = decided(measured(*[GOOD] * there), rules())
    missing = report.seeds[-1]
    assert report.verdict == "inconclusive"
    assert (missing.seed, missing.evaluation_sha256, name_of(missing)) == (None, None, "seeds")
    assert f"3 seeds, and {there + 1} " in missing.reason
    assert "`mlops train er`" in missing.reason


def test_the_reason_names_what_a_seed_does_not_clear_and_nothing_else() -> None:
    asked = rules(2, precision=Criterion(min=0.9), recall=Criterion(min=0.999))
    reason = judge_seeds(measured(GOOD), asked)[0].reason
    assert reason.startswith("recall: ")
    assert "precision" not in reason


def test_a_seed_that_fails_outweighs_one_that_is_missing() -> None:
    assert decided(measured(POOR), rules()).verdict == "fail"


def test_more_seeds_than_asked_for_are_judged_too() -> None:
    assert decided(measured(POOR), rules(1)).verdict == "fail"


def test_a_criterion_that_only_warns_says_nothing_of_a_seed() -> None:
    asked = rules(2, recall=Criterion(min=0.5), precision=Criterion(min=0.999, action="warn"))
    assert verdicts(judge_seeds(measured(GOOD), asked)) == [(43, "pass")]


def test_a_policy_that_asks_nothing_passes_no_seed() -> None:
    asked = rules(2, recall=Criterion(min=0.5, action="warn"))
    result = judge_seeds(measured(GOOD), asked)[0]
    assert (result.verdict, result.reason) == ("inconclusive", "The policy has no blocking criterion.")


def test_where_nothing_can_be_decided_no_seed_is() -> None:
    result = judge_seeds(measured(POOR), rules(2), obstacle="The rows are worn out.")[0]
    assert (result.verdict, result.reason) == ("inconclusive", "The rows are worn out.")


@pytest.mark.parametrize("number", [math.nan, math.inf, None])
def test_a_number_that_is_none_never_passes(number: float | None) -> None:
    broken: dict[str, Any] = {"value": number, "lower": number, "upper": number, "n": 10, "reason": ""}
    found = repeat(43, GOOD)
    spoiled = found.model_copy(update={"metrics": found.metrics | {"f1": Estimate.model_construct(**broken)}})
    result = judge_seeds(metrics(repeats=(spoiled,)), rules(2))[0]
    assert result.verdict == "inconclusive"


def test_a_metric_that_a_seed_lacks_is_not_a_pass() -> None:
    found = repeat(43, GOOD)
    lacking = found.model_copy(update={"metrics": {"precision": found.metrics["precision"]}})
    assert judge_seeds(metrics(repeats=(lacking,)), rules(2))[0].verdict == "inconclusive"


@given(st.integers(1, 1_000), st.integers(0, 400), st.integers(0, 400))
def test_a_seed_passes_exactly_when_its_numbers_as_the_models_own_would(tp: int, fp: int, fn: int) -> None:
    """Nothing but the numbers enters: one rule for the model and for every seed."""
    counts, asked = Counts(tp=tp, fp=fp, fn=fn, tn=1_000), rules(2)
    own = judge_criteria(metrics(counts), asked, declared=asked)
    result = judge_seeds(measured(counts), asked)[0]
    assert (result.verdict == "pass") == all(criterion.verdict == "pass" for criterion in own)
    assert (result.verdict == "fail") == any(criterion.verdict == "fail" for criterion in own)
