"""Opening the log of a server, or beginning one: its tables, and what is no log."""

import secrets
import sqlite3
from pathlib import Path

from mlops.errors import UnavailableError, UsageRefusedError

VERSION = 1
IDENTITY = "application_id"
"""The pragma that tells logs apart: a random number that a log and its copies share; 0 until a server opens it."""

_BUSY_SECONDS = 2.0
_JOURNAL_BYTES = 16 << 20
_JOURNAL_PAGES = _JOURNAL_BYTES >> 12

_SCHEMA = """
CREATE TABLE IF NOT EXISTS predictions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at TEXT NOT NULL,
  task TEXT NOT NULL,
  model_id TEXT NOT NULL,
  artifact_sha256 TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('live', 'canary', 'shadow')),
  answers TEXT NOT NULL,
  row TEXT NOT NULL,
  entity TEXT NOT NULL,
  inputs TEXT NOT NULL,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  positive INTEGER NOT NULL CHECK (positive IN (0, 1))
) STRICT;
CREATE TABLE IF NOT EXISTS labels (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  prediction TEXT NOT NULL REFERENCES predictions (id),
  label INTEGER NOT NULL CHECK (label IN (0, 1)),
  decided TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS labels_of_a_prediction ON labels (prediction, number);
CREATE INDEX IF NOT EXISTS predictions_of_a_day ON predictions (task, at);
"""


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection to a log, for many threads; begin the log if there is none.

    Raises:
        UsageRefusedError: The file is something else; it is left as it is.
        UnavailableError: The file cannot be opened, or is a log of another version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        try:
            _begin(connection, path)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise _no_log(path, "a file of another kind") from error
        raise UnavailableError(
            "The log cannot be opened, so nothing is served.", file=path, why=str(error),
            fix="Name a file that can be written, --log FILE; else free disk space, or end what holds the file.",
        ) from error  # fmt: skip
    return connection


def _begin(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found not in {0, VERSION}:
        raise UnavailableError(
            "The log is of another version.", file=path, expected=VERSION, found=found,
            fix="Name another file, or install the version of mlops that began this one.",
        )  # fmt: skip
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if tables and "predictions" not in tables:
        raise _no_log(path, f"a database of something else, with {min(tables)[:100]!a}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A reader that stays long makes the write-ahead log grow; once it has gone, the file shrinks again.
    connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_BYTES}")
    # The server settles the log every few seconds (`Log.settle`): within a commit, as is SQLite's default, each tenth
    # batch waited for it. Only where that cannot keep up does a commit do it.
    connection.execute(f"PRAGMA wal_autocheckpoint = {_JOURNAL_PAGES}")
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    if connection.execute(f"PRAGMA {IDENTITY}").fetchone()[0] == 0:
        connection.execute(f"PRAGMA {IDENTITY} = {1 + secrets.randbelow(2**31 - 1)}")


def _no_log(path: Path, found: str) -> UsageRefusedError:
    return UsageRefusedError(
        "This file is no log of predictions; it was left as it is.", file=path, field="--log", found=found,
        expected="a file that `mlops serve --log` began, or one that does not exist yet",
        why="It was begun by another program, or is damaged.", fix="Name another file: --log serving.sqlite",
    )  # fmt: skip
