"""A verdict's page says what was decided, why, and what to do, whatever the data calls itself."""

import pytest

from mlops.metrics import Counts
from mlops.reporting import summary_of, title_of
from tests import factories

VERDICTS = {
    "pass": factories.COUNTS,
    "fail": Counts(tp=600, fp=300, fn=420, tn=680),
    "inconclusive": Counts(tp=188, fp=13, fn=12, tn=187),
}


@pytest.mark.parametrize("verdict", list(VERDICTS))
@pytest.mark.parametrize("compact", [False, True])
def test_the_headline_says_the_verdict_in_words(verdict: str, compact: bool) -> None:
    page = summary_of(factories.gate_report(factories.metrics(VERDICTS[verdict])), compact=compact)
    assert f"er_20251020: {verdict}" in page.splitlines()[0]


@pytest.mark.parametrize("verdict", list(VERDICTS))
def test_a_title_is_one_short_line_that_begins_with_the_verdict(verdict: str) -> None:
    title = title_of(factories.gate_report(factories.metrics(VERDICTS[verdict])))
    assert title.startswith(f"{verdict.capitalize()}: er_20251020")
    assert len(title) <= 100
    assert title.isprintable()
