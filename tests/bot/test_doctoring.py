"""What GitHub says of settings: sound ones are left alone, each trap is found, and what is not seen is said."""

from collections.abc import Callable
from typing import Any

import pytest

from mlops import config
from mlops.bot.doctoring import survey
from mlops.bot.effects import Deadline, StoppedError
from mlops.bot.reading import Reader
from mlops.doctor import LIVE, DoctorReport, examine, examined
from mlops.errors import ExitCode
from tests.bot import world
from tests.doctor.ward import TOML, gate, own_texts
from tests.fakes.github import Hub
from tests.fakes.github.accounts import APP, WORKFLOW, Account
from tests.fakes.github.state import CheckRun, Status

GATE, CLAIMS, CI, ACTIONS = "ER Precision Gate", "Claims Gate", "CI", 15368
FILE = ".github/workflows/er-precision-gate.yml"


def rule(*checks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "required_status_checks", "parameters": {"strict_required_status_checks_policy": False,
                                                             "required_status_checks": list(checks)}}  # fmt: skip


def pinned(*contexts: str) -> list[dict[str, Any]]:
    return [{"context": context, "integration_id": ACTIONS} for context in contexts]


def report(hub: Hub, context: str, sha: str, login: str = WORKFLOW) -> None:
    number = hub.state.numbers()
    hub.state.checks[number] = CheckRun(number, context, sha, Account(login), hub.state.now())


@pytest.fixture
def sound(hub: Hub) -> Hub:
    """Return a repository whose settings are as they shall be, with a pull request that has its checks."""
    hub.add_ruleset("Precision Gate", [rule(*pinned(GATE, CLAIMS, CI))])
    for name in ("production", "mlops-bot"):
        hub.add_environment(name, branches=["main"])
    hub.state.bare.point("refs/heads/change", world.head(hub))
    hub.state.bare.write("change", "note.md", b"A change", "Change", "octocat")
    hub.add_pull("change")
    for context in (GATE, CLAIMS, CI):
        report(hub, context, world.head(hub, "change"))
    return hub


def ask(hub: Hub, *, token: str = "", texts: dict[str, str] | None = None) -> DoctorReport:
    files = own_texts() if texts is None else dict(texts)
    toml = files.pop(TOML, "")
    settings = config.parse(toml.encode()) if toml else None
    deadline = Deadline(world.Hourglass().effects(), 5)
    known = world.settings(hub, token or hub.app_token)
    reader = Reader(known, deadline, seconds_between_requests=None, seconds_between_writes=None)
    repository, live = survey(reader, examined(files, settings, toml))
    return examine(repository, live, toml)


def test_sound_settings_are_left_alone_with_few_requests_and_none_that_writes(sound: Hub) -> None:
    found = ask(sound)
    assert (found.findings, found.unknown, found.outcome) == ((), (), "clean")
    assert found.asked
    assert len(sound.log) <= 12
    assert {exchange.method for exchange in sound.log} == {"GET"}


def unprotect(hub: Hub) -> None:
    hub.state.rulesets.clear()


def unpin(hub: Hub) -> None:
    unprotect(hub)
    hub.add_ruleset("Precision Gate", [rule({"context": GATE}, *pinned(CLAIMS, CI))])


def fake(hub: Hub) -> None:
    """Have GitHub accept a check from anybody, and somebody report it."""
    unpin(hub)
    hub.state.checks = {number: check for number, check in hub.state.checks.items() if check.name != GATE}
    sha = world.head(hub, "change")
    hub.state.statuses.append(Status(1, sha, "success", GATE, Account("mallory"), hub.state.now()))


def other_source(hub: Hub) -> None:
    for check in hub.state.checks.values():
        check.author = Account(APP)


def protect_in_the_older_form(hub: Hub) -> None:
    unprotect(hub)
    checks = [{"context": context, "app_id": ACTIONS} for context in (GATE, CLAIMS, CI)]
    hub.protect(body={"required_status_checks": {"strict": False, "checks": checks}, "enforce_admins": False})


def let_administrators_by(hub: Hub) -> None:
    unprotect(hub)
    actors = [{"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"}]
    hub.add_ruleset("Precision Gate", [rule(*pinned(GATE, CLAIMS, CI))], bypass_actors=actors)


def open_production(hub: Hub) -> None:
    hub.add_environment("production")


def forget_the_key(hub: Hub) -> None:
    hub.set_variable("MLOPS_APP_CLIENT_ID", "Iv23abc")
    del hub.state.environments["mlops-bot"]


def disprotect(hub: Hub) -> None:
    hub.state.protectable, hub.state.private = False, True


def let_tokens_write(hub: Hub) -> None:
    hub.state.token_writes = True


