"""The card's slices: verdicts where the policy has a rule, and no number that the measurement does not hold."""

from typing import Any

import pytest

from mlops.card.agreement import decided_again
from mlops.card.page import render
from mlops.card.slices import slice_differences, slice_rows
from mlops.config import Criterion, Policy, SliceRule
from mlops.gate import GateReport
from mlops.metrics import Counts, Metrics
from tests.factories import card_facts, gate_report, metrics, policy, slice_metrics


def rules(action: Any = "block") -> Policy:
    """Return a policy that bounds precision in every entity type."""
    least = {"entity_type": SliceRule(min=0.9, action=action)}
    return policy(criteria={"precision": Criterion(min=0.92, slices=least), "recall": Criterion(min=0.88)})


def differences(measured: Metrics, gate: GateReport) -> list[str]:
    """Return the fields in which the gate's slices differ from what was measured."""
    again = decided_again(measured, gate)
    return [field for field, expected, found in slice_differences(measured, gate, again) if expected != found]


def test_a_slice_with_a_rule_shows_its_verdict_and_one_without_does_not() -> None:
    rows = {(row.slice, row.value): row.cells for row in slice_rows(metrics(), gate_report(rules=rules()))}
    assert rows["entity type", "organisation"][0] == "98.1 % (96.9 % to 98.8 %), pass: at least 90 %"
    assert rows["entity type", "trust"][0].endswith(", **inconclusive**: at least 90 %")
    assert "at least" not in rows["entity type", "organisation"][1]
    assert all("at least" not in cell for cell in rows["script", "latin"])


def test_a_rule_that_warns_says_so() -> None:
    rows = slice_rows(metrics(), gate_report(rules=rules("warn")))
    assert any(cell.endswith("at least 90 % (warns only)") for row in rows for cell in row.cells)


def test_the_page_shows_verdicts_and_names_the_worst_slice() -> None:
    text = render(card_facts(gate=gate_report(rules=rules())))
    assert "**inconclusive**: at least 90 %" in text
    assert "Its denominator has 17 of the 30 rows" in text


def test_what_the_gate_judged_is_what_was_measured() -> None:
    assert differences(metrics(), gate_report(rules=rules())) == []


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("estimate", 0.99, "slices.entity_type.precision.estimate"),
        ("lower", 0.1, "slices.entity_type.precision.lower"),
        ("upper", None, "slices.entity_type.precision.upper"),
        ("n", 7, "slices.entity_type.precision.n"),
        ("verdict", "pass", "slices"),
        ("threshold", 0.1, "slices"),
        ("value", "person", "slices"),
        ("blocking", False, "slices"),
    ],
)
def test_a_changed_slice_is_found(field: str, value: Any, named: str) -> None:
    gate = gate_report(rules=rules())
    worst, *others = gate.slices
    forged = gate.model_copy(update={"slices": (worst.model_copy(update={field: value}), *others)})
    assert named in differences(metrics(), forged)


def test_a_dropped_slice_is_found() -> None:
    gate = gate_report(rules=rules())
    assert "slices" in differences(metrics(), gate.model_copy(update={"slices": gate.slices[1:]}))


def test_bounds_that_moved_a_little_with_the_version_of_numpy_are_not_an_accusation() -> None:
    gate = gate_report(rules=rules())
    moved = [r.model_copy(update={"lower": r.lower - 0.01}) if r.lower is not None else r for r in gate.slices]
    assert differences(metrics(), gate.model_copy(update={"slices": tuple(moved)})) == []


def test_a_hostile_value_is_inert_wherever_the_card_names_it() -> None:
    hostile = "@everyone <b>x</b> ![a](http://e) #1"
    part = slice_metrics("entity_type", hostile, Counts(tp=10, fp=190, fn=0, tn=10))
    measured = metrics(slices=(part,))
    page = render(card_facts(metrics=measured, gate=gate_report(measured, rules=rules())))
    body = page.split("\n---\n", 1)[1]  # before it stands YAML, in which the value is a quoted string
    assert "**fail**: at least 90 %" in body
    assert not [piece for piece in ("@everyone", "<b>", "![a]", "http://e", " #1") if piece in body]
