"""From all parts to one verdict: criteria, slices, champion, seeds; each can turn it, and its reason names the part."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Change, Criterion, HoldoutBudget, Policy, SliceRule
from mlops.gate import Facts, GateReport, HoldoutUse
from mlops.hashing import sha256_bytes
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.metrics import Counts, Difference, Estimate, IntervalMethod, Paired, Repeat, SliceMetrics
from mlops.policy import Loosened, stricter
from tests.gate.test_deciding import DECISIONS, HASH, ORDER, estimate, judge
from tests.scored import minima


def rule_sets() -> st.SearchStrategy[Policy]:
    """Return policies that bound recall, some of them inside scripts."""
    least = st.floats(0.7, 1)
    actions = st.sampled_from(["block", "warn"])
    rules = st.builds(
        SliceRule, min=least, decide_on=DECISIONS, action=actions, values=st.sampled_from([(), ("latin",), ("thai",)])
    )
    slices = st.dictionaries(st.just("script"), rules)
    criterion = st.builds(Criterion, min=least, decide_on=DECISIONS, slices=slices, min_samples=st.integers(400, 510))
    return st.builds(
        Policy,
        confidence=st.sampled_from([0.9, 0.95]),
        min_rows=st.integers(1_900, 2_050),
        criteria=st.fixed_dictionaries({"recall": criterion}),
    )


def sliced(*values: tuple[str, float]) -> dict[str, Any]:
    """Return slices of 500 rows each, by value and recall."""
    parts = [
        SliceMetrics(
            slice="script",
            value=value,
            rows=1_000,
            positives=500,
            counts=Counts(tp=1, fp=1, fn=1, tn=1),
            metrics={"recall": wilson(recall)},
        )
        for value, recall in values
    ]
    return {"slices": tuple(parts)}


def wilson(value: float, n: int = 500) -> Estimate:
    """Return an estimate with Wilson's bounds."""
    return estimate(value, wilson_lower(value * n, n, 0.95), wilson_upper(value * n, n, 0.95), n=n)


def bounding(action: Any = "block", **rule: Any) -> Policy:
    """Return a policy that bounds recall overall and in each script."""
    slices = {"script": SliceRule(min=0.9, action=action, **rule)}
    return Policy(criteria={"recall": Criterion(min=0.9, slices=slices)})


GOOD = {"recall": estimate(0.97, 0.96, 0.98)}


def test_one_slice_below_its_bound_fails_the_model_and_is_named() -> None:
    report = judge(GOOD, bounding(), **sliced(("latin", 0.98), ("greek", 0.7), ("cyrillic", 0.6), ("thai", 0.91)))
    assert report.verdict == "fail"
    assert report.reason.startswith('recall in script "cyrillic": 60.0 % is below 90 %')
    assert "1 more slice value fails too" in report.reason
    assert "thai" not in report.reason


def test_a_slice_that_cannot_be_decided_blocks_like_one_that_fails() -> None:
    report = judge(GOOD, bounding(values=("greek",)), **sliced(("latin", 0.98)))
    assert report.verdict == "inconclusive"
    assert 'recall in script "greek"' in report.reason


def test_a_pass_names_the_slice_with_the_least_to_spare() -> None:
    report = judge(GOOD, bounding(), **sliced(("latin", 0.98), ("greek", 0.94)))
    assert report.verdict == "pass"
    assert 'The worst of 2 slice values is recall in script "greek": The lower bound 92.0 %' in report.reason


def test_a_slice_that_only_warns_is_said_and_does_not_block() -> None:
    report = judge(GOOD, bounding("warn"), **sliced(("latin", 0.98), ("greek", 0.5)))
    assert report.verdict == "pass"
    assert report.warnings[0].startswith('recall in script "greek"')
    assert "Warning: recall in script" in report.reason


def test_a_slice_rule_alone_asks_nothing_of_the_model_as_a_whole() -> None:
    rules = bounding().criteria["recall"].slices
    policy = Policy(criteria={"recall": Criterion(min=0.9, action="warn", slices=rules)})
    assert judge(GOOD, policy, **sliced(("latin", 0.98))).verdict == "inconclusive"


