"""Dispatching: exactly one run, known by its id, whatever gets lost on the way."""

import pytest

from mlops.bot import dispatching
from mlops.bot.dispatching import Request, dispatch, parse_inputs, wait
from mlops.errors import MlopsError, UnavailableError, UsageRefusedError
from tests.bot import world
from tests.bot.world import Hourglass
from tests.fakes.github import Hub

WORKFLOW = b"""
name: Train
on:
  workflow_dispatch:
    inputs:
      dataset_date: {required: false, default: ""}
jobs: {train: {runs-on: ubuntu-latest, steps: [{run: "true"}]}}
"""
PATH = ".github/workflows/train.yml"
REQUEST = Request("train.yml", "main", {"dataset_date": "20251020"})


@pytest.fixture
def ready(hub: Hub) -> Hub:
    """Return a stand-in with a workflow that was dispatched before, by us and by others, on the same commit."""
    hub.state.bare.write("main", PATH, WORKFLOW, "Train", "octocat")
    hub.state.bare.write("main", ".github/workflows/push.yml", b"on: push\njobs: {}\n", "Push", "octocat")
    for actor in ("github-actions[bot]", "octocat"):
        hub.add_run(workflow_path=PATH, actor=actor)
    return hub


def made(hub: Hub, *, deadline: float = 600) -> tuple[int, list[int]]:
    """Dispatch, and return the id that was told and the ids of the runs that came."""
    before = set(hub.state.runs)
    told = dispatch(world.client(hub, deadline=deadline), REQUEST).run_id
    return told, [number for number in hub.state.runs if number not in before]


def test_the_server_tells_which_run_it_made(ready: Hub) -> None:
    told, came = made(ready)
    assert came == [told]
    assert ready.state.runs[told].inputs == {"dataset_date": "20251020"}


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("fault", ["bad_gateway", "cut"])
def test_a_lost_answer_makes_no_second_run(ready: Hub, fault: str, *, stored: bool) -> None:
    getattr(ready.faults, fault)("POST", "/dispatches$", stored=stored)
    told, came = made(ready)
    assert came == [told]


def older(hub: Hub) -> None:
    """Let the server know no `return_run_details`, as GitHub Enterprise Server did before it came."""
    said = 'Invalid request. "return_run_details" is not a permitted key.'
    hub.faults.answer("POST", "/dispatches$", 422, message=said)


def test_an_older_server_is_asked_without_details_and_its_run_is_found(ready: Hub) -> None:
    older(ready)
    ready.faults.before("POST", "/dispatches$", lambda: ready.add_run(workflow_path=PATH, actor="octocat"))
    before = max(ready.state.runs)
    told = dispatch(world.client(ready), REQUEST).run_id
    assert told > before
    assert ready.state.runs[told].actor.login == "github-actions[bot]"


def test_a_run_that_appears_late_is_waited_for(ready: Hub) -> None:
    older(ready)
    hidden = {}

    def hide() -> None:
        hidden.update({number: ready.state.runs.pop(number) for number in list(ready.state.runs)[2:]})

    ready.faults.after("POST", "/dispatches$", hide)
    ready.faults.before("GET", "/runs$", lambda: ready.state.runs.update(hidden), skip=3)
    glass = Hourglass()
    told = dispatch(world.client(ready, glass=glass), REQUEST).run_id
    assert [told] == list(hidden)
    assert glass.slept


def test_a_run_that_never_appears_is_told_at_the_deadline(ready: Hub) -> None:
    older(ready)
    ready.faults.after("POST", "/dispatches$", ready.state.runs.popitem)
    with pytest.raises(UnavailableError, match="does not appear"):
        dispatch(world.client(ready, deadline=60), REQUEST)


def test_github_that_stays_down_is_given_up(ready: Hub) -> None:
    ready.faults.answer("POST", "/dispatches$", 503, times=None)
    with pytest.raises(UnavailableError, match="answered 503"):
        made(ready, deadline=60)
    assert len(ready.state.runs) == 2


def test_a_branch_that_moves_meanwhile_makes_no_second_run(ready: Hub) -> None:
    def moved() -> None:
        ready.state.bare.write("main", "x", b"x", "Move on", "octocat")

    ready.faults.before("POST", "/dispatches$", moved)
    ready.faults.bad_gateway("POST", "/dispatches$", stored=True)
    assert [dispatch(world.client(ready), REQUEST).run_id] == [entry.run for entry in ready.state.dispatches]


def test_a_run_of_another_account_branch_or_event_is_not_ours(ready: Hub) -> None:
    """All these come while the answer is lost; none of them is taken for ours."""

    def others() -> None:
        ready.add_run(workflow_path=PATH, actor="octocat")
        ready.add_run(workflow_path=PATH, actor="github-actions[bot]", event="push")
        ready.add_run(workflow_path=PATH, actor="github-actions[bot]", head_branch="other", head_sha="0" * 40)
        ready.add_run(workflow_path=".github/workflows/push.yml", actor="github-actions[bot]")

    ready.faults.before("POST", "/dispatches$", others)
    ready.faults.bad_gateway("POST", "/dispatches$")
    dispatched = dispatch(world.client(ready, deadline=600), REQUEST)
    assert [entry.run for entry in ready.state.dispatches] == [dispatched.run_id]


def refused(hub: Hub, request: Request) -> MlopsError:
    with pytest.raises(UsageRefusedError) as caught:
        dispatch(world.client(hub), request)
    assert hub.state.dispatches == []
    return caught.value


def test_bad_input_40_github_refuses_a_dispatch(ready: Hub) -> None:
    assert "Unexpected inputs provided" in refused(ready, REQUEST._replace(inputs={"nothing": "1"})).found
    assert "does not have 'workflow_dispatch' trigger" in refused(ready, REQUEST._replace(workflow="push.yml")).found
    refused(ready, REQUEST._replace(workflow="none.yml"))
    refused(ready, REQUEST._replace(ref="none"))


@pytest.mark.parametrize(
    "texts", [["a"], ["=b"], ["a=1", "a=2"], ["a b=1"], [f"n{n}=1" for n in range(26)], ["a=" + "x" * 65_535]]
)
def test_what_is_no_input_is_refused(texts: list[str]) -> None:
    with pytest.raises(UsageRefusedError):
        parse_inputs(texts)


def test_inputs_are_read() -> None:
    assert parse_inputs(["a=1=2", "b-c="]) == {"a": "1=2", "b-c": ""}


def test_a_run_is_waited_for(ready: Hub) -> None:
    told, _ = made(ready)
    ready.faults.before("GET", "/runs/", lambda: ready.end_run(told, "failure"), skip=4)
    glass = Hourglass()
    run = wait(world.client(ready, deadline=3_600, glass=glass), told)
    assert run is not None
    assert run.conclusion == "failure"
    assert glass.slept == list(dispatching._POLLS)
    polls = ready.requests("GET", f"/runs/{told}$")
    assert [poll.status for poll in polls] == [200, 304, 304, 304, 200]


def test_a_run_that_goes_on_ends_the_wait_at_the_deadline(ready: Hub) -> None:
    told, _ = made(ready)
    assert wait(world.client(ready, deadline=60), told) is None
