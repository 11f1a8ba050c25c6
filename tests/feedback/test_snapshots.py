"""Copies of a log: what is in the way is told as what it is, and leaves nothing behind."""

import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlops.errors import InputRefusedError, UnavailableError, UsageRefusedError
from mlops.feedback import snapshots
from tests.feedback.logs import Written

BIG = {"left_name": "x" * 2_000, "right_name": None}


@pytest.fixture
def log(tmp_path: Path) -> Written:
    """Return a log of more than 200,000 bytes."""
    found = Written(tmp_path / "serving.sqlite")
    found.many("2025-01-05", [(0.5, 1)] * 100, BIG)
    return found


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``size`` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_no_unreadable_log(log: Written, scratch: Path, tmp_path: Path) -> None:
    with little_room(64 << 10), pytest.raises(UnavailableError, match="private copy") as refusal:
        snapshots.put(log.path, "kept/copy", tmp_path)
    assert "TMPDIR" in refusal.value.fix
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "kept").exists()
    snapshots.put(log.path, "kept/copy", tmp_path)
    with little_room(64 << 10), pytest.raises(UnavailableError, match="private copy"):
        snapshots.fetched("kept/copy", tmp_path).__enter__()
    assert list(scratch.iterdir()) == []


def test_without_a_temporary_folder_there_is_no_copy(log: Written, scratch: Path, tmp_path: Path) -> None:
    scratch.rmdir()
    with pytest.raises(UnavailableError, match="private copy"):
        snapshots.put(log.path, "kept/copy", tmp_path)


def test_what_could_not_be_read_again_is_not_sent(log: Written, tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="larger than a snapshot") as refusal:
        snapshots.put(log.path, "kept/copy", tmp_path, limit=100_000)
    assert refusal.value.fix
    assert not (tmp_path / "kept").exists()


def test_a_copy_leaves_out_what_was_removed(log: Written, tmp_path: Path) -> None:
    whole, rows = snapshots.put(log.path, "kept/copy", tmp_path)
    with log.log._writing() as writing:
        writing.execute("DELETE FROM labels")
        writing.execute("DELETE FROM predictions WHERE number > 1")
    size, left = snapshots.put(log.path, "kept/copy", tmp_path)
    assert (rows, left) == (100, 1)
    assert size < whole / 4
    identity = [
        sqlite3.connect(path).execute("PRAGMA application_id").fetchone() for path in (log.path, tmp_path / "kept/copy")
    ]
    assert identity[0] == identity[1] != (0,)


@pytest.mark.parametrize("ending", ["", "-wal"])
def test_a_copy_never_takes_the_logs_own_place(log: Written, tmp_path: Path, ending: str) -> None:
    log.answer("2025-01-02", BIG)
    own = log.path.with_name(log.path.name + ending)
    link = tmp_path / "link"
    link.hardlink_to(own)
    before = own.stat().st_ino
    for place in (str(own), str(link)):
        with pytest.raises(UsageRefusedError, match="the log itself"):
            snapshots.put(log.path, place, tmp_path)
    assert own.stat().st_ino == before
