"""Judgement under bad input: thresholds, metrics and rows that would let a model through."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlops import documents
from mlops.artifact import GATE
from mlops.config import load, policy_sha256
from mlops.gate import GateReport
from tests.conftest import RunCli
from tests.scored import measured, scored, texts, write_artifact

GOOD: dict[str, Any] = {"tp": 960, "fp": 30, "fn": 40, "tn": 900}


def decide_on_the_point(repository: Path) -> None:
    """Make every criterion of the policy compare the estimate itself."""
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace('decide_on = "lower_bound"', 'decide_on = "point"'))


@pytest.mark.parametrize("text", ["92", "-1", "nan", "inf", "true", "0,92", ""])
def test_bad_input_5_thresholds_that_are_no_rates(repository: Path, run_cli: RunCli, text: str) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    outcome = run_cli("gate", artifact, f"--min-precision={text}")
    assert outcome.code == 2
    assert "number in [0, 1]" in outcome.err
    assert "--min-precision" in outcome.err
    assert ("did you mean 0.92?" in outcome.err) == (text in {"92", "0,92"})
    assert not (artifact / GATE).exists()


def test_bad_input_5_threshold_from_the_environment(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    monkeypatch.setenv("MLOPS_GATE_MIN_PRECISION", "92")
    assert run_cli("gate", artifact).code == 2


def base_branch(repository: Path, *changes: tuple[str, str]) -> Path:
    """Write the settings of a base branch: those of the repository with ``changes``; return their path."""
    text = (repository / "mlops.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    base = repository / "base" / "mlops.toml"
    base.parent.mkdir()
    base.write_text(text)
    return base


def test_bad_input_6_a_threshold_that_is_lower_than_on_the_base_branch(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(tp=910, fp=90, fn=40, tn=900))
    base = base_branch(repository)
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("min = 0.92", "min = 0.85"))
    assert run_cli("gate", artifact).code == 0
    outcome = run_cli("gate", artifact, "--base", base.parent)
    assert outcome.code in {1, 4}
    assert "criteria.precision.min: 0.92 on the base branch, 0.85 here; 0.92 holds." in outcome.out
    report = documents.read(artifact / GATE, GateReport)
    assert report.policy == load(base).task("er").policy
    assert report.bindings.policy_sha256 == policy_sha256(report.policy)
    (loosened,) = report.loosened
    assert (loosened.field, loosened.base, loosened.head) == ("criteria.precision.min", "0.92", "0.85")


def test_bad_input_6_the_base_branch_from_the_environment(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    base = base_branch(repository, ("min = 0.92", "min = 0.99"))
    monkeypatch.setenv("MLOPS_GATE_BASE", str(base.parent))
    assert run_cli("gate", artifact).code == 1
    monkeypatch.setenv("MLOPS_GATE_BASE", "")
    assert run_cli("gate", artifact).code == 0


def test_bad_input_6_a_dropped_criterion_and_a_lower_confidence(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(tp=960, fp=30, fn=200, tn=900))
    base = base_branch(repository)
    settings = repository / "mlops.toml"
    dropped = '[tasks.er.policy.criteria.recall]\nmin = 0.88\ndecide_on = "lower_bound"\nchange = { max_drop = 0.02 }\n'
    text = settings.read_text()
    assert dropped in text
    settings.write_text(text.replace(dropped, "").replace("confidence = 0.95 ", "confidence = 0.6 "))
    outcome = run_cli("gate", artifact, "--base", base.parent)
    assert outcome.code == 1
    report = documents.read(artifact / GATE, GateReport)
    assert [loosened.field for loosened in report.loosened] == ["confidence", "criteria.recall"]
    assert report.criteria == documents.read(_judged_by(base, artifact, repository, run_cli), GateReport).criteria


def _judged_by(base: Path, artifact: Path, repository: Path, run_cli: RunCli) -> Path:
    """Judge by the base branch's own settings in the repository's place; return the verdict's path."""
    (repository / "mlops.toml").write_bytes(base.read_bytes())
    run_cli("gate", artifact, "--out", repository / "again")
    return repository / "again" / GATE


