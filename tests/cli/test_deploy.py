"""``mlops deploy``: which model may be declared."""

import json
import shutil
from pathlib import Path

import pytest

from mlops import documents
from mlops.environments import PATH, Environments
from tests.cli.deploying import OLD, Play, judged
from tests.conftest import git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory)


@pytest.fixture
def play(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Play:
    return Play(shutil.copytree(made, tmp_path / "own"), capsys)


def test_a_model_is_declared_by_one_line(play: Play) -> None:
    done = play("deploy", OLD, "--json")
    assert (done.code, json.loads(done.out)["state"]) == (0, "changed")
    assert git(play.folder, "diff", "--numstat").split("\t")[-1] == PATH.as_posix()
    assert documents.read(play.folder / PATH, Environments).environments["production"] == {"er": OLD}
    assert "already" in play("deploy", OLD).out
    assert not (play.folder / "served").exists()


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
