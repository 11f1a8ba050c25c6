"""``mlops gate``: verified, measured again, decided, written, then shown."""

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from mlops import checksums, documents, evaluation
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.cli.judge import judge, read_evidence
from mlops.cli.report import print_report, print_slice
from mlops.config import load, policy_sha256
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from tests.conftest import RunCli
from tests.scored import scored, texts, write_artifact

GOOD: dict[str, Any] = {"tp": 960, "fp": 30, "fn": 40, "tn": 900}
BAD: dict[str, Any] = {"tp": 500, "fp": 150, "fn": 200, "tn": 900}
BETWEEN: dict[str, Any] = {"tp": 188, "fp": 13, "fn": 12, "tn": 300}


@pytest.fixture
def good(repository: Path) -> Path:
    """Return an artifact that passes."""
    return write_artifact(repository / "dist" / "good", scored(**GOOD))


@pytest.mark.parametrize(
    ("counts", "verdict", "code"), [(GOOD, "pass", 0), (BAD, "fail", 1), (BETWEEN, "inconclusive", 4)]
)
def test_the_verdict_is_the_exit_code_and_stands_in_gate_json(
    repository: Path, run_cli: RunCli, counts: dict[str, Any], verdict: str, code: int
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**counts))
    outcome = run_cli("gate", artifact)
    report = documents.read(artifact / GATE, GateReport)
    assert (outcome.code, report.verdict) == (code, verdict)
    assert outcome.out.startswith(verdict.upper())
    assert report.reason in outcome.out
    assert (report.diagnosis is None) == (verdict == "pass")
    assert f"{artifact.name}/{GATE}" in outcome.err


def test_the_verdict_is_bound_to_the_bytes(repository: Path, good: Path, run_cli: RunCli) -> None:
    run_cli("gate", good)
    bindings = documents.read(good / GATE, GateReport).bindings
    assert bindings.model_sha256 == sha256_bytes((good / MODEL).read_bytes())
    assert bindings.evaluation_sha256 == sha256_bytes((good / EVALUATION).read_bytes())
    assert bindings.artifact_sha256 == sha256_bytes((good / "checksums.txt").read_bytes())
    assert bindings.policy_sha256 == policy_sha256(load(repository / "mlops.toml").task("er").policy)


def test_json_is_the_document(good: Path, run_cli: RunCli) -> None:
    outcome = run_cli("gate", good, "--json")
    assert json.loads(outcome.out) == json.loads((good / GATE).read_text())


def test_judging_twice_writes_the_same_bytes(good: Path, run_cli: RunCli) -> None:
    run_cli("gate", good)
    first = (good / GATE).read_bytes()
    run_cli("gate", good)
    assert (good / GATE).read_bytes() == first


def test_out_leaves_the_artifact_alone(good: Path, repository: Path, run_cli: RunCli) -> None:
    before = sorted(path.name for path in good.iterdir())
    assert run_cli("gate", good, "--out", repository / "verdict").code == 0
    assert (repository / "verdict" / GATE).is_file()
    assert sorted(path.name for path in good.iterdir()) == before


def test_an_option_tightens_and_the_declared_policy_stays_bound(good: Path, run_cli: RunCli) -> None:
    assert run_cli("gate", good, "--min-precision", "0.99").code == 1
    report = documents.read(good / GATE, GateReport)
    precision = next(result for result in report.criteria if result.metric == "precision")
    assert (precision.threshold, precision.policy_threshold) == (0.99, 0.92)
    assert report.policy.criteria["precision"].min == 0.92


def test_an_option_never_loosens(good: Path, run_cli: RunCli) -> None:
    outcome = run_cli("gate", good, "--min-recall", "0.5")
    assert outcome.code == 2
    assert "0.88" in outcome.err
    assert "0.5" in outcome.err
    assert not (good / GATE).exists()