def test_bad_input_6_an_option_does_not_loosen_what_the_base_branch_holds(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    base = base_branch(repository, ("min = 0.92", "min = 0.95"))
    outcome = run_cli("gate", artifact, "--base", base.parent, "--min-precision", "0.93")
    assert outcome.code == 2
    assert "0.95" in outcome.err
    assert "0.93" in outcome.err
    assert not (artifact / GATE).exists()


@pytest.mark.parametrize("text", ["", "schema_version = 1", "schema_version = 2\n[tasks]", "\x00", "[tasks.er"])
def test_bad_input_6_a_base_branch_that_cannot_be_read(repository: Path, run_cli: RunCli, text: str) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    base = repository / "base" / "mlops.toml"
    base.parent.mkdir()
    base.write_text(text)
    outcome = run_cli("gate", artifact, "--base", base.parent)
    assert outcome.code == 2
    assert "policy of the base branch cannot be read" in outcome.err
    assert "mlops.toml" in outcome.err
    assert not (artifact / GATE).exists()


def test_bad_input_6_a_base_branch_that_is_absent(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    for base in (repository / "absent", repository / "mlops.toml"):
        assert run_cli("gate", artifact, "--base", base).code == 2
    assert not (artifact / GATE).exists()


def test_bad_input_6_a_task_that_the_base_branch_does_not_declare(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    base = base_branch(repository, ("tasks.er", "tasks.other"), ('variables = "er"', 'variables = "other"'))
    outcome = run_cli("gate", artifact, "--base", base.parent)
    assert outcome.code == 0
    assert "does not declare this task: it is new" in outcome.out
    assert any("it is new" in warning for warning in documents.read(artifact / GATE, GateReport).warnings)


def test_bad_input_7_no_predicted_positives(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(tp=0, fp=0, fn=300, tn=700))
    outcome = run_cli("gate", artifact)
    assert outcome.code == 4
    assert "predicts no row positive" in outcome.out
    assert "not defined" in outcome.out


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"tp": 0, "fp": 0, "fn": 0, "tn": 0}, "no rows"),
        ({"tp": 500, "fp": 0, "fn": 0, "tn": 0}, "negatives are needed"),
        ({"tp": 0, "fp": 5, "fn": 0, "tn": 495}, "None of the 500 test rows is positive"),
        ({"tp": 99, "fp": 0, "fn": 0, "tn": 100}, "fewer than the 200"),
    ],
)
def test_bad_input_8_rows_that_cannot_decide(
    repository: Path, run_cli: RunCli, counts: dict[str, Any], words: str
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**counts))
    outcome = run_cli("gate", artifact)
    assert outcome.code == 4
    assert words in outcome.out
    assert documents.read(artifact / GATE, GateReport).verdict == "inconclusive"


def test_bad_input_9_just_below_the_threshold(repository: Path, run_cli: RunCli) -> None:
    decide_on_the_point(repository)
    artifact = write_artifact(repository / "artifact", scored(tp=22_999, fp=2_001, fn=0, tn=100))
    outcome = run_cli("gate", artifact)
    assert outcome.code == 1
    assert "91.996 %" in outcome.out
    assert "92.0 %" not in outcome.out


def in_slices(repository: Path, **rule: object) -> None:
    """Bound precision inside the slice ``kind`` as well."""
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in rule.items()]
    table = "[tasks.er.policy.criteria.precision.slices.kind]"
    settings = repository / "mlops.toml"
    settings.write_text("\n".join([settings.read_text(), table, *lines, ""]))


def test_bad_input_9_just_below_the_threshold_in_a_slice(repository: Path, run_cli: RunCli) -> None:
    in_slices(repository, min=0.92, decide_on="point")
    kinds = texts(["b"] * 100 + ["a"] * 25_100)
    rows = scored(tp=100 + 22_999, fp=2_001, fn=0, tn=100, slices={"kind": kinds})
    outcome = run_cli("gate", write_artifact(repository / "artifact", rows))
    assert outcome.code != 0
    shown = next(line for line in outcome.out.splitlines() if line.startswith("precision  kind   a"))
    assert "91.996 %" in shown
    assert "92.0 %" not in shown
    assert shown.endswith("inconclusive")


