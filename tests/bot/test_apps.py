"""An App's own token: for this repository alone, for what the verb needs and no more, given back, and never shown."""

import ast
import logging
import re
from pathlib import Path

import pytest

from mlops.bot.apps import App, grant, permissions_of, revoke
from mlops.bot.client import GitHub
from mlops.bot.effects import Deadline
from mlops.bot.permissions import (
    READ_CONTENTS,
    READ_ISSUES,
    READ_METADATA,
    READ_PULLS,
    WRITE_ISSUES,
    WRITE_PROJECTS,
    WRITE_PULLS,
    WRITE_VARIABLES,
)
from mlops.bot.settings import Settings
from mlops.cli.bot.common import connection
from mlops.errors import ExitCode, MlopsError, UnavailableError, UsageRefusedError
from tests import factories
from tests.bot import world
from tests.bot.world import Hourglass
from tests.conftest import ROOT, RunCli
from tests.fakes.github import Hub
from tests.fakes.github.shapes import REPOSITORY_ID

EVERYTHING = {"actions_variables": "write", "issues": "write", "pull_requests": "read", "metadata": "read"}


@pytest.fixture
def signed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return a stand-in; the environment is that of a job with an App and with a workflow's token."""
    for name, value in {
        "MLOPS_APP_CLIENT_ID": hub.app_client_id,
        "MLOPS_APP_PRIVATE_KEY": hub.app_key,
        "GITHUB_TOKEN": hub.token,
        "GITHUB_REPOSITORY": hub.repository,
        "GITHUB_API_URL": hub.api,
    }.items():
        monkeypatch.setenv(name, value)
    return hub


def app_of(hub: Hub, **changes: str) -> App:
    given = {"MLOPS_APP_CLIENT_ID": hub.app_client_id, "MLOPS_APP_PRIVATE_KEY": hub.app_key} | changes
    app = App.of(given)
    assert app is not None
    return app


def granted(hub: Hub, app: App | None = None, **changes: str) -> str:
    deadline = Deadline(Hourglass().effects(), 60)
    return grant(app or app_of(hub), world.settings(hub, **changes), deadline, [WRITE_VARIABLES]).token


@pytest.mark.parametrize(
    ("needs", "asked"),
    [
        ([WRITE_VARIABLES], {"actions_variables": "write"}),
        ([READ_ISSUES, WRITE_ISSUES, READ_ISSUES], {"issues": "write"}),
        ([WRITE_PULLS], {"pull_requests": "read"}),
        ([READ_PULLS, WRITE_PROJECTS], {"pull_requests": "read"}),
        ([WRITE_PROJECTS], {"metadata": "read"}),
        ([], {"metadata": "read"}),
        ([READ_CONTENTS, READ_METADATA], {"metadata": "read"}),
    ],
)
def test_a_token_may_do_what_is_needed_and_was_granted(needs: list[object], asked: dict[str, str]) -> None:
    assert permissions_of(needs, EVERYTHING) == asked  # type: ignore[arg-type]  # the table mixes them


def test_every_verb_declares_what_it_needs() -> None:
    """Without it the token of an App could do nothing; with more than a verb needs it could do too much."""
    calls = [
        (file.name, call)
        for folder in ("mlops/cli", "mlops/cli/bot")
        for file in sorted((ROOT / folder).glob("*.py"))
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"connection", "reading"}
    ]
    assert len(calls) > 12
    assert [name for name, call in calls if len(call.args) < 2] == []


