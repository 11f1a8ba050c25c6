"""Several seeds at the command line: measured again from their rows, shown side by side, refused where they lie."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops import checksums, documents, evaluation
from mlops.artifact import (
    EVALUATION,
    GATE,
    METRICS,
    MODEL,
    TRAINING,
    RepeatedTraining,
    Training,
    is_seed_evaluation,
    repeat_seeds,
    seed_evaluation,
)
from mlops.config import Policy
from mlops.evaluation import Evaluation
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics, Repeat
from tests.conftest import RunCli
from tests.scored import THRESHOLD, scored, texts, write_artifact

GOOD: dict[str, Any] = {"tp": 960, "fp": 30, "fn": 40, "tn": 900}


@pytest.fixture(autouse=True)
def three_seeds(repository: Path) -> None:
    """Let the policy ask for three seeds."""
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("[tasks.er.policy]\n", "[tasks.er.policy]\nseeds = 3\n"))


def otherwise(*, fp: int = 0, fn: int = 0) -> Evaluation:
    """Return the rows of ``GOOD`` as a model of another seed calls them: ``fp`` and ``fn`` errors more."""
    rows = scored(**GOOD)
    score = rows.score.copy()
    score[np.flatnonzero((rows.label == 0) & ~rows.predicted)[:fp]] = 0.9
    score[np.flatnonzero((rows.label == 1) & rows.predicted)[:fn]] = 0.1
    return replace(rows, score=score, predicted=score >= THRESHOLD)


def artifact_of(folder: Path, others: Mapping[int, Evaluation], **lies: Any) -> Path:
    """Write an artifact of a good model of seed 42 with the rows of ``others``; ``lies`` change ``metrics.json``."""
    write_artifact(folder, scored(**GOOD))
    repeats = []
    for seed, rows in others.items():
        data = evaluation.write(folder / seed_evaluation(seed), rows)
        found = evaluation.measure_repeat(
            rows, seed=seed, evaluation_sha256=sha256_bytes(data), threshold=THRESHOLD, policy=Policy(criteria={})
        )
        repeats.append(found)
    made = tuple(
        RepeatedTraining(seed=seed, trained_rows=8_000, threshold=THRESHOLD, architecture="none") for seed in others
    )
    training = documents.read(folder / TRAINING, Training).model_copy(update={"repeats": made})
    documents.write(folder / TRAINING, training)
    measured = documents.read(folder / METRICS, Metrics)
    documents.write(folder / METRICS, measured.model_copy(update={"repeats": tuple(repeats), **lies}))
    checksums.write(folder, (MODEL, TRAINING, EVALUATION, METRICS, *map(seed_evaluation, others)))
    return folder


def refused(outcome: Any, artifact: Path, *words: str) -> bool:
    """Tell whether the gate refused with these words, and left no verdict."""
    return outcome.code == 3 and all(word in outcome.err for word in words) and not (artifact / GATE).exists()


def test_every_seed_that_passes_makes_a_pass(repository: Path, run_cli: RunCli) -> None:
    artifact = artifact_of(repository / "artifact", {43: otherwise(fp=3), 44: otherwise(fn=5)})
    outcome = run_cli("gate", artifact)
    assert outcome.code == 0, outcome.out
    report = documents.read(artifact / GATE, GateReport)
    assert [(result.seed, result.verdict) for result in report.seeds] == [(43, "pass"), (44, "pass")]
    for result in report.seeds:
        data = (artifact / f"evaluation-seed-{result.seed}.parquet").read_bytes()
        assert result.evaluation_sha256 == sha256_bytes(data)


def test_the_seeds_stand_side_by_side_with_their_spread(repository: Path, run_cli: RunCli) -> None:
    said = run_cli("gate", artifact_of(repository / "artifact", {43: otherwise(), 44: otherwise(fn=10)})).out
    table = said[said.index("The same training with other seeds") :].splitlines()
    assert table[1].split() == ["precision", "recall", "f1", "verdict"]
    assert table[3].split() == ["the", "model", "97.0", "%", "96.0", "%", "96.5", "%"]
    assert table[5].split() == ["seed", "44", "96.9", "%", "95.0", "%", "96.0", "%", "pass"]
    assert table[6].startswith("spread")
    assert "1.00 points" in table[6]


def test_one_seed_that_fails_fails_the_model(repository: Path, run_cli: RunCli) -> None:
    artifact = artifact_of(repository / "artifact", {43: otherwise(), 44: otherwise(fp=200)})
    outcome = run_cli("gate", artifact)
    assert outcome.code == 1
    assert "seed 44: precision: The upper bound" in outcome.out


def test_an_artifact_of_one_seed_is_inconclusive_where_three_are_asked_for(repository: Path, run_cli: RunCli) -> None:
    outcome = run_cli("gate", write_artifact(repository / "artifact", scored(**GOOD)))
    assert outcome.code == 4
    assert "`mlops train er`" in outcome.out


def test_the_rows_scored_again_are_judged_beside_the_same_seeds(repository: Path, run_cli: RunCli) -> None:
    artifact = artifact_of(repository / "artifact", {43: otherwise(), 44: otherwise()})
    evaluation.write(repository / "again.parquet", scored(**GOOD))
    assert run_cli("gate", artifact, "--evaluation", repository / "again.parquet").code == 0
    assert len(documents.read(artifact / GATE, GateReport).seeds) == 2


def test_a_number_typed_for_a_seed_is_refused(repository: Path, run_cli: RunCli) -> None:
    poor = {43: otherwise(), 44: otherwise(fp=200)}
    artifact = artifact_of(repository / "artifact", poor)
    honest = documents.read(artifact / METRICS, Metrics).repeats
    embellished = (honest[0], Repeat(**{**dict(honest[1]), "metrics": honest[0].metrics}))
    lie = artifact_of(repository / "lie", poor, repeats=embellished)
    assert refused(run_cli("gate", lie), lie, METRICS, "repeats[1].metrics.")


def test_a_seed_left_out_of_the_metrics_is_refused(repository: Path, run_cli: RunCli) -> None:
    lie = artifact_of(repository / "lie", {43: otherwise(), 44: otherwise(fp=200)}, repeats=())
    assert refused(run_cli("gate", lie), lie, METRICS, "repeats")


def test_a_seed_of_other_test_rows_is_refused(repository: Path, run_cli: RunCli) -> None:
    easier = scored(tp=960, fp=0, fn=0, tn=900)
    renamed = replace(scored(**GOOD), row_id=texts([f"new {i}" for i in range(1_930)]))
    for name, rows in (("easier", easier), ("renamed", renamed)):
        artifact = artifact_of(repository / name, {43: rows, 44: otherwise()})
        assert refused(run_cli("gate", artifact), artifact, "evaluation-seed-43.parquet", "not the test rows")


@pytest.mark.parametrize("seeds", [(43, 45), (44, 43), (42, 43), (7, 9)])
def test_seeds_that_somebody_picked_are_refused(repository: Path, run_cli: RunCli, seeds: tuple[int, ...]) -> None:
    artifact = artifact_of(repository / "artifact", {seed: otherwise() for seed in seeds})
    assert refused(run_cli("gate", artifact), artifact, "the seeds 43, 44")


def test_a_seed_file_that_the_record_hides_is_refused(repository: Path, run_cli: RunCli) -> None:
    artifact = artifact_of(repository / "artifact", {43: otherwise()})
    evaluation.write(artifact / seed_evaluation(44), otherwise(fp=200))
    names = (MODEL, TRAINING, EVALUATION, METRICS, seed_evaluation(43), seed_evaluation(44))
    checksums.write(artifact, names)
    assert refused(run_cli("gate", artifact), artifact, "evaluation-seed-44.parquet")


@pytest.mark.parametrize("listed", [True, False])
def test_a_seed_file_that_is_absent_is_refused(repository: Path, run_cli: RunCli, listed: bool) -> None:
    artifact = artifact_of(repository / "artifact", {43: otherwise(), 44: otherwise()})
    (artifact / seed_evaluation(44)).unlink()
    if not listed:
        checksums.write(artifact, (MODEL, TRAINING, EVALUATION, METRICS, seed_evaluation(43)))
    assert refused(run_cli("gate", artifact), artifact)


def test_decisions_of_a_seed_that_contradict_its_threshold_are_refused(repository: Path, run_cli: RunCli) -> None:
    artifact = artifact_of(repository / "artifact", {43: otherwise(), 44: otherwise()})
    record = documents.read(artifact / TRAINING, Training)
    other = record.repeats[0].model_copy(update={"threshold": 0.7})
    documents.write(artifact / TRAINING, record.model_copy(update={"repeats": (other, record.repeats[1])}))
    checksums.write(artifact, (MODEL, TRAINING, EVALUATION, METRICS, seed_evaluation(43), seed_evaluation(44)))
    assert refused(run_cli("gate", artifact), artifact, "predicted")


def test_seeds_follow_the_models_own_and_stay_seeds() -> None:
    assert repeat_seeds(42, 1) == ()
    assert repeat_seeds(42, 3) == (43, 44)
    assert repeat_seeds(2**32 - 1, 3) == (0, 1)
    assert all(is_seed_evaluation(seed_evaluation(seed)) for seed in (0, 43, 2**32 - 1))
    assert not any(map(is_seed_evaluation, ("evaluation-seed-043.parquet", "evaluation-seed-.parquet", EVALUATION)))
