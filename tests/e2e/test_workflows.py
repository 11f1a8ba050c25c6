"""The workflows of this repository, run for real. One file, so that parallel runs share one world."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.act import Run
from tests.e2e.campaign import Campaign
from tests.e2e.scenarios import DEPLOY, GATE, PUBLISH, TRAIN, Race, pinned_hash, world_of

BRANCH = "mlops/card-er_20251020"

# Training


def artifact(campaign: Campaign, run: Run, name: str, folder: Path) -> Path:
    """Unpack an artifact that a run uploaded."""
    with zipfile.ZipFile(io.BytesIO(world_of(campaign).artifact(run.id, name))) as packed:
        packed.extractall(folder)
    return folder


@pytest.mark.scenario("train")
def test_a_dispatched_training_leaves_an_artifact_whose_checksums_hold(campaign: Campaign, tmp_path: Path) -> None:
    run = campaign["train"]
    assert run.code == 0, run.explain()
    folder = artifact(campaign, run, "er-model-20251020", tmp_path)
    assert {path.name for path in folder.iterdir()} == {
        "checksums.txt", "evaluation.parquet", "metrics.json", "model.skops", "training.json",
    }  # fmt: skip
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("no sha256sum on this machine")
    subprocess.run([program, "-c", "checksums.txt"], cwd=folder, check=True, capture_output=True)  # noqa: S603  # fixed words


@pytest.mark.scenario("train")
def test_a_training_says_what_it_made(campaign: Campaign) -> None:
    job = campaign["train"]["train"]
    assert job.outputs["artifact-name"] == "er-model-20251020"
    assert job.outputs["dataset-hash"] == pinned_hash()
    assert job.outputs["model-id"] == "er_20251020"
    assert "er_20251020" in job.summary
    assert "sha256sum -c checksums.txt" in job.summary
    assert not job.errors()


@pytest.mark.scenario("train")
def test_a_model_is_trained_on_clean_code_of_the_dispatched_commit(campaign: Campaign, tmp_path: Path) -> None:
    run = campaign["train"]
    training = (artifact(campaign, run, "er-model-20251020", tmp_path) / "training.json").read_text(encoding="utf-8")
    assert f'"commit": "{run.commit}"' in training
    assert '"dirty": false' in training
    assert f"/actions/runs/{run.id}" in training


@pytest.mark.scenario("train")
def test_an_artifact_is_attested_by_its_checksums(campaign: Campaign) -> None:
    assert campaign["train"]["attest"].result == "success"


@pytest.mark.scenario("train-unknown-hash")
def test_a_hash_that_the_manifest_does_not_pin_stops_a_training_before_it_begins(campaign: Campaign) -> None:
    run = campaign["train-unknown-hash"]
    assert run["train"].result == "failure"
    assert "The hash is not the one that the manifest pins." in "\n".join(run["train"].errors())
    assert "Train" not in run["train"].steps
    assert not list(world_of(campaign).act.artifacts.glob(f"{run.id}/*"))


# The required check: dispatched, on pull requests and in a merge queue


@pytest.mark.scenario("gate-pass")
def test_a_dispatched_gate_finds_the_artifact_of_another_run_and_passes_it(campaign: Campaign) -> None:
    run = campaign["gate-pass"]
    assert run.code == 0, run.explain()
    gate = run["gate"]
    assert gate.result == "success"
    assert gate.outputs["verdict"] == "pass"
    assert gate.outputs["model-id"] == "er_20251020"
    assert "92 %" in gate.summary
    assert not gate.errors()


@pytest.mark.scenario("gate-pass")
def test_what_judges_is_the_model_that_the_training_run_left(campaign: Campaign) -> None:
    trained, judged = campaign["train"]["train"].outputs, campaign["gate-pass"]["gate"].outputs
    assert judged["artifact-sha256"] == trained["artifact-sha256"]
    assert judged["dataset-hash"] == trained["dataset-hash"]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        pytest.param("gate-fail", "fail", marks=pytest.mark.scenario("gate-fail")),
        pytest.param("gate-inconclusive", "inconclusive", marks=pytest.mark.scenario("gate-inconclusive")),
    ],
)
def test_what_does_not_pass_turns_the_check_red_and_says_what_to_do(
    campaign: Campaign, name: str, verdict: str
) -> None:
    run = campaign[name]
    gate = run["gate"]
    assert run.code != 0
    assert gate.result == "failure"
    assert gate.outputs["verdict"] == verdict
    assert gate.steps["Keep the verdict"] == "success"
    assert "Keep the judged model" not in gate.steps
    assert verdict in gate.summary.lower()
    assert "precision" in "\n".join(gate.errors())


@pytest.mark.scenario("gate-unknown-hash")
def test_a_hash_that_nothing_pins_gets_no_verdict_and_a_red_check(campaign: Campaign) -> None:
    run = campaign["gate-unknown-hash"]
    assert run["evidence"].result == "failure"
    assert run["gate"].result == "failure"
    assert "verdict" not in run["gate"].outputs
    assert run["gate"].steps == {"Fail unless everything that this needs succeeded": "failure"}


@pytest.mark.scenario("pr-unrelated")
def test_a_pull_request_that_touches_no_model_passes_without_one(campaign: Campaign) -> None:
    run = campaign["pr-unrelated"]
    assert run.code == 0, run.explain()
    assert run["evidence"].outputs["judge"] == "false"
    assert run["gate"].result == "success"
    assert run["gate"].steps["Check that what is committed agrees"] == "success"
    assert "Judge" not in run["gate"].steps


@pytest.mark.scenario("merge-queue")
def test_a_merge_queue_gets_its_report_too(campaign: Campaign) -> None:
    run = campaign["merge-queue"]
    assert run.code == 0, run.explain()
    assert run["gate"].result == "success"


@pytest.mark.scenario("gate-tampered")
def test_an_artifact_that_was_tampered_with_gets_no_verdict(campaign: Campaign) -> None:
    run = campaign["gate-tampered"]
    assert run["evidence"].result == "failure"
    assert "sha256" in "\n".join(run["evidence"].errors())
    assert run["gate"].result == "failure"
    assert "verdict" not in run["gate"].outputs


@pytest.mark.scenario("pr-model")
def test_a_pull_request_is_judged_by_the_base_policy_beside_the_model_in_production(campaign: Campaign) -> None:
    run = campaign["pr-model"]
    gate = run["gate"]
    assert run["evidence"].outputs["judge"] == "true", run.explain()
    assert run["evidence"].outputs["champion"] == "er_20251020"
    assert gate.steps["Train the candidate from the change's pins"] == "success", run.explain()
    assert gate.outputs["verdict"] in {"pass", "fail", "inconclusive"}
    assert "This change would loosen the policy" in gate.summary
    assert "0.92 on the base branch, 0.5 here; 0.92 holds" in "\n".join(a.message for a in gate.annotations)
    assert "er_20251020" in gate.summary
    assert gate.result == ("success" if gate.outputs["verdict"] == "pass" else "failure")


@pytest.mark.scenario("pr-comment")
def test_the_verdict_is_told_on_the_pull_request(campaign: Campaign) -> None:
    number, run = campaign["pr-comment"]
    assert run.code == 0, run.explain()
    [comment] = world_of(campaign).hub.comments(number)
    assert comment.body.startswith("<!-- mlops:gate:er ")
    assert campaign["pr-model"]["gate"].outputs["verdict"] in comment.body
    assert "This change would loosen" in comment.body


# Cards by pull request and by racing pushes, and the whole refresh in one dispatch


@pytest.mark.scenario("publish")
def test_a_card_is_published_by_pull_request(campaign: Campaign) -> None:
    run, world = campaign["publish"], world_of(campaign)
    assert run.code == 0, run.explain()
    assert run["publish"].outputs["status"] == "opened"
    [pull] = [issue for issue in world.hub.state.issues.values() if issue.pull and issue.pull.head == BRANCH]
    assert "er_20251020" in pull.title
    files = git(world.remote, "diff", "--name-only", "main", BRANCH).splitlines()
    assert "model_cards/er_20251020.md" in files
    assert "model_cards/judged.jsonl" in files
    assert all(name.startswith("model_cards/") for name in files)
    message = git(world.remote, "log", "-1", "--format=%B", BRANCH)
    assert "Mlops-Key: " in message
    assert f"/actions/runs/{run.id}" in message


@pytest.mark.scenario("race")
def test_six_runs_that_publish_at_once_all_land(campaign: Campaign) -> None:
    race: Race = campaign["race"]
    remote = world_of(campaign).remote
    assert [run.code for run in race.runs] == [0] * 6, "\n".join(run.explain() for run in race.runs if run.code)
    assert {run["publish"].outputs["status"] for run in race.runs} == {"pushed"}
    names = git(remote, "ls-tree", "--name-only", "racing", "model_cards/").splitlines()
    assert [name for name in names if name.endswith(".md")] == [f"model_cards/{model}.md" for model in race.models]
    lines = git(remote, "show", "racing:model_cards/judged.jsonl").splitlines()
    assert sorted(json.loads(line)["model_id"] for line in lines) == race.models
    assert git(remote, "rev-list", "--merges", f"{race.start}..racing") == ""
    assert int(git(remote, "rev-list", "--count", f"{race.start}..racing")) == len(race.models)


@pytest.mark.scenario("refresh-all")
def test_one_dispatch_does_the_whole_refresh(campaign: Campaign) -> None:
    run, world = campaign["refresh-all"], world_of(campaign)
    assert run.code == 0, run.explain()
    current = {"ML_DATASET_DATE": "20251020", "ML_DATASET_HASH": pinned_hash()}
    assert current.items() <= world.hub.variables.items()
    commit = run["publish"].outputs["commit"]
    for number in (12, 15):
        [comment] = world.hub.comments(number)
        assert f"/blob/{commit}/model_cards/er_20251020.md" in comment.body
        assert "ML data refreshed" in comment.body


# Nothing is released but what the gate of the same run passed, byte for byte


@pytest.mark.scenario("deploy")
def test_a_model_that_passes_is_released_and_its_deployment_recorded(campaign: Campaign) -> None:
    run, world = campaign["deploy"], world_of(campaign)
    assert run.code == 0, run.explain()
    [release] = [one for one in world.hub.state.releases.values() if one.tag == "er_20251020"]
    assert not release.draft
    assert release.target == run.commit
    assets = {asset.name: asset.content for asset in release.assets}
    assert {"model.skops", "checksums.txt", "gate.json"} <= assets.keys()
    said = run["precision-gate"].outputs
    assert hashlib.sha256(assets["checksums.txt"]).hexdigest() == said["artifact-sha256"]
    assert hashlib.sha256(assets["gate.json"]).hexdigest() == said["gate-sha256"]
    [deployment] = [one for one in world.hub.state.deployments.values() if one.environment == "production"]
    assert deployment.statuses[-1].state == "success"


@pytest.mark.scenario("deploy-fail")
def test_a_model_that_fails_is_not_deployed(campaign: Campaign) -> None:
    run = campaign["deploy-fail"]
    assert run["precision-gate"].outputs["verdict"] == "fail"
    assert run["precision-gate"].result == "failure"
    assert run["deploy"].result in {None, "skipped"}


@pytest.mark.scenario("deploy-nothing")
def test_a_gate_that_was_skipped_deploys_nothing(campaign: Campaign) -> None:
    run = campaign["deploy-nothing"]
    assert run["evidence"].result == "failure"
    assert run["precision-gate"].result in {None, "skipped"}
    assert run["deploy"].result in {None, "skipped"}


@pytest.mark.scenario("deploy-other-bytes")
def test_bytes_that_were_not_judged_are_refused_before_anything_is_written(campaign: Campaign) -> None:
    run, world = campaign["deploy-other-bytes"], world_of(campaign)
    job = run["deploy"]
    assert job.result == "failure"
    assert "sha256" in "\n".join(job.errors()).lower()
    commit = run.commit
    assert not [one for one in world.hub.state.releases.values() if one.target == commit]
    assert not [one for one in world.hub.state.deployments.values() if one.sha == commit]


# The commands of docs/workflows.md, executed as they stand there


@pytest.mark.scenario("refresh")
def test_the_refresh_step_by_step(campaign: Campaign) -> None:
    refresh = campaign["refresh"]
    assert refresh.code == 0, refresh.output
    assert list(refresh.runs) == [TRAIN, GATE]
    assert "model.skops: OK" in refresh.output


@pytest.mark.scenario("release")
def test_a_release_after_a_pass(campaign: Campaign) -> None:
    release = campaign["release"]
    assert release.code == 0, release.output
    assert list(release.runs) == [PUBLISH, DEPLOY]


@pytest.mark.scenario("adopt")
def test_another_repository_takes_the_gate_over(campaign: Campaign) -> None:
    run = campaign["adopt"]
    assert run.code == 0, run.explain()
    assert run["gate"].result == "success"
    assert run["evidence"].outputs["judge"] == "false"


# The own use of the actions, with assertions that stand in the workflow itself


@pytest.mark.scenario("selftest")
def test_the_actions_say_what_they_should(campaign: Campaign) -> None:
    run = campaign["selftest"]
    assert run.code == 0, run.explain()
    assert run["verdicts"].steps["Assert"] == "success"
    assert {name: job.result for name, job in run.jobs.items()} == {
        "setup": "success", "verdicts": "success", "selftest": "success",
    }  # fmt: skip
