"""``mlops policy``: what thresholds can decide, and how likely a model passes them."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mlops import documents
from mlops.artifact import METRICS
from mlops.cli.policy_outlook import print_outlook
from mlops.cli.policy_report import print_lint
from mlops.config import Criterion, Policy, SliceRule
from mlops.gate.linting import lint
from mlops.gate.outcomes import of_grid
from mlops.gate.sample import from_metrics
from tests.conftest import RunCli
from tests.factories import metrics, task_settings
from tests.scored import scored, write_artifact

OTHER_TASK = """
[tasks.other]
description = "Another question."
policy.criteria.recall.min = 0.5
card = { intended_use = "None.", out_of_scope = "All." }
"""


def replace_in_settings(repository: Path, old: str, new: str) -> None:
    """Change the repository's ``mlops.toml``."""
    path = repository / "mlops.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def compare_with_nothing(repository: Path) -> None:
    """Take the comparison with the model in production out of the repository's policy."""
    path = repository / "mlops.toml"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "max_drop" not in line))


@pytest.fixture
def artifact(repository: Path) -> Path:
    """Return an artifact of 550 positives."""
    return write_artifact(repository / "dist" / "model", scored(tp=520, fp=20, fn=30, tn=1_430))


@pytest.fixture
def carded(repository: Path) -> Path:
    """Return a repository with the evidence of two cards."""
    folder = repository / "model_cards"
    for model_id, tn in (("er_20251020", 956), ("er_20251020-2", 1_000)):
        (folder / model_id).mkdir(parents=True)
        (folder / f"{model_id}.md").write_text("a card")
        counts = metrics().counts.model_copy(update={"tn": tn})
        documents.write(folder / model_id / METRICS, metrics(counts))
    return repository


def answer(run_cli: RunCli, *arguments: str | Path) -> Any:
    """Return what the command prints as JSON; it must say that the gate can pass."""
    outcome = run_cli("policy", *arguments, "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_lint_looks_at_the_newest_cards_evidence(carded: Path, run_cli: RunCli) -> None:
    del carded
    outcome = run_cli("policy", "lint", "er")
    assert outcome.code == 0
    assert outcome.out.startswith("er: the gate can pass on the test rows of card er_20251020-2 (2,044 rows, 1,020")
    assert "errors allowed" in outcome.out


def test_lint_looks_at_an_artifact(artifact: Path, run_cli: RunCli) -> None:
    said = answer(run_cli, "lint", "--artifact", artifact)
    assert said["source"] == "of dist/model"
    assert {row["metric"]: row["n"] for row in said["criteria"]} == {"precision": 540, "recall": 550, "f1": 570}


def test_lint_without_rows_shows_several_sizes(repository: Path, run_cli: RunCli) -> None:
    del repository
    said = answer(run_cli, "lint", "er")
    assert said["source"] is None
    shown = {row["n"]: round(row["passes_at"], 3) for row in said["criteria"] if row["metric"] == "precision"}
    assert shown == {100: 0.97, 500: 0.94, 1_000: 0.935, 5_000: 0.926}
    assert "at several n" in run_cli("policy", "lint", "er").out


def test_lint_ends_with_1_where_the_gate_can_never_pass(repository: Path, run_cli: RunCli) -> None:
    replace_in_settings(repository, "min = 0.92", "min = 0.96")
    outcome = run_cli("policy", "lint", "er", "--rows", "400", "--positives", "37")
    assert outcome.code == 1
    assert outcome.out.startswith("er: the gate can never pass on the test rows as given (400 rows, 37 positive).")
    assert "ERROR  tasks.er.policy.criteria.precision.min" in outcome.out
    assert "do now: Label more: n = 65 without any error" in outcome.out
    assert json.loads(run_cli("policy", "lint", "er", "--positives", "37", "--json").out)["can_pass"] is False


def test_lint_counts_only_the_rows_that_are_independent(repository: Path, run_cli: RunCli) -> None:
    del repository
    [row] = [
        row
        for row in answer(run_cli, "lint", "er", "--positives", "500", "--design-effect", "2")["criteria"]
        if row["metric"] == "recall"
    ]
    assert (row["n"], row["effective"]) == (500, 250)


def test_simulate_says_how_likely_a_model_passes(repository: Path, run_cli: RunCli) -> None:
    del repository
    said = answer(
        run_cli, "simulate", "er", "--precision", "0.95", "--recall", "0.93", "--positives", "500", "--runs", "2"
    )
    [together] = said["together"]
    assert said["truth"]["f1"] == pytest.approx(0.93989, abs=1e-5)
    assert together["passes"] + together["inconclusive"] + together["fails"] == pytest.approx(1)
    assert together["in_a_row"] == pytest.approx(together["passes"] ** 2)
    assert together["passes"] <= min(table["outcomes"][0]["passes"] for table in said["criteria"]) + 0.05
    assert together["point_passes"] > together["passes"]


def test_simulate_repeats_itself(artifact: Path, run_cli: RunCli) -> None:
    arguments = ("policy", "simulate", "--artifact", artifact, "--f1", "0.93")
    one, other = run_cli(*arguments), run_cli(*arguments)
    assert one.out == other.out
    assert "all together" in one.out
    assert "fresh test rows" in one.out


def test_simulate_without_a_quality_shows_a_table_around_each_threshold(carded: Path, run_cli: RunCli) -> None:
    compare_with_nothing(carded)
    said = run_cli("policy", "simulate", "er").out
    for words in ("precision: lower bound >= 92 %", "recall: lower bound >= 88 %", "estimate alone", "pass at 2 n"):
        assert words in said
    assert "All blocking criteria together" in said
    assert "other seeds" not in said


def test_what_is_not_simulated_is_said(carded: Path, run_cli: RunCli) -> None:
    said = run_cli("policy", "simulate", "er", "--f1", "0.95").out
    assert "Not simulated: the comparison with the model in production." in said
    compare_with_nothing(carded)
    replace_in_settings(carded, "min_rows = 200", "seeds = 3\nmin_rows = 200")
    [line] = [
        line for line in run_cli("policy", "simulate", "er", "--f1", "0.95").out.splitlines() if "Not simulated" in line
    ]
    assert "other seeds." in line


def test_one_run_is_no_row_of_runs(carded: Path, run_cli: RunCli) -> None:
    del carded
    assert "fresh test rows" not in run_cli("policy", "simulate", "er", "--f1", "0.95", "--runs", "1").out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("lint", "nothing"), "tasks"),
        (("lint", "er", "--rows", "500"), "--positives"),
        (("lint", "er", "--design-effect", "2"), "--positives"),
        (("lint", "er", "--positives", "0"), "--positives"),
        (("lint", "er", "--positives", "1000001"), "--positives"),
        (("lint", "er", "--positives", "many"), "--positives"),
        (("lint", "er", "--rows", "500", "--positives", "500"), "--rows"),
        (("lint", "er", "--positives", "500", "--design-effect", "nan"), "--design-effect"),
        (("lint", "er", "--positives", "500", "--design-effect", "0.5"), "--design-effect"),
        (("lint", "er", "--positives", "500", "--artifact", "x"), "--positives"),
        (("simulate", "er"), "--positives"),
        (("simulate", "er", "--positives", "9", "--rows", "20", "--predicted", "21"), "--predicted"),
        (("simulate", "er", "--precision", "95", "--recall", "0.9"), "did you mean 0.95?"),
        (("simulate", "er", "--f1", "nan"), "--f1"),
        (("simulate", "er", "--precision", "0.9"), "--precision"),
        (("simulate", "er", "--f1", "0.9", "--precision", "0.9", "--recall", "0.9"), "--f1"),
        (("simulate", "er", "--precision", "0", "--recall", "0.9", "--positives", "9"), "--precision"),
        (("simulate", "er", "--f1", "0.9", "--positives", "500", "--predicted", "100"), "--predicted"),
        (("simulate", "er", "--precision", "0.1", "--recall", "1", "--positives", "50", "--rows", "99"), "--precision"),
        (("simulate", "er", "--runs", "0"), "--runs"),
    ],
)
def test_what_cannot_be_is_refused(repository: Path, run_cli: RunCli, arguments: tuple[str, ...], named: str) -> None:
    (repository / "x").mkdir()
    outcome = run_cli("policy", *arguments)
    assert outcome.code == 2
    assert named in outcome.err
    assert outcome.out == ""


