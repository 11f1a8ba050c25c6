"""Judgement under bad input: thresholds, metrics and rows that would let a model through."""

from pathlib import Path
from typing import Any

import pytest

from mlops import documents
from mlops.artifact import GATE
from mlops.gate import GateReport
from tests.conftest import RunCli
from tests.scored import measured, scored, write_artifact

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
