"""Nothing is released but what the gate of the same run passed, byte for byte."""

import hashlib

import pytest

from tests.e2e.campaign import Campaign
from tests.e2e.scenarios import world_of


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
