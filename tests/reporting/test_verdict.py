"""A verdict's page says what was decided, why, and what to do now."""

import html
import re

import pytest
from markdown_it import MarkdownIt

from mlops.gate import GateReport
from mlops.metrics import Counts
from mlops.reporting import Links, summary_of
from tests import factories
from tests.reporting import scenes

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
REPORTS = {
    "pass": scenes.report(),
    "fail": scenes.report(scenes.BAD),
    "inconclusive": scenes.report(scenes.BETWEEN),
}
LINKS = Links.of(server="https://github.com", repository="acme/matching", commit="0" * 40, run_id="17")


def seen(page: str) -> str:
    """Return the text that a reader of the page sees, folded parts included."""
    text = re.sub(r"<!--.*?-->", "", str(MARKDOWN.render(page)), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text))).replace("\N{NO-BREAK SPACE}", " ")


def cells(page: str, first: str) -> list[str]:
    """Return the cells of the first table row that begins with ``first``."""
    row = next(line for line in page.splitlines() if line.startswith(f"| {first} |"))
    return [seen(cell).strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("verdict", list(REPORTS))
@pytest.mark.parametrize("compact", [False, True])
def test_the_headline_says_the_verdict_in_words(verdict: str, compact: bool) -> None:
    page = summary_of(REPORTS[verdict], compact=compact)
    assert f"er_20251020: {verdict}" in page.splitlines()[0]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("pass", "Every blocking criterion is met"),
        ("fail", "The upper bound 69.2 % is below 92 %."),
        ("inconclusive", "about 1,300 more labelled test rows would decide"),
    ],
)
@pytest.mark.parametrize("compact", [False, True])
def test_the_page_says_why(verdict: str, words: str, compact: bool) -> None:
    assert words in seen(summary_of(REPORTS[verdict], compact=compact))


def test_every_criterion_has_its_value_bounds_denominator_and_threshold() -> None:
    page = summary_of(REPORTS["pass"])
    assert cells(page, "Precision") == ["Precision", "97.6 %", "96.7 to 98.3 %", "1,000", "bound ≥ 92 %", "✅ pass"]
    assert cells(page, "F1")[-1] == "✅ pass"


def test_a_threshold_that_an_option_raised_stands_beside_the_policys() -> None:
    report = REPORTS["pass"]
    raised = report.criteria[0].model_copy(update={"threshold": 0.95, "decide_on": "point"})
    page = summary_of(report.model_copy(update={"criteria": (raised,)}))
    assert cells(page, "Precision")[4] == "value ≥ 95 % (policy 92 %)"


def test_what_only_warns_says_so() -> None:
    report = REPORTS["fail"]
    lax = report.criteria[0].model_copy(update={"blocking": False})
    page = summary_of(report.model_copy(update={"criteria": (lax,)}))
    assert cells(page, "Precision")[-1] == "fail (warns only)"


def test_a_metric_that_is_not_defined_is_no_number() -> None:
    nothing = summary_of(factories.gate_report(factories.metrics(Counts(tp=0, fp=0, fn=500, tn=500))))
    assert cells(nothing, "Precision")[1:3] == ["not defined", "not defined"]


def test_one_sentence_that_says_it_of_all_is_said_once() -> None:
    few = factories.gate_report(factories.metrics(Counts(tp=9, fp=1, fn=1, tn=9)))
    assert len({criterion.reason for criterion in few.criteria}) == 1
    assert seen(summary_of(few)).count(few.reason) == 1


def test_a_champion_stands_beside_the_candidate() -> None:
    page = summary_of(scenes.report(change=True))
    assert cells(page, "Precision")[5] == "✅ +0.4 points -0.3 to +1.2"
    said = seen(page)
    assert "Champion er_20250920 , on the same 2,000 test rows: 21 rows gained, 13 lost: chance alone may" in said
    assert "Candidate and champion, metric by metric and row by row" in said
    assert "lost p0000001 1 0.300 0.600" in said
    assert said.count("gained p00000") == 5
    assert "Precision 97.2 % 97.6 % +0.4 -0.3 to +1.2 ≥ -2 ✅ pass" in said