def test_the_environment_twin_tightens_too(good: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_GATE_MIN_PRECISION", "0.99")
    assert run_cli("gate", good).code == 1
    monkeypatch.setenv("MLOPS_GATE_MIN_PRECISION", "")
    assert run_cli("gate", good).code == 0


def test_the_run_on_github_is_named(good: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SERVER_URL": "https://github.example", "REPOSITORY": "o/r", "RUN_ID": "7"}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    run_cli("gate", good)
    assert documents.read(good / GATE, GateReport).bindings.run_url == "https://github.example/o/r/actions/runs/7"


def test_the_same_rows_scored_again_are_judged(good: Path, repository: Path, run_cli: RunCli) -> None:
    again = repository / "again.parquet"
    data = evaluation.write(again, scored(**GOOD))
    assert run_cli("gate", good, "--evaluation", again).code == 0
    assert documents.read(good / GATE, GateReport).bindings.evaluation_sha256 == sha256_bytes(data)


@pytest.mark.parametrize("change", ["fewer", "label", "slices"])
def test_other_rows_are_not_judged_instead(good: Path, repository: Path, run_cli: RunCli, change: str) -> None:
    other = scored(**GOOD)
    if change == "fewer":
        other = scored(tp=100, fp=0, fn=0, tn=100)
    elif change == "label":
        other = replace(other, label=other.predicted.astype(np.int8))
    else:
        other = replace(other, slices={"kind": texts(["a"] * len(other))})
    evaluation.write(repository / "other.parquet", other)
    outcome = run_cli("gate", good, "--evaluation", repository / "other.parquet")
    assert outcome.code == 3
    assert not (good / GATE).exists()


@pytest.mark.parametrize("name", [MODEL, TRAINING, EVALUATION, METRICS])
def test_a_changed_or_missing_file_is_refused(good: Path, run_cli: RunCli, name: str) -> None:
    data = bytearray((good / name).read_bytes())
    data[len(data) // 2] ^= 1
    (good / name).write_bytes(bytes(data))
    assert run_cli("gate", good).code == 3
    (good / name).unlink()
    assert run_cli("gate", good).code == 3
    assert not (good / GATE).exists()


def test_a_file_that_is_not_listed_is_refused(good: Path, run_cli: RunCli) -> None:
    checksums.write(good, [MODEL, TRAINING, EVALUATION])
    outcome = run_cli("gate", good)
    assert outcome.code == 3
    assert METRICS in outcome.err


def test_a_training_record_of_another_model_is_refused(good: Path, run_cli: RunCli) -> None:
    (good / MODEL).write_bytes(b"another model")
    checksums.write(good, [MODEL, TRAINING, EVALUATION, METRICS])
    outcome = run_cli("gate", good)
    assert outcome.code == 3
    assert "model_sha256" in outcome.err


def test_a_folder_that_is_no_artifact_is_refused(repository: Path, run_cli: RunCli) -> None:
    assert run_cli("gate", repository / "absent").code == 3
    assert run_cli("gate", repository).code == 3


def test_a_slice_is_shown_by_its_name(repository: Path, run_cli: RunCli) -> None:
    kinds = texts(["organisation", "person"] * 965)
    artifact = write_artifact(repository / "artifact", scored(**GOOD, slices={"entity_type": kinds}))
    assert "organisation" in run_cli("gate", artifact, "--slice", "entity_type").out
    assert "it has: entity_type" in run_cli("gate", artifact, "--slice", "script").out


def test_a_policy_of_another_confidence_does_not_accuse_the_artifact(
    good: Path, repository: Path, run_cli: RunCli
) -> None:
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("confidence = 0.95 ", "confidence = 0.99 "))
    assert run_cli("gate", good).code == 0


def test_text_from_data_moves_nothing_on_a_terminal(repository: Path) -> None:
    kinds = texts(["[bold]x[/bold]", "\x1b[2Jy\n"] * 875)
    artifact = write_artifact(repository / "artifact", scored(**BAD, slices={"kind": kinds}))
    evidence = read_evidence(artifact, settings=load(repository / "mlops.toml"))
    report = judge(evidence, overrides={}, run_url="")
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=120, color_system="truecolor")
        print_report(report, console, describe=lambda row: f"row {row}: \x1b[2J\nsecond line")
        print_slice(evidence.metrics, "kind", console)
        said = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
        assert "\x1b[2J" not in said
        assert "[bold]x[/bold]" in said
        assert "second line" in said
        assert ("\x1b[" in said) == terminal


def test_a_full_disk_says_so_and_shows_no_verdict(good: Path, repository: Path, run_cli: RunCli) -> None:
    if os.geteuid() == 0:
        blocked = repository / "file" / "below"
        (repository / "file").write_text("")
    else:
        blocked = repository / "closed"
        blocked.mkdir(mode=0o500)
    outcome = run_cli("gate", good, "--out", blocked)
    assert outcome.code == 5
    assert not outcome.out
