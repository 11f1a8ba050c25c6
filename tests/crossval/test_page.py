"""The report for people: every number that decides stands in a table, in a terminal and in Markdown alike."""

import pytest

from mlops.crossval.document import CrossvalReport
from mlops.crossval.page import markdown_of, rows_of
from tests.crossval.claims import claims
from tests.crossval.test_reporting import reported


@pytest.fixture(scope="module")
def report() -> CrossvalReport:
    data = claims()
    return reported(data, data.validate(), permutations=19)


def test_the_tables_show_demands_blocks_and_what_stands_beside_them(report: CrossvalReport) -> None:
    demands, blocks, beside = rows_of(report)
    assert [row[0] for row in demands.rows] == ["cv_mean", "cv_sd"]
    assert [row[3] for row in demands.rows] == [">= 60 %", "<= 5 %"]
    assert [row[5] for row in demands.rows] == ["pass", "pass"]
    assert [row[0] for row in blocks.rows] == [f"{fold.first} to {fold.last}" for fold in report.folds]
    assert [row[2] for row in blocks.rows] == [f"{fold.n:,}" for fold in report.folds]
    assert [row[0] for row in beside.rows] == [
        "accuracy, mean over blocks", "its spread", "what counting does not explain", "accuracy, all rows",
        "AUC, all rows", "lift over majority", "lift over one rule", "chance: fixed predictions", "chance: refits",
        "chance: refits any month", "latency of a row, 95 of 100",
    ]  # fmt: skip
    assert [row[2] for row in beside.rows[-4:-1]] == ["inside months", "inside months", "over all"]
    for _, header, rows in (demands, blocks, beside):
        assert {len(row) for row in rows} == {len(header)}


def test_the_page_holds_the_verdict_the_tables_the_gap_and_the_notes(report: CrossvalReport) -> None:
    page = markdown_of(report, "claims_20251006")
    assert page.startswith("## Time-series cross-validation of claims_20251006: pass\n\nAll 3 demands are met.\n")
    assert "Between training and a block lie 14 days" in page
    assert page.count("19 permutations can never give p") == 2  # of both tests that refit
    lines = page.splitlines()
    for title, header, rows in rows_of(report):
        at = lines.index(f"**{title}**")
        assert lines[at + 2] == f"| {' | '.join(header)} |"
        assert lines[at + 4 : at + 4 + len(rows)] == [f"| {' | '.join(row)} |" for row in rows]


def test_what_was_not_measured_is_left_out(report: CrossvalReport) -> None:
    folds = tuple(fold.model_copy(update={"auc": None}) for fold in report.folds)
    accuracy = report.accuracy.model_copy(update={"noise": None, "excess": None})
    bare = report.model_copy(update={
        "criteria": (), "folds": folds, "accuracy": accuracy, "accuracy_bound": None, "auc_bound": None, "chance": {},
        "lifts": (), "latency": None, "notes": (),
    })  # fmt: skip
    blocks, beside = rows_of(bare)
    assert {row[5] for row in blocks.rows} == {""}
    assert [row[0] for row in beside.rows] == ["accuracy, mean over blocks"]
    assert "Demands" not in markdown_of(bare, "claims_20251006")


def test_a_note_and_a_reason_cannot_break_the_page(report: CrossvalReport) -> None:
    hostile = report.model_copy(update={"reason": "<script>alert(1)</script>", "notes": ("column `a|b`\n# head",)})
    page = markdown_of(hostile, "claims_20251006")
    assert "<script>" not in page
    assert "\n# head" not in page
