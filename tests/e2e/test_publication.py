"""Cards by pull request and by racing pushes, and the whole refresh in one dispatch."""

import json

import pytest

from tests.conftest import git
from tests.e2e.campaign import Campaign
from tests.e2e.scenarios import Race, pinned_hash, world_of

BRANCH = "mlops/card-er_20251020"


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
