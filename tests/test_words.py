"""Pages call things by the same words; what is not ours stays data."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mlops.metrics import Estimate
from mlops.render import Safe
from mlops.words import bounds, commit, in_words, link_to_run, metric_name, metric_order, moment, rate, threshold

RUN = "https://github.com/acme/matching/actions/runs/17"


@pytest.mark.parametrize(
    ("name", "start", "shown"),
    [("precision", True, "Precision"), ("precision", False, "precision"), ("roc_auc", True, "ROC AUC")],
)  # fmt: skip
def test_a_metric_of_ours_has_a_name(name: str, start: bool, shown: str) -> None:
    found = metric_name(name, start=start)
    assert (found, type(found)) == (shown, Safe)


@pytest.mark.parametrize("name", ["<img>", "Precision", ""])
def test_another_metric_stays_data(name: str) -> None:
    assert not isinstance(metric_name(name), Safe)


def test_the_usual_three_come_first() -> None:
    assert sorted(["zeta", "f1", "alpha", "recall", "precision"], key=metric_order) == [
        "precision", "recall", "f1", "alpha", "zeta",
    ]  # fmt: skip


def test_numbers_keep_their_side_of_the_threshold() -> None:
    assert (rate(0.91996, 0.92), rate(None), threshold(0.92)) == ("91.996 %", "not defined", "92 %")
    estimate = Estimate(value=0.95, lower=0.91996, upper=0.97, n=100)
    assert bounds(estimate, 0.92) == "91.996 % to 97.0 %"
    assert bounds(Estimate(value=None, lower=None, upper=None, n=0), 0.92) == "not defined"


def test_a_name_with_a_grammar_is_read_as_words() -> None:
    assert (in_words("entity_type"), type(in_words("entity_type"))) == ("entity type", Safe)
    assert not isinstance(in_words("Entity Type|"), Safe)


def test_a_moment_is_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert moment(datetime(2025, 10, 21, 8, 30, tzinfo=tokyo)) == "2025-10-20 23:30 UTC"
    assert moment(datetime(2025, 10, 20, 8, 30, tzinfo=UTC).replace(tzinfo=None)) == "2025-10-20 08:30 UTC"


def test_only_a_commit_is_code_and_only_a_run_is_a_link() -> None:
    assert commit("0" * 40) == f"`{'0' * 40}`"
    assert not isinstance(commit("unknown"), Safe)
    assert link_to_run(RUN) == f"[17]({RUN})"
    assert link_to_run("") == "trained locally"
    assert not isinstance(link_to_run("javascript:alert(1)"), Safe)
