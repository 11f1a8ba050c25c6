"""Workflows of the stand-in and their dispatch."""

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Dispatch, Hub

TRAIN = ".github/workflows/train.yml"
WORKFLOW = """\
name: Train
on:
  workflow_dispatch:
    inputs:
      dataset_date: {required: true}
      seed: {default: "42"}
      mode: {type: choice, options: [fast, slow], default: fast}
jobs: {}
"""


@pytest.fixture(autouse=True)
def _workflows(hub: Hub) -> None:
    bare = hub.state.bare
    bare.write("main", TRAIN, WORKFLOW.encode(), "Add a workflow", "octocat")
    bare.write("main", ".github/workflows/ci.yml", b"on: [push]\njobs: {}\n", "Add CI", "octocat")


def test_workflows_are_those_of_the_default_branch(repo: Repository) -> None:
    assert [(each.name, each.path) for each in repo.get_workflows()] == [
        (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
        ("Train", TRAIN),
    ]
    assert repo.get_workflow("train.yml").id == repo.get_workflow("train.yml").id
    with pytest.raises(GithubException, match="404"):
        repo.get_workflow("nowhere.yml")


def test_a_dispatch_is_recorded_makes_a_run_and_calls_the_hook(hub: Hub, repo: Repository) -> None:
    seen: list[Dispatch] = []
    hub.on_dispatch(seen.append)
    workflow = repo.get_workflow("train.yml")
    assert workflow.create_dispatch("main", {"dataset_date": "20251020"}, throw=True)
    inputs = {"dataset_date": "20251020", "seed": "42", "mode": "fast"}
    (run,) = workflow.get_runs()
    assert seen == hub.state.dispatches == [Dispatch(TRAIN, "main", inputs, "github-actions[bot]", run.id)]
    assert (run.status, run.event, run.head_sha) == ("queued", "workflow_dispatch", hub.state.bare.branch("main"))


def test_the_hook_may_talk_to_the_stand_in(hub: Hub, repo: Repository) -> None:
    found: list[str] = []
    hub.on_dispatch(lambda accepted: found.append(repo.get_workflow_run(accepted.run).status))
    repo.get_workflow("train.yml").create_dispatch("main", {"dataset_date": "20251020"}, throw=True)
    assert found == ["queued"]


def test_the_run_is_told_to_who_asks(ask: Ask) -> None:
    body = {"ref": "main", "inputs": {"dataset_date": "20251020"}}
    address = "/actions/workflows/train.yml/dispatches"
    silent = ask("POST", address, json=body)
    assert (silent.status_code, silent.content) == (204, b"")
    told = ask("POST", address, json=body | {"return_run_details": True}).json()
    assert told["html_url"] == f"https://github.com/acme/er-models/actions/runs/{told['workflow_run_id']}"


@pytest.mark.parametrize(
    ("workflow", "body", "message"),
    [
        ("ci.yml", {"ref": "main", "inputs": {}}, "Workflow does not have 'workflow_dispatch' trigger"),
        ("train.yml", {"ref": "nowhere", "inputs": {}}, "No ref found for: nowhere"),
        ("train.yml", {"ref": "main", "inputs": {}}, "Required input 'dataset_date' not provided"),
        ("train.yml", {"ref": "main", "inputs": {"dataset_date": "1", "x": "1"}}, 'Unexpected inputs provided: ["x"]'),
        (
            "train.yml",
            {"ref": "main", "inputs": {"dataset_date": "1", "mode": "x"}},
            "not in the list of allowed values",
        ),
    ],
)
def test_a_dispatch_that_the_workflow_does_not_take_is_refused(
    hub: Hub, ask: Ask, workflow: str, body: dict[str, object], message: str
) -> None:
    refused = ask("POST", f"/actions/workflows/{workflow}/dispatches", json=body)
    assert refused.status_code == 422
    assert message in refused.json()["message"]
    assert (hub.state.dispatches, hub.state.runs) == ([], {})
