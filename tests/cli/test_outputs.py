"""Inside GitHub Actions a verb sets what it promises, all or none, and adds a summary; elsewhere it does neither."""

import json
from pathlib import Path

import pytest

from mlops import documents
from mlops.artifact import GATE, METRICS, MODEL
from mlops.cli import outputs
from mlops.config import load, policy_sha256
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from tests.cli.chain import DATASET, Chain
from tests.cli.job import COMMIT, RUN, annotations, enter
from tests.cli.test_gate import BAD, BETWEEN, GOOD
from tests.conftest import RunCli
from tests.scored import scored, write_artifact

pytestmark = pytest.mark.usefixtures("few_trees")


@pytest.mark.parametrize("verdict", ["pass", "fail", "inconclusive"])
def test_gate_sets_its_outputs_whatever_the_verdict(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, verdict: str
) -> None:
    counts, code = {"pass": (GOOD, 0), "fail": (BAD, 1), "inconclusive": (BETWEEN, 4)}[verdict]
    artifact = write_artifact(repository / "dist" / "er_20251020", scored(**counts))
    job = enter(monkeypatch, tmp_path / "job", repository)
    assert run_cli("gate", artifact).code == code
    report = documents.read(artifact / GATE, GateReport)
    bound = report.bindings
    assert job.outputs == {
        "verdict": verdict,
        "reason": report.reason,
        "model-id": "er_20251020",
        "dataset-id": "er_20251020",
        "dataset-hash": bound.dataset_sha256,
        "model-sha256": sha256_bytes((artifact / MODEL).read_bytes()),
        "artifact-sha256": sha256_bytes((artifact / "checksums.txt").read_bytes()),
        "evaluation-sha256": bound.evaluation_sha256,
        "policy-sha256": policy_sha256(load(repository / "mlops.toml").task("er").policy),
        "gate-sha256": sha256_bytes((artifact / GATE).read_bytes()),
        "report": "dist/er_20251020/gate.json",
        **{criterion.metric: repr(criterion.value) for criterion in report.criteria},
    }
    assert job.summary.startswith("## ")
    assert f"er_20251020: {verdict}" in job.summary.splitlines()[0]
    assert f"[judged by this run]({RUN})" in job.summary


def test_a_metric_that_is_not_defined_is_an_empty_output(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = write_artifact(repository / "artifact", scored(tp=0, fp=0, fn=300, tn=700))
    job = enter(monkeypatch, tmp_path / "job", repository)
    assert run_cli("gate", artifact).code == 4
    assert (job.outputs["precision"], job.outputs["recall"]) == ("", "0.0")


def test_a_refused_artifact_sets_no_output(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    (artifact / METRICS).write_bytes(b"{}")
    job = enter(monkeypatch, tmp_path / "job", repository)
    outcome = run_cli("gate", artifact)
    assert outcome.code == 3
    assert job.outputs == {}
    assert "exit code 3" in job.summary
    assert [(found.level, found.file) for found in annotations(outcome.err)] == [("error", "artifact/metrics.json")]


def test_json_stays_one_object_inside_of_actions(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**BAD))
    enter(monkeypatch, tmp_path / "job", repository)
    assert json.loads(run_cli("gate", artifact, "--json").out)["verdict"] == "fail"


def test_the_summary_can_be_written_to_a_file_anywhere(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    assert run_cli("gate", artifact, "--summary", "out/gate.md").code == 0
    page = (repository / "out" / "gate.md").read_text(encoding="utf-8")
    assert page.startswith("## ✅ er_20251020: pass")
    assert "judged locally" in page
    assert not (artifact / "gate.md").exists()


def test_without_a_runner_and_a_file_nothing_more_is_written(repository: Path, run_cli: RunCli) -> None:
    artifact = write_artifact(repository / "artifact", scored(**BAD))
    before = sorted(path.name for path in repository.rglob("*"))
    assert "::error" not in run_cli("gate", artifact).err
    assert sorted({path.name for path in repository.rglob("*")} - set(before)) == [GATE]


def test_training_says_what_it_left_and_how_to_fetch_it(
    chain: Chain, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enter(monkeypatch, tmp_path / "job", chain.repository)
    name = f"{DATASET}-2"
    outcome = run_cli("train", "er", "--code-commit", COMMIT, "--model-id", name, "--seed", "7")
    assert outcome.code == 0, outcome.err
    artifact = chain.repository / "dist" / name
    pinned = json.loads((chain.repository / "data_manifests" / f"{DATASET}.json").read_text())
    assert job.outputs == {
        "model-id": name,
        "dataset-id": DATASET,
        "dataset-date": "20251020",
        "dataset-hash": pinned["sha256"],
        "artifact": f"dist/{name}",
        "artifact-name": "er-model-20251020-2",
        "model-sha256": sha256_bytes((artifact / MODEL).read_bytes()),
        "artifact-sha256": sha256_bytes((artifact / "checksums.txt").read_bytes()),
    }
    assert f"gh run download 17 -n er-model-20251020-2 -D dist/{name}" in job.summary
    for stage in ("read", "fit", "score test rows"):
        assert f"| {stage} |" in job.summary


def test_verifying_one_dataset_sets_its_outputs(
    chain: Chain, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enter(monkeypatch, tmp_path / "job", chain.repository)
    assert run_cli("verify", "--task", "er").code == 0
    pinned = json.loads((chain.repository / "data_manifests" / f"{DATASET}.json").read_text())
    assert job.outputs == {
        "dataset-id": DATASET,
        "dataset-date": "20251020",
        "dataset-hash": pinned["sha256"],
        "rows": str(pinned["rows"]),
        "manifest": f"data_manifests/{DATASET}.json",
    }
    assert f"/blob/{COMMIT}/data_manifests/{DATASET}.json)" in job.summary
    assert job.summary.count("\n") == 1


def test_a_card_says_where_it_stands(
    chain: Chain, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enter(monkeypatch, tmp_path / "job", chain.repository)
    assert run_cli("card", chain.artifact).code == 0
    verdict = documents.read(chain.artifact / GATE, GateReport).verdict
    card = f"model_cards/{DATASET}.md"
    assert job.outputs == {"card": card, "model-id": DATASET, "status": "written", "verdict": verdict}
    assert job.summary.count("\n") == 1
    assert "written" in job.summary


def test_outputs_that_are_not_promised_are_a_bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    job = enter(monkeypatch, tmp_path / "job", tmp_path)
    for values in ({"card": "x"}, {"card": "x", "model-id": "", "status": "", "verdict": "", "more": ""}):
        with pytest.raises(ValueError, match="promises"):
            outputs.tell("card", values)
    assert job.outputs == {}


@pytest.mark.parametrize("channel", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_runner_that_cannot_be_told_is_a_fault_after_the_verdict_stands(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    enter(monkeypatch, tmp_path / "job", repository)
    monkeypatch.setenv(channel, str(tmp_path / "no" / "such" / "folder"))
    outcome = run_cli("gate", artifact)
    assert outcome.code == 5
    assert channel in outcome.err
    assert documents.read(artifact / GATE, GateReport).verdict == "pass"


def test_outside_of_actions_nothing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    outputs.tell("card", dict.fromkeys(outputs.OUTPUTS["card"], "x"))
    outputs.summarise("x")
    assert list(tmp_path.iterdir()) == []
    assert outputs.links().to_run("x") == "x"
