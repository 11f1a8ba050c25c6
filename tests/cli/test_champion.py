"""``mlops gate --champion``: against the model that the repository declares to be in production."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from mlops import checksums, documents, environments, evaluation
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.cli.champion_report import print_comparison
from mlops.environments import Environments
from mlops.evaluation import Evaluation
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from tests.conftest import Outcome, RunCli
from tests.scored import THRESHOLD, measured, scored, training_of, write_artifact

CHAMPION = "er_20250901"
GOOD = scored(tp=2_900, fp=40, fn=60, tn=2_000)
OTHER_MODEL = sha256_bytes(b"another model")


def mirrored(rows: Evaluation, which: "slice | list[int]") -> Evaluation:
    """Return ``rows`` with some decisions turned."""
    score = rows.score.copy()
    score[which] = 1 - score[which]
    return replace(rows, score=score, predicted=score >= THRESHOLD)


def write_scores(folder: Path, rows: Evaluation, **changes: Any) -> Path:
    """Write what ``mlops evaluate CHAMPION --out`` leaves."""
    data = evaluation.write(folder / EVALUATION, rows)
    facts = {"model_id": CHAMPION, "model_sha256": OTHER_MODEL} | changes
    documents.write(folder / METRICS, measured(rows, data=data).model_copy(update=facts))
    return folder


def promote(repository: Path, model: str = CHAMPION) -> None:
    documents.write(repository / environments.PATH, Environments(environments={"production": {"er": model}}))


def ask(repository: Path, drop: float = 0.02) -> None:
    """Let every criterion of the policy ask for a comparison, and for nothing else that rows could miss."""
    settings = repository / "mlops.toml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("change = ")]
    asked = []
    for line in lines:
        asked.append(line)
        if line.startswith("[tasks.er.policy.criteria.") and line.count(".") == 4:
            asked.append(f"change = {{ max_drop = {drop} }}")
    settings.write_text("\n".join(asked) + "\n")


@pytest.fixture
def candidate(repository: Path) -> Path:
    """Return an artifact that passes on its own, in a repository whose policy asks for a comparison."""
    ask(repository)
    return write_artifact(repository / "dist" / "candidate", GOOD)


def report_of(artifact: Path) -> GateReport:
    return documents.read(artifact / GATE, GateReport)


def refused(outcome: Outcome, artifact: Path, code: int) -> str:
    assert outcome.code == code, outcome.err
    assert not (artifact / GATE).exists()
    return outcome.err


def test_a_candidate_as_good_as_the_champion_passes(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository)
    scores = write_scores(repository / "champion", mirrored(GOOD, [0, 2_950]))
    outcome = run_cli("gate", candidate, "--champion", scores)
    report = report_of(candidate)
    assert (outcome.code, report.verdict, report.first_version) == (0, "pass", False)
    assert [change.verdict for change in report.changes] == ["pass"] * 3
    assert report.comparison is not None
    assert report.comparison.champion_evaluation_sha256 == sha256_bytes((scores / EVALUATION).read_bytes())
    for words in (
        f"Against {CHAMPION}",
        "1 row gained, 1 lost",
        "chance alone may explain",
        "Lost rows",
        "Gained rows",
    ):
        assert words in outcome.out


def test_a_candidate_that_lost_rows_fails_and_they_are_listed(
    repository: Path, candidate: Path, run_cli: RunCli
) -> None:
    promote(repository)
    better = mirrored(mirrored(GOOD, slice(2_900, 2_940)), slice(2_940, 3_000))  # it errs nowhere
    ask(repository, drop=0.005)
    outcome = run_cli("gate", candidate, "--champion", write_scores(repository / "champion", better))
    report = report_of(candidate)
    assert (outcome.code, report.verdict) == (1, "fail")
    assert report.comparison is not None
    assert (report.comparison.gained, report.comparison.lost) == (0, 100)
    assert "more than chance explains" in outcome.out
    assert "90 more; gate.json lists the surest 50." in outcome.out
    assert "precision against production: The upper bound of the difference" in report.reason


def test_scores_of_a_champions_own_artifact_are_read(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository)
    rows = mirrored(GOOD, [0])
    folder = write_artifact(repository / "dist" / "champion", rows)
    (folder / MODEL).write_bytes(b"another model")
    training = training_of(rows).model_copy(update={"model_id": CHAMPION, "model_sha256": OTHER_MODEL})
    documents.write(folder / TRAINING, training)
    write_scores(folder, rows)
    checksums.write(folder, (MODEL, TRAINING, EVALUATION, METRICS))
    assert run_cli("gate", candidate, "--champion", folder).code == 0
    (folder / TRAINING).write_bytes(b"{}")
    assert run_cli("gate", candidate, "--champion", folder).code == 3


def test_the_first_version_needs_no_champion(candidate: Path, run_cli: RunCli) -> None:
    assert run_cli("gate", candidate).code == 0
    report = report_of(candidate)
    assert (report.first_version, report.changes, report.comparison) == (True, (), None)


def test_a_model_in_production_must_be_compared_with(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository)
    outcome = run_cli("gate", candidate)
    report = report_of(candidate)
    assert (outcome.code, report.verdict, report.first_version) == (4, "inconclusive", False)
    assert f"{CHAMPION}, the model in production, was not scored" in report.reason
    assert f"mlops evaluate dist/{CHAMPION} --dataset er_20251020 --out champion" in outcome.out


def test_the_model_in_production_itself_is_told_so(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository, "er_20251020")
    outcome = run_cli("gate", candidate)
    assert outcome.code == 4
    assert "er_20251020 is the id of the model in production" in outcome.out


def test_what_a_row_is_called_moves_nothing_on_a_terminal(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    names = GOOD.row_id.copy()
    names[0] = "\x1b[2J[bold]x"
    own = write_artifact(repository / "hostile", replace(GOOD, row_id=names))
    scores = write_scores(repository / "champion", mirrored(replace(GOOD, row_id=names), [0]))
    assert run_cli("gate", own, "--champion", scores).code == 0
    report = report_of(own)
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=120)
        print_comparison(report, console, describe=lambda row: f"holds {row}\nsecond line")
        said = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
        assert "\x1b[2J" not in said
        assert said.count("[bold]x") == 2
        assert "second line" in said
    assert not (candidate / GATE).exists()


def test_a_policy_that_asks_for_no_comparison_is_not_held_up(
    repository: Path, candidate: Path, run_cli: RunCli
) -> None:
    promote(repository)
    settings = repository / "mlops.toml"
    settings.write_text("\n".join(x for x in settings.read_text().splitlines() if not x.startswith("change = ")))
    assert run_cli("gate", candidate).code == 0
    assert not report_of(candidate).first_version


def test_another_model_than_the_declared_one_is_refused(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository, "er_20250101")
    said = refused(run_cli("gate", candidate, "--champion", write_scores(repository / "c", GOOD)), candidate, 2)
    assert "er_20250101" in said
    assert CHAMPION in said


def test_another_model_file_than_the_card_records_is_refused(
    chain_card: Path, repository: Path, candidate: Path, run_cli: RunCli
) -> None:
    promote(repository, "er_20251020")
    (repository / "model_cards" / "er_20251020.md").write_bytes(chain_card.read_bytes())
    scores = write_scores(repository / "c", mirrored(GOOD, [0]), model_id="er_20251020")
    said = refused(run_cli("gate", candidate, "--champion", scores), candidate, 3)
    assert OTHER_MODEL in said
    assert "card of er_20251020" in said


@pytest.fixture
def chain_card(root: Path) -> Path:
    """Return a committed card."""
    return root / "model_cards" / "er_20251020.md"


def test_a_model_is_never_compared_with_itself(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    own = measured(GOOD).model_sha256
    for folder in (candidate, write_scores(repository / "copy", GOOD, model_sha256=own)):
        said = refused(run_cli("gate", candidate, "--champion", folder), candidate, 2)
        assert "not compared with itself" in said


@pytest.mark.parametrize("change", ["rows", "labels", "data", "task"])
def test_a_champion_of_other_rows_is_refused(repository: Path, candidate: Path, run_cli: RunCli, change: str) -> None:
    rows, changes = GOOD, {}
    if change == "rows":
        rows = scored(tp=2_900, fp=40, fn=60, tn=1_999)
    elif change == "labels":
        rows = replace(GOOD, label=np.roll(GOOD.label, 1))
    elif change == "data":
        changes = {"dataset_sha256": "0" * 64}
    else:
        changes = {"task": "claims"}
    scores = write_scores(repository / "c", rows, **changes)
    said = refused(run_cli("gate", candidate, "--champion", scores), candidate, 3)
    assert "mlops evaluate" in said


@pytest.mark.parametrize("change", ["evaluation", "value", "threshold", "absent", "no number"])
def test_a_champions_record_that_does_not_hold_is_refused(
    repository: Path, candidate: Path, run_cli: RunCli, change: str
) -> None:
    scores = write_scores(repository / "c", mirrored(GOOD, [0]))
    metrics = json.loads((scores / METRICS).read_text())
    if change == "evaluation":
        evaluation.write(scores / EVALUATION, mirrored(GOOD, slice(0, 900)))
    elif change == "value":
        metrics["metrics"]["recall"]["value"] -= 0.1
    elif change == "threshold":
        metrics["threshold"] = 0.9
    elif change == "absent":
        (scores / EVALUATION).unlink()
    else:
        metrics["metrics"]["recall"]["value"] = None
    documents.write_bytes(scores / METRICS, documents.canonical_json(metrics))
    refused(run_cli("gate", candidate, "--champion", scores), candidate, 3)


def test_a_damaged_declaration_is_no_first_version(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository)
    (repository / environments.PATH).write_text('{"schema_version": 1}')
    assert "environments" in refused(run_cli("gate", candidate), candidate, 3)


def test_a_misspelled_baseline_is_no_first_version(repository: Path, candidate: Path, run_cli: RunCli) -> None:
    promote(repository)
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("max_drop = 0.02", 'max_drop = 0.02, baseline = "prodution"'))
    assert "prodution" in refused(run_cli("gate", candidate), candidate, 2)


def test_environments_that_serve_different_models_cannot_both_be_compared_with(
    repository: Path, candidate: Path, run_cli: RunCli
) -> None:
    served = {"production": {"er": CHAMPION}, "staging": {"er": "er_20250902"}}
    documents.write(repository / environments.PATH, Environments(environments=served))
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("max_drop = 0.02", 'max_drop = 0.02, baseline = "staging"', 1))
    assert "staging: er_20250902" in refused(run_cli("gate", candidate), candidate, 2)


def test_a_champion_that_nothing_declares_is_compared_with_and_said_to_be_so(
    repository: Path, candidate: Path, run_cli: RunCli
) -> None:
    scores = write_scores(repository / "champion", mirrored(GOOD, [0]))
    outcome = run_cli("gate", candidate, "--champion", scores)
    report = report_of(candidate)
    assert (outcome.code, report.first_version) == (0, False)
    assert any("names no model in production" in warning for warning in report.warnings)
