"""``mlops evaluate``: whether the record of an artifact follows from its model."""

import shutil
from dataclasses import replace

import numpy as np

from mlops import checksums, documents, evaluation
from mlops.artifact import Training
from mlops.training import ARTIFACT_FILES
from tests.cli.chain import Chain
from tests.conftest import RunCli


def test_evaluating_again_gives_the_recorded_rows_byte_for_byte(chain: Chain, run_cli: RunCli) -> None:
    said = run_cli("evaluate", chain.artifact, "--out", "again", "--json")
    assert said.code == 0, said.err
    again = chain.repository / "again"
    for name in ("evaluation.parquet", "metrics.json"):
        assert (again / name).read_bytes() == (chain.artifact / name).read_bytes()
    assert run_cli("gate", chain.artifact, "--evaluation", again / "evaluation.parquet", "--out", again).code in {1, 4}


def test_scores_that_do_not_follow_from_the_model_are_refused(chain: Chain, run_cli: RunCli) -> None:
    rows = evaluation.read(chain.artifact / "evaluation.parquet")
    better = np.where(rows.label == 1, 1.0, 0.0)
    forged = replace(rows, score=better, predicted=rows.label == 1)
    evaluation.write(chain.artifact / "evaluation.parquet", forged)
    checksums.write(chain.artifact, ARTIFACT_FILES)
    said = run_cli("evaluate", chain.artifact)
    assert said.code == 3
    assert "do not follow from the model" in said.err


def test_an_artifact_of_other_data_is_refused(chain: Chain, run_cli: RunCli) -> None:
    record = documents.read(chain.artifact / "training.json", Training)
    documents.write(chain.artifact / "training.json", record.model_copy(update={"dataset_sha256": "0" * 64}))
    checksums.write(chain.artifact, ARTIFACT_FILES)
    said = run_cli("evaluate", chain.artifact)
    assert said.code == 3
    assert "dataset_sha256" in said.err


def test_a_damaged_artifact_is_refused_by_its_checksums(chain: Chain, run_cli: RunCli) -> None:
    model = chain.artifact / "model.skops"
    model.write_bytes(model.read_bytes()[:-1])
    for verb in ("evaluate", "gate"):
        said = run_cli(verb, chain.artifact)
        assert said.code == 3
        assert "model.skops" in said.err


def test_bad_input_28_a_model_of_another_scikit_learn_is_refused(chain: Chain, run_cli: RunCli) -> None:
    record = documents.read(chain.artifact / "training.json", Training)
    older = {**record.environment, "scikit-learn": "1.0.2"}
    documents.write(chain.artifact / "training.json", record.model_copy(update={"environment": older}))
    checksums.write(chain.artifact, ARTIFACT_FILES)
    said = run_cli("evaluate", chain.artifact)
    assert said.code == 3
    assert "scikit-learn==1.0.2" in said.err


def test_an_artifact_without_a_file_is_refused_by_name(chain: Chain, run_cli: RunCli) -> None:
    shutil.rmtree(chain.artifact / "model_cards")
    (chain.artifact / "evaluation.parquet").unlink()
    said = run_cli("evaluate", chain.artifact)
    assert said.code == 3
    assert "evaluation.parquet" in said.err
