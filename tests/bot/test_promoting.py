"""Proposing that an environment be served by a model: one line and the cards that say so, in one pull request."""

import json
from pathlib import Path

import pytest

from mlops import environments
from mlops.bot import pages
from mlops.bot.git import BOT
from mlops.bot.promoting import Wish, submit
from mlops.bot.publishing import publish
from mlops.bot.racing import Published, Road
from mlops.card import checking
from mlops.errors import ConflictError, InputRefusedError, UsageRefusedError
from mlops.ids import ModelId
from mlops.promotion import Promotion
from tests import factories
from tests.bot import world
from tests.conftest import git
from tests.fakes.github import Hub

ID = factories.DATASET_ID
NEXT = f"{ID}-2"
BRANCH = "mlops/deploy-production-er"
LINE = environments.PATH.as_posix()


@pytest.fixture
def ready(pinned: Hub, tmp_path: Path) -> Hub:
    """Return a stand-in whose main branch has the cards of two models and one environment without a model."""
    declared = {"environments": {"production": {}}, "schema_version": 1}
    pinned.state.bare.write("main", LINE, json.dumps(declared).encode(), "Declare production", "octocat")
    for model, data in ((ID, b"one"), (NEXT, b"two")):
        artifact = world.judged(tmp_path / model, model_id=model, model=data)
        publish(world.client(pinned), world.order(pinned, artifact, "push"), world.describe)
    return pinned


def propose(hub: Hub, model: str = ID, environment: str = "production") -> Published:
    client, model_id = world.client(hub), ModelId.parse(model)

    def describe(found: Promotion, commit: str) -> str:
        return pages.promotion_pull_request(found, model_id, environment, pages.links_at(client.settings, commit))

    road = Road("main", BOT, str(hub.bare), world.environ())
    return submit(client, Wish(model_id, environment, lambda: world.TODAY), road, describe)


def merge(hub: Hub) -> None:
    [number] = [number for number, issue in hub.state.issues.items() if issue.pull and issue.state == "open"]
    hub.merge_pull(number)


def test_one_line_and_the_cards_that_say_so_arrive_in_one_pull_request(ready: Hub, tmp_path: Path) -> None:
    done = propose(ready)
    assert (done.status, done.branch) == ("opened", BRANCH)
    assert git(ready.bare, "diff", "--name-only", "main", done.commit).splitlines() == [LINE, f"model_cards/{ID}.md"]
    (issue,) = ready.state.issues.values()
    assert issue.title == f"Serve {ID} in production"
    assert f"/blob/{done.commit}/model_cards/{ID}.md" in (issue.body or "")
    assert "instead of no model" in (issue.body or "")
    assert propose(ready) == done._replace(status="unchanged")
    merge(ready)
    tree = world.clone(ready, tmp_path / "merged")
    assert environments.read(tree).environments == {"production": {"er": ID}}
    assert checking.check(ModelId.parse(ID), tree / "model_cards", tree / "data_manifests") == []
    assert propose(ready).status == "unchanged"


def test_a_later_wish_takes_the_place_of_an_earlier_one(ready: Hub, tmp_path: Path) -> None:
    first = propose(ready)
    later = propose(ready, NEXT)
    assert (later.status, later.url) == ("updated", first.url)
    (issue,) = ready.state.issues.values()
    assert issue.title == f"Serve {NEXT} in production"
    merge(ready)
    tree = world.clone(ready, tmp_path / "merged")
    assert environments.read(tree).environments == {"production": {"er": NEXT}}
    assert "Deployed: production." in (tree / "model_cards" / f"{NEXT}.md").read_text(encoding="utf-8")


def test_what_must_not_be_served_is_not_proposed(ready: Hub) -> None:
    with pytest.raises(InputRefusedError, match="no card"):
        propose(ready, f"{ID}-3")
    with pytest.raises(UsageRefusedError, match="not declared"):
        propose(ready, environment="nowhere")
    gate = git(ready.bare, "show", f"main:model_cards/{ID}/gate.json")
    changed = gate.replace('"reason": "Every', '"reason": "Almost every', 1).encode()
    assert changed != gate.encode()
    ready.state.bare.write("main", f"model_cards/{ID}/gate.json", changed + b"\n", "Change the verdict", "octocat")
    with pytest.raises(InputRefusedError, match="does not hold"):
        propose(ready)
    assert ready.state.issues == {}


def test_somebody_elses_commit_on_the_branch_is_left_alone(ready: Hub) -> None:
    git(ready.bare, "branch", BRANCH, "main")
    ready.state.bare.write(BRANCH, "notes.md", b"Mine\n", "Think about it", "octocat")
    with pytest.raises(ConflictError, match="left alone"):
        propose(ready)
