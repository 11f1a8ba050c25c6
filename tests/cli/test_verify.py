"""``mlops verify`` hashes pinned data again and believes no manifest."""

import json
from pathlib import Path

import pytest

from tests.cli.job import annotations, enter
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


@pytest.mark.usefixtures("pinned")
def test_a_dataset_is_named_by_task_and_day(run_cli: RunCli) -> None:
    first, second = _sha256(run_cli), _sha256(run_cli, "er_20251120")
    for arguments, name in (
        (("--task", "er"), "er_20251120"),
        (("--task", "er", "--dataset-date", "20251020"), "er_20251020"),
        (("--task", "er", "--dataset-hash", first), "er_20251020"),
        (("--task", "er", "--dataset-date", "20251120", "--dataset-hash", second), "er_20251120"),
    ):
        outcome = run_cli("verify", *arguments)
        assert outcome.code == 0, outcome.err
        assert outcome.out.startswith(f"data_manifests/{name}.json  verified")
        assert outcome.out.count("verified") == 1


@pytest.mark.usefixtures("pinned")
def test_a_day_with_the_hash_of_another_is_refused(run_cli: RunCli) -> None:
    other = _sha256(run_cli, "er_20251120")
    outcome = run_cli("verify", "--task", "er", "--dataset-date", "20251020", "--dataset-hash", other)
    assert_refused(outcome, 3, MANIFEST, "sha256", other)


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dataset-date", "20251020"), ("--task",)),
        (("er_20251020", "--task", "er"), ("--task", "not both")),
        (("er_20251020", "--dataset-date", "20251020"), ("--dataset-date",)),
        (("--task", "er", "--dataset-date", "20240101"), ("er_20240101",)),
        (("--task", "er", "--dataset-date", "../x"), ("8 ASCII digits",)),
        (("--task", "er", "--dataset-hash", "0" * 64), ("No manifest pins this hash",)),
        (("--task", "claims"), ("claims",)),
        (("--task", "../er"), ("../er",)),
    ],
)
def test_options_that_name_no_dataset_are_a_fault_of_usage(
    run_cli: RunCli, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    assert_refused(run_cli("verify", *arguments), 2, *words)


@pytest.mark.usefixtures("pinned")
def test_empty_twins_are_not_given(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TASK", "DATASET_DATE", "DATASET_HASH"):
        monkeypatch.setenv(f"MLOPS_VERIFY_{name}", "")
    assert run_cli("verify").out.count("verified") == 2


def test_inside_actions_a_refusal_points_at_the_pin(
    pinned: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pinned / FIRST, pairs(7))
    job = enter(monkeypatch, tmp_path / "job", pinned)
    outcome = run_cli("verify", "--task", "er", "--dataset-date", "20251020")
    assert outcome.code == 3
    (one,) = annotations(outcome.err)
    assert (one.level, one.file) == ("error", str(MANIFEST))
    assert '"sha256"' in (pinned / MANIFEST).read_text("utf-8").splitlines()[one.line - 1]
    assert job.outputs == {}
    assert "sha256 mismatch" in job.summary


def test_several_datasets_set_no_outputs(
    pinned: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enter(monkeypatch, tmp_path / "job", pinned)
    assert run_cli("verify").code == 0
    assert job.outputs == {}
    assert job.summary.count("verified") == 2
