"""``mlops gate --rescore``: the model confirms the record, the champion may be an artifact, the record is judged."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops import checksums, documents, environments, evaluation
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING, Training
from mlops.config import load
from mlops.environments import Environments
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from tests.cli.chain import DATASET, SEED, Chain, within
from tests.conftest import RunCli
from tests.scored import scored, write_artifact

pytestmark = pytest.mark.usefixtures("few_trees")

CANDIDATE = f"{DATASET}-2"


def report_of(artifact: Path) -> GateReport:
    """Return the verdict beside an artifact."""
    return documents.read(artifact / GATE, GateReport)


@pytest.fixture(scope="module")
def further(finished: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a further small model on the chain's dataset, trained with another seed: look, do not touch."""
    folder = tmp_path_factory.mktemp("further") / CANDIDATE
    code = within(
        finished.repository, "train", "er", "--model-id", CANDIDATE, "--seed", str(SEED), "--code-commit", "0" * 40,
        "--out", str(folder), "--json",
    )  # fmt: skip
    assert code == 0
    return folder


@pytest.fixture
def candidate(chain: Chain, further: Path) -> Path:
    """Return a copy of the further model in the test's repository."""
    return Path(shutil.copytree(further, chain.repository / "dist" / CANDIDATE))


def test_a_record_that_the_model_confirms_is_judged_as_it_stands(chain: Chain, run_cli: RunCli) -> None:
    before = (chain.artifact / GATE).read_bytes()
    outcome = run_cli("gate", chain.artifact, "--rescore")
    assert outcome.code == chain.code
    assert "test rows scored again; the record holds (largest difference 0)." in outcome.err
    bound = report_of(chain.artifact).bindings
    listed = checksums.verify(chain.artifact)
    assert bound.evaluation_sha256 == listed[EVALUATION] == sha256_bytes((chain.artifact / EVALUATION).read_bytes())
    assert (chain.artifact / GATE).read_bytes() == before  # what `mlops run` said, reasons of the errors included


def test_misjudged_rows_are_explained(chain: Chain, run_cli: RunCli) -> None:
    run_cli("gate", chain.artifact)
    plain = report_of(chain.artifact).diagnosis
    assert plain is not None
    assert not any(row.moved_by for row in plain.false_negatives)
    run_cli("gate", chain.artifact, "--rescore")
    found = report_of(chain.artifact).diagnosis
    assert found is not None
    assert all(row.moved_by for row in (*found.false_negatives, *found.false_positives))


def test_scores_that_do_not_follow_from_the_model_are_refused(chain: Chain, run_cli: RunCli) -> None:
    (chain.artifact / GATE).unlink()
    rows = evaluation.loads((chain.artifact / EVALUATION).read_bytes(), file=chain.artifact)
    better = replace(rows, score=rows.label.astype(np.float64), predicted=rows.label == 1)
    data = evaluation.write(chain.artifact / EVALUATION, better)
    record = documents.read(chain.artifact / TRAINING, Training)
    documents.write(
        chain.artifact / METRICS,
        evaluation.measure(
            better, task="er", model_id=record.model_id, dataset_sha256=record.dataset_sha256,
            model_sha256=record.model_sha256, evaluation_sha256=sha256_bytes(data), threshold=record.threshold,
            policy=load(chain.repository / "mlops.toml").task("er").policy,
        ),
    )  # fmt: skip
    checksums.write(chain.artifact, (EVALUATION, METRICS, MODEL, TRAINING))
    assert run_cli("gate", chain.artifact, "--out", "believed").code == 0  # nothing but the model can tell
    outcome = run_cli("gate", chain.artifact, "--rescore")
    assert outcome.code == 3
    assert "The recorded scores do not follow from the model." in outcome.err
    assert not (chain.artifact / GATE).exists()


def test_a_model_of_other_data_than_is_pinned_is_refused(chain: Chain, run_cli: RunCli) -> None:
    artifact = write_artifact(chain.repository / "other", scored(tp=960, fp=30, fn=40, tn=900))
    outcome = run_cli("gate", artifact, "--rescore")
    assert outcome.code == 3
    assert "trained on other data than the manifest pins" in outcome.err
    assert not (artifact / GATE).exists()


