"""``mlops integrate``: what becomes of each row, what is refused, and that stopping anywhere does no harm."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from mlops import documents
from mlops import manifest as manifests
from mlops.cli import plugs, steps
from mlops.cli.common import load_settings
from mlops.dataset.writing import to_csv
from mlops.tasks.claims.generator import CERTIFIABLE, batch
from tests.conftest import ROOT

Run = Callable[..., Any]
SEED = 42
OLD, FIRST = "claims_20251006", "claims_20251013"
ACCEPTED = ("uniqueness", "duplicate_keys", "label_validity", "score")
FIRST_BATCH = "data/claims/claims_batch_20251013.csv"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the committed base and its four batches, and nothing else."""
    shutil.copy(ROOT / "mlops.toml", tmp_path)
    shutil.copytree(ROOT / "data" / "claims", tmp_path / "data" / "claims")
    (tmp_path / "data_manifests").mkdir()
    shutil.copy(ROOT / "data_manifests" / f"{OLD}.json", tmp_path / "data_manifests")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(root: Path, name: str) -> manifests.Manifest:
    return manifests.load(root / "data_manifests" / f"{name}.json")


def state(root: Path) -> dict[str, bytes]:
    """Everything that is committed."""
    folders = (root / "data", root / "data_manifests")
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def rows(root: Path, name: str) -> dict[str, dict[str, str | None]]:
    """The rows of a dataset by their key."""
    pinned = loaded(root, name)
    table = steps.read_table(pinned, load_settings(root), root)
    return {row["claim_id"]: row for row in table.to_pylist()}


def write_batch(root: Path, table: pa.Table, day: str = "20251013") -> Path:
    path = root / "data" / "claims" / f"claims_batch_{day}.csv"
    path.write_bytes(to_csv(table))
    return path


def with_cells(table: pa.Table, column: str, cells: list[Any]) -> pa.Table:
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), pa.array(cells, table.schema.field(at).type))


@pytest.fixture(scope="module")
def first() -> pa.Table:
    return batch(1, SEED, setting=CERTIFIABLE)


def test_all_committed_batches_in_a_row_and_then_nothing(repository: Path, run_cli: Run) -> None:
    assert run_cli("integrate", "claims", "--pending").code == 0
    sizes = [240, 490, 740, 990, 1_240]
    names = [OLD, FIRST, "claims_20251020", "claims_20251027", "claims_20251103"]
    line = [loaded(repository, name) for name in names]
    assert [one.rows for one in line] == sizes
    assert [one.parent for one in line] == [None, *names[:-1]]
    done = [one.integrated for one in line[1:]]
    assert [one.added for one in done if one] == [250] * 4
    assert [one.revised for one in done if one] == [7, 75, 89, 78]
    splits = [one.split for one in line[1:]]
    days = [(one.valid_from, one.test_from) for one in splits if one]
    assert days == sorted(days), "no boundary moves back"
    assert len(days) == 4
    assert run_cli("verify").code == 0
    before = state(repository)
    again = run_cli("integrate", "claims", "--pending")
    assert (again.code, again.out) == (0, "Nothing is pending.\n")
    twice = run_cli("integrate", "claims", "--new-data", FIRST_BATCH, "--json")
    assert json.loads(twice.out)["integrations"][0]["status"] == "known"
    assert (twice.code, state(repository)) == (0, before)
    settings = load_settings(repository)
    newest = line[-1]
    declared = steps.declared_for(newest, settings).split
    assert newest.split is not None
    assert (declared.valid_from, declared.test_from) == (newest.split.valid_from, newest.split.test_from)
    examples = steps.read_examples(plugs.open_task("claims"), newest, settings, repository)
    assert examples.facts["split_sha256"] == newest.split.sha256


