"""The verdict as a person reads it: slices the worst first and not too many, warnings that nothing else says."""

import io

import pytest
from rich.console import Console

from mlops.cli.report import print_report
from mlops.config import Criterion, SliceRule
from mlops.gate import GateReport
from mlops.metrics import Counts
from tests.factories import gate_report, metrics, policy, slice_metrics


def said(report: GateReport, *, terminal: bool = False) -> str:
    """Return what is printed of ``report``."""
    stream = io.StringIO()
    print_report(report, Console(file=stream, force_terminal=terminal, width=200))
    return stream.getvalue()


def judged(values: int, tp: int = 190) -> GateReport:
    """Return the verdict on so many values of a slice, of which the last is bad."""
    parts = [slice_metrics("script", f"value {i}", Counts(tp=tp, fp=0, fn=0, tn=50)) for i in range(values - 1)]
    parts.append(slice_metrics("script", "bad \x1b[2J", Counts(tp=50, fp=140, fn=0, tn=50)))
    criterion = Criterion(min=0.9, slices={"script": SliceRule(min=0.9)})
    return gate_report(metrics(slices=tuple(parts)), rules=policy(criteria={"precision": criterion}))


@pytest.mark.parametrize("terminal", [True, False])
def test_slices_stand_the_worst_first_with_their_verdict(*, terminal: bool) -> None:
    text = said(judged(3), terminal=terminal)
    rows = [line for line in text.splitlines() if "script" in line and "precision" in line]
    assert "bad" in rows[0]
    assert "below 0.001" in rows[0]
    assert "fail" in rows[0]
    assert "26.3 %" in rows[0]
    assert "\x1b[2J" not in text
    assert sum("pass" in row for row in rows) == 2
    assert "corrected by Holm, is at most 0.05" in text


@pytest.mark.parametrize(("values", "more"), [(12, False), (13, True)])
def test_at_most_twelve_are_shown(values: int, *, more: bool) -> None:
    text = said(judged(values))
    assert sum(line.startswith("precision  script") for line in text.splitlines()) == 12
    assert ("1 more stand in gate.json." in text) == more


def test_without_rules_for_slices_nothing_is_said_of_them() -> None:
    assert "Slices" not in said(gate_report())


def test_a_warning_is_said_once() -> None:
    text = said(gate_report(reason="It passes. Warning: recall: low.", warnings=("recall: low.", "base holds.")))
    assert text.count("recall: low.") == 1
    assert text.count("- base holds.") == 1
    assert "Warnings" not in said(gate_report())