def test_a_model_file_that_is_none_is_refused(chain: Chain, run_cli: RunCli) -> None:
    documents.write_bytes(chain.artifact / MODEL, b"model")
    record = documents.read(chain.artifact / TRAINING, Training)
    documents.write(chain.artifact / TRAINING, record.model_copy(update={"model_sha256": sha256_bytes(b"model")}))
    metrics = documents.read_bytes(chain.artifact / METRICS).replace(
        record.model_sha256.encode(), sha256_bytes(b"model").encode()
    )
    documents.write_bytes(chain.artifact / METRICS, metrics)
    checksums.write(chain.artifact, (EVALUATION, METRICS, MODEL, TRAINING))
    assert run_cli("gate", chain.artifact, "--rescore", "--out", "elsewhere").code == 3
    assert not (chain.repository / "elsewhere").exists()


def test_a_champion_that_is_an_artifact_scores_the_same_rows(chain: Chain, candidate: Path, run_cli: RunCli) -> None:
    declared = Environments(environments={"production": {"er": DATASET}})
    documents.write(chain.repository / environments.PATH, declared)
    outcome = run_cli("gate", candidate, "--rescore", "--champion", chain.artifact)
    assert outcome.code in {0, 1, 4}, outcome.err
    comparison = report_of(candidate).comparison
    assert comparison is not None
    assert comparison.champion_id == DATASET
    assert comparison.champion_model_sha256 == sha256_bytes((chain.artifact / MODEL).read_bytes())
    assert f"Against {DATASET}" in outcome.out


def test_the_candidate_itself_is_no_champion(chain: Chain, run_cli: RunCli) -> None:
    copy = Path(shutil.copytree(chain.artifact, chain.repository / "copy"))
    for champion in (chain.artifact, copy):
        outcome = run_cli("gate", chain.artifact, "--rescore", "--champion", champion, "--out", "elsewhere")
        assert outcome.code == 2
        assert "not compared with itself" in outcome.err
    assert not (chain.repository / "elsewhere").exists()


def test_scores_of_a_champion_are_still_taken(chain: Chain, candidate: Path, run_cli: RunCli) -> None:
    assert run_cli("evaluate", chain.artifact, "--out", "champion").code == 0
    run_cli("gate", candidate, "--rescore", "--champion", "champion")
    comparison = report_of(candidate).comparison
    assert comparison is not None
    assert comparison.champion_id == DATASET


@pytest.mark.parametrize("rescore", [(), ("--rescore",)])
def test_an_empty_champion_is_none(chain: Chain, run_cli: RunCli, rescore: tuple[str, ...]) -> None:
    assert run_cli("gate", chain.artifact, "--champion", "", *rescore).code == chain.code
    assert report_of(chain.artifact).comparison is None


def test_an_empty_champion_in_the_environment_is_none(
    chain: Chain, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_GATE_CHAMPION", "")
    monkeypatch.setenv("MLOPS_GATE_DATASET_HASH", "")
    monkeypatch.setenv("MLOPS_GATE_BASE", "")
    monkeypatch.setenv("MLOPS_GATE_RESCORE", "")
    assert run_cli("gate", chain.artifact).code == chain.code
    assert report_of(chain.artifact).comparison is None


def test_scores_from_two_places_are_refused(chain: Chain, run_cli: RunCli) -> None:
    outcome = run_cli("gate", chain.artifact, "--rescore", "--evaluation", chain.artifact / EVALUATION)
    assert outcome.code == 2
    assert "--evaluation" in outcome.err


def test_the_dataset_that_is_meant_is_held_against_the_artifacts(chain: Chain, run_cli: RunCli) -> None:
    (chain.artifact / GATE).unlink()
    own = documents.read(chain.artifact / TRAINING, Training).dataset_sha256
    outcome = run_cli("gate", chain.artifact, "--dataset-hash", "0" * 64)
    assert outcome.code == 3
    assert own in outcome.err
    assert "0" * 64 in outcome.err
    assert not (chain.artifact / GATE).exists()
    assert run_cli("gate", chain.artifact, "--dataset-hash", own).code == chain.code


@pytest.mark.parametrize("text", ["A" * 64, "sha256:" + "0" * 64, "0" * 63, "0" * 64 + "\n", ""])
def test_a_hash_that_is_none_is_a_fault_of_usage(chain: Chain, run_cli: RunCli, text: str) -> None:
    assert run_cli("gate", chain.artifact, "--dataset-hash", text).code == 2
