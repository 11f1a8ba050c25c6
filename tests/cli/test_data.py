"""``mlops data generate`` writes the same bytes every time and never over something else."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mlops.dataset.writing import to_csv
from tests.conftest import RunCli


def _make(run_cli: RunCli, output: Path, *more: str) -> str:
    outcome = run_cli("data", "generate", "er", "--rows", "60", "--seed", "7", "--output", output, "--json", *more)
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_it_writes_what_it_says(run_cli: RunCli, tmp_path: Path) -> None:
    said = json.loads(_make(run_cli, tmp_path / "new" / "er.parquet"))
    data = (tmp_path / "new" / "er.parquet").read_bytes()
    table = pq.read_table(tmp_path / "new" / "er.parquet")
    assert said["status"] == "written"
    assert (said["rows"], said["bytes"]) == (table.num_rows, len(data)) == (60, len(data))
    assert said["sha256"] == hashlib.sha256(data).hexdigest()
    assert said["positives"] == sum(table.column("label").to_pylist())


def test_a_second_run_leaves_the_file_alone(run_cli: RunCli, tmp_path: Path) -> None:
    output = tmp_path / "er.parquet"
    first = json.loads(_make(run_cli, output))
    stamp = output.stat().st_mtime_ns
    second = json.loads(_make(run_cli, output))
    assert second == first | {"status": "unchanged"}
    assert output.stat().st_mtime_ns == stamp


def test_other_content_is_a_conflict_and_stays(run_cli: RunCli, tmp_path: Path) -> None:
    output = tmp_path / "er.parquet"
    output.write_bytes(b"mine")
    outcome = run_cli("data", "generate", "er", "--rows", "60", "--output", output)
    assert outcome.code == 6
    assert output.read_bytes() == b"mine"
    assert "--force" in outcome.err
    assert outcome.out == ""


def test_force_replaces_other_content(run_cli: RunCli, tmp_path: Path) -> None:
    output = tmp_path / "er.parquet"
    output.write_bytes(b"mine")
    assert json.loads(_make(run_cli, output, "--force"))["status"] == "written"
    assert output.read_bytes()[:4] == b"PAR1"


def test_without_json_it_says_the_result_and_the_next_step(run_cli: RunCli, tmp_path: Path) -> None:
    output = tmp_path / "er.parquet"
    outcome = run_cli("data", "generate", "er", "--rows", "50", "--output", output)
    assert outcome.code == 0
    assert "50 rows" in outcome.out
    assert hashlib.sha256(output.read_bytes()).hexdigest() in outcome.out
    assert f"mlops pin er {output}" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("er", "--rows", "49"), "rows"),
        (("er", "--rows", "5000001"), "rows"),
        (("er", "--seed", "-1"), "seed"),
        (("er", "--seed", "4294967296"), "seed"),
        (("er", "--rows", "many"), "--rows"),
        (("tickets",), "task"),
        (("e\x1br",), "task"),
        (("er", "--batch", "1"), "--batch"),
        (("claims", "--rows", "49"), "rows"),
        (("claims", "--setting", "easy"), "setting"),
        (("claims", "--batch", "501"), "batch"),
        (("claims", "--batch", "1", "--rows", "240"), "--rows"),
        (("claims", "--from", "2025-01-01"), "--to"),
        (("claims", "--from", "2025-01-02", "--to", "2025-01-01"), "from, to"),
        (("claims", "--from", "20250101", "--to", "2025-02-01"), "--from"),
        (("claims", "--rows", "240", "--as-of", "2025-10-05"), "as_of"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    run_cli: RunCli, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    output = tmp_path / "folder" / "er.parquet"
    outcome = run_cli("data", "generate", *arguments, "--output", output)
    assert outcome.code == 2
    assert named in outcome.err
    assert "\x1b" not in outcome.err
    assert not output.parent.exists()


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_a_target_that_is_no_regular_file_is_refused(run_cli: RunCli, tmp_path: Path, kind: str) -> None:
    output = tmp_path / "er.parquet"
    if kind == "link":
        output.symlink_to(tmp_path / "elsewhere")
    else:
        output.mkdir()
    outcome = run_cli("data", "generate", "er", "--rows", "50", "--force", "--output", output)
    assert outcome.code == 3
    assert kind in outcome.err
    assert not (tmp_path / "elsewhere").exists()


def test_options_have_environment_twins(run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_DATA_GENERATE_ROWS", "55")
    outcome = run_cli("data", "generate", "er", "--json", "--output", tmp_path / "er.parquet")
    assert json.loads(outcome.out)["rows"] == 55


def test_claims_are_a_csv_file_or_a_parquet_file_by_name(run_cli: RunCli, tmp_path: Path) -> None:
    """Both hold the same cells, so that a batch can be sent as either."""
    for name in ("claims.csv", "claims.parquet"):
        arguments = ("--rows", "60", "--setting", "beta", "--as-of", "2025-08-01", "--output", tmp_path / name)
        outcome = run_cli("data", "generate", "claims", *arguments)
        assert outcome.code == 0, outcome.err
        assert "60 rows" in outcome.out
        assert f"mlops pin claims {tmp_path / name}" in outcome.err
    written = pq.read_table(tmp_path / "claims.parquet")
    assert (tmp_path / "claims.csv").read_bytes() == to_csv(written)


def test_a_weekly_collection_says_what_is_undecided(run_cli: RunCli, tmp_path: Path) -> None:
    outcome = run_cli("data", "generate", "claims", "--batch", "1", "--json", "--output", tmp_path / "claims.csv")
    said = json.loads(outcome.out)
    assert said["rows"] > 250 > said["undecided"] > 20
    assert said["positives"] < said["rows"] - said["undecided"]
