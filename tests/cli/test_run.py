"""``mlops run er``: one command from pinned data to a judged, documented model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops import documents, judged
from mlops.artifact import Training
from mlops.gate import GateReport
from mlops.metrics import Metrics
from tests.cli.chain import DATA, DATASET, Chain
from tests.conftest import RunCli
from tests.tables import picture

pytestmark = pytest.mark.usefixtures("few_trees")

EXIT = {"pass": 0, "fail": 1, "inconclusive": 4}


def test_a_run_leaves_every_document_and_exits_as_the_verdict_says(finished: Chain) -> None:
    gate = documents.read(finished.artifact / "gate.json", GateReport)
    assert finished.code == EXIT[gate.verdict]
    assert {result.metric for result in gate.criteria} == {"precision", "recall", "f1"}
    metrics = documents.read(finished.artifact / "metrics.json", Metrics)
    assert set(metrics.metrics) >= {"precision", "recall", "f1"}
    assert (finished.artifact / "model_cards" / f"{DATASET}.md").is_file()


def test_metrics_json_says_value_bounds_and_n(finished: Chain) -> None:
    metrics = json.loads((finished.artifact / "metrics.json").read_text())["metrics"]
    for name in ("precision", "recall", "f1"):
        found = metrics[name]
        assert 0 <= found["lower"] <= found["value"] <= found["upper"] <= 1
        assert found["n"] > 0


def test_a_few_hundred_rows_do_not_pass_the_shipped_policy(finished: Chain) -> None:
    assert documents.read(finished.artifact / "gate.json", GateReport).verdict != "pass"


def test_sha256sum_accepts_the_checksums(finished: Chain) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "checksums.txt"],  # noqa: S607  # the tool that users have
        cwd=finished.artifact,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 4


def test_the_same_seed_and_data_give_the_same_bytes_in_another_process_and_under_another_id(
    finished: Chain, root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", "tests.small", "run", "er", "--out", str(out), "--json", "--model-id", f"{DATASET}-2"],
        cwd=finished.repository,
        env=environment,
        capture_output=True,
        check=False,
    )
    for name in ("model.skops", "evaluation.parquet"):
        assert (out / name).read_bytes() == (finished.artifact / name).read_bytes()
    assert documents.read(out / "training.json", Training).model_id == f"{DATASET}-2"
    assert f"id: {DATASET}-2\n" in (out / "model_cards" / f"{DATASET}-2.md").read_text(encoding="utf-8")


def test_the_record_names_data_code_seed_and_versions(finished: Chain) -> None:
    training = documents.read(finished.artifact / "training.json", Training)
    assert training.dataset_id == DATASET
    assert training.seed == 42
    assert training.code.commit == "unknown"  # the test's repository is no git repository
    assert {"python", "scikit-learn", "numpy", "pandas", "skops"} <= set(training.environment)
    assert training.split.train_rows + training.split.test_rows + training.split.purged_rows == 900


def test_a_person_reads_verdict_table_and_what_to_do_next(chain: Chain, run_cli: RunCli) -> None:
    said = run_cli("gate", chain.artifact)
    assert said.code == finished_code(chain)
    for word in ("precision", "recall", "f1", "threshold", "What to do"):
        assert word in said.out


def finished_code(chain: Chain) -> int:
    return EXIT[documents.read(chain.artifact / "gate.json", GateReport).verdict]


def test_one_flipped_bit_is_refused_before_anything_is_parsed_or_written(chain: Chain, run_cli: RunCli) -> None:
    data = bytearray((chain.repository / DATA).read_bytes())
    data[len(data) // 2] ^= 1
    (chain.repository / DATA).write_bytes(bytes(data))
    before = picture(chain.repository)
    said = run_cli("run", "er", "--out", "elsewhere")
    assert said.code == 3
    assert "sha256" in said.err
    assert DATA in said.err
    assert picture(chain.repository) == before


def test_a_folder_of_somebody_else_is_not_replaced(chain: Chain, run_cli: RunCli) -> None:
    (chain.repository / "mine").mkdir()
    (chain.repository / "mine" / "thesis.txt").write_text("years of work")
    said = run_cli("run", "er", "--out", "mine")
    assert said.code == 6
    assert (chain.repository / "mine" / "thesis.txt").read_text() == "years of work"


def test_the_evidence_of_a_card_is_not_replaced_though_it_has_checksums(chain: Chain, run_cli: RunCli) -> None:
    evidence = chain.artifact / "model_cards" / DATASET
    before = picture(evidence)
    said = run_cli("run", "er", "--out", evidence)
    assert said.code == 6
    assert "card.json" in said.err
    assert picture(evidence) == before


def test_notes_beside_an_artifact_are_not_lost(chain: Chain, run_cli: RunCli) -> None:
    (chain.artifact / "notes.md").write_text("reviewed by hand")
    said = run_cli("run", "er")
    assert said.code == 6
    assert "notes.md" in said.err
    assert (chain.artifact / "notes.md").read_text() == "reviewed by hand"


@pytest.mark.parametrize("value", ["92", "-1", "nan", "inf", "true", "0,92", ""])
def test_bad_input_5_a_threshold_is_a_number_between_0_and_1(chain: Chain, run_cli: RunCli, value: str) -> None:
    before = picture(chain.repository)
    assert run_cli("run", "er", "--out", "new", "--min-precision", value).code == 2
    assert picture(chain.repository) == before


@pytest.mark.usefixtures("chain")
def test_a_file_and_a_pinned_dataset_cannot_both_be_meant(run_cli: RunCli) -> None:
    said = run_cli("run", "er", "--data", DATA, "--dataset", DATASET)
    assert said.code == 2
    assert "--data" in said.err


@pytest.mark.usefixtures("chain")
def test_an_unknown_task_is_refused_by_name(run_cli: RunCli) -> None:
    said = run_cli("run", "nosuch")
    assert said.code == 2
    assert "nosuch" in said.err


def test_a_run_is_recorded_when_asked_to(chain: Chain, run_cli: RunCli) -> None:
    said = run_cli("run", "er", "--sample-size", "500", "--out", "elsewhere", "--record", "--json")
    assert said.code in EXIT.values(), said.err
    (line,) = judged.read(chain.repository / judged.FILE)
    answer = json.loads(said.out)
    assert (line.model_sha256, line.verdict) == (answer["model_sha256"], answer["verdict"])
    use = documents.read(chain.repository / "elsewhere" / "gate.json", GateReport).holdout
    assert use is not None
    assert (use.models, use.test_sha256) == (1, line.test_sha256)


def test_a_ledger_that_cannot_be_read_stops_a_run_before_it_trains(chain: Chain, run_cli: RunCli) -> None:
    (chain.repository / judged.FILE).parent.mkdir(exist_ok=True)
    (chain.repository / judged.FILE).write_text("<<<<<<< HEAD\n")
    before = picture(chain.repository)
    said = run_cli("run", "er", "--out", "elsewhere")
    assert said.code == 3
    assert "conflict" in said.err
    assert picture(chain.repository) == before
