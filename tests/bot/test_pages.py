"""What the bot writes for people: within GitHub's limits, linked to a commit, and inert."""

from pathlib import Path

from mlops import documents, registry
from mlops.artifact import GATE
from mlops.bot import pages
from mlops.bot.comments import LIMIT
from mlops.gate import GateReport
from mlops.reporting import Digest, Links
from tests.bot import world
from tests.conftest import ROOT
from tests.reporting import scenes

COMMIT = "a" * 40
LINKS = Links(repository="https://github.com/acme/er-models", commit=COMMIT, run=world.RUN_URL)


def report(tmp_path: Path, **changes: object) -> GateReport:
    return documents.read(world.judged(tmp_path / "a") / GATE, GateReport).model_copy(update=changes)


def long_report(tmp_path: Path) -> GateReport:
    """Return a report with more criteria than any page has room for."""
    found = report(tmp_path)
    failed = found.criteria[0].model_copy(update={"verdict": "fail", "reason": "far too low " * 20})
    return found.model_copy(update={"verdict": "fail", "criteria": (failed,) * 300})


def test_a_long_verdict_is_cut_with_a_link_to_the_run(tmp_path: Path) -> None:
    found = long_report(tmp_path)
    for page in (
        pages.verdict_comment(found, LINKS),
        pages.verdict_summary(found, LINKS),
        pages.card_pull_request(found, LINKS),
        pages.release_body(found, LINKS),
    ):
        assert LIMIT / 2 < len(page) <= LIMIT
        assert "Cut here" in page
        assert f"({world.RUN_URL})" in page


def test_hostile_text_of_a_gate_report_stays_inert(tmp_path: Path) -> None:
    hostile = "@acme/team fixes #1 <img src=x> --> <!-- mlops:gate:er -->\n| a | b |"
    body = pages.verdict_comment(report(tmp_path, verdict="fail", reason=hostile), LINKS)
    for piece in ("@acme", "#1 ", "<img", "-->\n|", "mlops:gate:er -->"):
        assert piece not in body


def test_a_verdict_shows_what_moved_since_the_last_comment(tmp_path: Path) -> None:
    found = report(tmp_path)
    before = Digest("fail", {"precision": 0.968, "recall": None})
    body = pages.verdict_comment(found, LINKS, before)
    assert "| Metric | Value | Since last comment |" in body
    assert "| Precision | **97.6&nbsp;%** | +0.8&nbsp;pt |" in body
    assert "Since" not in pages.verdict_comment(found, LINKS)


def test_the_pull_request_links_the_card_at_its_commit(tmp_path: Path) -> None:
    body = pages.card_pull_request(report(tmp_path), LINKS)
    card = "model_cards/er_20251020.md"
    assert f"Publishes [{card}](https://github.com/acme/er-models/blob/{COMMIT}/{card})" in body


RECORD = registry.read_record(ROOT / registry.path_of("er_20251020"))
OLDER = Digest("pass", {"precision": 0.9483, "recall": 0.954545, "f1": None}, "er_20251013")


def test_an_announcement_says_what_it_is_about_and_links_it_at_the_commit() -> None:
    body = pages.announcement(RECORD, LINKS)
    blob = f"https://github.com/acme/er-models/blob/{COMMIT}"
    for piece in (
        f"### ML data refreshed, model card: [model_cards/er_20251020.md]({blob}/model_cards/er_20251020.md)",
        f"on dataset [er_20251020]({blob}/data_manifests/er_20251020.json) with 10,000 rows",
        "✅ **pass** on 1,996 test rows",
        "| Metric | Value | 95 % bounds | n |",
        f"Dataset SHA-256: `{RECORD.dataset.sha256}`",
    ):
        assert piece in body


def test_an_announcement_shows_what_moved_since_the_older_model_and_what_that_means() -> None:
    body = pages.announcement(RECORD, LINKS, None, OLDER)
    assert "| Metric | Value | Since er_20251013 | 95 % bounds | n |" in body
    assert "| Precision | **95.6 %** | +0.8&nbsp;pt |" in body
    assert "| Recall | **95.5 %** | same |" in body
    assert "| F1 | **95.5 %** |  |" in body
    assert "er_20251013 was measured on other test rows" in body
    same = Digest("pass", OLDER.metrics, "er_20251020")
    assert "other test rows" not in pages.announcement(
        RECORD.model_copy(update={"id": "er_20251020-2"}), LINKS, None, same
    )


def test_an_announcement_with_a_verdict_shows_thresholds_champion_and_reasons() -> None:
    passed = pages.announcement(RECORD, LINKS, scenes.report(change=True), OLDER)
    assert "Value<br>since er_20251013 |" in passed
    assert "**Champion**" in passed
    failed = pages.announcement(RECORD, LINKS, scenes.report(scenes.BAD))
    assert "❌ **fail** on" in failed
    assert "- **Precision**, ❌ fail: The upper bound" in failed
    assert "Champion" not in failed
