"""``mlops verify`` hashes pinned data again and believes no manifest."""

import json
from pathlib import Path

import pytest

from tests.conftest import RunCli
from tests.tables import assert_refused, pairs, picture, write

FIRST, SECOND = Path("data/er_20251020.parquet"), Path("data/er_20251120.parquet")
MANIFEST = Path("data_manifests/er_20251020.json")


@pytest.fixture
def pinned(repository: Path, run_cli: RunCli) -> Path:
    """Return a repository with two pinned datasets."""
    for path, rows in ((FIRST, 6), (SECOND, 9)):
        assert run_cli("pin", "er", write(repository / path, pairs(rows))).code == 0
    return repository


def _sha256(run_cli: RunCli, name: str = "er_20251020") -> str:
    sha256: str = json.loads(run_cli("verify", name, "--json").out)["datasets"][0]["sha256"]
    return sha256


@pytest.mark.parametrize("names", [(), ("er_20251020", "er_20251120"), (str(MANIFEST),)])
def test_data_as_pinned_is_verified(pinned: Path, run_cli: RunCli, names: tuple[str, ...]) -> None:
    before = picture(pinned)
    outcome = run_cli("verify", *names)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.count("verified") == (len(names) or 2)
    assert picture(pinned) == before


def test_one_changed_dataset_fails_and_the_others_are_still_told(pinned: Path, run_cli: RunCli) -> None:
    write(pinned / FIRST, pairs(7))
    outcome = run_cli("verify")
    assert outcome.code == 3
    assert "er_20251120.json  verified" in outcome.out
    assert "sha256 mismatch" in outcome.err
    said = json.loads(run_cli("verify", "--json").out)
    assert said["verified"] is False
    assert [entry["code"] for entry in said["datasets"]] == [3, 0]


def test_an_absent_file_is_refused(pinned: Path, run_cli: RunCli) -> None:
    (pinned / FIRST).unlink()
    assert_refused(run_cli("verify", "er_20251020"), 3, FIRST, "does not exist")


def test_every_uri_is_verified(pinned: Path, run_cli: RunCli) -> None:
    manifest = json.loads((pinned / MANIFEST).read_text("utf-8"))
    manifest["uris"].append("data/mirror.parquet")
    (pinned / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    write(pinned / "data/mirror.parquet", pairs(7))
    assert_refused(run_cli("verify", "er_20251020"), 3, "data/mirror.parquet", "sha256 mismatch")


def test_a_number_typed_into_a_manifest_is_not_believed(pinned: Path, run_cli: RunCli) -> None:
    manifest = json.loads((pinned / MANIFEST).read_text("utf-8"))
    manifest["labels"] = {"0": 3, "1": 3}
    (pinned / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    assert_refused(run_cli("verify", "er_20251020"), 3, "labels", MANIFEST)


@pytest.mark.usefixtures("pinned")
def test_the_hash_of_a_dispatch_is_compared(run_cli: RunCli) -> None:
    sha256 = _sha256(run_cli)
    assert run_cli("verify", "er_20251020", "--dataset-hash", sha256).code == 0
    other = _sha256(run_cli, "er_20251120")
    assert_refused(run_cli("verify", "er_20251020", "--dataset-hash", other), 3, f"expected {other}, got {sha256}")


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("text", ["abc", "sha256:" + "0" * 64, "A" * 64, "0" * 64 + "\n"])
def test_a_hash_that_is_none_is_a_fault_of_usage(run_cli: RunCli, text: str) -> None:
    assert_refused(run_cli("verify", "er_20251020", "--dataset-hash", text), 2, "--dataset-hash", "64 lower-case hex")


@pytest.mark.usefixtures("pinned")
def test_one_hash_is_for_one_dataset(run_cli: RunCli) -> None:
    assert_refused(run_cli("verify", "--dataset-hash", "0" * 64), 2, "--dataset-hash", "2 datasets")


@pytest.mark.usefixtures("repository")
def test_nothing_pinned_is_nothing_verified(run_cli: RunCli) -> None:
    assert_refused(run_cli("verify"), 2, "data_manifests", "mlops pin")


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("name", ["er_20240101", "ER_20251020", "er_20251020-2"])
def test_an_unknown_id_is_a_fault_of_usage(run_cli: RunCli, name: str) -> None:
    assert_refused(run_cli("verify", name), 2, name)


def test_a_refused_input_outweighs_a_refused_setting(pinned: Path, run_cli: RunCli) -> None:
    settings = pinned / "mlops.toml"
    settings.write_text(settings.read_text("utf-8").replace('schemes = ["file"]', "schemes = []"), "utf-8")
    assert_refused(run_cli("verify"), 2, "schemes")
    (pinned / MANIFEST).write_text("{}", "utf-8")
    assert_refused(run_cli("verify"), 3, "schemes", MANIFEST)
