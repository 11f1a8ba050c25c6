"""The commands of docs/workflows.md, executed as they stand there."""

import pytest

from tests.e2e.campaign import Campaign
from tests.e2e.scenarios import DEPLOY, GATE, PUBLISH, TRAIN


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
