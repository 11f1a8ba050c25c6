"""Rows 38 and 39 of the table of bad input: settings that the bot may not touch, or must leave as they are."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from mlops.errors import ExitCode
from tests.bot import world
from tests.cli.test_bot import job
from tests.conftest import RunCli
from tests.fakes.github import Hub
from tests.fakes.github.accounts import APP
from tests.fakes.github.fixtures import hub

__all__ = ["hub", "job"]

ACTIONS = 15368
FOREIGN = {"Lint": None, "Build": 7}
GUARDED = {
    "required_status_checks": None,
    "enforce_admins": True,
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 2,
        "require_last_push_approval": True,
        "dismissal_restrictions": {"users": ["octocat"], "teams": ["ml-platform"], "apps": []},
        "bypass_pull_request_allowances": {"users": [], "teams": [], "apps": ["precision-gate"]},
    },
    "restrictions": {"users": ["octocat"], "teams": ["ml-platform"], "apps": ["precision-gate"]},
    "required_linear_history": True,
    "required_conversation_resolution": True,
    "block_creations": True,
    "lock_branch": False,
    "allow_fork_syncing": True,
}
AS_PROTECTION = """
[github.branches.main]
as = "protection"
checks = [{ context = "ER Precision Gate", app_id = 15368 }]
"""


def declare(text: str) -> None:
    """Have the repository that is the current folder declare ``text`` as its ``[github]``."""
    file = Path("mlops.toml")
    file.write_text(file.read_text().split("[github]")[0] + text)


@pytest.mark.parametrize("checked", [True, False])
def test_bad_input_39_a_protection_that_is_there_stays_as_it_is(
    job: Hub, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, *, checked: bool
) -> None:
    required = {"strict": True, "checks": [{"context": name, "app_id": app or -1} for name, app in FOREIGN.items()]}
    job.add_user("octocat")
    job.add_team("ml-platform")
    job.protect("main", GUARDED | ({"required_status_checks": required} if checked else {})).signatures = True
    before = deepcopy(job.state.protections["main"])
    declare(AS_PROTECTION)
    monkeypatch.setenv("GITHUB_TOKEN", job.app_token)

    assert run_cli("bot", "apply").code == ExitCode.DONE
    after = job.state.protections["main"]
    assert after.checks == (FOREIGN if checked else {}) | {"ER Precision Gate": ACTIONS}
    assert after.strict is checked
    after.checks, after.strict = before.checks, before.strict
    assert after == before


@pytest.mark.parametrize("missing", ["actions_variables", "administration"])
def test_bad_input_38_one_missing_permission_is_named_and_the_rest_is_applied(
    job: Hub, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", job.token_for(APP, without=[missing]))
    outcome = run_cli("bot", "apply", "--json")
    assert outcome.code == ExitCode.UNAVAILABLE
    done, line = json.loads(outcome.out), missing.removeprefix("actions_")
    sections = {"actions_variables": {"variables"}, "administration": {"environments", "branches"}}
    assert {each["section"] for each in done["refused"]} == sections[missing]
    assert {each["section"] for each in done["changed"]} == {
        "variables", "labels", "environments", "branches"
    } - sections[missing]  # fmt: skip
    for words in (f"{line}: ", "Install a GitHub App", "actions/create-github-app-token"):
        assert words in outcome.err
    assert f"permission {line.capitalize()}" in (tmp_path / "summary").read_text()
    monkeypatch.setenv("GITHUB_TOKEN", job.app_token)
    assert run_cli("bot", "apply").code == ExitCode.DONE
    assert run_cli("bot", "plan", "--check").code == ExitCode.DONE


def test_bad_input_38_the_token_of_a_workflow_sees_what_it_may_and_writes_nothing(job: Hub, run_cli: RunCli) -> None:
    before = world.head(job)
    outcome = run_cli("bot", "plan", "--check")
    assert outcome.code == ExitCode.UNAVAILABLE
    assert "variables: read" in outcome.err
    assert "drift" in outcome.out
    assert [each.method for each in job.log if each.method != "GET"] == []
    assert world.head(job) == before
