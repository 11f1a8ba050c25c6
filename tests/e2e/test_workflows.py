"""The workflows of this repository, run for real. One file, so that parallel runs share one world."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from mlops import documents
from mlops.deploy.document import Pointer
from tests.conftest import git
from tests.e2e.act import Run
from tests.e2e.campaign import Campaign
from tests.e2e.pages import RUNBOOK, block, names
from tests.e2e.scenarios import ARTIFACT, DATASET, DEPLOY, GATE, PUBLISH, TRAIN, Race, pinned_hash, target_of, world_of
from tests.e2e.world import REPOSITORY, WAITING

BRANCH = f"mlops/card-{DATASET}"

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
    folder = artifact(campaign, run, ARTIFACT, tmp_path)
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
    assert job.outputs["artifact-name"] == ARTIFACT
    assert job.outputs["dataset-hash"] == pinned_hash(campaign)
    assert job.outputs["model-id"] == DATASET
    assert DATASET in job.summary
    assert "sha256sum -c checksums.txt" in job.summary
    assert not job.errors()


@pytest.mark.scenario("train")
def test_a_model_is_trained_on_clean_code_of_the_dispatched_commit(campaign: Campaign, tmp_path: Path) -> None:
    run = campaign["train"]
    training = (artifact(campaign, run, ARTIFACT, tmp_path) / "training.json").read_text(encoding="utf-8")
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
    assert gate.outputs["model-id"] == DATASET
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
    assert run["evidence"].outputs["champion"] == DATASET
    assert gate.steps["Train the candidate from the change's pins"] == "success", run.explain()
    assert gate.outputs["verdict"] in {"pass", "fail", "inconclusive"}
    assert "This change would loosen the policy" in gate.summary
    assert "0.92 on the base branch, 0.5 here; 0.92 holds" in "\n".join(a.message for a in gate.annotations)
    assert DATASET in gate.summary
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
    assert DATASET in pull.title
    commit = run["publish"].outputs["commit"]
    files = git(world.remote, "diff", "--name-only", f"{commit}~1", commit).splitlines()
    assert f"model_cards/{DATASET}.md" in files
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
    names = git(remote, "diff", "--name-only", race.start, "racing").splitlines()
    assert [name for name in names if name.endswith(".md")] == [f"model_cards/{model}.md" for model in race.models]
    lines = git(remote, "show", "racing:model_cards/judged.jsonl").splitlines()
    judged = {json.loads(line)["model_id"] for line in lines}
    assert judged >= set(race.models)
    assert len(judged) == len(lines)
    assert git(remote, "rev-list", "--merges", f"{race.start}..racing") == ""
    assert int(git(remote, "rev-list", "--count", f"{race.start}..racing")) == len(race.models)


@pytest.mark.scenario("refresh-all")
def test_one_dispatch_does_the_whole_refresh(campaign: Campaign) -> None:
    run, world = campaign["refresh-all"], world_of(campaign)
    assert run.code == 0, run.explain()
    current = {"ML_DATASET_DATE": "20251020", "ML_DATASET_HASH": pinned_hash(campaign, "er_20251020")}
    assert current.items() <= world.hub.variables.items()
    commit = run["publish"].outputs["commit"]
    for number in (12, 15, *WAITING):
        [comment] = [one for one in world.hub.comments(number) if "er_20251020" in one.body]
        assert f"/blob/{commit}/model_cards/er_20251020.md" in comment.body
        assert "ML data refreshed" in comment.body


# Nothing is released but what the gate of the same run passed, byte for byte


@pytest.mark.scenario("deploy")
def test_a_model_that_passes_is_released_and_its_deployment_proposed(campaign: Campaign) -> None:
    run, world = campaign["deploy"], world_of(campaign)
    assert run.code == 0, run.explain()
    [release] = [one for one in world.hub.state.releases.values() if one.tag == DATASET]
    assert not release.draft
    assert release.target == run.commit
    assets = {asset.name: asset.content for asset in release.assets}
    assert {"model.skops", "checksums.txt", "gate.json"} <= assets.keys()
    said = run["precision-gate"].outputs
    assert hashlib.sha256(assets["checksums.txt"]).hexdigest() == said["artifact-sha256"]
    assert hashlib.sha256(assets["gate.json"]).hexdigest() == said["gate-sha256"]
    [proposed] = [one for one in world.hub.state.issues.values() if one.title == f"Serve {DATASET} in production"]
    assert run["propose"].outputs["url"].endswith(f"/pull/{proposed.number}")
    assert {run[name].result for name in ("models", "reconcile", "record")} <= {None, "skipped"}


@pytest.mark.scenario("live")
def test_merging_the_proposal_has_the_target_serve_the_model_and_github_say_so(campaign: Campaign) -> None:
    (_, run), world = campaign["live"], world_of(campaign)
    assert run.code == 0, run.explain()
    pointer = documents.read(target_of(world.source) / "er" / "pointer.json", Pointer)
    assert pointer.live is not None
    assert (pointer.live.model_id, pointer.live.commit, pointer.sequence) == (DATASET, world.head(), 1)
    deployed = [one for one in world.hub.state.deployments.values() if one.environment == "production"]
    assert [(one.sha, one.statuses[-1].state) for one in deployed] == [(world.head(), "success")]
    assert run["models"].outputs["models"] == DATASET
    card = git(world.remote, "show", f"main:model_cards/{DATASET}.md")
    assert "Deployed: production." in card


@pytest.mark.scenario("rollback")
def test_a_rollback_serves_the_model_before_and_proposes_the_line_that_says_so(campaign: Campaign) -> None:
    (deployed, rolled), world = campaign["rollback"], world_of(campaign)
    assert deployed.code == 0, deployed.explain()
    assert rolled.code == 0, rolled.explain()
    pointer = documents.read(target_of(world.source) / "er" / "pointer.json", Pointer)
    assert pointer.live is not None
    assert (pointer.live.model_id, pointer.sequence) == (DATASET, 3)
    assert rolled["rollback"].outputs["model-id"] == DATASET
    [proposed] = [one for one in world.hub.state.issues.values() if one.title == f"Serve {DATASET} in production"
                  and one.state == "open"]  # fmt: skip
    assert proposed.pull is not None
    newest = max(world.hub.state.deployments.values(), key=lambda one: one.statuses[-1].number)
    assert isinstance(newest.payload, dict)
    assert (newest.payload["model_id"], newest.statuses[-1].state) == ("er_20251020", "inactive")


@pytest.mark.scenario("monitor")
def test_what_too_few_predictions_say_is_told_and_opens_nothing(campaign: Campaign) -> None:
    run, world = campaign["monitor"], world_of(campaign)
    assert run.code == 0, run.explain()
    assert json.loads(zipfile.ZipFile(io.BytesIO(world.artifact(run.id, "monitoring-er"))).read("monitoring.json"))[
        "task"
    ] == "er"  # fmt: skip
    assert not [one for one in world.hub.state.issues.values() if "onitor" in one.title]


@pytest.mark.scenario("deploy-fail")
def test_a_model_that_fails_is_not_deployed(campaign: Campaign) -> None:
    run = campaign["deploy-fail"]
    assert run["precision-gate"].outputs["verdict"] == "fail"
    assert run["precision-gate"].result == "failure"
    assert run["release"].result in {None, "skipped"}


@pytest.mark.scenario("deploy-nothing")
def test_a_gate_that_was_skipped_deploys_nothing(campaign: Campaign) -> None:
    run = campaign["deploy-nothing"]
    assert run["evidence"].result == "failure"
    assert run["precision-gate"].result in {None, "skipped"}
    assert run["release"].result in {None, "skipped"}


@pytest.mark.scenario("deploy-other-bytes")
def test_bytes_that_were_not_judged_are_refused_before_anything_is_written(campaign: Campaign) -> None:
    run, world = campaign["deploy-other-bytes"], world_of(campaign)
    job = run["release"]
    assert job.result == "failure"
    assert "sha256" in "\n".join(job.errors()).lower()
    commit = run.commit
    assert not [one for one in world.hub.state.releases.values() if one.target == commit]
    assert not [one for one in world.hub.state.deployments.values() if one.sha == commit]


# The runbook, executed as it stands there: docs/runbooks/data-refresh.md


@pytest.mark.scenario("pin")
def test_the_runbook_brings_the_refreshed_data_to_main_by_pull_request(campaign: Campaign) -> None:
    pinned = campaign["pin"]
    assert pinned.code == 0, pinned.output
    assert "500 added, 0 removed, 0 changed" in pinned.output


@pytest.mark.scenario("refresh")
def test_the_runbook_trains_watches_downloads_verifies_and_judges(campaign: Campaign) -> None:
    refresh = campaign["refresh"]
    assert refresh.code == 0, refresh.output
    assert list(refresh.runs) == [TRAIN, GATE]
    assert "model.skops: OK" in refresh.output


@pytest.mark.scenario("release")
def test_the_runbook_publishes_announces_requires_and_deploys(campaign: Campaign) -> None:
    release, world = campaign["release"], world_of(campaign)
    assert release.code == 0, release.output
    assert list(release.runs) == [PUBLISH, DEPLOY]
    assert f"model_cards/{DATASET}.md" in git(world.remote, "ls-tree", "-r", "--name-only", "main")


@pytest.mark.scenario("release")
def test_the_runbook_tells_of_the_model_on_the_board_and_on_an_issue(campaign: Campaign) -> None:
    hub, release = world_of(campaign).hub, campaign["release"]
    assert release.code == 0, release.output
    told = [number for number in range(1, 16) if any(DATASET in c.body for c in hub.comments(number))]
    assert told == sorted((*WAITING, 12))
    for number in WAITING:
        [comment] = [c for c in hub.comments(number) if DATASET in c.body]
        assert "ML data refreshed, model card:" in comment.body
        assert f"/model_cards/{DATASET}.md" in comment.body
    [board] = hub.state.boards
    assert {board.shown(item).get("Model") for item in board.items if item.issue in WAITING} == {DATASET}


@pytest.mark.scenario("release")
def test_the_runbook_makes_the_gate_a_required_check_of_github_actions(campaign: Campaign) -> None:
    hub, release = world_of(campaign).hub, campaign["release"]
    assert release.code == 0, release.output
    [rule] = [rule for rule in hub.ruleset("Precision Gate").rules if rule["type"] == "required_status_checks"]
    required = {(c["context"], c["integration_id"]) for c in rule["parameters"]["required_status_checks"]}
    assert ("ER Precision Gate", 15368) in required
    assert hub.state.protections["main"].checks["ER Precision Gate"] == 15368


def test_every_command_of_the_runbook_is_executed() -> None:
    shown = re.findall(r"^\$ (.+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    executed = "\n".join(block(name, RUNBOOK) for name in names(RUNBOOK)).splitlines()
    assert [command for command in shown if command not in executed] == [
        "gh workflow run model-rollback.yml -f environment=production"
    ]


@pytest.mark.scenario("adopt")
def test_another_repository_takes_the_gate_over(campaign: Campaign) -> None:
    run = campaign["adopt"]
    assert run.code == 0, run.explain()
    assert run["gate"].result == "success"
    assert run["evidence"].outputs["judge"] == "false"


@pytest.mark.scenario("claims-good")
def test_a_good_batch_passes_and_is_told_on_its_pull_request(campaign: Campaign) -> None:
    number, judged, told = campaign["claims-good"]
    assert judged.code == 0, judged.explain()
    assert "Claims Gate: pass" in judged["gate"].summary
    assert told.code == 0, told.explain()
    [comment] = world_of(campaign).hub.comments(number)
    assert comment.body.startswith("<!-- mlops:intake:claims verdict=pass -->")


@pytest.mark.scenario("claims-future")
def test_a_batch_with_a_row_from_the_future_is_red(campaign: Campaign) -> None:
    judged = campaign["claims-future"]
    assert judged["gate"].result == "failure", judged.explain()
    assert judged["gate"].outputs["verdict"] == "fail"
    assert "future" in judged["gate"].summary


@pytest.mark.scenario("claims-certify")
def test_a_certification_records_its_run_by_pull_request_whatever_its_verdict(campaign: Campaign) -> None:
    run, world = campaign["claims-certify"], world_of(campaign)
    assert run["certify"].outputs["verdict"] in {"pass", "fail", "inconclusive"}, run.explain()
    assert run["publish"].outputs["status"] == "opened", run.explain()
    heads = [issue.pull.head for issue in world.hub.state.issues.values() if issue.pull is not None]
    assert heads.count("mlops/records-claims") == 1
    changed = git(world.remote, "diff", "--name-only", "main", "mlops/records-claims").splitlines()
    assert {"model_cards/claims/ledger.jsonl", "data_manifests/claims_20251103.json"} <= set(changed)
    [line] = git(world.remote, "show", "mlops/records-claims:model_cards/claims/ledger.jsonl").splitlines()
    assert json.loads(line)["verdict"] == run["certify"].outputs["verdict"]


@pytest.mark.scenario("settings")
def test_a_setting_changed_by_hand_is_told_in_an_issue_and_put_right(campaign: Campaign) -> None:
    look, apply = campaign["settings"]
    hub = world_of(campaign).hub
    assert look.code == 0, look.explain()
    assert look["look"].outputs["changes"] == "1"
    assert look["report"].outputs["status"] == "opened"
    number = int(look["report"].outputs["url"].rpartition("/")[2])
    assert "ffffff" in (hub.state.issues[number].body or "")
    assert apply.code == 0, apply.explain()
    assert (apply["apply"].outputs["changed"], apply["apply"].outputs["refused"]) == ("1", "0")
    assert hub.state.labels["drift"].color == "b60205"


# The history page


@pytest.mark.scenario("pages")
def test_the_history_page_is_built_of_the_main_branch_and_published(campaign: Campaign, tmp_path: Path) -> None:
    run = campaign["pages"]
    assert run.code == 0, run.explain()
    assert {name: job.result for name, job in run.jobs.items()} == {"build": "success", "deploy": "success"}
    page = tmp_path / "page"
    shutil.unpack_archive(artifact(campaign, run, "github-pages", tmp_path) / "artifact.tar", page, filter="data")
    assert [path.name for path in page.iterdir()] == ["index.html"]
    text = (page / "index.html").read_text(encoding="utf-8")
    assert f'<a href="https://github.com/{REPOSITORY}">' in text
    assert "data_manifests/er_20251020.json" in text
    assert "shallow" not in text


# The own use of the actions, with assertions that stand in the workflow itself


@pytest.mark.scenario("selftest")
def test_the_actions_say_what_they_should(campaign: Campaign) -> None:
    run = campaign["selftest"]
    assert run.code == 0, run.explain()
    assert run["verdicts"].steps["Assert"] == "success"
    assert {name: job.result for name, job in run.jobs.items()} == {
        "setup": "success", "verdicts": "success", "selftest": "success",
    }  # fmt: skip
