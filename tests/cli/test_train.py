"""``mlops train``: which dataset, which folder, which rows, which code."""

import json

import pytest

from mlops import documents, evaluation
from mlops.artifact import Training
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