def forget_production(hub: Hub) -> None:
    del hub.state.environments["production"]


def silence(hub: Hub) -> None:
    hub.state.checks.clear()


@pytest.mark.parametrize(
    ("spoil", "found", "fix"),
    [
        (disprotect, [("plan-without-protection", "block", "")], "Make the repository public"),
        (unprotect, [("check-not-required", "block", TOML)] * 3, "mlops bot apply"),
        (unpin, [("check-open-source", "block", TOML)], "app_id = 15368"),
        (fake, [("check-open-source", "block", TOML)], "app_id = 15368"),
        (other_source, [("check-wrong-source", "block", TOML)] * 3, "app_id = "),
        (silence, [("check-never-reported", "block", TOML)] * 3, "gh pr create"),
        (protect_in_the_older_form, [("administrators-bypass", "warn", "")], "protection/enforce_admins"),
        (let_administrators_by, [("administrators-bypass", "warn", "")], "bypass list"),
        (forget_production, [("environment-missing", "block", TOML)], "[github.environments.production]"),
        (open_production, [("environment-open", "warn", TOML)], 'branches = ["main"]'),
        (let_tokens_write, [("default-token-writes", "warn", "")], "default_workflow_permissions=read"),
        (forget_the_key, [("environment-missing", "block", TOML), ("app-without-environment", "warn", "")],
         "[github.environments.mlops-bot]"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_each_trap_in_the_settings_is_found(
    sound: Hub, spoil: Callable[[Hub], None], found: list[tuple[str, str, str]], fix: str
) -> None:
    spoil(sound)
    answer = ask(sound)
    assert [(each.code, each.severity, each.file) for each in answer.findings] == found
    assert fix in answer.findings[0].fix
    assert answer.exit_code == (ExitCode.FAIL if "block" in {severity for _, severity, _ in found} else ExitCode.DONE)


def test_a_status_that_somebody_reported_in_the_name_of_the_gate_is_said(sound: Hub) -> None:
    fake(sound)
    (found,) = ask(sound).findings
    assert "Somebody has" in found.what


def test_a_merge_queue_without_its_trigger_blocks(sound: Hub) -> None:
    sound.add_ruleset("Queue", [{"type": "merge_queue"}])
    texts = own_texts()
    texts[FILE] = texts[FILE].replace("  merge_group:\n", "", 1)
    (found,) = ask(sound, texts=texts).findings
    assert (found.code, found.severity, found.file) == ("merge-queue-unserved", "block", FILE)


def test_every_check_of_settings_is_tested() -> None:
    marks: Any = test_each_trap_in_the_settings_is_found
    tested = {code for _, found, _ in marks.pytestmark[0].args[1] for code, _, _ in found}
    assert tested | {"merge-queue-unserved"} == {check.code for check in LIVE}


def test_what_is_required_on_github_alone_is_looked_for_in_the_files(sound: Hub) -> None:
    sound.add_ruleset("More", [rule(*pinned("Lint"))])
    codes = [(each.code, each.file) for each in ask(sound).findings]
    assert ("required-check-missing", ".github/workflows") in codes


def test_without_declared_checks_the_default_branch_must_require_the_gate(sound: Hub) -> None:
    unprotect(sound)
    (found,) = ask(sound, texts={FILE: gate()}).findings
    assert (found.code, found.file) == ("check-not-required", "")
    assert f"gh api --method POST repos/{sound.repository}/rulesets --input -" in found.fix
    assert '"integration_id": 15368' in found.fix


def test_what_a_workflows_token_may_not_read_is_unknown_and_said(sound: Hub) -> None:
    found = ask(sound, token=sound.token)
    assert found.findings == ()
    assert {each.what for each in found.unknown} == {
        "what a workflow's token may by default",
        "whether the variable MLOPS_APP_CLIENT_ID exists",
        "who may pass the ruleset `Precision Gate` by",
    }
    assert not any(each.essential for each in found.unknown)
    assert all(each.why and each.fix for each in found.unknown)
    assert found.outcome == "clean"


def test_rules_that_could_not_be_read_are_never_clean(sound: Hub) -> None:
    token = sound.token_for(WORKFLOW, without=("contents", "actions", "pull_requests", "checks", "administration"))
    found = ask(sound, token=token)
    assert "the protection of `main`" in {each.what for each in found.unknown if each.essential}
    assert found.findings == ()
    assert (found.outcome, found.exit_code) == ("unknown", ExitCode.UNAVAILABLE)


def test_being_stopped_is_no_unknown_setting(sound: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise StoppedError("cancelled")

    monkeypatch.setattr(Reader, "pages", stop)
    with pytest.raises(StoppedError):
        ask(sound)
