"""``mlops diff`` tells what a refresh changed."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import RunCli
from tests.tables import assert_refused, pairs, picture, write

OLD, NEW = Path("data/er_20251020.parquet"), Path("data/er_20251120.parquet")


def _refreshed() -> pa.Table:
    """Return the pairs with two more, one gone, one relabelled, and a renamed column."""
    table = pairs(8).slice(1)
    labels = table["label"].to_pylist()
    labels[1] = 1
    return table.set_column(4, "label", pa.array(labels, pa.int8())).rename_columns({"left_id": "left_key"})


@pytest.fixture
def pinned(repository: Path, run_cli: RunCli) -> Path:
    """Return a repository with a dataset and its refresh."""
    for path, table in ((OLD, pairs()), (NEW, _refreshed())):
        assert run_cli("pin", "er", write(repository / path, table)).code == 0
    return repository


@pytest.mark.parametrize(
    ("old", "new"),
    [("er_20251020", "er_20251120"), ("data_manifests/er_20251020.json", str(NEW)), (str(OLD), str(NEW))],
)
def test_ids_manifests_and_files_are_compared(pinned: Path, run_cli: RunCli, old: str, new: str) -> None:
    before = picture(pinned)
    outcome = run_cli("diff", old, new)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        f"{old} -> {new}: changed",
        "  rows     6 -> 7 (2 added, 1 removed, 0 changed; joined on pair_id)",
        "  labels   1 flipped (first: p2)",
        "  class    1: 2 -> 3",
        "  column   left_key added",
        "  column   left_id removed",
    ]
    assert picture(pinned) == before


@pytest.mark.usefixtures("pinned")
def test_json_is_one_object(run_cli: RunCli) -> None:
    said = json.loads(run_cli("diff", "er_20251020", "er_20251120", "--json").out)
    assert (said["outcome"], said["rows"]["labels_flipped"], said["classes"]["1"]) == ("changed", 1, [2, 3])


def test_a_re_encoded_file_is_told_so(pinned: Path, run_cli: RunCli) -> None:
    pq.write_table(pairs(), pinned / "other.parquet", compression="zstd", row_group_size=2)
    outcome = run_cli("diff", "er_20251020", "other.parquet")
    assert outcome.out.splitlines()[0].endswith("re-encoded, same content")


def test_pinned_data_is_verified_before_it_is_compared(pinned: Path, run_cli: RunCli) -> None:
    write(pinned / OLD, pairs(7))
    assert_refused(run_cli("diff", "er_20251020", "er_20251120"), 3, "sha256 mismatch")


def test_rows_without_a_name_are_matched_by_content(repository: Path, run_cli: RunCli) -> None:
    table = pairs().drop_columns(["pair_id"])
    write(repository / OLD, table)
    write(repository / NEW, table.slice(2))
    assert "0 added, 2 removed; matched by content" in run_cli("diff", OLD, NEW).out
