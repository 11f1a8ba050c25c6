"""``mlops feedback join``: exported pairs become part of the pinned dataset, once, and what is known stays."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops import manifest as manifests
from tests.conftest import RunCli
from tests.feedback.logs import Written
from tests.tables import assert_refused, picture

BASE = Path("data/training/er_20250101.parquet")
BATCH = Path("data/er/er_batch_20250301.parquet")
JOIN = ("feedback", "join", BATCH, "--task", "er")
KNOWN = [(f"left {row}", f"right {row}", row % 2) for row in range(40)]


@pytest.fixture
def log(repository: Path, run_cli: RunCli, tmp_path: Path) -> Written:
    """Return a log of a repository in which pairs are pinned, one of them an attribute that no model reads."""
    (repository / BASE).parent.mkdir(parents=True)
    table = pa.table({
        "pair_id": [f"p{row}" for row in range(len(KNOWN))],
        "left_id": [f"l{row}" for row in range(len(KNOWN))], "right_id": [f"r{row}" for row in range(len(KNOWN))],
        "left_name": [left for left, _, _ in KNOWN], "right_name": [right for _, right, _ in KNOWN],
        "left_city": ["Bonn"] * len(KNOWN), "right_city": ["Bonn"] * len(KNOWN),
        "label": pa.array([label for _, _, label in KNOWN], pa.int8()), "annotator_1": [1] * len(KNOWN),
    })  # fmt: skip
    pq.write_table(table, repository / BASE)
    assert run_cli("pin", "er", BASE, "--source", "CRM", "--limitation", "Made up.").code == 0
    return Written(tmp_path / "serving.sqlite")


def export(run: RunCli, log: Written, *pairs: tuple[str, str, int]) -> str:
    for left, right, label in pairs:
        log.decide("2025-02-02", log.answer("2025-02-01", {"left_name": left, "right_name": right}), label)
    done = run("feedback", "export", "--log", log.path, "--task", "er", "--as-of", "2025-03-01")
    assert done.code == 0, done.err
    return done.out


def test_new_pairs_join_the_newest_dataset_and_known_ones_are_counted(
    repository: Path, run_cli: RunCli, log: Written
) -> None:
    said = export(run_cli, log, ("left 3", "new", 1), ("right 5", "left 5", 1), ("x", "y", 0))
    assert "do now     mlops feedback join data/er/er_batch_20250301.parquet --task er" in said
    before = picture(repository)
    done = json.loads(run_cli(*JOIN, "--json").out)
    assert [done[name] for name in ("status", "added", "identical", "conflicts")] == ["joined", 2, 1, 0]
    manifest = manifests.load(repository / "data_manifests/er_20250301.json")
    assert (manifest.rows, manifest.parent, manifest.labels) == (42, "er_20250101", {"0": 21, "1": 21})
    exported = manifests.load(repository / "dist/feedback/er_20250301/er_20250301.json")
    for text in ("er_20250101 (CRM)", "2 pairs of er_batch_20250301.parquet", exported.sha256, exported.source):
        assert text in manifest.source
    assert {"Made up.", *exported.limitations} < set(manifest.limitations)
    [path] = (repository / BASE).parent.glob("er_20250301-*.parquet")
    rows = pq.read_table(path).to_pylist()
    assert rows[:40] == pq.read_table(BASE).to_pylist()
    known, new = rows[40:]
    assert (known["left_id"], known["right_name"], known["left_city"], known["annotator_1"]) == (
        "l3",
        "new",
        None,
        None,
    )
    assert new["left_id"].startswith("~served-")
    assert {name: bytes_ for name, bytes_ in picture(repository).items() if name in before} == before
    assert run_cli("verify", "er_20250301").code == 0
    assert json.loads(run_cli(*JOIN, "--json").out)["status"] == "unchanged"
    later = json.loads(run_cli(*JOIN, "--as-of", "2025-03-02", "--json").out)
    assert (later["status"], later["base"], later["identical"]) == ("nothing new", "er_20250301", 3)


def test_another_label_is_a_conflict_before_anything_is_written(
    repository: Path, run_cli: RunCli, log: Written
) -> None:
    export(run_cli, log, ("left 3", "right 3", 0), ("left 4", "right 4", 1), ("x", "y", 0))
    before = picture(repository)
    refused = run_cli(*JOIN)
    one, two = f"{1:032x}", f"{2:032x}"
    assert_refused(refused, 6, "2 pairs are known", f"{one}: 1 there, 0 here; {two}: 0 there, 1 here", "--keep-known")
    assert picture(repository) == before
    assert "2 known otherwise" in run_cli(*JOIN, "--keep-known").out
    manifest = manifests.load(repository / "data_manifests/er_20250301.json")
    assert (manifest.rows, manifest.limitations[-1].startswith("2 pairs were left out")) == (41, True)


def test_what_cannot_be_joined_is_refused(repository: Path, run_cli: RunCli, log: Written) -> None:
    export(run_cli, log, ("x", "y", 0))
    before = picture(repository)
    assert_refused(run_cli(*JOIN, "--as-of", "2025-01-01"), 2, "later than the dataset", "er_20250101")
    assert_refused(run_cli(*JOIN[:-1], "claims"), 2, "mlops integrate claims --new-data")
    assert_refused(run_cli("integrate", "er", "--new-data", BATCH), 2, "mlops feedback join")
    batch = pq.read_table(BATCH)
    path = repository / "other.parquet"
    for table, words in (
        (batch.append_column("left_age", pa.array(["7"])), ("left_age", "the base has not")),
        (batch.append_column("inclusion_prob", pa.array([0.5])), ("inclusion_prob", "--only-audited")),
        (batch.set_column(0, "pair_id", pa.array(["p7"])), ("row 1, pair_id", "p7")),
        (batch.set_column(3, "label", pa.array(["yes"])), ("label", "int8")),
        (batch.drop_columns("label"), ("left_<attribute>",)),
    ):
        pq.write_table(table, path)
        assert_refused(run_cli("feedback", "join", path, "--task", "er", "--as-of", "2025-03-01"), 3, *words)
    path.unlink()
    (repository / BASE).write_bytes((repository / BASE).read_bytes() + b"x")
    assert_refused(run_cli(*JOIN), 3, "er_20250101")
    before[str(repository / BASE)] = (repository / BASE).read_bytes()
    assert picture(repository) == before


def test_a_batch_that_was_pinned_alone_is_told(repository: Path, run_cli: RunCli, log: Written) -> None:
    export(run_cli, log, ("x", "y", 0), ("z", "y", 1))
    pinned = run_cli("pin", "er", BATCH, "--date", "20250301")
    assert (pinned.code, "warning: er_20250301, with 2 rows, is now the newest" in pinned.err) == (0, True)
    assert "er_20250101 has 40, and lacks 5 of its columns" in pinned.err
    assert "mlops feedback join FILE --task er" in pinned.err
    assert_refused(run_cli(*JOIN), 6, "pinned as a dataset of their own", "remove data_manifests/er_20250301.json")
    assert_refused(run_cli(*JOIN, "--as-of", "2025-03-02"), 2, "--base er_20250101 --as-of DAY")
    assert run_cli(*JOIN, "--base", "er_20250101", "--as-of", "2025-03-02").code == 0
    assert run_cli("pin", "er", BASE).err == "", "no warning of a dataset that is not the newest"
    assert manifests.load(repository / "data_manifests/er_20250302.json").rows == 42
