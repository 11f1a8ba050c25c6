"""``mlops train``: which dataset, which folder, which rows, which code."""

import json

import numpy as np
import pytest

from mlops import documents, evaluation, training
from mlops.artifact import Training
from mlops.errors import ConflictError
from mlops.gate import GateReport
from mlops.metrics import Metrics
from tests.cli.chain import DATASET, Chain
from tests.conftest import RunCli, git
from tests.tables import picture

pytestmark = pytest.mark.usefixtures("few_trees")


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


def test_what_is_not_committed_is_told_before_the_training(
    chain: Chain, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise ConflictError("Stopped here.", expected="", found="", fix="")

    monkeypatch.setattr(training, "train", stop)
    git(chain.repository, "init", "--quiet")
    git(chain.repository, "add", "--all")
    git(chain.repository, "commit", "--quiet", "--message=All")
    commit = git(chain.repository, "rev-parse", "HEAD")
    verbs = (("train", "er", "--out", "new"), ("run", "er", "--out", "new"))
    assert not any("cannot be deployed" in run_cli(*verb).err for verb in verbs)
    (chain.repository / "notes.txt").write_text("", encoding="utf-8")
    for verb in verbs:
        assert "not committed: notes.txt. " in run_cli(*verb).err
    assert "cannot be deployed" not in run_cli(*verbs[0], "--code-commit", commit).err


def test_training_by_hash_and_sample_size_records_both(chain: Chain, run_cli: RunCli) -> None:
    sha256 = json.loads((chain.repository / "data_manifests" / f"{DATASET}.json").read_text())["sha256"]
    said = run_cli(
        "train", "er", "--dataset-hash", sha256, "--sample-size", "500", "--seed", "5",
        "--model-id", f"{DATASET}-2", "--code-commit", "0" * 40, "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    record = documents.read(chain.repository / "dist" / f"{DATASET}-2" / "training.json", Training)
    assert json.loads(said.out)["model_id"] == record.model_id == f"{DATASET}-2"
    assert (record.sample_size, record.trained_rows, record.seed) == (500, 500, 5)
    assert record.code.commit == "0" * 40
    whole = evaluation.read(chain.artifact / "evaluation.parquet")
    sampled = evaluation.read(chain.repository / "dist" / f"{DATASET}-2" / "evaluation.parquet")
    assert (whole.row_id == sampled.row_id).all(), "every model of a dataset meets the same test rows"


def test_several_seeds_leave_one_model_and_the_scored_rows_of_all(chain: Chain, run_cli: RunCli) -> None:
    settings = chain.repository / "mlops.toml"
    one = settings.read_text()
    arguments = ("train", "er", "--sample-size", "500", "--seed", "5", "--code-commit", "0" * 40, "--out", "new")
    folder = chain.repository / "new"
    assert run_cli(*arguments).code == 0
    alone = {path.name: path.read_bytes() for path in folder.iterdir()}

    settings.write_text(one.replace("[tasks.er.policy]\n", "[tasks.er.policy]\nseeds = 2\n"))
    said = run_cli(*arguments)
    assert said.code == 0, said.err
    assert "with seed 6" in said.out
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert found.keys() - alone.keys() == {"evaluation-seed-6.parquet"}
    assert [name for name in ("model.skops", "evaluation.parquet") if found[name] != alone[name]] == []
    assert b"evaluation-seed-6.parquet" in found["checksums.txt"]

    record = documents.read(folder / "training.json", Training)
    measured = documents.read(folder / "metrics.json", Metrics)
    assert [repeat.seed for repeat in record.repeats] == [repeat.seed for repeat in measured.repeats] == [6]
    own, other = (evaluation.read(folder / name) for name in ("evaluation.parquet", "evaluation-seed-6.parquet"))
    assert (own.row_id == other.row_id).all()
    assert not np.array_equal(own.score, other.score), "another seed draws another sample"
    assert ((other.score >= record.repeats[0].threshold) == other.predicted).all()

    assert run_cli("gate", folder).code in {0, 1, 4}
    assert [result.seed for result in documents.read(folder / "gate.json", GateReport).seeds] == [6]
    assert run_cli("evaluate", folder, "--out", "again").code == 0
    assert documents.read(chain.repository / "again" / "metrics.json", Metrics).repeats == ()

    settings.write_text(one)
    assert run_cli(*arguments).code == 0, "a folder with rows of other seeds is one that a run left"
    assert not (folder / "evaluation-seed-6.parquet").exists()