def test_a_hundred_failing_slices_make_one_sentence() -> None:
    report = judge(GOOD, bounding(), **sliced(*((f"value {i}", 0.1) for i in range(100))))
    assert "99 more slice values fail too" in report.reason
    assert len(report.reason) < 500


def test_what_the_base_branch_held_is_listed_and_said() -> None:
    loosened = Loosened(field="criteria.recall.min", base="0.9", head="0.5")
    facts = Facts(first_version=True, loosened=(loosened,), notes=("The task is new.",))
    report = judge(GOOD, minima(recall=0.9), facts=facts)
    assert report.verdict == "pass"
    assert report.loosened == (loosened,)
    assert report.warnings == (
        "criteria.recall.min: 0.9 on the base branch, 0.5 here; 0.9 holds.",
        "The task is new.",
    )


@pytest.mark.parametrize(("models", "verdict"), [(3, "pass"), (4, "inconclusive")])
def test_test_rows_wear_out_by_the_policy_in_force_whatever_the_count_says(models: int, verdict: str) -> None:
    use = HoldoutUse(test_sha256=HASH, models=models, warn_after=1_000, stop_after=1_000)
    policy = minima(recall=0.9).model_copy(update={"holdout": HoldoutBudget(warn_after=2, stop_after=3)})
    report = judge(GOOD, policy, facts=Facts(first_version=True, holdout=use))
    assert report.verdict == verdict
    assert report.holdout is not None
    assert (report.holdout.warn_after, report.holdout.stop_after) == (2, 3)
    assert bool(report.warnings) == (verdict == "pass")


def paired(drop: float, lower: float, **changes: Any) -> Paired:
    """Return a comparison in which recall differs by ``drop``."""
    facts: dict[str, Any] = {
        "champion_id": "er_20250101",
        "champion_model_sha256": sha256_bytes(b"champion"),
        "champion_evaluation_sha256": HASH,
        "champion_threshold": 0.5,
        "interval": IntervalMethod(confidence=0.95, name="", replicates=0, seed=0),
        "rows": 2_000,
        "gained": 0,
        "lost": 0,
        "mcnemar_p": 1.0,
        "gained_rows": (),
        "lost_rows": (),
        "differences": {
            "recall": Difference.model_construct(
                candidate=0.9, champion=0.9 - drop, value=drop, lower=lower, upper=2 * drop - lower, n=500, reason=""
            )
        },
    }
    return Paired.model_construct(**(facts | changes))


def _negated(one: Difference) -> dict[str, float | None]:
    numbers = {"value": one.value, "lower": one.upper, "upper": one.lower}
    return {name: None if number is None else -number for name, number in numbers.items()}


def swapped(one: Paired) -> Paired:
    """Return the comparison with candidate and champion exchanged."""
    flipped = {
        name: d.model_copy(update={"candidate": d.champion, "champion": d.candidate} | _negated(d))
        for name, d in one.differences.items()
    }
    return one.model_copy(update={"differences": flipped})


FULL = Policy(
    seeds=2,
    criteria={
        "precision": Criterion(min=0.9),
        "recall": Criterion(min=0.9, change=Change(max_drop=0.01), slices={"script": SliceRule(min=0.9)}),
        "error": Criterion(max=0.1),
    },
)
ALL_GOOD = {"precision": wilson(0.97), "recall": wilson(0.97), "error": wilson(0.02)}


def whole(
    estimates: dict[str, Estimate] = ALL_GOOD,
    policy: Policy = FULL,
    comparison: Paired | None = None,
    repeat: dict[str, Estimate] | None = None,
    **changes: Any,
) -> GateReport:
    """Decide a model with slices, a champion and a second seed, which passes unless something is changed."""
    repeats = (Repeat.model_construct(seed=43, threshold=0.5, evaluation_sha256=HASH, metrics=repeat or ALL_GOOD),)
    facts = Facts(first_version=False, comparison=comparison or paired(0.05, 0.03))
    rest = sliced(("latin", 0.97), ("greek", 0.96)) | {"repeats": repeats} | changes
    return judge(estimates, policy, facts=facts, **rest)