def test_a_folder_without_metrics_is_refused(repository: Path, run_cli: RunCli) -> None:
    outcome = run_cli("policy", "lint", "--artifact", repository / "absent")
    assert (outcome.code, outcome.out) == (3, "")


def test_metrics_that_measure_nothing_are_refused(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "empty", scored(tp=0, fp=3, fn=0, tn=30))
    assert run_cli("policy", "lint", "--artifact", artifact).code == 3


def test_an_artifact_of_another_task_is_refused(artifact: Path, repository: Path, run_cli: RunCli) -> None:
    path = repository / "mlops.toml"
    path.write_text(path.read_text() + OTHER_TASK)
    outcome = run_cli("policy", "lint", "other", "--artifact", artifact)
    assert outcome.code == 2
    assert "another task" in outcome.err
    assert run_cli("policy", "lint").code == 2
    assert run_cli("policy", "lint", "--artifact", artifact).code == 0


def test_options_have_environment_twins(repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    del repository
    monkeypatch.setenv("MLOPS_POLICY_LINT_POSITIVES", "300")
    assert "300 positive" in run_cli("policy", "lint", "er").out


def test_text_from_data_moves_nothing_on_a_terminal() -> None:
    measured = metrics()
    hostile = measured.slices[0].model_copy(update={"value": "[bold]x[/bold]\x1b[2J\n"})
    sample = from_metrics(measured.model_copy(update={"slices": (hostile,)}), "of a card")
    rules = {"entity_type": SliceRule(min=0.99, min_samples=900, values=("absent\x1b[2J",))}
    settings = task_settings(policy=Policy(criteria={"recall": Criterion(min=0.5, slices=rules)}))
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=160, color_system="truecolor")
        print_lint(lint(settings, sample), sample, console, task="er")
        print_outlook(of_grid(settings.policy, sample, runs=3), sample, None, console, task="er", runs=3)
        said = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
        assert "\x1b[2J" not in said
        assert "[bold]x[/bold]" in said
        assert ("\x1b[" in said) == terminal


def test_lint_starts_without_a_numeric_library() -> None:
    code = "import sys, mlops.cli.policy; sys.exit(bool({'numpy', 'scipy', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  # fixed words