def test_killed_at_any_write_and_run_again_it_comes_to_the_same(
    repository: Path, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of a dead process: each write in turn is the one that does not happen any more."""
    real, before = documents.write_bytes, state(repository)
    written: list[Path] = []

    def counts(path: Path, data: bytes) -> None:
        written.append(path)
        real(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(documents, "write_bytes", counts)
        assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 0
    unbroken, writes = state(repository), len(written)
    assert written[-1].name == f"{FIRST}.json", "the manifest comes last"
    for killed_at in range(writes):
        for name in state(repository).keys() - before.keys():
            (repository / name).unlink()

        def dies(path: Path, data: bytes) -> None:
            written.append(path)
            if len(written) > killed_at:  # noqa: B023  # called before the next round
                raise OSError(28, "no space left")
            real(path, data)

        written.clear()
        with monkeypatch.context() as patched:
            patched.setattr(documents, "write_bytes", dies)
            assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code != 0
        left = state(repository)
        assert {name: left[name] for name in before} == before, "what was there is untouched"
        assert f"data_manifests/{FIRST}.json" not in left
        assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 0
        assert state(repository) == unbroken


def test_a_full_disk_is_told_and_changes_nothing(
    repository: Path, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is full: at the first file, or only at the last, when reports and data are written already."""
    before, real = state(repository), os.fsync
    written: list[int] = []

    for room in (0, 7):

        def full(descriptor: int) -> None:
            written.append(descriptor)
            if len(written) > room:  # noqa: B023  # called before the next round
                raise OSError(28, "No space left on device")
            real(descriptor)

        written.clear()
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", full)
            done = run_cli("integrate", "claims", "--new-data", FIRST_BATCH)
        assert (done.code, "No space left on device" in done.err, "Free disk space" in done.err) == (5, True, True)
        assert state(repository) == before
    assert f"{FIRST}.json" in done.err, "the last one was the manifest"
    assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 0


def test_what_contradicts_what_is_known_goes_to_quarantine_with_its_like(
    repository: Path, run_cli: Run, first: pa.Table
) -> None:
    known = rows(repository, OLD)
    denied = next(key for key, row in known.items() if row["claimable"] == "0")
    waiting = next(key for key, row in known.items() if not row["claimable"])
    table = [row for row in first.to_pylist() if row["claim_id"] not in known][:100]
    sample = {**table[0]}
    for key, label, category in (
        (denied, None, None),
        (denied, 1, None),
        (waiting, None, "books!"),
        (waiting, 1, "books!"),
    ):
        copied = {name: _typed(known[key][name], sample[name]) for name in sample}
        copied["claimable"] = label
        copied["category"] = category or copied["category"]
        table.append(copied)
    write_batch(repository, pa.Table.from_pylist(table, first.schema))
    before = state(repository)
    refused = run_cli("integrate", "claims", "--new-data", FIRST_BATCH)
    assert (refused.code, state(repository)) == (1, before)
    accepted = [part for name in ACCEPTED for part in ("--accept", name)]
    done = run_cli("integrate", "claims", "--new-data", FIRST_BATCH, *accepted)
    assert done.code == 0, done.out
    now, told = rows(repository, FIRST), loaded(repository, FIRST).integrated
    assert now[denied]["claimable"] == "0", "a label that turned over does not get in through a second row"
    assert now[waiting]["category"] == known[waiting]["category"]
    assert told is not None
    assert sorted(told.accepted) == sorted(ACCEPTED)
    held = pq.read_table(repository / "dist/integration" / FIRST / "quarantine.parquet")
    keys = set(held.column("quarantine_key").to_pylist())
    assert {denied, waiting} <= keys


def _typed(text: str | None, like: object) -> object:
    if text is None or text == "":
        return None
    if isinstance(like, date):
        return date.fromisoformat(text)
    return type(like)(text) if isinstance(like, int | float) else text


def test_several_rows_of_a_claim_leave_its_newest_label(repository: Path, run_cli: Run, first: pa.Table) -> None:
    known = rows(repository, OLD)
    waiting = next(key for key, row in known.items() if not row["claimable"])
    sample = [row for row in first.to_pylist() if row["claim_id"] not in known][:100]
    open_ = {name: _typed(known[waiting][name], sample[0][name]) for name in sample[0]}
    decided = {**open_, "claimable": 1, "source_file": "elsewhere"}
    write_batch(repository, pa.Table.from_pylist([*sample, open_, decided], first.schema))
    assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 0
    now = rows(repository, FIRST)
    assert now[waiting]["claimable"] == "1"
    log = (repository / "dist/integration" / FIRST / "revisions.csv").read_text().splitlines()
    assert f"{waiting},,1" in log
    assert list(now)[: len(known)] == list(known), "claims keep their places"


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda data: data.replace(b"marketplace", b"market_place", 1), 3, "looks like marketplace"),
        (lambda data: data.replace(b",", b";"), 3, "not separated by commas"),
        (lambda data: data.decode().replace("toys", "jouets é").encode("latin-1"), 3, "UTF-8"),
        (lambda data: data.decode().encode("utf-16"), 3, "UTF-16"),
        (lambda data: data[:4_000] + b"\0" + data[4_000:], 3, "NUL"),
        (lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", 3, "Git LFS pointer"),
        (lambda _: b"", 3, "0 bytes"),
        (lambda data: data.replace(b"2025-10-", b"2031-10-"), 1, "future_rows"),
        (lambda data: data.splitlines(keepends=True)[0], 1, "no rows"),
    ],
    ids=[
        "other columns",
        "wrong delimiter",
        "Latin-1",
        "UTF-16",
        "NUL",
        "LFS pointer",
        "no byte",
        "from the future",
        "no row",
    ],
)
def test_a_batch_that_is_none_changes_nothing(
    repository: Path, run_cli: Run, change: Callable[[bytes], bytes], code: int, said: str
) -> None:
    path = repository / FIRST_BATCH
    path.write_bytes(change(path.read_bytes()))
    before = state(repository)
    done = run_cli("integrate", "claims", "--new-data", FIRST_BATCH)
    assert done.code == code
    assert said in done.out + done.err
    assert state(repository) == before


