"""What the bot writes for people: within GitHub's limits, linked to a commit, and inert."""

from pathlib import Path

from mlops import documents
from mlops.artifact import GATE
from mlops.bot import pages
from mlops.bot.comments import LIMIT
from mlops.gate import GateReport
from mlops.reporting import Digest, Links
from tests.bot import world

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