def test_bad_input_7_slices_without_predicted_positives_or_with_too_few_rows(repository: Path, run_cli: RunCli) -> None:
    in_slices(repository, min=0.5)
    kinds = texts(["a"] * 1_000 + ["few"] * 20 + ["none"] * 910)
    rows = scored(tp=990, fp=30, fn=10, tn=900, slices={"kind": kinds})
    outcome = run_cli("gate", write_artifact(repository / "artifact", rows))
    assert outcome.code == 4
    assert "10 more are needed" in outcome.out
    report = documents.read(repository / "artifact" / GATE, GateReport)
    verdicts = {result.value: result.verdict for result in report.slices}
    assert verdicts == {"a": "pass", "few": "inconclusive", "none": "inconclusive"}


def test_bad_input_52_values_of_slices_that_act_on_a_terminal(repository: Path, run_cli: RunCli) -> None:
    in_slices(repository, min=0.9)
    hostile = ["\x1b[2J", "\u202e", "[bold]x[/bold]", "@everyone", "pass"]
    rows = scored(tp=960, fp=30, fn=40, tn=900, slices={"kind": texts((hostile * 386)[:1_930])})
    outcome = run_cli("gate", write_artifact(repository / "artifact", rows))
    assert all(line.isprintable() for line in outcome.out.splitlines())
    assert "[bold]x[/bold]" in outcome.out
    report = documents.read(repository / "artifact" / GATE, GateReport)
    assert report.reason.isprintable()
    assert {result.value for result in report.slices} == set(hostile)


@pytest.mark.parametrize(
    "name", ["@pd.io.common.os.system('touch pwned')", "script == 'latin'", "Script", "a.b", "", "script\n"]
)
def test_bad_input_52_slice_expressions_in_the_policy(repository: Path, run_cli: RunCli, name: str) -> None:
    settings = repository / "mlops.toml"
    table = f"[tasks.er.policy.criteria.precision.slices.{json.dumps(name)}]"
    settings.write_text(f"{settings.read_text()}\n{table}\nmin = 0.5\n")
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    outcome = run_cli("gate", artifact)
    assert outcome.code == 2
    assert "a slice is named by a lower-case ASCII letter" in outcome.err
    assert not (repository / "pwned").exists()
    assert not (artifact / GATE).exists()


def test_bad_input_10_metrics_that_claim_a_pass(repository: Path, run_cli: RunCli) -> None:
    rows = scored(tp=500, fp=150, fn=200, tn=900)
    claimed = {**measured(rows).model_dump(mode="json"), "passed": True}
    artifact = write_artifact(repository / "artifact", rows, claimed)
    outcome = run_cli("gate", artifact)
    assert outcome.code == 3
    assert "passed" in outcome.err
    assert not (artifact / GATE).exists()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("metrics", "precision", "value"), 0.99),
        (("metrics", "precision", "lower"), 0.97),
        (("metrics", "recall", "n"), 7_000),
        (("counts", "fp"), 15),
        (("rows",), 17_500),
        (("threshold",), 0.4),
        (("evaluation_sha256",), "0" * 64),
        (("model_id",), "er_20251021"),
        (("curve", 3, "recall", "value"), 0.12345),
    ],
)
def test_bad_input_10_metrics_that_do_not_follow_from_the_rows(
    repository: Path, run_cli: RunCli, place: tuple[Any, ...], value: Any
) -> None:
    rows = scored(tp=500, fp=150, fn=200, tn=900)
    honest = write_artifact(repository / "honest", rows)
    claimed = documents.check_json((honest / "metrics.json").read_bytes())
    inner = claimed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    artifact = write_artifact(repository / "artifact", rows, claimed)
    outcome = run_cli("gate", artifact)
    assert outcome.code == 3
    assert str(place[-1]) in outcome.err
    assert "metrics.json" in outcome.err
    assert not (artifact / GATE).exists()
    assert run_cli("gate", honest).code == 1


@pytest.mark.parametrize("text", ["@pd.io.common.os.system('touch pwned')", "script == 'latin'", "Script", "a.b", ""])
def test_bad_input_52_slice_expressions(repository: Path, run_cli: RunCli, text: str) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    outcome = run_cli("gate", artifact, f"--slice={text}")
    assert outcome.code == 2
    assert "slice" in outcome.err
    assert not (repository / "pwned").exists()
    assert not (artifact / GATE).exists()
