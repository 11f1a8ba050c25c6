"""What the refusals of a policy say, word by word: the fields, both numbers, and what helps."""

import pytest

from mlops.config import FILE_NAME, Criterion, Policy, SliceRule
from mlops.errors import UsageRefusedError
from mlops.policy import Loosened, _brief, parse_rate, ratchet, tighten
from tests.scored import minima


def refusal(policy: Policy, value: float) -> dict[str, str]:
    """Return the parts of the letter about a minimum of precision."""
    with pytest.raises(UsageRefusedError) as caught:
        tighten(policy, {"precision": value})
    error = caught.value
    return {name: str(getattr(error, name)) for name in ("what", "fix", "file", "field", "expected", "found")}


def test_a_minimum_below_the_declared_one_names_both_and_the_way() -> None:
    assert refusal(minima(precision=0.92), 0.9) == {
        "what": "An option may tighten the policy, never loosen it.",
        "file": FILE_NAME,
        "field": "min_precision",
        "expected": "at least 0.92, as the policy declares",
        "found": "0.9",
        "fix": f"Leave the option out, or propose min = 0.9 for precision in {FILE_NAME} and have it reviewed.",
    }


def test_a_minimum_beside_a_maximum_names_the_maximum() -> None:
    assert refusal(Policy(criteria={"precision": Criterion(max=0.92)}), 0.95) == {
        "what": "The policy bounds precision from above, so a minimum cannot tighten it.",
        "file": FILE_NAME,
        "field": "min_precision",
        "expected": "no minimum; the policy's maximum is 0.92",
        "found": "0.95",
        "fix": "Leave the option out.",
    }


def test_a_minimum_that_is_no_rate_is_named() -> None:
    found = refusal(minima(precision=0.92), 1.5)
    assert (found["field"], found["found"]) == ("min_precision", "'1.5'")


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-7])
def test_the_ends_of_the_scale_are_minima(value: float) -> None:
    assert tighten(Policy(criteria={}), {"precision": value}).criteria["precision"].min == value


@pytest.mark.parametrize("text", ["-0.0", "-0"])
def test_zero_has_no_sign(text: str) -> None:
    assert str(parse_rate(text, field="rate")) == "0.0"


def test_all_values_that_a_slice_would_lose_are_listed() -> None:
    def policy(*values: str) -> Policy:
        return Policy(criteria={"f1": Criterion(min=0.9, slices={"script": SliceRule(min=0.8, values=values)})})

    _, loosened = ratchet(policy("latin", "greek", "thai"), policy("greek"))
    assert loosened == (
        Loosened(field="criteria.f1.slices.script.values", base="'latin', 'thai'", head="left out"),
    )  # fmt: skip


GENERIC = "Pass a number such as 0.92, or leave the option out to use the policy's own threshold."


@pytest.mark.parametrize(
    ("text", "found", "fix"),
    [
        ("", "nothing", GENERIC),
        ("1.5", "'1.5'", GENERIC),
        ("high", "'high'", GENERIC),
        ("101%", "'101%'", GENERIC),
        ("-5%", "'-5%'", GENERIC),
        ("0,9,2", "'0,9,2'", GENERIC),
        ("10", "'10'", "did you mean 0.1?"),
        ("0%", "'0%'", "did you mean 0?"),
        ("100 %", "'100 %'", "did you mean 1?"),
        ("\u0660" * 150, ascii("\u0660" * 100), GENERIC),
    ],
)
def test_what_is_no_rate_is_shown_and_answered(text: str, found: str, fix: str) -> None:
    with pytest.raises(UsageRefusedError) as caught:
        parse_rate(text, field="--min-f1")
    error = caught.value
    assert error.what == "This is not a rate."
    assert error.field == "--min-f1"
    assert error.expected == "a number in [0, 1], written with a point, for example 0.92"
    assert (error.found, error.fix) == (found, fix)


def test_a_rule_without_a_bound_is_told_by_its_names() -> None:
    assert _brief({"a": 1, "b": 2}) == "a, b"
    assert _brief({"max_drop": 0.1, "baseline": "production"}) == "max_drop 0.1"
    assert _brief(None) == "nothing"