def test_a_candidate_that_fell_behind_is_told_by_metric() -> None:
    said = seen(summary_of(scenes.report(change=True, worse=0.04)))
    assert (
        "Recall against production , ❌ fail: The upper bound of the difference -2.8 points is below -2 points" in said
    )


def test_models_that_call_every_row_alike_are_said_to() -> None:
    report = scenes.report(change=True)
    assert report.comparison is not None
    alike = report.comparison.model_copy(update={"gained": 0, "lost": 0, "mcnemar_p": 1.0})
    assert "both models call every row alike" in seen(summary_of(report.model_copy(update={"comparison": alike})))
    lost = report.comparison.model_copy(update={"gained": 1, "lost": 30, "mcnemar_p": 0.0001})
    said = seen(summary_of(report.model_copy(update={"comparison": lost})))
    assert "1 row gained, 30 lost: more than chance explains" in said


def test_without_a_model_in_production_the_page_says_so() -> None:
    assert "no model in production to compare with" in seen(summary_of(REPORTS["pass"]))


def test_slices_that_are_not_met_are_listed_with_their_reasons() -> None:
    page = summary_of(scenes.report(slices=True))
    said = seen(page)
    assert "Slices , ⚠️ inconclusive: 2 of the 3 slice values that the policy bounds." in said
    assert "2 of the 3 slice values that the policy bounds are not met" in said
    assert "script greek : Its denominator has 9 of the 20 rows" in said
    assert "script cyrillic 81.7 % 75.8 to 86.4 %" in said


def test_of_slices_that_all_pass_the_worst_is_shown() -> None:
    report = scenes.report(slices=True)
    passed = tuple(s.model_copy(update={"verdict": "pass"}) for s in report.slices)
    said = seen(summary_of(report.model_copy(update={"slices": passed, "verdict": "pass"})))
    assert "All 3 slice values that the policy bounds pass; this one has the least to spare" in said


def test_of_many_slices_the_rest_is_counted() -> None:
    report = scenes.report(slices=True)
    many = tuple(report.slices[0].model_copy(update={"value": f"v{at}"}) for at in range(11))
    assert "3 more stand in gate.json." in seen(summary_of(report.model_copy(update={"slices": many})))


def test_what_the_base_branch_held_stands_in_a_table_and_not_among_the_warnings() -> None:
    page = summary_of(scenes.report(change=True))
    said = seen(page)
    assert "criteria.precision.min 0.92 0.9" in said
    assert "0.92 on the base branch" not in said
    assert "23 models have been judged on these test rows" in said
    assert "loosen 1 field of the policy" in seen(summary_of(scenes.report(change=True), compact=True))


def test_seeds_are_told_apart() -> None:
    said = seen(summary_of(scenes.report(seeds=3)))
    assert "Seed 44 , ❌ fail" in said
    assert "43 97.6 %, 95.7 %, 96.6 % ✅ pass" in said
    missing = scenes.report(seeds=4)
    assert "Other seeds , ⚠️ inconclusive" in seen(summary_of(missing))


def test_advice_and_misjudged_rows_come_from_the_diagnosis() -> None:
    said = seen(summary_of(REPORTS["fail"]))
    assert "What to do now Precision is low: 300 false positives." in said
    assert "false positive p0000850 0.970 entity type company, length long, script cyrillic street +2.1" in said
    assert said.count("false positive p0000850") == 5
    assert "Worst slice: script = cyrillic" in said
    assert "What to do now: Precision is low" in seen(summary_of(REPORTS["fail"], compact=True))


def test_the_worst_slice_of_a_pass_can_be_told() -> None:
    assert "Worst slice: script = greek" in seen(summary_of(REPORTS["pass"], worst_slice="script = greek"))
    assert "Worst slice" not in summary_of(REPORTS["pass"])