def test_a_verb_gets_a_token_for_itself_and_gives_it_back(signed: Hub, run_cli: RunCli, tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    world.pin(signed)
    monkeypatch.chdir(world.clone(signed, tmp_path / "checkout"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    outcome = run_cli("bot", "variables", "--dataset", factories.DATASET_ID)
    assert outcome.code == ExitCode.DONE, outcome.err
    assert set(signed.variables) == {"ML_DATASET_DATE", "ML_DATASET_HASH"}
    (made,) = signed.requests("POST", "/access_tokens$")
    assert made.body == {"repositories": ["er-models"], "permissions": {"actions_variables": "write"}}
    assert len(signed.requests("DELETE", "^/installation/token$")) == 1
    (token,) = re.findall(r"^::add-mask::(.*)$", outcome.err, re.MULTILINE)
    assert outcome.err.replace(f"::add-mask::{token}", "").find(token) == -1
    with pytest.raises(UnavailableError, match="does not accept the token"):
        world.client(signed, token=token).get("/branches/main", READ_CONTENTS)


def test_a_renamed_repository_is_followed(signed: Hub) -> None:
    signed.rename("acme/matchers")
    with connection(60, WRITE_VARIABLES) as hub:
        assert hub.find("/actions/variables/A", WRITE_VARIABLES) is None
    (made,) = signed.requests("POST", "/access_tokens$")
    assert made.body == {"repository_ids": [REPOSITORY_ID], "permissions": {"actions_variables": "write"}}
    assert signed.violations == []


def test_the_app_writes_under_its_own_name(signed: Hub) -> None:
    with connection(60, WRITE_ISSUES) as hub:
        assert hub.settings.login == "precision-gate[bot]"
        with pytest.raises(UnavailableError, match="lacks a permission"):
            hub.find("/actions/variables/A", WRITE_VARIABLES)
    assert signed.violations == []


def test_a_token_that_ended_is_renewed(signed: Hub) -> None:
    with connection(60, READ_CONTENTS) as hub:
        first = hub.settings.token
        signed.state.tokens.forget(f"Bearer {first}")
        assert hub.get("/branches/main", READ_CONTENTS)["name"] == "main"
        assert hub.settings.token != first
    assert len(signed.requests("POST", "/access_tokens$")) == 2


def test_a_lost_answer_costs_a_second_token_and_no_more(signed: Hub) -> None:
    signed.faults.bad_gateway("POST", "/access_tokens$", stored=True)
    assert granted(signed)


def test_a_token_that_cannot_be_given_back_is_no_reason_to_fail(signed: Hub) -> None:
    signed.faults.answer("DELETE", "^/installation/token$", 503, times=None)
    revoke(world.settings(signed), Deadline(Hourglass().effects(), 60))


def test_no_app_is_none() -> None:
    assert App.of({}) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"MLOPS_APP_CLIENT_ID": ""},
        {"MLOPS_APP_CLIENT_ID": "Iv23 abc"},
        {"MLOPS_APP_PRIVATE_KEY": ""},
        {"MLOPS_APP_PRIVATE_KEY_FILE": "app.pem"},
        {"MLOPS_APP_PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----\nsecret\n-----END RSA PRIVATE KEY-----\n"},
        {"MLOPS_APP_PRIVATE_KEY": "secret"},
    ],
)
def test_an_app_that_is_not_told_whole_is_refused(hub: Hub, changes: dict[str, str]) -> None:
    with pytest.raises(UsageRefusedError) as caught:
        app_of(hub, **changes)
    assert "secret" not in str(caught.value).replace("as a secret", "")


def test_a_key_is_read_from_a_file_or_from_one_line(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(hub.app_key)
    for changes in (
        {"MLOPS_APP_PRIVATE_KEY": "", "MLOPS_APP_PRIVATE_KEY_FILE": str(file)},
        {"MLOPS_APP_PRIVATE_KEY": hub.app_key.replace("\n", "\\n")},
    ):
        assert granted(hub, app_of(hub, **changes))


def test_another_apps_id_is_told(hub: Hub) -> None:
    hub.faults.answer("GET", "/installation$", 401, message="A JSON web token could not be decoded")
    with pytest.raises(UsageRefusedError, match="does not accept the App's signature"):
        granted(hub)


def test_an_installation_that_is_suspended_is_told(hub: Hub) -> None:
    body = {"message": "This installation has been suspended"}
    hub.faults.answer("POST", "/access_tokens$", 403, body=body)
    with pytest.raises(UnavailableError, match="suspended") as caught:
        granted(hub)
    assert "take it up again" in caught.value.fix


def test_an_app_that_is_not_installed_is_told(hub: Hub) -> None:
    with pytest.raises(UnavailableError, match="not installed"):
        granted(hub, repository="acme/other")


def test_neither_key_nor_token_is_ever_shown(
    hub: Hub, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    app = app_of(hub)
    with caplog.at_level(logging.DEBUG):
        token = granted(hub, app)
        settings = world.settings(hub, token)
        client = GitHub(settings, Deadline(Hourglass().effects(), 5), seconds_between_requests=None)
        shown = [repr(app), repr(settings), str(vars(client)), *hub_errors(hub, client, settings)]
    said = "".join((*shown, caplog.text, *capfd.readouterr()))
    assert caplog.records  # urllib3 at least tells each request
    assert token not in said
    assert hub.app_key.splitlines()[1] not in said


def hub_errors(hub: Hub, client: GitHub, settings: Settings) -> list[str]:
    """Return what is told of everything that can go wrong: letters and their causes, down to the last traceback."""
    hub.faults.answer("GET", "/branches/gone$", 301, headers={"Location": "https://elsewhere.example/x"})
    hub.faults.answer("GET", "/branches/down$", 503, times=None)
    hub.faults.cut("GET", "/branches/cut$", times=None)
    hub.faults.forbid("GET", "/branches/denied$")
    told = []
    for name in ("gone", "down", "cut", "denied", "none"):
        with pytest.raises(MlopsError) as caught:
            client.get(f"/branches/{name}", READ_CONTENTS)
        told += [str(caught.value), repr(caught.value), str(caught.getrepr(showlocals=True, style="long"))]
    return [*told, repr(settings)]
