"""A whole copy of a log that is being written, put where another machine finds it, and fetched from there."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlops.errors import InputRefusedError, UnavailableError, UsageRefusedError
from mlops.feedback.reading import opened
from mlops.storage.copying import AbsentError
from mlops.storage.target import MAX_BYTES, Target

_UNWRITTEN = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE,
})  # fmt: skip
"""What only the copy can be the cause of: nothing is written to the log, and it is open already."""


def put(log: Path, uri: str, root: Path, *, limit: int = MAX_BYTES) -> tuple[int, int]:
    """Copy a log to ``uri``, as it stands at one instant; return the copy's bytes and predictions.

    SQLite's backup reads the log and its write-ahead log together, which copying the file would not. Room that removed
    rows left behind is not copied.

    Args:
        log: The log.
        uri: Where its copy is put.
        root: The repository, below which a relative path lies.
        limit: The copy may have as many bytes.

    Raises:
        InputRefusedError: There is no log, its copy is damaged, or it is larger than ``limit``.
        UsageRefusedError: The URI names no file, or the log itself.
        UnavailableError: There is no room for the private copy, or the place did not take it; what stood there stands.
    """
    target, name = _place(uri, root)
    for ending in ("", "-wal", "-shm"):
        if target.is_file_of_here(name, log.with_name(log.name + ending)):
            raise UsageRefusedError(
                "A snapshot must not take the place of the log itself; nothing was copied.", field="--to", found=uri,
                expected="another file", why="The server would go on with a file that is no longer there.",
                fix="Name another file: its folder may be the same.",
            )  # fmt: skip
    with _room() as path:
        with opened(log) as connection:
            rows = _copy(connection, path, log)
        size = path.stat().st_size
        if size > limit:
            raise InputRefusedError(
                "The log is larger than a snapshot may be; nothing was sent.", file=log,
                expected=f"at most {limit:,} bytes", found=f"{size:,} bytes",
                fix="Remove old predictions (mlops feedback prune), or have the server begin another file: mlops serve "
                "--log.",
            )  # fmt: skip
        data = path.read_bytes()
    target.write(name, data, limit=limit)
    return len(data), rows


@contextlib.contextmanager
def fetched(uri: str, root: Path) -> Iterator[Path]:
    """Yield the path of a private copy of the snapshot at ``uri``; it is removed when the ``with`` ends.

    Raises:
        UsageRefusedError: The URI names no file.
        InputRefusedError: There is none.
        UnavailableError: The place did not deliver, or there is no room for the copy.
    """
    target, name = _place(uri, root)
    with _room() as path:
        try:
            data = target.read(name)
        except AbsentError:
            raise InputRefusedError(
                "There is no snapshot of a log here.", file=uri, expected="what `mlops feedback snapshot` left",
                found="nothing", fix="On the server's machine: mlops feedback snapshot --log FILE --to URI.",
            ) from None  # fmt: skip
        try:
            path.write_bytes(data)
        except OSError as error:
            raise _no_room(error.strerror or str(error)) from error
        yield path


def _copy(connection: sqlite3.Connection, path: Path, log: Path) -> int:
    """Copy an open log to the new file ``path``; return its predictions."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            sound = copy.execute("PRAGMA quick_check").fetchone()[0]
            if sound == "ok" and copy.execute("PRAGMA freelist_count").fetchone()[0]:
                copy.execute("VACUUM")
            rows = int(copy.execute("SELECT count(*) FROM predictions").fetchone()[0])
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) in _UNWRITTEN:
            raise _no_room(str(error)) from error
        raise
    if sound != "ok":
        raise InputRefusedError(
            "The log is damaged; nothing was copied.", file=log, found=str(sound),
            fix="Recover what is readable with `sqlite3 FILE .recover`, and begin a new log.",
        )  # fmt: skip
    return rows


@contextlib.contextmanager
def _room() -> Iterator[Path]:
    """Yield the path of a file to be made, in a folder that only this user can enter and that is removed at the end."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="mlops-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _no_room(error.strerror or str(error)) from error
    with folder as private:
        yield Path(private, "serving.sqlite")


def _no_room(why: str) -> UnavailableError:
    return UnavailableError(
        "The private copy of the log could not be written; nothing else was changed.", why=why,
        fix="Free space in the temporary folder, or set TMPDIR to a roomier one, then run the same command again.",
    )  # fmt: skip


def _place(uri: str, root: Path) -> tuple[Target, str]:
    folder, slash, name = uri.rpartition("/")
    if not name or folder.endswith(":/"):
        raise UsageRefusedError(
            "A snapshot is a file.", field="URI", expected="for example s3://bucket/logs/serving.sqlite", found=uri,
            fix="Name the file, too.",
        )  # fmt: skip
    return Target.open(folder if slash else ".", root=root), name
