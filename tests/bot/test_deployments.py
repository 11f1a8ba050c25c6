"""Deployments: made once, found again by their key, and their newest state said once."""

import pytest

from mlops.bot.deployments import Recorded, State, Subject, record
from mlops.errors import UnavailableError
from mlops.hashing import sha256_bytes
from tests import factories
from tests.bot import world
from tests.fakes.github import Hub

ARTIFACT = sha256_bytes(b"artifact")


def subject(hub: Hub, **changes: str) -> Subject:
    return Subject("production", factories.DATASET_ID, ARTIFACT, world.head(hub))._replace(**changes)


def say(hub: Hub, state: State, **changes: str) -> Recorded:
    return record(world.client(hub), subject(hub, **changes), state, description="the model")


def states(hub: Hub) -> list[list[str]]:
    return [[status.state for status in found.statuses] for found in hub.state.deployments.values()]


def test_it_says_what_goes_where_and_from_which_run(hub: Hub) -> None:
    done = say(hub, "in_progress")
    (found,) = hub.state.deployments.values()
    assert (found.number, found.environment, found.sha) == (done.id, "production", world.head(hub))
    assert found.payload == {
        "key": subject(hub).key,
        "model_id": factories.DATASET_ID,
        "artifact_sha256": ARTIFACT,
    }
    (status,) = found.statuses
    assert (status.state, status.log_url, done.fresh) == ("in_progress", world.RUN_URL, True)
    (request,) = hub.requests("POST", r"/deployments$")
    assert (request.body["auto_merge"], request.body["required_contexts"]) == (False, [])


def test_a_rerun_says_nothing_new(hub: Hub) -> None:
    first = say(hub, "success")
    again = say(hub, "success")
    assert again == first._replace(fresh=False)
    assert states(hub) == [["success"]]


def test_a_new_state_is_added_to_the_same_deployment(hub: Hub) -> None:
    for state in ("in_progress", "success", "success", "failure", "success"):
        say(hub, state)
    assert states(hub) == [["in_progress", "success", "failure", "success"]]


@pytest.mark.parametrize(
    "change", [{"environment": "staging"}, {"model_id": "er_20251020-2"}, {"artifact_sha256": sha256_bytes(b"x")}]
)
def test_another_subject_is_another_deployment(hub: Hub, change: dict[str, str]) -> None:
    say(hub, "success")
    say(hub, "success", **change)
    assert len(states(hub)) == 2


def test_going_back_is_a_deployment_of_the_commit_that_says_so(hub: Hub) -> None:
    say(hub, "success")
    hub.state.bare.write("main", "README.md", b"# Back\n", "Roll back", "octocat")
    say(hub, "success")
    assert len(states(hub)) == 2


@pytest.mark.parametrize("path", [r"/deployments$", r"/statuses$"])
@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_was_lost_makes_no_second_one(hub: Hub, path: str, *, stored: bool) -> None:
    hub.faults.bad_gateway("POST", path, stored=stored)
    hub.faults.cut("POST", path, stored=stored)
    say(hub, "success")
    assert states(hub) == [["success"]]


def test_a_success_ends_what_it_replaces_in_production_too_and_no_other_task(hub: Hub) -> None:
    """GitHub's own `auto_inactive` would end the other task's model, and nothing at all in production."""
    for environment in ("production", "staging"):
        say(hub, "success", environment=environment, model_id="claims_20251020")
        say(hub, "success", environment=environment)
        say(hub, "in_progress", environment=environment, model_id="er_20251020-2")
        say(hub, "success", environment=environment, model_id="er_20251020-2")
    each = [["success"], ["success", "inactive"], ["in_progress", "success"]]
    assert states(hub) == each + each
    writes = len(hub.requests("POST"))
    say(hub, "success", environment="staging", model_id="er_20251020-2")
    assert len(hub.requests("POST")) == writes


def test_what_a_killed_run_left_active_is_ended_by_the_next(hub: Hub) -> None:
    say(hub, "success", model_id="er_20251018")
    hub.faults.answer("POST", "/statuses$", 503, skip=1, times=None)
    with pytest.raises(UnavailableError):
        say(hub, "success", model_id="er_20251019")
    hub.faults.clear()
    say(hub, "success")
    assert states(hub) == [["success", "inactive"], ["success", "inactive"], ["success"]]


def test_two_runs_that_record_at_the_same_moment_keep_one(hub: Hub) -> None:
    hub.faults.before("POST", r"/deployments$", lambda: say(hub, "in_progress"))
    done = say(hub, "success")
    assert states(hub) == [["in_progress", "success"]]
    assert [done.id] == list(hub.state.deployments)


def test_of_two_models_at_the_same_moment_the_last_success_stands(hub: Hub) -> None:
    hub.faults.after("POST", r"/statuses$", lambda: say(hub, "success", model_id="er_20251020-2"))
    say(hub, "success")
    assert states(hub) == [["success", "inactive"], ["success"]]


def test_foreign_deployments_are_not_taken_for_ours(hub: Hub) -> None:
    client = world.client(hub)
    body = {"ref": world.head(hub), "environment": "production", "payload": "text", "required_contexts": []}
    client.send("POST", "/deployments", body=body)
    say(hub, "success")
    assert states(hub) == [[], ["success"]]


def test_a_token_that_may_not_deploy_is_told_the_line(hub: Hub) -> None:
    token = hub.token_for("github-actions[bot]", without=("deployments",))
    with pytest.raises(UnavailableError) as caught:
        record(world.client(hub, token=token), subject(hub), "success")
    assert "`deployments: write`" in caught.value.fix
