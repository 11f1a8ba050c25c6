"""Old predictions are removed from a log, a few at a time, so that a server that writes to it waits for none of it.

What is removed is overwritten with zeros, for it was somebody's data; the room is used again by what is logged next.
"""

import contextlib
import sqlite3
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

from mlops.errors import UnavailableError
from mlops.feedback.reading import opened

BATCH = 500
"""Rows that are looked at in one transaction: some milliseconds, and the server waits up to two seconds."""
_PAUSE_SECONDS = 0.02
_BUSY_SECONDS = 10.0
_LABELS = """
DELETE FROM labels WHERE prediction IN (
  SELECT id FROM predictions WHERE number BETWEEN :first AND :last AND at < :before AND at < :exported
)
"""
_PREDICTIONS = """
DELETE FROM predictions WHERE number BETWEEN :first AND :last AND at < :before
  AND NOT EXISTS (SELECT 1 FROM labels WHERE labels.prediction = predictions.answers)
"""


class Pruned(NamedTuple):
    """What became of a log.

    Attributes:
        predictions: Were removed, those of shadows among them.
        labels: Were removed with theirs.
        kept: Are as old, and have a label of which nobody said that it is exported.
    """

    predictions: int
    labels: int
    kept: int


def prune(path: Path, before: date, exported: date | None = None) -> Pruned:
    """Remove predictions that were answered before a day; a labelled one only if it is said to be exported.

    A log does not know what was exported from it, so labels are kept until somebody says so.

    Args:
        path: The log; a server may be writing to it.
        before: The first day that stays.
        exported: Labelled predictions from before this day are exported; None keeps every labelled one.

    Raises:
        InputRefusedError: There is no log of this version.
        UnavailableError: It cannot be written; what was removed by then stays removed, all else is whole.
    """
    with opened(path):
        pass
    known = {"before": before.isoformat(), "exported": "" if exported is None else exported.isoformat()}
    removed = [0, 0]
    try:
        address = f"{path.resolve().as_uri()}?mode=rw"
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            first, last = connection.execute(
                "SELECT min(number), max(number) FROM predictions WHERE at < :before", known
            ).fetchone()
            for number in range(first or 0, (last or -1) + 1, BATCH):
                bound = {**known, "first": number, "last": number + BATCH - 1}
                connection.execute("BEGIN IMMEDIATE")
                counts = [connection.execute(delete, bound).rowcount for delete in (_LABELS, _PREDICTIONS)]
                connection.execute("COMMIT")
                removed = [sum(pair) for pair in zip(removed, counts, strict=True)]
                if any(counts):
                    time.sleep(_PAUSE_SECONDS)
            kept = connection.execute("SELECT count(*) FROM predictions WHERE at < :before", known).fetchone()[0]
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # else the file has what was removed a while longer
    except sqlite3.Error as error:
        raise UnavailableError(
            f"The log cannot be written; {removed[1]:,} predictions were removed before.", file=path, why=str(error),
            fix="Free disk space, or make the file and its folder writable, then run the same command again.",
        ) from error  # fmt: skip
    return Pruned(removed[1], removed[0], kept)
