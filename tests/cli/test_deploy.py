"""``mlops deploy``: which model may be declared."""

import errno
import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlops import documents
from mlops.environments import PATH, Environments
from tests.cli.deploying import NEW, OLD, Play, judged
from tests.conftest import git
from tests.small import few_trees


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory)


@pytest.fixture
def play(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Play:
    return Play(shutil.copytree(made, tmp_path / "own"), capsys)


def test_a_model_is_declared_by_one_line(play: Play) -> None:
    done = play("deploy", OLD, "--json")
    assert (done.code, json.loads(done.out)["state"]) == (0, "changed")
    assert git(play.folder, "diff", "--name-only").split() == [PATH.as_posix(), f"model_cards/{OLD}.md"]
    assert documents.read(play.folder / PATH, Environments).environments["production"] == {"er": OLD}
    assert "already" in play("deploy", OLD).out
    assert not (play.folder / "served").exists()


def test_a_folder_is_no_id(play: Play) -> None:
    done = play("deploy", f"dist/{OLD}", "--environment", "staging")
    fix = f"mlops deploy {OLD} --environment staging; when that is merged: mlops reconcile --environment staging "
    assert (done.code, f"{fix}--artifact dist/{OLD}" in done.err) == (2, True), done.err
    done = play("deploy", "nonsense")
    assert (done.code, "mlops registry list" in done.err) == (2, True)


def test_a_model_that_did_not_pass_is_neither_declared_nor_served(play: Play) -> None:
    text = (play.folder / "mlops.toml").read_text(encoding="utf-8")
    (play.folder / "mlops.toml").write_text(text.replace("min = 0.1", "min = 0.999"), encoding="utf-8")
    assert play("gate", f"dist/{OLD}").code in {1, 4}
    shutil.rmtree(play.folder / "model_cards" / OLD)
    (play.folder / "model_cards" / f"{OLD}.md").unlink()
    assert play("card", f"dist/{OLD}").code == 0
    done = play("deploy", OLD)
    assert done.code == 1
    assert "must not be served" in done.out
    declared = Environments(environments={"production": {"er": OLD}})
    (play.folder / PATH).write_bytes(documents.dumps(declared))
    done = play("reconcile", "--artifact", f"dist/{OLD}")
    assert done.code == 2
    assert "The verdict on er_20251020 is" in done.err


def test_a_new_file_beside_the_code_is_told_at_once_and_refused_before_it_is_declared(play: Play) -> None:
    (play.folder / "notes.txt").write_text("", encoding="utf-8")
    with few_trees():
        done = play("run", "er", "--dataset", NEW, "--model-id", f"{NEW}-2")
    assert "not committed: notes.txt. " in done.err
    assert "Next: commit or ignore" in done.out
    assert f"{NEW}-2 cannot be deployed" in play("card", f"dist/{NEW}-2").err
    done = play("deploy", f"{NEW}-2")
    assert (done.code, "train again" in done.out) == (1, True)
    assert documents.read(play.folder / PATH, Environments).environments["production"] == {}


def test_cards_say_where_they_are_deployed(play: Play) -> None:
    def status(model: str) -> list[str]:
        text = (play.folder / "model_cards" / f"{model}.md").read_text(encoding="utf-8")
        return [line for line in text.splitlines() if line.startswith("Status: ") or "measured on" in line]

    before = status(OLD)
    assert play("deploy", OLD).code == 0
    assert play("deploy", OLD, "--environment", "staging").code == 0
    first, second = status(OLD)
    assert first.endswith("Deployed: production and staging.")
    assert second.startswith(
        "Status: deployed to production and staging, as [environments.json](environments.json) says."
    )
    assert play("deploy", NEW).code == 0
    assert status(NEW)[0].endswith("Deployed: production.")
    assert status(OLD)[0].endswith("Deployed: staging.")
    assert play("deploy", NEW, "--environment", "staging").code == 0
    assert status(OLD) == before
    assert play("card", "--check").code == 0


def test_a_card_that_forgets_its_deployment_does_not_hold(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    git(play.folder, "checkout", "--quiet", "--", f"model_cards/{OLD}.md")
    done = play("card", "--check")
    assert (done.code, "Status: deployed to production" in done.err) == (3, True)


def test_the_damaged_card_of_the_model_before_holds_nobody_back(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    (play.folder / "model_cards" / OLD / "metrics.json").write_text("{}", encoding="utf-8")
    assert play("deploy", NEW).code == 0
    assert documents.read(play.folder / PATH, Environments).environments["production"] == {"er": NEW}


def test_bad_input_48_a_full_disk_changes_nothing(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in (play.folder / "model_cards").rglob("*") if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("mlops.documents.os.replace", full)
        done = play("deploy", OLD)
    assert (done.code, "No space left" in done.err) == (5, True)
    assert {path: path.read_bytes() for path in (play.folder / "model_cards").rglob("*") if path.is_file()} == before
    assert play("deploy", OLD).code == 0


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns"])
def test_bad_input_49_the_clock_on_the_wall_changes_neither_card_nor_pointer(
    play: Play, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert play("card", "--check").code == 0
        play.deploy(OLD)
        live = play.pointer.live
    finally:
        monkeypatch.undo()
        time.tzset()
    assert live is not None
    assert (live.since.utcoffset(), abs(datetime.now(UTC) - live.since) < timedelta(minutes=5)) == (timedelta(0), True)
    assert b"Z" in (play.folder / "served/er/pointer.json").read_bytes()
