"""``mlops admit``: exit codes, outputs and words; what is decided is tested in ``tests/test_admission.py``."""

import json
from pathlib import Path

import pytest

from mlops import documents
from mlops.artifact import CHECKSUMS, GATE
from mlops.config import load
from mlops.environments import Environments
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts
from tests import factories
from tests.cli.pages import Page
from tests.conftest import RunCli

ID = factories.DATASET_ID
BAD, FEW = Counts(tp=800, fp=200, fn=40, tn=960), Counts(tp=100, fp=5, fn=5, tn=100)


def write(repository: Path, counts: Counts = factories.COUNTS) -> Path:
    """Write an artifact that the policy of the repository judged, and pin its data."""
    documents.write(repository / "data_manifests" / f"{ID}.json", factories.manifest())
    rules = load(repository / "mlops.toml").task("er").policy
    return factories.write_artifact(repository / "dist" / ID, measured=factories.metrics(counts), rules=rules)


def test_a_pass_is_admitted(repository: Path, run_cli: RunCli) -> None:
    outcome = run_cli("admit", write(repository))
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith(f"{ID} may be deployed: its verdict is pass, and every hash holds.\n")


@pytest.mark.parametrize(("counts", "verdict", "code"), [(BAD, "fail", 1), (FEW, "inconclusive", 4)])
def test_another_verdict_ends_with_its_code_and_says_why(
    repository: Path, run_cli: RunCli, counts: Counts, verdict: str, code: int
) -> None:
    outcome = run_cli("admit", write(repository, counts))
    assert outcome.code == code
    assert outcome.out.startswith(f"{ID} must not be deployed: its verdict is {verdict}.\nprecision: ")


def test_json_names_everything(repository: Path, run_cli: RunCli) -> None:
    artifact = write(repository)
    found = json.loads(run_cli("admit", artifact, "--json").out)
    assert (found["admitted"], found["verdict"], found["environment"]) == (True, "pass", None)
    assert found["gate_sha256"] == sha256_bytes((artifact / GATE).read_bytes())


def test_an_environment_that_is_not_declared_is_refused(repository: Path, run_cli: RunCli) -> None:
    artifact = write(repository)
    assert run_cli("admit", artifact, "--environment", "production").code == 2
    served = Environments(environments={"production": {}})
    documents.write(repository / "model_cards" / "environments.json", served)
    admitted = run_cli("admit", artifact, "--environment", "production")
    assert (admitted.code, "may be deployed to production" in admitted.out) == (0, True)
    refused = run_cli("admit", artifact, "--environment", "prod")
    assert refused.code == 2
    assert "expected: production" in refused.err


@pytest.mark.parametrize("option", ["--artifact-sha256", "--gate-sha256", "--dataset-hash"])
def test_a_hash_that_does_not_hold_or_is_none_is_refused(repository: Path, run_cli: RunCli, option: str) -> None:
    artifact = write(repository)
    assert run_cli("admit", artifact, option, "0" * 64).code == 3
    outcome = run_cli("admit", artifact, option, "0" * 63)
    assert outcome.code == 2
    assert option in outcome.err


def test_an_artifact_that_is_not_there_is_refused(repository: Path, run_cli: RunCli) -> None:
    del repository
    assert run_cli("admit", "dist/absent").code == 3


@pytest.mark.parametrize(("counts", "verdict"), [(factories.COUNTS, "pass"), (BAD, "fail"), (FEW, "inconclusive")])
def test_inside_actions_it_names_the_bytes_whatever_the_verdict(
    repository: Path, run_cli: RunCli, page: Page, counts: Counts, verdict: str
) -> None:
    artifact = write(repository, counts)
    outcome = run_cli("admit", artifact)
    assert page.outputs() == {
        "model-id": ID,
        "dataset-id": ID,
        "dataset-hash": factories.DATA_SHA256,
        "model-sha256": sha256_bytes(factories.MODEL_BYTES),
        "artifact-sha256": sha256_bytes((artifact / CHECKSUMS).read_bytes()),
        "gate-sha256": sha256_bytes((artifact / GATE).read_bytes()),
    }
    assert f"its verdict is {verdict}" in page.summary
    assert ("::error title=Not admitted::" in outcome.err) == (verdict != "pass")


def test_a_refusal_sets_no_output(repository: Path, run_cli: RunCli, page: Page) -> None:
    assert run_cli("admit", write(repository), "--gate-sha256", "0" * 64).code == 3
    assert not page.output.exists()
    assert "0" * 64 in page.summary