def test_a_model_that_clears_every_part_passes() -> None:
    assert whole().verdict == "pass"


def _flipped() -> Policy:
    """Return the policy with a minimum turned into a maximum."""
    turned = Criterion(max=0.9, change=Change(max_drop=0.01), slices={"script": SliceRule(min=0.9)})
    return FULL.model_copy(update={"criteria": FULL.criteria | {"recall": turned}})


@pytest.mark.parametrize(
    "mutant",
    [
        {"comparison": swapped(paired(0.05, 0.03))},
        {"comparison": paired(0.05, 0.03, champion_model_sha256=HASH)},
        {"comparison": paired(0.05, 0.03, differences={})},
        {"comparison": paired(0.05, math.nan)},
        {"estimates": {name: found for name, found in ALL_GOOD.items() if name != "precision"}},
        {"estimates": ALL_GOOD | {"precision": estimate(math.nan, math.nan, math.nan)}},
        {"estimates": ALL_GOOD | {"precision": estimate(0.97, None, None)}},
        {"estimates": ALL_GOOD | {"error": estimate(-math.inf, -math.inf, -math.inf)}},
        {"repeat": {name: found for name, found in ALL_GOOD.items() if name != "error"}},
        {"repeat": ALL_GOOD | {"recall": wilson(0.5)}},
        {"repeats": ()},
        {"slices": ()},
        sliced(("latin", 0.97), ("greek", 0.5)),
        sliced(("latin", 0.97), ("greek", 0.9)),
        {"policy": _flipped()},
        {"counts": Counts(tp=0, fp=0, fn=500, tn=1_500)},
        {"evaluation_sha256": sha256_bytes(b"another")},
    ],
    ids=range(17),
)
def test_each_single_fault_turns_the_pass_red(mutant: dict[str, Any]) -> None:
    """Candidate and champion exchanged, a metric dropped, no number, a direction flipped: none passes."""
    assert whole(**mutant).verdict != "pass"


RATE_PAIRS = st.tuples(st.integers(0, 500), st.integers(0, 500))


@given(RATE_PAIRS, RATE_PAIRS, RATE_PAIRS, RATE_PAIRS, st.floats(-0.05, 0.05), st.floats(0, 0.05), DECISIONS)
def test_a_better_model_in_all_parts_gets_no_worse_verdict(  # noqa: PLR0917  # one argument a part
    overall: tuple[int, int],
    latin: tuple[int, int],
    greek: tuple[int, int],
    repeat: tuple[int, int],
    difference: float,
    gain: float,
    decide_on: Any,
) -> None:
    rule = SliceRule(min=0.5, decide_on=decide_on)
    recall = Criterion(min=0.5, decide_on=decide_on, change=Change(max_drop=0.02), slices={"script": rule})
    policy = Policy(seeds=2, criteria={"recall": recall})
    worse, better = (
        whole(
            {"recall": wilson(pick(overall) / 500)},
            policy,
            paired(shift, shift - 0.01),
            {"recall": wilson(pick(repeat) / 500)},
            **sliced(("latin", pick(latin) / 500), ("greek", pick(greek) / 500)),
        )
        for pick, shift in ((min, difference), (max, difference + gain))
    )
    assert ORDER[better.verdict] >= ORDER[worse.verdict]


@given(rule_sets(), rule_sets(), st.tuples(*[st.integers(400, 500)] * 3), st.sampled_from([0.9, 0.95]))
def test_what_passes_under_the_stricter_policy_passes_under_both(
    one: Policy, other: Policy, hits: tuple[int, int, int], confidence: float
) -> None:
    interval = IntervalMethod(confidence=confidence, name="", replicates=0, seed=0)
    rest = sliced(("latin", hits[1] / 500), ("greek", hits[2] / 500)) | {"interval": interval}
    verdicts = [
        judge({"recall": wilson(hits[0] / 500)}, policy, **rest).verdict
        for policy in (stricter(one, other), one, other)
    ]
    assert verdicts[0] != "pass" or verdicts[1:] == ["pass", "pass"]
