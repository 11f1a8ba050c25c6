"""``mlops bot dispatch`` and ``mlops bot runs``: a workflow is started once, waited for, and found again."""

import json
from pathlib import Path

import pytest

from mlops.errors import ExitCode
from tests import factories
from tests.bot import world
from tests.bot.test_dispatching import PATH, WORKFLOW
from tests.cli.test_bot import NAME, outputs
from tests.conftest import RunCli
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub
from tests.fakes.github.state import Dispatch

__all__ = ["hub"]

DATE = ("--input", "dataset_date=20251020")


@pytest.fixture
def job(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return a stand-in with a workflow; its repository is checked out as the current folder of a job."""
    hub.state.bare.write("main", PATH, WORKFLOW, "Train", "octocat")
    world.pin(hub)
    monkeypatch.chdir(world.clone(hub, tmp_path / "checkout"))
    world.enter(hub, tmp_path, monkeypatch)
    return hub


@pytest.mark.parametrize(
    ("conclusion", "code"),
    [("success", ExitCode.DONE), ("failure", ExitCode.FAIL), ("cancelled", ExitCode.FAIL), ("skipped", ExitCode.FAIL)],
)
def test_dispatch_waits_for_the_end(job: Hub, run_cli: RunCli, tmp_path: Path, conclusion: str, code: ExitCode) -> None:
    def end(dispatch: Dispatch) -> None:
        job.end_run(dispatch.run, conclusion)

    job.on_dispatch(end)
    assert run_cli("bot", "dispatch", "train.yml", *DATE, "--wait").code == code
    (dispatched,) = job.state.dispatches
    assert outputs(tmp_path) == {
        "run-id": str(dispatched.run),
        "run-url": f"https://github.com/acme/er-models/actions/runs/{dispatched.run}",
        "conclusion": conclusion,
    }
    assert dispatched.inputs == {"dataset_date": "20251020"}


def test_dispatch_that_does_not_end_in_time_is_told_with_its_run(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    outcome = run_cli("bot", "dispatch", "train.yml", "--wait", "--deadline", "2")
    assert outcome.code == ExitCode.UNAVAILABLE
    assert "gh run watch --exit-status" in outcome.err
    assert outputs(tmp_path)["run-id"] == str(job.state.dispatches[0].run)


def test_dispatch_takes_its_inputs_from_the_environment_a_line_each(
    job: Hub, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_BOT_DISPATCH_INPUT", "dataset_date=20251020 or so\n")
    outcome = run_cli("bot", "dispatch", "train.yml", "--json")
    assert outcome.code == ExitCode.DONE, outcome.err
    assert json.loads(outcome.out)["conclusion"] == ""
    assert job.state.dispatches[0].inputs == {"dataset_date": "20251020 or so"}


@pytest.mark.parametrize(
    "arguments",
    [("train",), ("../train.yml",), ("train.yml", "--ref", "-x"), ("train.yml", "--input", "x"),
     ("train.yml", "--input", "nothing=1"), ("none.yml",)],
)  # fmt: skip
def test_bad_input_40_a_dispatch_that_is_refused(job: Hub, run_cli: RunCli, arguments: tuple[str, ...]) -> None:
    outcome = run_cli("bot", "dispatch", *arguments)
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert "Traceback" not in outcome.err
    assert job.state.dispatches == []


def test_runs_are_listed_the_newest_first(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    old = job.add_run(workflow_path=PATH)
    new = job.add_run(workflow_path=PATH, conclusion="failure", actor="mallory", name="[bold]x")
    job.add_run(head_branch="main")
    outcome = run_cli("bot", "runs", "--workflow", "train.yml", "--branch", "main")
    assert outcome.code == ExitCode.DONE
    lines = outcome.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [str(new), str(old)]
    assert outputs(tmp_path) == {"run-id": str(new), "run-url": f"https://github.com/acme/er-models/actions/runs/{new}"}
    succeeded = run_cli("bot", "runs", "--workflow", "train.yml", "--status", "success", "--limit", "1", "--json")
    assert [entry["id"] for entry in json.loads(succeeded.out)] == [old]


def test_runs_of_a_dataset_are_those_whose_model_was_trained_on_it(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    ours = world.judged(tmp_path / "ours")
    others = world.judged(tmp_path / "others", dataset_sha256="0" * 64)
    (ours.parent / "damaged").mkdir()
    runs = [job.add_run() for _ in range(4)]
    for run, folder in zip(runs, (ours, others, ours, ours.parent / "damaged"), strict=True):
        job.add_artifact(run, NAME, folder)
    outcome = run_cli("bot", "runs", "--dataset-hash", factories.DATA_SHA256, "--json")
    assert outcome.code == ExitCode.DONE, outcome.err
    assert [entry["id"] for entry in json.loads(outcome.out)] == [runs[2], runs[0]]
    assert outputs(tmp_path)["run-id"] == str(runs[2])


def test_no_run_is_an_answer(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    assert "There is no such run" in run_cli("bot", "runs").out
    assert outputs(tmp_path) == {"run-id": "", "run-url": ""}
    assert job.requests("POST") == []


def test_runs_of_a_dataset_that_nothing_pins_are_refused(job: Hub, run_cli: RunCli) -> None:
    assert run_cli("bot", "runs", "--dataset-hash", "0" * 64).code == ExitCode.USAGE
    assert job.log == []