@pytest.mark.parametrize(
    ("verdict", "commands"),
    [
        (
            "pass",
            ["gh workflow run publish-model-card.yml", "gh workflow run model-deploy.yml -f environment=production"],
        ),
        ("fail", ["gh workflow run entity-resolution-train.yml"]),
        ("inconclusive", ["mlops pin er FILE", "gh workflow run entity-resolution-train.yml -f dataset_date=YYYYMMDD"]),
    ],
)
@pytest.mark.parametrize("compact", [False, True])
def test_the_next_step_is_a_command(verdict: str, commands: list[str], compact: bool) -> None:
    page = summary_of(REPORTS[verdict], compact=compact)
    block = page.partition("```sh\n")[2].partition("```")[0]
    assert [line.removesuffix(" \\") for line in block.splitlines() if not line.startswith("  ")] == commands
    if verdict != "inconclusive":
        assert f"-f dataset_hash={factories.DATA_SHA256}" in block


@pytest.mark.parametrize("verdict", ["pass", "fail", "inconclusive"])
def test_the_next_step_of_claims_is_their_own_workflow(verdict: str) -> None:
    page = summary_of(REPORTS[verdict].model_copy(update={"task": "claims"}))
    assert set(re.findall(r"gh workflow run (\S+)", page)) == {"claims-certify.yml"}


def test_the_hashes_and_the_run_are_folded_away() -> None:
    report = REPORTS["pass"]
    page = summary_of(report, links=LINKS)
    folded = page.rpartition("<details>")[2]
    for name in ("dataset", "model", "artifact", "evaluation", "policy"):
        assert f"`{getattr(report.bindings, f'{name}_sha256')}`" in folded
    assert "These test rows have judged 23 models, this one included; the policy stops after 50." in folded


def test_dataset_policy_and_run_are_links_where_the_repository_is_known() -> None:
    page = summary_of(REPORTS["pass"], links=LINKS)
    blob = f"https://github.com/acme/matching/blob/{'0' * 40}"
    assert f"[er_20251020]({blob}/data_manifests/er_20251020.json)" in page
    assert f"[mlops.toml]({blob}/mlops.toml)" in page
    assert "[judged by this run](https://github.com/acme/matching/actions/runs/17)" in page
    assert "](" not in summary_of(REPORTS["pass"])
    assert "judged locally" in summary_of(REPORTS["pass"])


def test_the_run_that_judged_outweighs_the_run_that_shows() -> None:
    run = "https://github.example.org/acme/matching/actions/runs/3"
    report = scenes.report()
    report = report.model_copy(update={"bindings": report.bindings.model_copy(update={"run_url": run})})
    assert f"[judged by this run]({run})" in summary_of(report, links=LINKS)


def test_uncommitted_changes_are_told() -> None:
    report = scenes.report()
    dirty = report.model_copy(update={"bindings": report.bindings.model_copy(update={"code_dirty": True})})
    assert "with uncommitted changes" in summary_of(dirty)


def test_history_is_shown_where_there_is_one() -> None:
    page = summary_of(REPORTS["pass"], history=scenes.history())
    assert cells(page, "Precision")[0] == "Precision"
    assert "| Metric | 10 versions | <code>er&#95;20250110</code> | <code>er&#95;20251020</code> |" in page
    assert "History" not in summary_of(REPORTS["pass"])
    assert "History" not in summary_of(REPORTS["pass"], history=scenes.history(), compact=True)


@pytest.mark.parametrize("report", [*REPORTS.values(), scenes.report(change=True, slices=True, seeds=3)])
@pytest.mark.parametrize("compact", [False, True])
def test_every_table_is_one_and_every_fold_is_closed(report: GateReport, compact: bool) -> None:
    page = summary_of(report, history=scenes.history(), links=LINKS, compact=compact)
    tables = sum(line.startswith(("|:--", "|--")) for line in page.splitlines())
    assert str(MARKDOWN.render(page)).count("<table>") == tables
    assert page.count("<details>") == page.count("</details>") >= 1
    assert page.count("```") % 2 == 0
    assert page.endswith("\n")
    assert "\n\n\n" not in page


def test_a_comment_is_shorter_than_a_summary() -> None:
    report = scenes.report(scenes.BAD, slices=True, change=True)
    assert len(summary_of(report, compact=True)) < len(summary_of(report)) / 2
