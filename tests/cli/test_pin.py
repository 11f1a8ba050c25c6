"""``mlops pin`` records a dataset once, and never replaces a record."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from mlops import manifest as manifests
from mlops.hashing import sha256_bytes
from mlops.ids import format_date, utc_today
from tests.conftest import RunCli
from tests.tables import assert_refused, pairs, picture, write

DATA = Path("data/er_20251020.parquet")
MANIFEST = Path("data_manifests/er_20251020.json")


@pytest.fixture
def pinned(repository: Path, run_cli: RunCli) -> Path:
    """Return a repository with one pinned dataset."""
    write(repository / DATA)
    assert run_cli("pin", "er", DATA, "--source", "CRM").code == 0
    return repository


def test_a_file_in_the_repository_needs_no_options(repository: Path, run_cli: RunCli) -> None:
    path = write(repository / DATA)
    outcome = run_cli("pin", "er", DATA)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{MANIFEST}  written\n")
    manifest = manifests.load(repository / MANIFEST)
    assert manifest.sha256 == sha256_bytes(path.read_bytes())
    assert (manifest.uris, manifest.parent, manifest.rows) == ((str(DATA),), None, 6)
    assert manifest.as_of.isoformat() == "2025-10-20"


def test_json_is_one_object(repository: Path, run_cli: RunCli) -> None:
    write(repository / DATA)
    said = json.loads(run_cli("pin", "er", DATA, "--json").out)
    assert (said["status"], said["path"], said["manifest"]["rows"]) == ("written", str(MANIFEST), 6)
    assert json.loads(run_cli("pin", "er", DATA, "--json").out)["status"] == "unchanged"


def test_the_file_may_be_named_from_a_folder_below(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository / DATA)
    monkeypatch.chdir(repository / "data")
    assert run_cli("pin", "er", DATA.name).code == 0
    assert manifests.load(repository / MANIFEST).uris == (str(DATA),)


def test_without_a_date_in_the_name_the_day_is_today(repository: Path, run_cli: RunCli) -> None:
    before = utc_today()
    assert run_cli("pin", "er", write(repository / "pairs.parquet")).code == 0
    written = [path.stem for path in (repository / "data_manifests").iterdir()]
    assert written in [[f"er_{format_date(day)}"] for day in (before, utc_today())]


def test_tomorrow_is_accepted_for_it_is_today_somewhere(repository: Path, run_cli: RunCli) -> None:
    tomorrow = format_date(utc_today() + timedelta(days=1))
    assert run_cli("pin", "er", write(repository / "pairs.parquet"), "--date", tomorrow).code == 0


def test_every_option_is_recorded(pinned: Path, run_cli: RunCli) -> None:
    write(pinned / "data/mirror.parquet", pairs(9))
    outcome = run_cli(
        "pin", "er", "data/mirror.parquet", "--date", "20251101", "--uri", "data/mirror.parquet",
        "--parent", "er_20251020", "--source", "ERP", "--licence", "MIT", "--limitation", "a", "--limitation", "b",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    manifest = manifests.load(pinned / "data_manifests/er_20251101.json")
    assert (manifest.uris, manifest.parent) == (("data/mirror.parquet",), "er_20251020")
    assert (manifest.source, manifest.licence, manifest.limitations) == ("ERP", "MIT", ("a", "b"))


def test_the_parent_is_the_newest_earlier_dataset(pinned: Path, run_cli: RunCli) -> None:
    for day in ("20251201", "20251101"):
        assert run_cli("pin", "er", write(pinned / f"data/er_{day}.parquet", pairs(int(day) % 97))).code == 0
    assert manifests.load(pinned / "data_manifests/er_20251201.json").parent == "er_20251020"
    assert manifests.load(pinned / "data_manifests/er_20251101.json").parent == "er_20251020"


@pytest.mark.parametrize("again", [(), ("--source", "CRM"), ("--date", "20251020", "--uri", str(DATA))])
def test_the_same_again_changes_nothing(pinned: Path, run_cli: RunCli, again: tuple[str, ...]) -> None:
    before = picture(pinned)
    outcome = run_cli("pin", "er", DATA, *again)
    assert outcome.code == 0
    assert outcome.out.startswith(f"{MANIFEST}  unchanged\n")
    assert picture(pinned) == before


def test_other_content_under_the_same_id_is_a_conflict(pinned: Path, run_cli: RunCli) -> None:
    write(pinned / DATA, pairs(7))
    before = picture(pinned)
    assert_refused(run_cli("pin", "er", DATA), 6, MANIFEST, "sha256", "--date")
    assert picture(pinned) == before


def test_a_conflict_says_when_only_the_encoding_differs(pinned: Path, run_cli: RunCli) -> None:
    write(pinned / DATA, pairs().take([5, 4, 3, 2, 1, 0]))
    assert_refused(run_cli("pin", "er", DATA), 6, "re-encoded", "content is the same")


def test_other_words_under_the_same_id_are_a_conflict(pinned: Path, run_cli: RunCli) -> None:
    before = picture(pinned)
    assert_refused(run_cli("pin", "er", DATA, "--source", "ERP"), 6, "source", "CRM", "ERP")
    assert picture(pinned) == before


def test_a_file_elsewhere_needs_a_uri(repository: Path, run_cli: RunCli) -> None:
    outside = write(repository.parent / "er_20251020.parquet")
    (repository / "er_20251020.parquet").symlink_to(outside)
    before = picture(repository)
    for name in (outside, Path("er_20251020.parquet")):
        assert_refused(run_cli("pin", "er", name), 2, "--uri", "outside of the repository", outside)
    assert picture(repository) == before


def test_a_local_uri_must_hold_the_same_bytes(repository: Path, run_cli: RunCli) -> None:
    outside = write(repository.parent / "er_20251020.parquet")
    assert_refused(run_cli("pin", "er", outside, "--uri", DATA), 3, DATA, "does not exist")
    write(repository / DATA, pairs(7))
    assert_refused(run_cli("pin", "er", outside, "--uri", DATA), 3, DATA, "sha256 mismatch")
    assert not (repository / MANIFEST).exists()
    write(repository / DATA)
    assert run_cli("pin", "er", outside, "--uri", DATA).code == 0


def test_a_remote_uri_is_recorded_without_asking_it(repository: Path, run_cli: RunCli) -> None:
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text("utf-8").replace('schemes = ["file"]', 'schemes = ["file", "s3"]'), "utf-8")
    outside = write(repository.parent / "er_20251020.parquet")
    assert run_cli("pin", "er", outside, "--uri", "s3://bucket/er.parquet").code == 0
    assert manifests.load(repository / MANIFEST).uris == ("s3://bucket/er.parquet",)


@pytest.mark.parametrize("parent", ["er_20240101", "er_20251020-2", "nonsense", "er_20251020"])
def test_a_parent_must_be_an_earlier_dataset(pinned: Path, run_cli: RunCli, parent: str) -> None:
    write(pinned / "data/er_20251019.parquet")
    before = picture(pinned)
    assert_refused(run_cli("pin", "er", "data/er_20251019.parquet", "--parent", parent), 2, parent)
    assert picture(pinned) == before


def test_a_task_must_be_declared(repository: Path, run_cli: RunCli) -> None:
    assert_refused(run_cli("pin", "fraud", write(repository / DATA)), 2, "fraud", "mlops.toml")


def test_outside_of_a_repository_nothing_is_pinned(
    tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(run_cli("pin", "er", write(tmp_path / "er_20251020.parquet")), 2, "mlops.toml")


def test_a_spoiled_manifest_is_not_overwritten(pinned: Path, run_cli: RunCli) -> None:
    (pinned / MANIFEST).write_text("{}", encoding="utf-8")
    before = picture(pinned)
    assert_refused(run_cli("pin", "er", DATA), 3, MANIFEST)
    assert picture(pinned) == before


def test_labels_cannot_act_on_the_terminal(repository: Path, run_cli: RunCli) -> None:
    table = pairs(1).drop_columns(["label"]).append_column("label", [["\x1b[2J"]])
    outcome = run_cli("pin", "er", write(repository / DATA, table))
    assert outcome.code == 0
    assert "\x1b" not in outcome.out
