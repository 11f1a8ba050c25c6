"""``mlops train`` and ``mlops evaluate``: which dataset, which folder, and whether the record holds."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from mlops import checksums, documents, evaluation
from mlops.artifact import Training
from mlops.training import ARTIFACT_FILES
from tests.cli.chain import DATASET, Chain
from tests.conftest import RunCli
from tests.tables import picture


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--dataset-date", "../../.github/workflows/x"), 2, "8 ASCII digits"),
        (("--dataset-date", "20991231"), 2, "future"),
        (("--dataset-date", "20250101"), 2, "er_20250101"),
        (("--dataset-hash", "A" * 64), 2, "lower"),
        (("--dataset-hash", "0" * 64), 2, "No manifest pins this hash"),
        (("--dataset", DATASET, "--dataset-hash", "0" * 64), 3, "sha256"),
        (("--model-id", "er_20240101"), 2, DATASET),
        (("--model-id", f"{DATASET.upper()}-2"), 2, "lower case"),
        (("--seed", "-1"), 2, "--seed"),
        (("--sample-size", "1"), 2, "--sample-size"),
    ],
)
def test_what_names_no_dataset_is_refused_and_nothing_is_written(
    chain: Chain, run_cli: RunCli, arguments: tuple[str, ...], code: int, word: str
) -> None:
    before = picture(chain.repository)
    said = run_cli("train", "er", "--code-commit", "0" * 40, "--out", "new", *arguments)
    assert said.code == code
    assert word in said.err
    assert "Traceback" not in said.err
    assert picture(chain.repository) == before


def test_bad_input_54_outside_git_training_says_how_to_name_the_code(chain: Chain, run_cli: RunCli) -> None:
    before = picture(chain.repository)
    said = run_cli("train", "er", "--out", "new")
    assert said.code == 2
    assert "--code-commit" in said.err
    assert picture(chain.repository) == before


def test_training_by_hash_and_sample_size_records_both(chain: Chain, run_cli: RunCli) -> None:
    sha256 = json.loads((chain.repository / "data_manifests" / f"{DATASET}.json").read_text())["sha256"]
    said = run_cli(
        "train", "er", "--dataset-hash", sha256, "--sample-size", "300", "--seed", "5",
        "--model-id", f"{DATASET}-2", "--code-commit", "0" * 40, "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    record = documents.read(chain.repository / "dist" / f"{DATASET}-2" / "training.json", Training)
    assert json.loads(said.out)["model_id"] == record.model_id == f"{DATASET}-2"
    assert (record.sample_size, record.trained_rows, record.seed) == (300, 300, 5)
    assert record.code.commit == "0" * 40
    whole = evaluation.read(chain.artifact / "evaluation.parquet")
    sampled = evaluation.read(chain.repository / "dist" / f"{DATASET}-2" / "evaluation.parquet")
    assert (whole.row_id == sampled.row_id).all(), "every model of a dataset meets the same test rows"


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
