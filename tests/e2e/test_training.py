"""A dispatched training, from the pinned bytes to an artifact that anybody can check."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.e2e.act import Run
from tests.e2e.campaign import Campaign
from tests.e2e.scenarios import pinned_hash, world_of


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
