"""A deploy takes the bytes that were judged, or none: rows 10 and 29."""

import json
from pathlib import Path

import pytest

from mlops import checksums, documents
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.config import load
from mlops.documents import canonical_json
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts
from tests import factories
from tests.conftest import RunCli
from tests.safety.test_names import everything_below

ID = factories.DATASET_ID
BAD = Counts(tp=800, fp=200, fn=40, tn=960)


def judged(repository: Path, counts: Counts = factories.COUNTS, name: str = "artifact") -> Path:
    """Write a judged artifact, and pin its data."""
    documents.write(repository / "data_manifests" / f"{ID}.json", factories.manifest())
    rules = load(repository / "mlops.toml").task("er").policy
    return factories.write_artifact(repository / name, measured=factories.metrics(counts), rules=rules)


def told(artifact: Path) -> list[str]:
    """Return the options with which a job hands on what it judged."""
    listing, gate = ((artifact / name).read_bytes() for name in (CHECKSUMS, GATE))
    return ["--artifact-sha256", sha256_bytes(listing), "--gate-sha256", sha256_bytes(gate)]


@pytest.mark.parametrize("words", ["verdict", "criteria", "everything"])
def test_bad_input_10_an_artifact_that_says_it_passed(repository: Path, run_cli: RunCli, words: str) -> None:
    artifact = judged(repository, BAD)
    assert run_cli("admit", artifact).code == 1
    gate = json.loads((artifact / GATE).read_bytes())
    gate["verdict"] = "pass"
    if words != "verdict":
        gate["criteria"] = [criterion | {"verdict": "pass"} for criterion in gate["criteria"]]
    if words == "everything":
        gate["criteria"] = [criterion | {"value": 0.99, "lower": 0.98, "upper": 1.0} for criterion in gate["criteria"]]
    (artifact / GATE).write_bytes(canonical_json(gate))
    before = everything_below(repository)
    outcome = run_cli("admit", artifact)
    assert outcome.code == 3
    assert GATE in outcome.err
    assert outcome.out == ""
    assert everything_below(repository) == before


def test_bad_input_10_a_word_that_no_document_has_is_refused(repository: Path, run_cli: RunCli) -> None:
    artifact = judged(repository, BAD)
    gate = json.loads((artifact / GATE).read_bytes())
    (artifact / GATE).write_bytes(canonical_json(gate | {"passed": True}))
    outcome = run_cli("admit", artifact)
    assert outcome.code == 3
    assert "field: passed" in outcome.err


@pytest.mark.parametrize("name", [MODEL, EVALUATION, TRAINING, METRICS])
def test_bad_input_29_the_same_name_with_other_bytes(repository: Path, run_cli: RunCli, name: str) -> None:
    artifact = judged(repository)
    options = told(artifact)
    assert run_cli("admit", artifact, *options).code == 0
    path = artifact / name
    path.write_bytes(path.read_bytes().replace(b"e", b"E", 1))
    assert run_cli("admit", artifact, *options).code == 3
    checksums.write(artifact, (EVALUATION, METRICS, MODEL, TRAINING))
    outcome = run_cli("admit", artifact, *options)
    assert outcome.code == 3
    assert outcome.out == ""


def test_bad_input_29_a_whole_artifact_of_another_job_that_agrees_with_itself(
    repository: Path, run_cli: RunCli
) -> None:
    options = told(judged(repository))
    other = judged(repository, Counts(tp=978, fp=22, fn=42, tn=958), name="other")
    assert run_cli("admit", other).code == 0
    outcome = run_cli("admit", other, *options)
    assert outcome.code == 3
    assert "This is another artifact than the one that was judged for this deploy." in outcome.err
    assert options[1] in outcome.err


def test_bad_input_29_another_verdict_beside_the_same_model(repository: Path, run_cli: RunCli) -> None:
    artifact = judged(repository)
    options = told(artifact)
    gate = json.loads((artifact / GATE).read_bytes())
    (artifact / GATE).write_bytes(canonical_json(gate | {"warnings": ["something else"]}))
    assert run_cli("admit", artifact).code == 0
    outcome = run_cli("admit", artifact, *options)
    assert outcome.code == 3
    assert "gate_sha256" in outcome.err


def test_bad_input_29_a_file_that_is_a_link_is_refused(repository: Path, run_cli: RunCli) -> None:
    artifact = judged(repository)
    (artifact / MODEL).rename(repository / "elsewhere")
    (artifact / MODEL).symlink_to(repository / "elsewhere")
    outcome = run_cli("admit", artifact)
    assert outcome.code == 3
    assert "a symbolic link" in outcome.err