def test_the_mark_of_a_spreadsheet_does_no_harm_and_the_same_rows_in_another_file_are_known(
    repository: Path, run_cli: Run
) -> None:
    """With a byte-order mark the first column keeps its name; a file is other bytes, and its claims are the same."""
    plain = (repository / FIRST_BATCH).read_bytes()
    (repository / FIRST_BATCH).write_bytes(b"\xef\xbb\xbf" + plain)
    assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 0
    assert loaded(repository, FIRST).rows == 490
    again = repository / "data" / "claims" / "claims_batch_20251014.csv"
    again.write_bytes(plain)
    before = state(repository)
    done = run_cli("integrate", "claims", "--new-data", str(again), "--json")
    told = json.loads(done.out)["integrations"][0]
    assert (done.code, told["status"], told["received"], told["identical"]) == (0, "nothing new", 257, 257)
    assert state(repository) == before


def test_a_batch_named_after_tomorrow_is_refused_before_any_other_goes_in(repository: Path, run_cli: Run) -> None:
    shutil.copy(repository / FIRST_BATCH, repository / "data" / "claims" / "claims_batch_20991231.csv")
    before = state(repository)
    done = run_cli("integrate", "claims", "--pending")
    assert (done.code, "claims_batch_20991231.csv" in done.err) == (2, True)
    assert state(repository) == before


def test_a_batch_that_comes_late_is_noted_and_goes_in_under_the_day_that_it_is_given(
    repository: Path, run_cli: Run
) -> None:
    """ADR 26: its days lie before the boundary of the test rows, so they train or are held back, and none tests."""
    late = repository / FIRST_BATCH
    held = late.rename(repository / "held.csv")
    assert run_cli("integrate", "claims", "--pending").code == 0
    newest = loaded(repository, "claims_20251103")
    held.rename(late)
    before = state(repository)
    noted = run_cli("integrate", "claims", "--pending")
    assert (noted.code, noted.out, state(repository)) == (0, "Nothing is pending.\n", before)
    assert f"{FIRST_BATCH} is in no dataset, and not later than claims_20251103: it came late" in noted.err
    assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 2
    words = ("integrate", "claims", "--new-data", FIRST_BATCH, "--as-of", "20251104")
    refused = run_cli(*words)
    assert (refused.code, "83 in quarantine" in refused.out, state(repository)) == (1, True, before)
    accepted = [part for name in ACCEPTED for part in ("--accept", name)]
    assert run_cli(*words, *accepted).code == 0
    grown = loaded(repository, "claims_20251104")
    old, new = newest.split, grown.split
    assert old is not None
    assert new is not None
    assert (grown.rows, new.test_from >= old.test_from) == (1_240, True), "as many as if it had come in time"
    known, now = rows(repository, newest.id), rows(repository, grown.id)
    kept = {key: row["claimable"] for key, row in known.items() if row["claimable"]}
    assert {key: now[key]["claimable"] for key in kept} == kept, "no label is lost to an older row"
    assert all(str(now[key]["claim_date"]) < new.test_from.isoformat() for key in now.keys() - known.keys())


