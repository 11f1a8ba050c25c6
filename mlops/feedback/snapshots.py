"""A whole copy of a log that is being written, put where another machine finds it, and fetched from there."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.feedback.reading import opened
from mlops.storage.copying import AbsentError
from mlops.storage.target import Target


def put(log: Path, uri: str, root: Path) -> tuple[int, int]:
    """Copy a log to ``uri``, as it stands at one instant; return the copy's bytes and predictions.

    SQLite's backup reads the log and its write-ahead log together, which copying the file would not.

    Raises:
        InputRefusedError: There is no log, or its copy is damaged.
        UsageRefusedError: The URI names no file.
        UnavailableError: The place did not take it; what stood there stands.
    """
    target, name = _place(uri, root)
    with tempfile.TemporaryDirectory() as private, opened(log) as connection:
        path = Path(private, "copy")
        copy = sqlite3.connect(path, isolation_level=None)
        with contextlib.closing(copy):
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            sound = copy.execute("PRAGMA quick_check").fetchone()[0]
            rows = int(copy.execute("SELECT count(*) FROM predictions").fetchone()[0])
        if sound != "ok":
            raise InputRefusedError(
                "The log is damaged; nothing was copied.", file=log, found=str(sound),
                fix="Recover what is readable with `sqlite3 FILE .recover`, and begin a new log.",
            )  # fmt: skip
        data = path.read_bytes()
    target.write(name, data)
    return len(data), rows


@contextlib.contextmanager
def fetched(uri: str, root: Path) -> Iterator[Path]:
    """Yield the path of a private copy of the snapshot at ``uri``; it is removed when the ``with`` ends.

    Raises:
        UsageRefusedError: The URI names no file.
        InputRefusedError: There is none.
        UnavailableError: The place did not deliver.
    """
    target, name = _place(uri, root)
    with tempfile.TemporaryDirectory() as private:
        path = Path(private, "serving.sqlite")
        try:
            data = target.read(name)
        except AbsentError:
            raise InputRefusedError(
                "There is no snapshot of a log here.", file=uri, expected="what `mlops feedback snapshot` left",
                found="nothing", fix="On the server's machine: mlops feedback snapshot --log FILE --to URI.",
            ) from None  # fmt: skip
        path.write_bytes(data)
        yield path


def _place(uri: str, root: Path) -> tuple[Target, str]:
    folder, slash, name = uri.rpartition("/")
    if not name or folder.endswith(":/"):
        raise UsageRefusedError(
            "A snapshot is a file.", field="URI", expected="for example s3://bucket/logs/serving.sqlite", found=uri,
            fix="Name the file, too.",
        )  # fmt: skip
    return Target.open(folder if slash else ".", root=root), name
