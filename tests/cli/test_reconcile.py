"""``mlops reconcile``: real models on a target that is a folder."""

import json
import shutil
from pathlib import Path

import pytest

from mlops import documents
from mlops.deploy.document import Golden
from mlops.deploy.outcome import Outcome, Reconciled
from mlops.environments import PATH, Environments, fingerprint_of
from mlops.registry import read_record
from mlops.storage.target import Target
from tests.cli.deploying import NEW, OLD, Play, judged, server
from tests.cli.job import enter
from tests.conftest import git
from tests.small import few_trees


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory)


@pytest.fixture
def play(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Play:
    return Play(shutil.copytree(made, tmp_path / "own"), capsys)


def test_the_target_follows_and_holds_what_was_judged(play: Play) -> None:
    play.deploy(OLD)
    live = play.pointer.live
    assert live is not None
    assert (live.model_id, live.commit) == (OLD, git(play.folder, "rev-parse", "HEAD"))
    for name in ("model.skops", "training.json", "metrics.json", "gate.json", "checksums.txt"):
        assert play.file(OLD, name).read_bytes() == (play.folder / "dist" / OLD / name).read_bytes()
    golden = documents.read(play.file(OLD, "golden.json"), Golden)
    scores = [row.score for row in golden.rows]
    assert len(scores) == 5
    assert scores == sorted(scores)
    assert scores[0] < 0.5 < scores[-1]
    again = play("reconcile")
    assert (again.code, "already; every hash holds" in again.out) == (0, True)


def test_what_is_no_longer_declared_is_taken_out(play: Play) -> None:
    play.deploy(OLD)
    (play.folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": {}})))
    assert play("reconcile", "--task", "er").code == 0
    assert play.pointer.live is None
    assert play.pointer.before[0].placed.model_id == OLD


def test_other_bytes_than_the_card_is_about_are_refused(play: Play) -> None:
    """The same id, trained with another seed, judged and good: but nobody reviewed these bytes."""
    with few_trees():
        assert play("run", "er", "--dataset", OLD, "--seed", "7", "--out", "dist/other").code == 0
    assert play("deploy", OLD).code == 0
    done = play("reconcile", "--artifact", "dist/other")
    assert done.code == 3
    assert "artifact_sha256" in done.err
    assert not (play.folder / "served/er").exists()


def test_a_model_that_the_target_does_not_hold_needs_its_artifact(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    done = play("reconcile")
    assert done.code == 2
    assert f"--artifact dist/{OLD}" in done.err


def test_a_canary_answers_a_share_and_then_all(play: Play) -> None:
    play.deploy(OLD)
    assert play("deploy", NEW).code == 0
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--share", "25").code == 0
    trial = play.pointer.trial
    assert trial is not None
    assert (play.live, trial.placed.model_id, trial.mode, trial.share) == (OLD, NEW, "canary", 25)
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--shadow").code == 0
    assert play.pointer.trial is not None
    assert play.pointer.trial.mode == "shadow"
    for words in ((), ("--artifact", f"dist/{NEW}")):  # as every push does, and nobody has asked for more
        assert play("reconcile", *words).code == 0
        assert play.pointer.trial is not None
        assert (play.live, play.pointer.trial.mode) == (OLD, "shadow")
    assert play("reconcile", "--share", "100").code == 0  # the target holds it
    assert play.live == NEW
    assert json.loads(play("reconcile", "--json").out)["er"]["trial"] is None


def test_a_trial_ends_when_the_live_model_is_declared_again(play: Play) -> None:
    play.deploy(OLD)
    assert play("deploy", NEW).code == 0
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--share", "25").code == 0
    git(play.folder, "checkout", "--quiet", "--", "model_cards")
    assert play("reconcile").code == 0  # needs no artifact
    assert (play.live, play.pointer.trial) == (OLD, None)


def test_a_share_of_what_is_live_for_all_is_refused(play: Play) -> None:
    play.deploy(OLD)
    before = play.pointer
    for words in (("--share", "25"), ("--shadow",), ("--share", "5", "--shadow")):
        done = play("reconcile", *words, "--report", "dist/reconciled.json")
        assert (done.code, "do now: " in done.err, play.pointer) == (2, True, before), words
    assert (report(play)["er"].state, report(play)["er"].serves) == ("failed", OLD)
    assert play("reconcile", "--share", "100").code == 0  # it has that


def test_a_trial_is_told_while_it_runs_and_when_it_ends(play: Play) -> None:
    play.deploy(OLD)
    assert play("deploy", NEW).code == 0
    canary = f"{NEW} as canary, which answers 25 % of the entities"
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--share", "25").code == 0
    assert f"serves {OLD} already, and beside it {canary}; every hash holds." in play("reconcile").out
    git(play.folder, "checkout", "--quiet", "--", "model_cards")
    refused = play("reconcile", "--share", "5")  # of another model than the one on trial
    assert (refused.code, play.pointer.trial is None) == (2, False)
    assert f"serves {OLD} alone again. The trial of {canary}, has ended." in play("reconcile").out


def test_a_model_that_was_live_comes_back_by_the_share_that_is_asked_for(play: Play) -> None:
    play.deploy(OLD)
    play.deploy(NEW)
    assert play("deploy", OLD).code == 0
    assert play("reconcile", "--shadow").code == 0
    assert play.pointer.trial is not None
    assert (play.live, play.pointer.trial.mode, play.pointer.trial.placed.model_id) == (NEW, "shadow", OLD)


def test_a_model_whose_card_says_that_it_failed_does_not_come_back(play: Play) -> None:
    play.deploy(OLD)
    play.deploy(NEW)
    failed = _judge_again(play, OLD)
    assert failed == "fail"
    served = Environments(environments={"production": {"er": OLD}, "staging": {}})
    (play.folder / PATH).write_bytes(documents.dumps(served))
    done = play("reconcile", "--artifact", f"dist/{OLD}")
    assert (done.code, "must not be served" in done.err, play.live) == (2, True, NEW)
    assert [play("card", model).code for model in (OLD, NEW)] == [0, 0]  # they say what is declared
    refused = play("rollback", "--to", OLD)
    assert (refused.code, play.live) == (2, NEW)


def _judge_again(play: Play, model: str) -> str:
    """Judge a model by a policy that it cannot meet, publish its card again, and return the verdict."""
    text = (play.folder / "mlops.toml").read_text(encoding="utf-8")
    (play.folder / "mlops.toml").write_text(
        text.replace('min = 0.1\ndecide_on = "lower_bound"', 'min = 0.9999\ndecide_on = "point"'), encoding="utf-8"
    )
    assert play("gate", f"dist/{model}").code in {1, 4}
    shutil.rmtree(play.folder / "model_cards" / model)
    (play.folder / "model_cards" / f"{model}.md").unlink()
    assert play("card", f"dist/{model}").code == 0
    return read_record(play.folder / "model_cards" / f"{model}.md").verdict


def test_what_is_no_longer_declared_and_cannot_be_taken_out_is_reported(play: Play) -> None:
    play.deploy(OLD)
    (play.folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": {}})))
    with Target.open("served", root=play.folder).alone():
        held = play("reconcile", "--report", "dist/reconciled.json")
    assert (held.code, report(play)["er"].state, report(play)["er"].serves) == (6, "failed", OLD)
    (play.folder / "served/er/pointer.json").write_text("{", encoding="utf-8")
    damaged = play("reconcile", "--report", "dist/reconciled.json")
    assert (damaged.code, report(play)["er"].state, report(play)["er"].model_id) == (3, "failed", "")


def test_other_bytes_under_the_same_id_are_not_what_is_declared(play: Play) -> None:
    with few_trees():
        assert play("run", "er", "--dataset", OLD, "--seed", "7", "--out", "dist/other").code == 0
    play.deploy(OLD)
    shutil.rmtree(play.folder / "model_cards" / OLD)
    (play.folder / "model_cards" / f"{OLD}.md").unlink()
    assert play("card", "dist/other").code == 0
    git(play.folder, "add", "--all")
    git(play.folder, "commit", "--quiet", "--message=Publish other bytes")
    drift = json.loads(play("registry", "drift", "--json").out)["drift"]
    assert [(one["state"], "other bytes" in one["reason"]) for one in drift] == [("differs", True)]
    assert play("reconcile").code == 2  # it needs that artifact
    assert play("reconcile", "--artifact", "dist/other").code == 0
    assert play.pointer.live is not None
    assert play.pointer.live.artifact_sha256 == read_record(play.folder / f"model_cards/{OLD}.md").artifact_sha256


def test_a_folder_that_nobody_meant_holds_no_model_up(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    models = play.folder / "dist/models"
    shutil.copytree(play.folder / "dist" / OLD, models / OLD)
    (models / "notes").mkdir()
    assert play("reconcile", "--models", "dist/models").code == 0
    assert play.live == OLD


def test_what_was_declared_when_the_run_began_is_still_declared(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    began = fingerprint_of(play.folder)
    assert play("deploy", NEW).code == 0
    done = play("reconcile", "--artifact", f"dist/{NEW}", "--declared", began)
    assert (done.code, "Something newer is declared" in done.err) == (6, True)
    assert not (play.folder / "served/er").exists()
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--declared", fingerprint_of(play.folder)).code == 0


@pytest.mark.parametrize("task", ["Foo", "fo-o", "nosuch", ""])
def test_a_task_that_there_is_not_is_refused(play: Play, task: str) -> None:
    for verb in ("reconcile", "rollback"):
        done = play(verb, "--task", task)
        assert (done.code, "Traceback" in done.err) == (2, False)


def test_a_folder_of_the_checkout_is_no_target_in_a_job(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert play("deploy", OLD).code == 0
    (tmp_path / "job").mkdir()
    enter(monkeypatch, tmp_path / "job", play.folder)
    done = play("reconcile", "--artifact", f"dist/{OLD}")
    assert (done.code, "does not outlive the job" in done.err) == (2, True)


def test_a_misspelled_target_is_not_made(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    artifact = ("--artifact", f"dist/{OLD}")
    for words, why in (((), "No artifact was named"), (artifact, "mlops.toml names another target")):
        done = play("reconcile", "--target", "srved", *words)
        assert (done.code, why in done.err, "mkdir -p srved" in done.err) == (2, True, True), done.err
    assert not (play.folder / "srved").exists()
    text = (play.folder / "mlops.toml").read_text(encoding="utf-8").partition("[deploy.production]")[0]
    (play.folder / "mlops.toml").write_text(text, encoding="utf-8")
    git(play.folder, "commit", "--quiet", "--all", f"--message=Serve {OLD}")
    first = play("reconcile", "--target", "served", *artifact)
    assert (first.code, "this first deployment makes it" in first.err, play.live) == (0, True, OLD)
    assert play("deploy", NEW).code == 0
    git(play.folder, "commit", "--quiet", "--all", f"--message=Serve {NEW}")
    done = play("reconcile", "--target", "srved", "--artifact", f"dist/{NEW}")
    assert (done.code, "was replaced before" in done.err) == (2, True)
    needs = play("reconcile", "--target", "served")
    assert f"mlops reconcile --environment production --target served --artifact dist/{NEW}" in needs.err
    back = play("rollback", "--target", "srved")
    assert (back.code, "There is no such folder" in back.err, (play.folder / "srved").exists()) == (2, True, False)


def test_a_file_is_no_target(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    for target in ("mlops.toml", "mlops.toml/served"):
        for verb in ("reconcile", "rollback"):
            done = play(verb, "--target", target)
            assert (done.code, "found: the file mlops.toml" in done.err) == (2, True), done.err


def test_two_deployments_at_once_do_not_mix(play: Play) -> None:
    assert play("deploy", OLD).code == 0
    with Target.open("served", root=play.folder).alone():
        done = play("reconcile", "--artifact", f"dist/{OLD}")
    assert done.code == 6
    assert "at work" in done.err
    assert not (play.folder / "served/er").exists()


def test_a_target_of_another_environment_is_refused(play: Play) -> None:
    play.deploy(OLD)
    assert play("deploy", NEW, "--environment", "staging").code == 0
    done = play("reconcile", "--environment", "staging", "--target", "served", "--artifact", f"dist/{NEW}")
    assert done.code == 3
    assert "another environment" in done.err


def test_bad_input_45_a_server_that_does_not_take_the_model_gets_the_one_before(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play.deploy(OLD)
    live = play.pointer.live
    assert live is not None
    assert play("deploy", NEW).code == 0
    text = (play.folder / "mlops.toml").read_text(encoding="utf-8")
    (play.folder / "mlops.toml").write_text(f"{text}health_seconds = 0.3\n", encoding="utf-8")
    (tmp_path / "job").mkdir()
    job = enter(monkeypatch, tmp_path / "job", play.folder)
    served = {"er": {"model_id": OLD, "artifact_sha256": live.artifact_sha256}}
    with server(served) as url:
        there = ("--target", str(play.folder / "served"))
        done = play("reconcile", "--artifact", f"dist/{NEW}", "--health", url, *there)
    assert done.code == 1
    assert f"serves {OLD} again. The server serves {OLD} instead of {NEW}." in done.out
    assert (play.live, play.pointer.sequence, play.pointer.before) == (OLD, 3, ())
    assert job.outputs == {"state": "failure", "states": "er=rolled back"}


def test_a_verdict_that_is_not_the_cards_goes_nowhere(play: Play) -> None:
    """The card says pass; the gate beside the artifact was asked again for more, and failed."""
    assert play("deploy", OLD).code == 0
    assert play("gate", f"dist/{OLD}", "--min-precision", "0.9999").code in {1, 4}
    done = play("reconcile", "--artifact", f"dist/{OLD}")
    assert (done.code, "judged otherwise than its card says" in done.err) == (3, True)
    assert not (play.folder / "served/er").exists()


def report(play: Play) -> dict[str, Outcome]:
    return documents.read(play.folder / "dist/reconciled.json", Reconciled).tasks


def test_the_report_says_what_was_asked_for_and_what_is_served(play: Play) -> None:
    play.deploy(OLD)
    to_file = ("--report", "dist/reconciled.json")
    assert play("deploy", NEW).code == 0
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--share", "5", *to_file).code == 0
    tried = report(play)["er"]
    assert (tried.state, tried.model_id, tried.serves) == ("on trial", NEW, OLD)
    assert tried.reason == f"The canary answers 5 % of the entities, beside {OLD}."
    assert play("reconcile", "--artifact", f"dist/{NEW}", "--share", "100", *to_file).code == 0
    card = read_record(play.folder / "model_cards" / f"{NEW}.md")
    live = Outcome(state="live", model_id=NEW, artifact_sha256=card.artifact_sha256, serves=NEW)
    assert report(play) == {"er": live}
    assert play("rollback", "--task", "er", *to_file).code == 0
    assert (report(play)["er"].state, report(play)["er"].serves) == ("live", OLD)


def test_a_refusal_is_reported_and_holds_no_other_task_up(play: Play) -> None:
    """A line for claims, whose model nobody has; er follows all the same."""
    assert play("deploy", OLD).code == 0
    declared = Environments(environments={"production": {"claims": "claims_20251006", "er": OLD}})
    (play.folder / PATH).write_bytes(documents.dumps(declared))
    done = play("reconcile", "--artifact", f"dist/{OLD}", "--report", "dist/reconciled.json")
    assert (done.code, play.live) == (3, OLD)
    assert f"serves {OLD} instead of no model" in done.out
    found = report(play)
    assert (found["er"].state, found["claims"].state) == ("live", "failed")
    assert "claims_20251006.md" in done.err
    assert found["claims"].reason


def test_without_a_target_what_is_declared_is_held_against_its_artifact(play: Play) -> None:
    """As training left it: the verdict is the committed one."""
    assert play("deploy", OLD, "--environment", "staging").code == 0
    (play.folder / "dist" / OLD / "gate.json").unlink()
    verify = ("reconcile", "--environment", "staging", "--verify-only", "--report", "dist/reconciled.json")
    done = play(*verify, "--artifact", f"dist/{OLD}")
    assert (done.code, f"{OLD} may be served" in done.out) == (0, True)
    assert (report(play)["er"].state, report(play)["er"].serves) == ("released", "")
    assert report(play)["claims"].state == "taken out"
    committed = play.folder / "model_cards" / OLD / "gate.json"
    assert (play.folder / "dist" / OLD / "gate.json").read_bytes() == committed.read_bytes()
    model = play.folder / "dist" / OLD / "model.skops"
    model.write_bytes(model.read_bytes() + b" ")
    refused = play(*verify, "--artifact", f"dist/{OLD}")
    assert (refused.code, report(play)["er"].state) == (3, "failed")
    assert play(*verify).code == 2


def test_a_model_that_is_declared_no_longer_is_taken_out_without_being_named(play: Play) -> None:
    play.deploy(OLD)
    (play.folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": {}})))
    assert play("reconcile", "--report", "dist/reconciled.json").code == 0
    assert play.pointer.live is None
    assert report(play) == {"er": Outcome(state="taken out", model_id="")}