def test_a_base_that_is_not_intact_is_refused(repository: Path, run_cli: Run) -> None:
    path = repository / "data" / "claims" / f"{OLD}.csv"
    path.write_bytes(path.read_bytes().replace(b"DE", b"FR", 1))
    done = run_cli("integrate", "claims", "--new-data", FIRST_BATCH)
    assert done.code == 3
    assert "sha256" in done.err


def test_an_id_that_is_taken_is_a_conflict(repository: Path, run_cli: Run, first: pa.Table) -> None:
    assert run_cli("integrate", "claims", "--new-data", FIRST_BATCH).code == 0
    before = state(repository)
    other = write_batch(repository, first.slice(0, 100), "20251014")
    done = run_cli("integrate", "claims", "--new-data", str(other), "--base", OLD, "--as-of", "20251013")
    assert done.code == 6
    assert {name: data for name, data in state(repository).items() if "20251014" not in name} == before


@pytest.mark.usefixtures("repository")
def test_what_is_wrong_with_the_whole_batch_cannot_be_accepted(run_cli: Run) -> None:
    done = run_cli("integrate", "claims", "--new-data", FIRST_BATCH, "--accept", "classes")
    assert done.code == 2
    assert "label_validity" in done.err


def test_without_new_splits_the_boundaries_stay(repository: Path, run_cli: Run) -> None:
    names = [f"data/claims/claims_batch_{day}.csv" for day in ("20251013", "20251020")]
    assert run_cli("integrate", "claims", "--new-data", names[0]).code == 0
    assert run_cli("integrate", "claims", "--new-data", names[1], "--no-create-splits").code == 0
    old, new = loaded(repository, FIRST).split, loaded(repository, "claims_20251020").split
    assert old is not None
    assert new is not None
    assert (new.valid_from, new.test_from) == (old.valid_from, old.test_from)


def test_2013_onto_the_years_before_keeps_the_later_label(repository: Path, run_cli: Run, shared_data: Path) -> None:
    """Real claims: labels of 200 claims are not known yet in the base, and come with the batch."""
    settings = (repository / "mlops.toml").read_text().replace('contract = "fba_claims"', 'contract = "tsa_claims"')
    (repository / "mlops.toml").write_text(settings)
    shutil.rmtree(repository / "data" / "claims")
    (repository / "data_manifests" / f"{OLD}.json").unlink()
    table = pq.read_table(shared_data / "claims" / "tsa_claims_2010_2013.parquet").replace_schema_metadata(None)
    old = table.filter(pc.less(pc.year(table["claim_date"]), 2013))
    late = old.filter(old["claimable"].is_valid()).slice(0, 200)
    ids = set(late["claim_id"].to_pylist())
    base = old
    for name in ("claimable", "close_amount", "disposition"):
        cells = zip(old["claim_id"].to_pylist(), old[name].to_pylist(), strict=True)
        base = with_cells(base, name, [None if key in ids else cell for key, cell in cells])
    new = pa.concat_tables([table.filter(pc.equal(pc.year(table["claim_date"]), 2013)), late])
    folder = repository / "data" / "claims"
    folder.mkdir()
    pq.write_table(base, folder / "claims_20130101.parquet")
    pq.write_table(new, folder / "claims_batch_20140101.parquet")
    assert run_cli("pin", "claims", "data/claims/claims_20130101.parquet").code == 0
    done = run_cli("integrate", "claims", "--pending", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)["integrations"][0]
    held = pq.read_table(repository / "dist/integration/claims_20140101/quarantine.parquet")
    kept = ids - set(held.column("quarantine_key").to_pylist())
    assert (told["revised"], told["conflicts"], len(kept) > 150) == (len(kept), 0, True)
    merged = rows(repository, "claims_20140101")
    labels = dict(zip(late["claim_id"].to_pylist(), late["claimable"].to_pylist(), strict=True))
    assert {key: merged[key]["claimable"] for key in kept} == {key: labels[key] for key in kept}
