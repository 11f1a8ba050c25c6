"""``mlops registry``: what is live and what was, asked of git and of the targets."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlops import documents
from mlops.bot import deployments
from mlops.bot.deployments import Subject
from mlops.card.facts import record_of
from mlops.environments import PATH, Environments
from mlops.registry import format_front_matter, path_of
from tests import factories
from tests.bot import world
from tests.cli.deploying import NEW, OLD, Play, judged, served
from tests.conftest import RunCli, git
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub

__all__ = ["hub"]


def declare(folder: Path, day: str, **served: str) -> str:
    """Commit what production serves, as of noon of a day, and return the commit."""
    (folder / PATH).parent.mkdir(exist_ok=True)
    (folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": served})))
    git(folder, "add", "--all")
    when = f"{day}T12:00:00+00:00"
    environment = os.environ | {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    words = ("git", *identity, "commit", "--quiet", "--allow-empty", f"--message=Of {day}")
    subprocess.run(words, cwd=folder, env=environment, check=True)  # noqa: S603  # fixed words
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def told(repository: Path) -> list[str]:
    """Serve a model, another one, the first again and none, a day each."""
    declared: tuple[dict[str, str], ...] = (
        {"er": OLD},
        {"er": NEW, "claims": "claims_20251103"},
        {"er": OLD, "claims": "claims_20251103"},
        {},
    )
    return [declare(repository, f"2025-11-0{day}", **one) for day, one in enumerate(declared, start=1)]


def test_the_history_is_that_of_one_file(told: list[str], run_cli: RunCli) -> None:
    found = json.loads(run_cli("registry", "history", "--task", "er", "--json").out)["history"]
    assert [(one["commit"], one["before"], one["after"]) for one in found] == [
        (told[0], None, OLD), (told[1], OLD, NEW), (told[2], NEW, OLD), (told[3], OLD, None),
    ]  # fmt: skip
    assert found[0]["time"] == "2025-11-01T12:00:00+00:00"
    assert told[1][:12] in run_cli("registry", "history", "--environment", "production").out
    assert "No change is known" in run_cli("registry", "history", "--environment", "staging").out


@pytest.mark.parametrize(
    ("when", "er"),
    [
        ("20251031", None), ("20251101", OLD), ("20251102", NEW), ("2025-11-02T11:59:59Z", OLD),
        ("2025-11-02T21:00:00+09:00", NEW), ("20251103", OLD), ("20251104", None), ("20260101", None),
    ],
)  # fmt: skip
def test_what_was_live_at_a_moment(told: list[str], run_cli: RunCli, when: str, er: str | None) -> None:
    assert len(told) == 4
    live = json.loads(run_cli("registry", "at", when, "--json").out)["live"]
    assert next((one["model_id"] for one in live if one["task"] == "er"), None) == er


def test_a_commit_of_a_wrong_clock_hides_nothing_after_it(repository: Path, run_cli: RunCli) -> None:
    third = "er_20251103"
    for day, model in (("2025-11-01", OLD), ("2098-01-01", NEW), ("2025-11-03", third)):
        declare(repository, day, er=model)
    assert json.loads(run_cli("registry", "at", "20251103", "--json").out)["live"][0]["model_id"] == third
    told = run_cli("registry", "history").out
    assert "after 2025-11-01 12:00" in told
    assert "2098" not in told


@pytest.mark.parametrize("when", ["2025-11-02T12:00:00", "yesterday", "20251332", "T"])
def test_no_moment_is_guessed(told: list[str], run_cli: RunCli, when: str) -> None:
    assert told
    done = run_cli("registry", "at", when)
    assert (done.code, "do now: Name a day: mlops registry at 20251103" in done.err) == (2, True)


def test_a_merged_branch_tells_when_it_was_merged(repository: Path, run_cli: RunCli) -> None:
    declare(repository, "2025-11-01", er=OLD)
    git(repository, "switch", "--quiet", "--create=serve")
    declare(repository, "2025-11-02", er=NEW)
    git(repository, "switch", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--no-edit", "serve")
    merge = git(repository, "rev-parse", "HEAD")
    found = json.loads(run_cli("registry", "history", "--json").out)["history"]
    assert [one["commit"] for one in found][1:] == [merge]


def test_a_commit_that_broke_the_file_declared_nothing(repository: Path, run_cli: RunCli) -> None:
    declare(repository, "2025-11-01", er=OLD)
    (repository / PATH).write_text("{", encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--message=Break it")
    declare(repository, "2026-12-03", er=NEW)
    found = json.loads(run_cli("registry", "history", "--json").out)["history"]
    assert [one["after"] for one in found] == [OLD, NEW]


def card(folder: Path, model: str) -> None:
    record = record_of(factories.card_facts()).model_copy(update={"id": model})
    (folder / path_of(model)).write_text(f"{format_front_matter(record, {})}\n# {model}\n", encoding="utf-8")


def test_models_are_listed_with_where_they_live(told: list[str], repository: Path, run_cli: RunCli) -> None:
    assert told
    declare(repository, "2025-11-05", er=NEW)
    for model in (OLD, NEW):
        card(repository, model)
    models = json.loads(run_cli("registry", "list", "--json").out)["models"]
    assert [(one["id"], one["live"]) for one in models] == [(OLD, []), (NEW, ["production"])]
    assert "production" in run_cli("registry", "list", "--task", "er").out.splitlines()[-1]
    assert "no card" in run_cli("registry", "list", "--task", "claims").out
    one = json.loads(run_cli("registry", "show", OLD, "--json").out)
    assert [change["after"] for change in one["history"]] == [OLD, NEW, OLD, None]
    assert "nowhere" in run_cli("registry", "show", OLD).out
    assert run_cli("registry", "show", "er_20200101").code == 3


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:

    return served(tmp_path_factory)


def test_drift_is_told(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    play = Play(deployed, capsys)
    done = play("registry", "drift", "--json")
    [found] = json.loads(done.out)["drift"]
    assert (done.code, found["declared"], found["served"], found["state"]) == (0, NEW, NEW, "same")
    assert play("deploy", OLD).code == 0
    done = play("registry", "drift")
    assert (done.code, "mlops reconcile --environment production --task er" in done.out) == (1, True)
    assert play("reconcile").code == 0
    file = play.file(OLD, "model.skops")
    data = file.read_bytes()
    file.write_bytes(data[:-1])
    done = play("registry", "drift", "--environment", "production", "--json")
    [found] = json.loads(done.out)["drift"]
    assert (done.code, found["state"], "model.skops" in found["reason"]) == (1, "damaged", True)
    file.write_bytes(data)
    assert play("registry", "drift", "--environment", "staging").code == 2


def test_drift_without_a_target_compares_nothing(repository: Path, run_cli: RunCli) -> None:
    declare(repository, "2025-11-01", er=OLD)
    done = run_cli("registry", "drift")
    assert (done.code, "Nothing was compared" in done.err, "drift --github" in done.err) == (2, True, True)


def test_a_share_is_told_and_what_the_target_lacks_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play = Play(shutil.copytree(judged(tmp_path_factory), tmp_path / "own"), capsys)
    play.deploy(OLD)
    assert play("deploy", NEW).code == 0
    artifact = f"mlops reconcile --environment production --task er --artifact dist/{NEW}"
    assert artifact in play("registry", "drift").out
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--share", "25").code == 0
    assert play("registry", "list").out.splitlines()[-1].endswith("production (canary, 25 %)")
    assert "production (canary, 25 %)" in play("registry", "show", NEW).out
    models = json.loads(play("registry", "list", "--json").out)["models"]
    assert [one["trials"] for one in models] == [{}, {"production": {"mode": "canary", "share": 25}}]
    (play.folder / "served/er/pointer.json").write_text("{", encoding="utf-8")
    done = play("registry", "list")
    assert (done.code, "is not known of production" in done.err) == (0, True)


def test_drift_asks_githubs_deployments_too(
    repository: Path, hub: Hub, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a target the release is what is used, and GitHub shows which."""
    declare(repository, "2025-11-01", er=OLD)
    with pytest.MonkeyPatch.context() as inside:
        inside.setenv("HOME", str(tmp_path))
        refused = run_cli("registry", "drift", "--github")
    assert (refused.code, "GITHUB_TOKEN" in refused.err) == (2, True)
    world.enter(hub, tmp_path, monkeypatch)

    def seen() -> tuple[int, list[tuple[str, str]]]:
        done = run_cli("registry", "drift", "--github", "--json")
        return done.code, [(one["recorded"], one["state"]) for one in json.loads(done.out)["drift"]]

    assert seen() == (1, [("", "recorded otherwise")])
    for model in (NEW, OLD):
        subject = Subject("production", model, "0" * 64, world.head(hub))
        deployments.record(world.client(hub), subject, "success")
        assert seen() == ((0, [(OLD, "same")]) if model == OLD else (1, [(NEW, "recorded otherwise")]))
    declare(repository, "2025-11-02")
    assert seen() == (1, [(OLD, "recorded otherwise")])
