"""Thresholds from outside: spelled strictly, tightening only. A change is judged by the stricter of two policies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import Bounded, Change, Criterion, HoldoutBudget, Policy, SliceRule, policy_sha256
from mlops.errors import UsageRefusedError
from mlops.policy import Loosened, parse_rate, ratchet, sentence, stricter, tighten
from tests.scored import minima

RATES = st.floats(0, 1)
SAMPLES = st.integers(1, 1_000)
DECISIONS = st.sampled_from(["point", "lower_bound"])
ACTIONS = st.sampled_from(["block", "warn"])
VALUES = st.lists(st.sampled_from(["latin", "greek", "cyrillic"]), max_size=3, unique=True).map(tuple)


def rules(side: str) -> st.SearchStrategy[SliceRule]:
    """Return rules for a slice that bound from one side."""
    return st.builds(
        SliceRule, **{side: RATES}, decide_on=DECISIONS, action=ACTIONS, min_samples=SAMPLES, values=VALUES
    )


def criteria(side: str) -> st.SearchStrategy[Criterion]:
    """Return criteria that bound from one side, their slices too."""
    changes = st.none() | st.builds(Change, max_drop=RATES)
    slices = st.dictionaries(st.sampled_from(["script", "kind"]), rules(side), max_size=2)
    fields: dict[str, Any] = {"decide_on": DECISIONS, "action": ACTIONS, "min_samples": SAMPLES, "change": changes}
    return st.builds(Criterion, **{side: RATES}, **fields, slices=slices)


BUDGETS = st.builds(
    lambda warn, more: HoldoutBudget(warn_after=warn, stop_after=warn + more), SAMPLES, st.integers(0, 50)
)
POLICIES = st.builds(
    Policy,
    confidence=st.floats(0.5, 1, exclude_min=True, exclude_max=True),
    min_rows=SAMPLES,
    min_slice_rows=SAMPLES,
    seeds=st.integers(1, 20),
    holdout=BUDGETS,
    criteria=st.fixed_dictionaries({}, optional={"precision": criteria("min"), "error": criteria("max")}),
)


def is_stricter(one: Policy, other: Policy) -> bool:
    """Whether ``one`` asks at least what ``other`` asks, in each field; written apart from the code under test."""
    return (
        one.confidence >= other.confidence
        and one.min_rows >= other.min_rows
        and one.min_slice_rows <= other.min_slice_rows
        and one.seeds >= other.seeds
        and one.holdout.warn_after <= other.holdout.warn_after
        and one.holdout.stop_after <= other.holdout.stop_after
        and all(m in one.criteria and _asks_more(one.criteria[m], c) for m, c in other.criteria.items())
    )


def _asks_more(one: Criterion, other: Criterion) -> bool:
    change = other.change is None or (one.change is not None and one.change.max_drop <= other.change.max_drop)
    slices = all(
        name in one.slices and _bounds_more(one.slices[name], rule) and {*rule.values} <= {*one.slices[name].values}
        for name, rule in other.slices.items()
    )
    return _bounds_more(one, other) and change and slices


def _bounds_more(one: Any, other: Any) -> bool:
    bound = one.min >= other.min if isinstance(other, Bounded) and other.min is not None else one.max <= other.max
    decided = one.decide_on == "lower_bound" or other.decide_on == "point"
    return bool(
        bound and decided and one.min_samples >= other.min_samples and (one.action == "block" or other.action == "warn")
    )


@given(st.floats(0, 1))
def test_every_rate_survives_being_written_and_read(rate: float) -> None:
    assert parse_rate(repr(rate), field="rate") == rate


@pytest.mark.parametrize(
    ("text", "rate"), [("0", 0), ("1", 1), ("1.0", 1), (".92", 0.92), ("9.2e-1", 0.92), ("+0.5", 0.5)]
)
def test_usual_spellings_are_read(text: str, rate: float) -> None:
    assert parse_rate(text, field="rate") == rate


@given(st.text())
def test_nothing_but_a_rate_comes_out(text: str) -> None:
    try:
        rate = parse_rate(text, field="rate")
    except UsageRefusedError:
        return
    assert 0 <= rate <= 1


@pytest.mark.parametrize(
    ("text", "meant"), [("92", "0.92"), ("92%", "0.92"), ("92.5 %", "0.925"), ("0,92", "0.92"), ("5%", "0.05")]
)
def test_a_percentage_is_understood_but_not_accepted(text: str, meant: str) -> None:
    with pytest.raises(UsageRefusedError, match=rf"did you mean {meant}\?"):
        parse_rate(text, field="min_precision")


@pytest.mark.parametrize("text", ["1_0", "٠.٩", "0x1", " 0.9", "0.9\n", "1.5", "200", "1e400", "-0.1"])  # noqa: RUF001  # look-alike digits
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(UsageRefusedError, match=r"number in \[0, 1\]"):
        parse_rate(text, field="rate")


def test_a_minimum_may_rise() -> None:
    assert tighten(minima(precision=0.92), {"precision": 0.95, "recall": None}) == minima(precision=0.95)


def test_a_minimum_may_stay() -> None:
    assert tighten(minima(precision=0.92), {"precision": 0.92}) == minima(precision=0.92)


def test_a_minimum_may_not_fall_and_both_numbers_are_named() -> None:
    with pytest.raises(UsageRefusedError) as caught:
        tighten(minima(precision=0.92), {"precision": 0.9})
    assert "0.92" in caught.value.letter()
    assert "0.9\n" in caught.value.letter()


def test_a_minimum_for_another_metric_is_a_further_criterion() -> None:
    tightened = tighten(minima(precision=0.92), {"f1": 0.9})
    assert tightened.criteria["f1"] == Criterion(min=0.9)
    assert tightened.criteria["precision"] == Criterion(min=0.92)


def test_a_minimum_does_not_tighten_a_maximum() -> None:
    with pytest.raises(UsageRefusedError, match="from above"):
        tighten(Policy(criteria={"precision": Criterion(max=0.92)}), {"precision": 0.95})


@pytest.mark.parametrize("value", [float("nan"), 1.5, -1.0])
def test_a_minimum_that_is_no_rate_is_refused(value: float) -> None:
    with pytest.raises(UsageRefusedError):
        tighten(minima(precision=0.92), {"precision": value})


@given(st.floats(0, 1), st.floats(0, 1))
def test_tightening_never_loosens(declared: float, asked: float) -> None:
    try:
        tightened = tighten(minima(recall=declared), {"recall": asked})
    except UsageRefusedError:
        assert asked < declared
    else:
        assert tightened.criteria["recall"].min == asked >= declared


@given(POLICIES, POLICIES)
def test_the_stricter_policy_asks_all_that_both_ask_whichever_comes_first(one: Policy, other: Policy) -> None:
    merged, swapped = stricter(one, other), stricter(other, one)
    assert is_stricter(merged, one)
    assert is_stricter(merged, other)
    assert is_stricter(merged, swapped)
    assert is_stricter(swapped, merged)


@given(POLICIES, POLICIES)
def test_to_merge_again_changes_nothing(one: Policy, other: Policy) -> None:
    merged = stricter(one, other)
    assert stricter(one, one) == one
    assert stricter(merged, other) == merged
    assert is_stricter(stricter(one, merged), merged)
    assert is_stricter(merged, stricter(one, merged))


@given(POLICIES, POLICIES)
def test_the_ratchet_asks_nothing_that_neither_asks(base: Policy, head: Policy) -> None:
    """Field by field: what holds is what one of the two says."""
    judging, _ = ratchet(base, head)
    assert judging.criteria.keys() == base.criteria.keys() | head.criteria.keys()
    for metric, criterion in judging.criteria.items():
        either = [policy.criteria[metric] for policy in (base, head) if metric in policy.criteria]
        assert any(criterion.min == one.min and criterion.max == one.max for one in either)
        assert criterion.min_samples in {one.min_samples for one in either}


@given(POLICIES, POLICIES)
def test_nothing_is_loosened_exactly_when_the_change_is_as_strict_as_the_base(base: Policy, head: Policy) -> None:
    judging, loosened = ratchet(base, head)
    assert (not loosened) == is_stricter(head, base)
    if not loosened:
        assert is_stricter(head, judging)


def test_a_policy_that_did_not_change_is_judged_by_its_own_hash() -> None:
    policy = Policy(criteria={"f1": Criterion(min=0.9, slices={"script": SliceRule(min=0.8, values=("b", "a"))})})
    judging, loosened = ratchet(policy, policy)
    assert policy_sha256(judging) == policy_sha256(policy)
    assert loosened == ()


def _with(**changes: Any) -> Policy:
    """Return a policy in which one thing was changed."""
    slices = {"script": SliceRule(min=0.8, values=("latin", "greek"))}
    fields: dict[str, Any] = {"min": 0.92, "change": Change(max_drop=0.01), "slices": slices}
    whole = {name: changes.pop(name) for name in list(changes) if name in Policy.model_fields}
    return Policy(**({"criteria": {"precision": Criterion(**(fields | changes))}, "min_rows": 200} | whole))


@pytest.mark.parametrize(
    ("changes", "field", "base", "head"),
    [
        ({"min": 0.9}, "criteria.precision.min", "0.92", "0.9"),
        ({"min": None, "max": 0.5}, "criteria.precision", "min 0.92", "max 0.5"),
        ({"decide_on": "point"}, "criteria.precision.decide_on", "lower_bound", "point"),
        ({"action": "warn"}, "criteria.precision.action", "block", "warn"),
        ({"change": None}, "criteria.precision.change", "max_drop 0.01", "nothing"),
        ({"change": Change(max_drop=0.5)}, "criteria.precision.change.max_drop", "0.01", "0.5"),
        (
            {"change": Change(max_drop=0.01, baseline="staging")},
            "criteria.precision.change.baseline", "production", "staging",
        ),
        ({"slices": {}}, "criteria.precision.slices.script", "min 0.8", "nothing"),
        (
            {"slices": {"script": SliceRule(min=0.8, values=("latin",))}},
            "criteria.precision.slices.script.values", "'greek'", "left out",
        ),
        (
            {"slices": {"script": SliceRule(min=0.8, min_samples=1, values=("greek", "latin"))}},
            "criteria.precision.slices.script.min_samples", "30", "1",
        ),
        (
            {"slices": {"script": SliceRule(max=0.8, values=("greek", "latin"))}},
            "criteria.precision.slices.script", "min 0.8", "max 0.8",
        ),
        ({"criteria": {}}, "criteria.precision", "min 0.92", "nothing"),
        ({"confidence": 0.9}, "confidence", "0.95", "0.9"),
        ({"min_rows": 100}, "min_rows", "200", "100"),
        ({"min_slice_rows": 300}, "min_slice_rows", "30", "300"),
        ({"holdout": HoldoutBudget(stop_after=99)}, "holdout.stop_after", "50", "99"),
        ({"holdout": HoldoutBudget(warn_after=30)}, "holdout.warn_after", "20", "30"),
    ],
)  # fmt: skip
def test_what_a_change_would_loosen_is_listed_and_the_base_holds(
    changes: dict[str, Any], field: str, base: str, head: str
) -> None:
    judging, loosened = ratchet(_with(), _with(**changes))
    assert loosened == (Loosened(field=field, base=base, head=head),)
    assert is_stricter(judging, _with())


def test_fewer_seeds_are_a_loosening() -> None:
    assert ratchet(_with(seeds=3), _with())[1] == (Loosened(field="seeds", base="3", head="1"),)


@pytest.mark.parametrize("changes", [{"min": 0.95}, {"min_rows": 500}, {"change": Change(max_drop=0.0)}, {"seeds": 5}])
def test_what_a_change_tightens_holds(changes: dict[str, Any]) -> None:
    judging, loosened = ratchet(_with(), _with(**changes))
    assert judging == _with(**changes)
    assert loosened == ()


def test_a_criterion_whose_direction_changed_stays_as_a_whole() -> None:
    """A maximum of 1 beside a dropped comparison would be no criterion at all."""
    judging, _ = ratchet(_with(), _with(min=None, max=1.0, change=None, slices={}))
    assert judging.criteria["precision"] == _with().criteria["precision"]


def test_what_is_loosened_is_said_in_one_printable_line() -> None:
    plain = Loosened(field="criteria.precision.min", base="0.92", head="0.9")
    assert sentence(plain) == "criteria.precision.min: 0.92 on the base branch, 0.9 here; 0.92 holds."
    hostile = Loosened(field="criteria.\x1b[2J.min", base="0.92", head="x\n" * 500)
    assert sentence(hostile).isprintable()
    assert len(sentence(hostile)) < 1_000


def test_options_tighten_what_the_base_branch_holds() -> None:
    judging, _ = ratchet(minima(precision=0.92), minima(precision=0.5))
    with pytest.raises(UsageRefusedError) as caught:
        tighten(judging, {"precision": 0.9})
    assert "0.92" in caught.value.letter()
    assert "0.9\n" in caught.value.letter()
