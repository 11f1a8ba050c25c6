"""``mlops rollback``: what was live comes back, if all of it still holds."""

import json
import shutil
from pathlib import Path

import pytest

from mlops import documents
from mlops.deploy.document import Golden
from mlops.deploy.outcome import Reconciled
from mlops.environments import PATH, Environments
from mlops.hashing import sha256_bytes
from tests.cli.deploying import NEW, OLD, Play, served, server
from tests.conftest import git


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return served(tmp_path_factory)


@pytest.fixture
def both(deployed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Play:
    return Play(shutil.copytree(deployed, tmp_path / "own"), capsys)


def test_a_second_model_takes_its_place_and_the_first_comes_back(both: Play) -> None:
    assert both.live == NEW
    assert [one.placed.model_id for one in both.pointer.before] == [OLD]
    shutil.rmtree(both.folder / "dist")  # no artifact is needed: the target has it
    done = both("rollback", "--json")
    assert (done.code, json.loads(done.out)["er"]["live"]) == (0, OLD)
    assert documents.read(both.folder / PATH, Environments).environments["production"] == {"er": OLD}
    assert both.live == OLD
    assert both("rollback", "--to", NEW).code == 0
    assert [one.placed.model_id for one in both.pointer.before] == [OLD, NEW, OLD]
    assert both.pointer.sequence == 4


@pytest.mark.parametrize("name", ["model.skops", "gate.json", "golden.json", "checksums.txt"])
def test_a_changed_file_never_comes_back(both: Play, name: str) -> None:
    path = both.file(OLD, name)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    done = both("rollback")
    assert done.code == 3
    assert name in done.err
    assert both.live == NEW
    assert documents.read(both.folder / PATH, Environments).environments["production"] == {"er": NEW}


def test_a_model_that_scores_its_golden_rows_otherwise_is_not_served(both: Play) -> None:
    """As on a machine whose packages compute something else; the hashes all hold."""
    path = both.file(OLD, "golden.json")
    golden = documents.read(path, Golden)
    first = golden.rows[0].model_copy(update={"score": golden.rows[0].score + 1e-4})
    forged = documents.dumps(golden.model_copy(update={"rows": (first, *golden.rows[1:])}))
    path.write_bytes(forged)
    before = both.pointer.before[0]
    placed = before.placed.model_copy(update={"golden_sha256": sha256_bytes(forged)})
    changed = both.pointer.model_copy(update={"before": (before.model_copy(update={"placed": placed}),)})
    (both.folder / "served/er/pointer.json").write_bytes(documents.dumps(changed))
    done = both("rollback")
    assert done.code == 3
    assert "does not score its golden rows" in done.err
    assert both.live == NEW


def test_a_model_that_was_replaced_long_ago_is_judged_again_first(both: Play) -> None:
    text = (both.folder / "mlops.toml").read_text(encoding="utf-8")
    (both.folder / "mlops.toml").write_text(f"{text}rollback_days = 0\n", encoding="utf-8")
    done = both("rollback")
    assert done.code == 2
    assert "replaced too long ago" in done.err


def test_a_server_that_takes_the_model_keeps_it(both: Play) -> None:
    before = both.pointer.before[0].placed
    with server({"er": {"model_id": OLD, "artifact_sha256": before.artifact_sha256}}) as url:
        assert both("rollback", "--health", url).code == 0
    assert both.live == OLD


def test_a_server_that_was_down_before_brings_no_bad_model_back(both: Play) -> None:
    """It answered nobody before the switch either, so it cannot tell whose fault that is; a deployment stays strict."""
    text = (both.folder / "mlops.toml").read_text(encoding="utf-8")
    (both.folder / "mlops.toml").write_text(f"{text}health_seconds = 0.1\n", encoding="utf-8")
    with server({}) as url:
        pass  # ended: nobody answers there
    done = both("rollback", "--health", url, "--report", "dist/reconciled.json")
    assert (done.code, both.live) == (0, OLD)
    assert "warning: the rollback stands. Nobody answered" in done.err
    assert f"curl --fail {url}" in done.err
    assert documents.read(both.folder / PATH, Environments).environments["production"] == {"er": OLD}
    found = documents.read(both.folder / "dist/reconciled.json", Reconciled).tasks["er"]
    assert (found.state, "Nobody answered" in found.reason) == ("live", True)
    assert both("deploy", NEW).code == 0
    strict = both("reconcile", "--health", url)
    assert (strict.code, both.live) == (1, OLD)
    assert f"Asked at {url}, which named no model before the switch either" in strict.out


def test_a_server_that_names_its_models_and_takes_none_ends_a_rollback(both: Play) -> None:
    """With 503, as while another task does not follow its pointer: it is there all the same."""
    text = (both.folder / "mlops.toml").read_text(encoding="utf-8")
    (both.folder / "mlops.toml").write_text(f"{text}health_seconds = 0.1\n", encoding="utf-8")
    with server({"er": {"model_id": NEW, "artifact_sha256": "0" * 64}}, status=503) as url:
        done = both("rollback", "--health", url)
    assert (done.code, both.live) == (1, NEW)
    assert f"The server answered 503. Asked at {url}." in done.out


def test_a_model_whose_card_no_longer_holds_does_not_come_back(both: Play) -> None:
    card = both.folder / "model_cards" / f"{OLD}.md"
    card.write_text(card.read_text(encoding="utf-8") + "\nAnd more.\n", encoding="utf-8")
    done = both("rollback")
    assert (done.code, f"mlops card --check {OLD}" in done.err) == (3, True)
    assert both.live == NEW


def test_a_rollback_said_twice_is_done_once(both: Play) -> None:
    """Before its line is merged, and after it: whoever is nervous gets no other model."""
    assert both("rollback", "--environment", "production").code == 0
    git(both.folder, "checkout", "--quiet", "--", "model_cards")
    again = both("rollback", "--environment", "production")
    assert (again.code, both.live, "already" in again.out) == (0, OLD, True)
    git(both.folder, "commit", "--quiet", "--all", "--message=Roll back")
    third = both("rollback", "--environment", "production")
    assert (third.code, both.live, "already" in third.out) == (0, OLD, True)


def test_a_rollback_that_was_undone_can_be_done_again(both: Play) -> None:
    for words, live in ((), OLD), (("--to", NEW), NEW), ((), OLD):
        assert both("rollback", *words).code == 0
        assert both.live == live


def test_a_rollback_of_a_trial_lets_the_live_model_answer_alone(both: Play) -> None:
    assert both("deploy", OLD).code == 0
    assert both("reconcile", "--share", "25").code == 0
    done = both("rollback", "--task", "er")
    assert (done.code, both.live, both.pointer.trial) == (0, NEW, None)
    assert documents.read(both.folder / PATH, Environments).environments["production"] == {"er": NEW}
