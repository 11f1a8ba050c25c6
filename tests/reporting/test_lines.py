"""A verdict in one line is short, plain, and harmless wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.gate import GateReport
from mlops.metrics import Counts
from mlops.reporting import title_of
from tests import factories
from tests.reporting import scenes


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (scenes.report(), "Pass: er_20251020 (precision 97.6 %, recall 95.7 %, F1 96.6 %)"),
        (
            scenes.report(scenes.BAD),
            "Fail: er_20251020 (precision 66.7 % < 92 %, recall 58.8 % < 88 %, F1 62.5 % < 90 %)",
        ),
        (scenes.report(scenes.BETWEEN), "Inconclusive: er_20251020 (precision 93.5 %, lower bound 90.1 % for 92 %)"),
        (scenes.report(slices=True), "Inconclusive: er_20251020 (2 slices)"),
        (scenes.report(seeds=3), "Fail: er_20251020 (other seeds)"),
    ],
)
def test_a_title_says_what_made_the_verdict(report: GateReport, title: str) -> None:
    assert title_of(report) == title


def test_a_title_names_the_metrics_that_fell_behind() -> None:
    assert title_of(scenes.report(change=True, worse=0.04)).startswith(
        "Fail: er_20251020 (precision against production"
    )


def test_a_metric_that_is_not_defined_is_named() -> None:
    nothing = factories.gate_report(factories.metrics(Counts(tp=0, fp=0, fn=500, tn=500)))
    assert "precision not defined" in title_of(nothing)


@given(st.text(max_size=400))
def test_a_title_is_one_line_of_at_most_a_hundred_characters_whatever_it_is_about(text: str) -> None:
    title = title_of(scenes.report(scenes.BAD, text=text or "x", change=True))
    assert len(title) <= 100
    assert title.isprintable()
    assert title.startswith("Fail: ")
