"""Read a server's log without writing to it: answered predictions, each with the newest label known on a day.

One transaction reads everything, so a server that goes on writing changes nothing of what is read.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from mlops.errors import InputRefusedError
from mlops.inputs import Value
from mlops.serving.opening import IDENTITY, VERSION

_BUSY_SECONDS = 10.0
_PLAIN = frozenset({str, int, float, type(None)})
_ROWS = """
SELECT p.number, p.id, p.at, p.model_id, p.artifact_sha256, p.role, p.row, p.entity, p.inputs, p.score, p.positive,
  l.label, l.decided, l.at,
  (SELECT count(DISTINCT o.label) FROM labels o WHERE o.prediction = p.id AND o.at < :known)
FROM predictions p LEFT JOIN labels l ON l.number =
  (SELECT max(n.number) FROM labels n WHERE n.prediction = p.id AND n.at < :known)
WHERE p.task = :task AND p.at >= :start AND p.at < :end AND p.answers = p.id
ORDER BY p.number
"""
_DAYS = """
SELECT min(at), max(at), count(*) FROM predictions WHERE task = ? AND answers = id
"""


class Logged(NamedTuple):
    """A prediction that answered somebody.

    Attributes:
        number: Its place in the log.
        id: Its id.
        day: When it was answered, in UTC.
        model_id: By which model.
        artifact_sha256: That model's bytes.
        role: ``live`` or ``canary``; what a shadow said answered nobody and is not read.
        row: The client's name of the row; empty if it gave none.
        entity: What it was about, hashed.
        inputs: What was scored, as it was sent.
        score: In [0, 1].
        positive: Whether it was called positive.
        label: The newest label; None while there is none.
        decided: The day of that decision.
        labelled: The day on which that label arrived.
        revised: Whether labels that came for it contradict each other.
        log: Which log it stands in, see :data:`mlops.serving.log.IDENTITY`; 0 where that is not known.
    """

    number: int
    id: str
    day: date
    model_id: str
    artifact_sha256: str
    role: str
    row: str
    entity: str
    inputs: Mapping[str, Value]
    score: float
    positive: bool
    label: int | None
    decided: date | None
    labelled: date | None
    revised: bool
    log: int = 0


class Window(NamedTuple):
    """Days of predictions, and until when labels are read.

    Attributes:
        start: The first day.
        until: The day after the last one.
        as_of: The last day whose labels count; what came later is as if it had not come.
    """

    start: date
    until: date
    as_of: date


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a log for reading, in one transaction; nothing is written, not even a log that is absent.

    Raises:
        InputRefusedError: The file is absent, no log, or one of another version.
    """
    if not path.is_file():
        raise InputRefusedError(
            "There is no log here.", file=path, expected="the file that `mlops serve --log` keeps", found="nothing",
            fix="Name it with --log, or fetch a snapshot of it.",
        )  # fmt: skip
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)
        try:
            connection.isolation_level = None
            connection.execute("BEGIN")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != VERSION:
                raise InputRefusedError(
                    "This is no log of this version.", file=path, expected=VERSION, found=version,
                    fix="Name the file that `mlops serve --log` keeps.",
                )  # fmt: skip
            yield connection
        finally:
            connection.close()
    except InputRefusedError as error:
        error.file = error.file or str(path)
        raise
    except (sqlite3.Error, OSError) as error:
        raise InputRefusedError(
            "The log cannot be read.", file=path, why=str(error),
            fix="Is it the file that `mlops serve --log` keeps, whole? `mlops feedback snapshot` makes a safe copy.",
        ) from error  # fmt: skip


def answered(connection: sqlite3.Connection, task: str, window: Window) -> tuple[Logged, ...]:
    """Return the predictions of a task that answered somebody in a window, in the order of the log.

    Raises:
        InputRefusedError: A row is damaged; :func:`opened` says in which file.
    """
    bound = {
        "task": task, "start": window.start.isoformat(), "end": window.until.isoformat(),
        "known": (window.as_of + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    log = connection.execute(f"PRAGMA {IDENTITY}").fetchone()[0]
    return tuple(_row(found, log) for found in connection.execute(_ROWS, bound))


def read(path: Path, task: str, window: Window) -> tuple[Logged, ...]:
    """Return what :func:`answered` does of the log in a file."""
    with opened(path) as connection:
        return answered(connection, task, window)


def span(connection: sqlite3.Connection, task: str) -> tuple[date, date] | None:
    """Return the first and the last day of a task's answered predictions; None where there are none."""
    first, last, count = connection.execute(_DAYS, (task,)).fetchone()
    return (_day(first), _day(last)) if count else None


def _row(found: tuple[Any, ...], log: int) -> Logged:
    try:
        return _logged(found, log)
    except (ValueError, TypeError, RecursionError):
        number, own = found[:2]
        raise InputRefusedError(
            "A row of the log is damaged; nothing was read.",
            field=f"predictions, number {number}, id {own!r}",
            expected="what `mlops serve` writes: inputs as a JSON object of texts, numbers and null, days as dates",
            found="something else",
            why="Another program wrote to the log, or its disk or a copy of it is damaged.",
            fix="Read a sound copy (`mlops feedback snapshot` checks what it copies), or take the row out of the log "
            "with sqlite3: its labels first, then itself.",
        ) from None


def _logged(found: tuple[Any, ...], log: int) -> Logged:
    number, own, at, model, artifact, role, row, entity, inputs, score, positive, label, decided, came, labels = found
    return Logged(
        number, own, _day(at), model, artifact, role, row, entity, _inputs(inputs), score, bool(positive), label,
        None if decided is None else date.fromisoformat(decided), None if came is None else _day(came), labels > 1, log,
    )  # fmt: skip


def _inputs(text: str) -> dict[str, Value]:
    """Return what was sent; raises ValueError for what no server writes."""
    found = json.loads(text, parse_constant=_no_number)
    if not isinstance(found, dict) or not all(type(value) in _PLAIN for value in found.values()):
        raise ValueError(text)
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
