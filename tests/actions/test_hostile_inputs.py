"""SAFETY rows 1, 4, 5, 29, 47 and 51 through the shell of every action: hostile text stays text."""

import os
import shutil
from pathlib import Path

import pytest

from mlops.artifact import CHECKSUMS, GATE
from mlops.hashing import sha256_bytes
from tests.actions.documents import actions, workflows
from tests.actions.shell import Ran, bash, environment_of, read_outputs, run_action
from tests.actions.verbs import bot_verbs
from tests.cli.chain import DATASET, Chain
from tests.conftest import RunCli

ACTIONS = {action.name: action for action in actions() if action.name != "setup"}
HOSTILE = (
    "\"; touch pwned # '; touch pwned #`touch pwned`$(touch pwned)\ntouch pwned\nverdict=pass\nverdict<<EOF\npass\nEOF"
)
NOWHERE = {
    "GITHUB_REPOSITORY": "acme/models",
    "GITHUB_API_URL": "http://127.0.0.1:9",
    "GITHUB_SERVER_URL": "http://127.0.0.1:9",
    "GITHUB_SHA": "0" * 40,
    "GITHUB_RUN_ID": "1",
}


def files(folder: Path) -> set[str]:
    """Return the names of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "bot"])
def test_row_4_hostile_inputs_run_nothing_set_nothing_and_write_nothing(chain: Chain, runner: Path, name: str) -> None:
    before = files(chain.repository)
    inputs = dict.fromkeys(ACTIONS[name].inputs, HOSTILE)
    ran = run_action(ACTIONS[name], inputs, chain.repository, runner, NOWHERE)
    assert files(chain.repository) == before
    assert ran.set == {}
    # An artifact is named by a path, and any text is one: what has no other input is refused for not being there.
    assert ran.code == (3 if name == "model-card" else 2), ran.log
    assert "Traceback" not in ran.log


@pytest.mark.parametrize(
    ("name", "field"),
    [("er-precision-gate", "min-recall"), ("entity-resolution-train", "seed"), ("verify-dataset", "dataset-hash")],
)
def test_row_4_one_hostile_input_among_sound_ones_is_enough(chain: Chain, runner: Path, name: str, field: str) -> None:
    sound = {"artifact": f"dist/{DATASET}"} if "artifact" in ACTIONS[name].inputs else {"dataset-date": "20251020"}
    before = files(chain.repository)
    ran = run_action(ACTIONS[name], {**sound, field: HOSTILE}, chain.repository, runner, NOWHERE)
    assert files(chain.repository) == before
    assert (ran.code, ran.set) == (2, {}), ran.log


def hostile(verb: str) -> dict[str, str]:
    """Return hostile inputs for a verb of the bot, in every place that it could read."""
    inputs = dict.fromkeys(ACTIONS["bot"].inputs, HOSTILE) | {"verb": verb, "token": "t" * 40}
    return inputs if verb in {"publish", "records", "release"} else inputs | {"artifact": ""}


@pytest.mark.parametrize("verb", [name.removeprefix("bot ") for name in bot_verbs()])
def test_row_4_every_verb_of_the_bot_refuses_hostile_inputs_before_it_calls_anybody(
    chain: Chain, runner: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """The shell's line is one for all verbs and the next test's matter; here each meets the environment it is given."""
    action, inputs = ACTIONS["bot"], hostile(verb)
    before = files(chain.repository)
    for name, value in {**environment_of(action.steps[-1], action, inputs, runner), **NOWHERE}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(chain.repository)
    words = [text for name in ("artifact", "subject") if inputs[name] for text in ("--", inputs[name])]
    said = run_cli("bot", verb, *words)
    assert files(chain.repository) == before
    assert read_outputs(runner / "output") == {}
    assert said.code == 2, said.err


@pytest.mark.parametrize("verb", ["publish", "announce", "comment", "records"])
def test_row_4_the_shell_of_the_bot_hands_hostile_inputs_on_as_text(chain: Chain, runner: Path, verb: str) -> None:
    before = files(chain.repository)
    ran = run_action(ACTIONS["bot"], hostile(verb), chain.repository, runner, NOWHERE)
    assert files(chain.repository) == before
    assert ran.set == {}
    assert ran.code == 2, ran.log


@pytest.mark.parametrize("verb", [HOSTILE, "", "publish --mode push"])
def test_a_verb_that_there_is_not_is_refused(chain: Chain, runner: Path, verb: str) -> None:
    before = files(chain.repository)
    ran = run_action(ACTIONS["bot"], {"verb": verb}, chain.repository, runner, NOWHERE)
    assert files(chain.repository) == before
    assert (ran.code, ran.set) == (2, {})


def test_a_verb_that_asks_for_help_gets_help_and_nothing_else(chain: Chain, runner: Path) -> None:
    before = files(chain.repository)
    ran = run_action(ACTIONS["bot"], {"verb": "--help"}, chain.repository, runner, NOWHERE)
    assert (files(chain.repository), ran.set) == (before, {})
    assert ran.log.startswith("Usage: mlops bot")


@pytest.mark.parametrize("name", ["er-precision-gate", "model-card", "model-release"])
def test_an_artifact_that_looks_like_an_option_is_none(chain: Chain, runner: Path, name: str) -> None:
    inputs = {"artifact": "--help", "environment": "", "artifact-sha256": "0" * 64, "gate-sha256": "0" * 64}
    given = {key: value for key, value in inputs.items() if key in ACTIONS[name].inputs}
    ran = run_action(ACTIONS[name], given, chain.repository, runner, NOWHERE)
    assert ran.code in {2, 3}, ran.log
    assert ran.set == {}


def test_rows_1_and_2_a_date_is_eight_digits_of_a_day(chain: Chain, runner: Path) -> None:
    """Dates of every kind go to the same reader in ``tests/safety/test_names.py``."""
    inputs = {"dataset-date": "../../.github/workflows/x"}
    ran = run_action(ACTIONS["entity-resolution-train"], inputs, chain.repository, runner)
    assert (ran.code, ran.set) == (2, {})


@pytest.mark.parametrize("minimum", ["92", "0.92\n0.5"])
def test_row_5_a_minimum_is_a_number_from_0_to_1(chain: Chain, runner: Path, minimum: str) -> None:
    inputs = {"artifact": f"dist/{DATASET}", "min-precision": minimum}
    ran = run_action(ACTIONS["er-precision-gate"], inputs, chain.repository, runner)
    assert (ran.code, ran.set) == (2, {}), ran.log
    if minimum == "92":
        assert "0.92" in ran.log


def test_row_6_a_minimum_below_the_policy_is_refused_with_both_numbers(chain: Chain, runner: Path) -> None:
    inputs = {"artifact": f"dist/{DATASET}", "min-precision": "0.5"}
    ran = run_action(ACTIONS["er-precision-gate"], inputs, chain.repository, runner)
    assert (ran.code, ran.set) == (2, {})
    assert "0.5" in ran.log
    assert "0.92" in ran.log


def release(chain: Chain, runner: Path, **changed: str) -> Ran:
    """Run model-release on the finished model as the job that judged it names it, but for what is ``changed``."""
    inputs = {
        "artifact": f"dist/{DATASET}",
        "environment": "production",
        "artifact-sha256": sha256_bytes((chain.artifact / CHECKSUMS).read_bytes()),
        "gate-sha256": sha256_bytes((chain.artifact / GATE).read_bytes()),
    }
    changes = {key.replace("_", "-"): value for key, value in changed.items()}
    return run_action(ACTIONS["model-release"], {**inputs, **changes}, chain.repository, runner, NOWHERE)


@pytest.mark.parametrize("field", ["artifact_sha256", "gate_sha256"])
@pytest.mark.parametrize(("sha256", "code"), [("0" * 64, 3), ("", 2)])
def test_row_29_an_exchanged_artifact_is_not_released(
    chain: Chain, runner: Path, field: str, sha256: str, code: int
) -> None:
    ran = release(chain, runner, environment="", **{field: sha256})
    assert ran.codes == {"Refuse what was not judged": code}, ran.log
    assert ran.set == {}


def test_row_29_a_changed_file_is_not_released(chain: Chain, runner: Path) -> None:
    with (chain.artifact / "evaluation.parquet").open("ab") as stream:
        stream.write(b"x")
    ran = release(chain, runner, environment="")
    assert ran.codes == {"Refuse what was not judged": 3}, ran.log


@pytest.mark.parametrize("name", ["er-precision-gate.yml", "claims-intake.yml"])
@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", ""])
def test_row_47_the_required_check_fails_when_what_it_needs_did_not_succeed(
    tmp_path: Path, name: str, result: str
) -> None:
    gate = next(workflow for workflow in workflows() if workflow.name == name).jobs["gate"]
    done = bash(gate["steps"][0]["run"], {"RESULT": result}, tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=No verdict::")


@pytest.mark.parametrize("name", ["ci.yml", "selftest.yml"])
@pytest.mark.parametrize(("results", "code"), [("success success", 0), ("success skipped", 1), ("failure success", 1)])
def test_row_47_the_aggregate_of_all_jobs_is_red_unless_all_are_green(
    tmp_path: Path, name: str, results: str, code: int
) -> None:
    last = list(next(workflow for workflow in workflows() if workflow.name == name).jobs.values())[-1]
    assert bash(last["steps"][0]["run"], {"RESULTS": results}, tmp_path).returncode == code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names with a line break")
def test_row_51_no_value_of_an_output_can_pose_as_another(chain: Chain, runner: Path) -> None:
    folder = "x\nverdict=pass\nEOF\nverdict<<EOF\npass\nEOF"
    shutil.copytree(chain.artifact, chain.repository / folder)
    inputs = {"artifact": folder, "min-precision": "0.9999"}
    ran = run_action(ACTIONS["er-precision-gate"], inputs, chain.repository, runner)
    assert ran.set["verdict"] in {"fail", "inconclusive"}, ran.log
    assert ran.code == {"fail": 1, "inconclusive": 4}[ran.set["verdict"]]
    assert ran.set["report"].endswith(f"{folder}/gate.json")
