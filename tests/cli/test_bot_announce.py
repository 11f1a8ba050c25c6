"""``mlops bot announce``: once on each issue that is meant, with the card's link and metrics, and the board told."""

from pathlib import Path
from typing import Any

import pytest

from mlops import documents, registry
from mlops.artifact import GATE
from mlops.errors import ExitCode
from mlops.gate import GateReport
from tests.bot import world
from tests.cli.test_bot import outputs
from tests.conftest import ROOT, Outcome, RunCli
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub

__all__ = ["hub"]

OLD, NEW = "er_20251020", "er_20251027"
FIELDS = {"Model": "text", "Stage": ("er_20251013",), "Sprint": "iteration"}
HEADING = "### ML data refreshed, model card: "


def commit_card(hub: Hub, model: str, **changes: Any) -> str:
    """Commit a card of ``model`` to main, made from the one of this repository, and return the commit."""
    record = registry.read_record(ROOT / registry.path_of(OLD))
    dataset = record.dataset.model_copy(update={"id": model.partition("-")[0]})
    card = registry.format_front_matter(record.model_copy(update={"id": model, "dataset": dataset, **changes}), {})
    return hub.state.bare.write("main", f"model_cards/{model}.md", card.encode(), f"Publish {model}", "octocat")


@pytest.fixture
def board(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return a stand-in with the card of the new model and a board of three issues; the token is an App's."""
    world.enter(hub, tmp_path, monkeypatch)
    monkeypatch.setenv("GITHUB_TOKEN", hub.app_token)
    commit_card(hub, NEW)
    made = hub.add_board(8, fields=FIELDS)
    for labels in (["refresh"], ["refresh"], []):
        number = hub.add_issue()
        hub.state.issues[number].labels = labels
        made.add(number, Status="Todo")
    made.add(title="A draft")
    return hub


def refused(outcome: Outcome, code: ExitCode, *words: str) -> None:
    assert outcome.code == code
    for word in words:
        assert word in outcome.err


def announced(hub: Hub) -> list[int]:
    """Return the numbers of the issues on which the new model is announced, as often as it is."""
    return [comment.issue for comment in hub.state.comments.values() if HEADING in comment.body]


def test_it_is_announced_on_the_issues_of_a_board_and_the_board_names_the_model(
    board: Hub, run_cli: RunCli, tmp_path: Path
) -> None:
    asked = ("bot", "announce", NEW, "--project", 8, "--label", "refresh", "--set-field", "Model")
    outcome = run_cli(*asked)
    assert outcome.code == ExitCode.DONE, outcome.err
    card = board.state.bare.text("rev-list", "--max-count=1", "main", "--", f"model_cards/{NEW}.md")
    link = f"{HEADING}[model_cards/{NEW}.md](https://github.com/acme/er-models/blob/{card}/model_cards/{NEW}.md)"
    assert [(one.issue, link in one.body) for one in board.state.comments.values()] == [(1, True), (2, True)]
    found = outputs(tmp_path)
    assert (found["status"], found["issues"], found["urls"].count("#issuecomment-")) == ("created", "1 2", 2)
    (made,) = board.state.boards
    assert [made.shown(item).get("Model") for item in made.items] == [NEW, NEW, None, None]
    writes = world.writes(board)
    (tmp_path / "output").unlink()
    commit_card(board, OLD)
    assert run_cli(*asked).code == ExitCode.DONE
    assert (outputs(tmp_path)["status"], world.writes(board)) == ("unchanged", writes)


def test_a_new_model_is_told_beside_the_older_one_which_is_folded_away(board: Hub, run_cli: RunCli) -> None:
    commit_card(board, OLD, metrics={})
    assert run_cli("bot", "announce", OLD, "--issue", 1).code == ExitCode.DONE
    outcome = run_cli("bot", "announce", NEW, "--issue", 1)
    assert "folded away as outdated: 1" in outcome.out
    old, new = board.comments(1)
    assert (old.minimized, new.minimized) == ("outdated", None)


def test_with_a_verdict_metrics_stand_against_thresholds(board: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    ours = world.judged(tmp_path / "ours")
    report = documents.read(ours / GATE, GateReport)
    commit_card(board, OLD, model_sha256=report.bindings.model_sha256)
    assert run_cli("bot", "announce", OLD, "--issue", 3, "--gate", ours / GATE).code == ExitCode.DONE
    (comment,) = board.comments(3)
    assert "| Required | Verdict |" in comment.body
    assert "≥&nbsp;92&nbsp;%" in comment.body


def test_issues_are_named_besides_a_board(board: Hub, run_cli: RunCli) -> None:
    board.state.issues[3].state = "closed"
    number = board.add_issue()
    asked = ("--project", 8, "--field", "status=todo", "--milestone", "", "--issue", f"{number} 1", "--closed")
    assert run_cli("bot", "announce", NEW, *asked).code == ExitCode.DONE
    assert announced(board) == [number, 1, 2, 3]


def test_closed_issues_are_passed_over_and_told(board: Hub, run_cli: RunCli) -> None:
    board.state.issues[2].state = "closed"
    outcome = run_cli("bot", "announce", NEW, "--project", 8, "--owner", "acme")
    assert "passed over: acme/er-models#2: closed" in outcome.err
    assert announced(board) == [1, 3]


def test_no_issue_that_fits_is_no_error(board: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    outcome = run_cli("bot", "announce", NEW, "--project", 8, "--label", "nobody's")
    assert (outcome.code, "no open issue of acme/er-models" in outcome.out) == (ExitCode.DONE, True)
    assert outputs(tmp_path) == {"status": "skipped", "urls": "", "issues": ""}
    assert announced(board) == []


@pytest.mark.parametrize("locked", [False, True])
def test_an_issue_that_refuses_is_told_and_the_others_get_theirs(
    board: Hub, run_cli: RunCli, tmp_path: Path, *, locked: bool
) -> None:
    board.state.issues[1].locked = locked
    outcome = run_cli("bot", "announce", NEW, "--issue", "1 99 2")
    refused(outcome, ExitCode.UNAVAILABLE if locked else ExitCode.USAGE, "of 3 issues", "#99")
    assert ("gh issue unlock 1" in outcome.err) == locked
    served = [2] if locked else [1, 2]
    assert (announced(board), outputs(tmp_path)["issues"]) == (served, " ".join(map(str, served)))


def test_a_board_that_takes_no_change_is_told_after_every_comment(
    board: Hub, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    permissions = {"issues": "write", "contents": "read", "organization_projects": "read"}
    token = board.token_for("precision-gate[bot]", permissions=permissions)
    monkeypatch.setenv("GITHUB_TOKEN", token)
    outcome = run_cli("bot", "announce", NEW, "--project", 8, "--set-field", "Model")
    refused(outcome, ExitCode.UNAVAILABLE, "organization projects")
    assert outputs(tmp_path)["issues"] == "1 2 3"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ((), "neither"),
        (("--issue", "one"), "--issue"),
        (("--issue", "1", "--label", "x"), "--project"),
        (("--issue", "1", "--set-field", "Model"), "--project"),
        (("--project", "8", "--owner", "no/body"), "--owner"),
        (("--project", "8", "--field", "Status"), "NAME=VALUE"),
        (("--project", "9"), "no project board 9 of acme"),
        (("--project", "8", "--owner", "octocat"), "no project board 8 of octocat"),
        (("--project", "8", "--field", "Stages=x"), "no such field"),
        (("--project", "8", "--field", "Status=Unknown"), "Todo, In Progress, Done"),
        (("--project", "8", "--set-field", "Stage"), "Add the option er_20251027"),
        (("--project", "8", "--set-field", "Sprint"), "takes no text"),
        (("--issue", "1", "--commit", "main"), "--commit"),
        (("--issue", "1", "--commit", "0" * 40), f"{NEW}.md"),
    ],
)
def test_what_is_not_acceptable_is_refused_before_anything_is_written(
    board: Hub, run_cli: RunCli, options: tuple[str, ...], word: str
) -> None:
    refused(run_cli("bot", "announce", NEW, *options), ExitCode.USAGE, word)
    assert board.state.comments == {}


def test_a_model_without_a_card_is_told_what_publishes_one(board: Hub, run_cli: RunCli) -> None:
    refused(run_cli("bot", "announce", "er_20260101", "--issue", 1), ExitCode.USAGE, "publish-model-card.yml")
    refused(run_cli("bot", "announce", "latest", "--issue", 1), ExitCode.USAGE, "er_20251020")
    assert announced(board) == []


def test_a_card_of_another_model_is_refused(board: Hub, run_cli: RunCli) -> None:
    record = registry.read_record(ROOT / registry.path_of(OLD))
    path = f"model_cards/{NEW}.md"
    board.state.bare.write("main", path, registry.format_front_matter(record, {}).encode(), "Mix up", "octocat")
    refused(run_cli("bot", "announce", NEW, "--issue", 1), ExitCode.REFUSED, "record of another model")


def test_names_with_spaces_come_a_line_each_from_the_environment(
    board: Hub, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = board.state.boards
    made.set(made.items[1], "Status", "In Progress")
    monkeypatch.setenv("MLOPS_BOT_ANNOUNCE_FIELD", "Status=In Progress\n")
    monkeypatch.setenv("MLOPS_BOT_ANNOUNCE_LABEL", "refresh")
    assert run_cli("bot", "announce", NEW, "--project", 8).code == ExitCode.DONE
    assert announced(board) == [2]
