"""``mlops bot plan``, ``apply`` and ``drift`` as a workflow runs them: outputs, documents, exit codes, pages."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from mlops import documents
from mlops.bot.plan.model import Applied, Plan
from mlops.bot.reading import Reader
from mlops.cli.bot.plan_report import print_plan
from mlops.errors import ExitCode
from tests import factories
from tests.bot import world
from tests.cli.test_bot import job, outputs, refused
from tests.conftest import ROOT, RunCli
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub
from tests.safety.test_settings import declare

__all__ = ["hub", "job"]


@pytest.fixture
def allowed(job: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return a job that holds the token of an App."""
    monkeypatch.setenv("GITHUB_TOKEN", job.app_token)
    return job


@pytest.mark.usefixtures("allowed")
def test_what_is_declared_here_is_planned_applied_and_then_as_declared(run_cli: RunCli, tmp_path: Path) -> None:
    outcome = run_cli("bot", "plan", "--check", "--out", "plan.json")
    assert outcome.code == ExitCode.FAIL
    plan = documents.read(Path("plan.json"), Plan)
    assert outputs(tmp_path) == {"changes": str(len(plan.changes)), "unknown": "0", "plan": "plan.json"}
    assert "\n  + ML_DATASET_DATE  20251020\n" in outcome.out
    assert "\n  + main (ruleset Precision Gate)\n" in outcome.out
    assert "\n      checks.ER Precision Gate  app 15368\n" in outcome.out
    assert "| + | variables: <code>ML&#95;DATASET&#95;DATE</code> |" in (tmp_path / "summary").read_text()

    (tmp_path / "output").unlink()
    outcome = run_cli("bot", "apply", "--json")
    assert outcome.code == ExitCode.DONE
    done = documents.loads(outcome.out.encode(), Applied)
    assert (done.changed, done.refused) == (plan.changes, ())
    assert outputs(tmp_path) == {"changed": str(len(plan.changes)), "refused": "0"}

    outcome = run_cli("bot", "plan", "--check", "--json")
    assert (outcome.code, json.loads(outcome.out)["changes"]) == (ExitCode.DONE, [])
    assert "acme/er-models: nothing to change" in run_cli("bot", "plan").out


def test_the_variables_of_the_dataset_follow_its_manifest(allowed: Hub, run_cli: RunCli) -> None:
    run_cli("bot", "apply")
    allowed.set_variable("ML_DATASET_DATE", "20240101")
    outcome = run_cli("bot", "plan")
    assert "20240101 -> 20251020" in outcome.out
    run_cli("bot", "variables", "--dataset", "er_20251020")
    assert run_cli("bot", "plan", "--check").code == ExitCode.DONE


def test_the_nightly_watch_needs_the_plan_alone(
    allowed: Hub, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_cli("bot", "plan", "--out", "drift.json")
    run_cli("bot", "apply")
    run_cli("bot", "plan", "--out", "clean.json")
    monkeypatch.setenv("GITHUB_TOKEN", allowed.token_for("github-actions[bot]", permissions={"issues": "write"}))
    statuses = []
    for file in ("drift.json", "drift.json", "clean.json", "clean.json", "drift.json"):
        (tmp_path / "output").unlink()
        assert run_cli("bot", "drift", "--plan", file).code == ExitCode.DONE
        statuses.append(outputs(tmp_path)["status"])
    assert statuses == ["opened", "unchanged", "closed", "clean", "opened"]
    assert [issue.labels for issue in allowed.state.issues.values()] == [["drift"]]


def test_a_plan_of_another_repository_is_refused(job: Hub, run_cli: RunCli) -> None:
    documents.write(Path("plan.json"), Plan(repository="acme/other", managed=0))
    refused(run_cli("bot", "drift", "--plan", "plan.json"), ExitCode.REFUSED, "acme/other", "another repository")
    Path("plan.json").write_text('{"schema_version": 1}')
    refused(run_cli("bot", "drift", "--plan", "plan.json"), ExitCode.REFUSED, "repository")
    assert job.state.issues == {}


def test_settings_that_do_not_hold_are_refused_before_anything_is_asked(allowed: Hub, run_cli: RunCli) -> None:
    declare('[github.labels.x]\ncolor = "red"\n')
    for verb in ("plan", "apply"):
        refused(run_cli("bot", verb), ExitCode.USAGE, "github.labels.x.color")
    assert allowed.log == []


def test_nothing_declared_is_nothing_to_do(allowed: Hub, run_cli: RunCli) -> None:
    declare("")
    assert "nothing to change; 0 settings are declared" in run_cli("bot", "plan", "--check").out
    assert run_cli("bot", "apply").code == ExitCode.DONE
    assert allowed.log == []


def test_the_planner_is_handed_a_client_that_cannot_write(
    allowed: Hub, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[object] = []

    def remember(hub: object, wanted: object) -> None:
        del wanted
        used.append(hub)
        raise ZeroDivisionError

    monkeypatch.setattr("mlops.cli.bot.plan.seen", remember)
    run_cli("bot", "plan")
    assert [type(each) for each in used] == [Reader]
    assert allowed.state.labels == {}


def test_on_a_terminal_it_has_colours_and_what_came_from_github_has_none(
    allowed: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan.model_validate(
        {
            "repository": allowed.repository,
            "managed": 2,
            "changes": [
                {"section": "labels", "name": "x", "field": "color", "kind": "create", "after": "b60205"},
                {
                    "section": "variables",
                    "name": "A",
                    "field": "value",
                    "kind": "change",
                    "before": "\x1b[2J",
                    "after": "2",
                },
            ],
            "unknown": [{"section": "branches", "name": "main", "what": "denied", "fix": "ask"}],
        },
        strict=False,
    )
    print_plan(plan, Console(force_terminal=True, width=40, color_system="standard"))
    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown
    assert "\\x1b[2J -> 2" in shown
    assert "\x1b[32m" in shown


def block(kind: str, what: str) -> str:
    """Return a code block of the page about settings."""
    page = (ROOT / "docs" / "settings.md").read_text()
    return page.split(f"<!-- settings: {what} -->\n```{kind}\n")[1].partition("```")[0]


def test_the_documentation_shows_what_a_plan_says(allowed: Hub, run_cli: RunCli) -> None:
    declare(block("toml", "declared"))
    allowed.add_team("ml-platform")
    allowed.set_variable("ML_DATASET_DATE", "20250918")
    allowed.set_variable("ML_DATASET_HASH", factories.DATA_SHA256)
    allowed.add_environment("production", reviewers=["hubot", "octocat"], branches=["main", "*"])
    required = [{"context": "ER Precision Gate"}, {"context": "Lint", "integration_id": 15368}]
    parameters = {"strict_required_status_checks_policy": False, "required_status_checks": required}
    allowed.add_ruleset("Precision Gate", [{"type": "required_status_checks", "parameters": parameters}])
    assert run_cli("bot", "plan").out == block("text", "mlops bot plan")


def test_the_repository_is_named_by_the_environment(
    allowed: Hub, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "other/models")
    assert run_cli("bot", "plan").code == ExitCode.DONE
    assert {exchange.status for exchange in allowed.log} == {404}
    assert world.head(allowed)
