"""The log of a server: what was answered, and which labels came. SQLite with a write-ahead log, one file.

A prediction is committed before it is acknowledged, so that killing the process loses none that a client has seen. The
write-ahead log is not flushed to the disk at each commit: a power cut can lose the last ones, a killed process cannot.
"""

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from mlops.errors import InputRefusedError, UnavailableError
from mlops.inputs import Value
from mlops.serving.opening import opened

Role = Literal["live", "canary", "shadow"]

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Answered(NamedTuple):
    """A scored row.

    Attributes:
        id: Of the prediction; a label names it.
        task: The task.
        model_id: The model.
        artifact_sha256: Its bytes.
        role: Whether the model answered everybody, a share, or nobody.
        answers: Id of the prediction that the client got for this row: its own unless this model was only asked.
        row: The client's name of the row; empty if it gave none.
        entity: What the row is about, hashed: decides who is answered by a canary.
        inputs: What was scored.
        score: In [0, 1].
        positive: Whether the score reaches the model's threshold.
    """

    id: str
    task: str
    model_id: str
    artifact_sha256: str
    role: Role
    answers: str
    row: str
    entity: str
    inputs: Mapping[str, Value]
    score: float
    positive: bool


class Label(NamedTuple):
    """What turned out to be true of a prediction.

    Attributes:
        prediction: Its id.
        label: 0 or 1.
        decided: The day on which it was decided, ``YYYY-MM-DD``.
        revises: Whether it may contradict a label that is there.
    """

    prediction: str
    label: int
    decided: str
    revises: bool = False


class UnknownPredictionError(InputRefusedError):
    """No prediction of this log has the id."""


class Contradiction(NamedTuple):
    """A label that contradicts one that is there: its place among those that were sent, and both labels."""

    place: int
    kept: int
    sent: int


class ContradictionError(InputRefusedError):
    """Other labels are there, and these do not say that they revise them."""

    def __init__(self, conflicts: Sequence[Contradiction]) -> None:
        """Name the first, and keep them all for whoever corrects them in one go."""
        super().__init__(
            f"Other labels are there already, of {len(conflicts):,} of these predictions; no label was kept.",
            field=f"labels.{conflicts[0].place}.label",
            fix='If the decision was revised, say so: "revises": true.',
        )
        self.conflicts = tuple(conflicts)


class UnwritableError(UnavailableError):
    """The log cannot be written: the disk is full, or the file is locked or damaged."""


def new_id() -> str:
    """Return an id for a prediction: 32 hexadecimal digits that nobody can guess."""
    return uuid.uuid4().hex


class Log:
    """The log in one file; safe for many threads."""

    def __init__(self, path: Path) -> None:
        """Open the log, or begin one.

        Raises:
            UsageRefusedError: The file is no log, but something else; it is left as it is.
            UnavailableError: The file cannot be opened, or is a log of another version.
        """
        self.path = path
        self._lock = threading.Lock()
        self._connection = opened(path)

    def close(self) -> None:
        """Close the file; what was committed is there."""
        with self._lock:
            self._connection.close()

    def settle(self) -> None:
        """Move what was committed from the write-ahead log to the file, while others go on writing.

        Raises:
            UnwritableError: The disk is full, or the file is damaged; nothing is lost.
        """
        with self._telling(), closing(sqlite3.connect(self.path)) as own:
            own.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def add(self, answered: Sequence[Answered]) -> None:
        """Keep predictions, all or none; when this returns they survive the death of the process.

        Raises:
            UnwritableError: The disk is full, or the file is locked or damaged: nobody may be answered.
        """
        at = _now()
        rows = [
            (
                one.id, at, one.task, one.model_id, one.artifact_sha256, one.role, one.answers, one.row, one.entity,
                _JSON(one.inputs), one.score, int(one.positive),
            )
            for one in answered
        ]  # fmt: skip
        with self._writing() as connection:
            connection.executemany(
                "INSERT INTO predictions (id, at, task, model_id, artifact_sha256, role, answers, row, entity, inputs, "
                "score, positive) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def label(self, labels: Sequence[Label]) -> int:
        """Keep labels, all or none; return how many are new. A label that is there already is none.

        Raises:
            UnknownPredictionError: No prediction has the id; ``field`` names the position.
            ContradictionError: Other labels are there, and these do not revise them.
            UnwritableError: The log cannot be written.
        """
        at, new = _now(), 0
        conflicts: list[Contradiction] = []
        with self._writing() as connection:
            for place, one in enumerate(labels):
                known = connection.execute("SELECT 1 FROM predictions WHERE id = ?", (one.prediction,)).fetchone()
                if known is None:
                    raise UnknownPredictionError(
                        "No prediction has this id; no label was kept.", field=f"labels.{place}.prediction_id",
                        fix="Send back the `prediction_id` that the answer had.",
                    )  # fmt: skip
                before = connection.execute(
                    "SELECT label FROM labels WHERE prediction = ? ORDER BY number DESC LIMIT 1", (one.prediction,)
                ).fetchone()
                if before is not None and before[0] == one.label:
                    continue
                if before is not None and not one.revises:
                    conflicts.append(Contradiction(place, before[0], one.label))
                    continue
                connection.execute(
                    "INSERT INTO labels (prediction, label, decided, at) VALUES (?, ?, ?, ?)",
                    (one.prediction, one.label, one.decided, at),
                )
                new += 1
            if conflicts:
                raise ContradictionError(conflicts)  # what was written before it is rolled back
        return new

    def counts(self) -> tuple[int, int]:
        """Return how many predictions and labels there are."""
        with self._lock, self._telling():
            return tuple(
                self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # our own words
                for table in ("predictions", "labels")
            )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._telling():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise UnwritableError(
                "The log cannot be written, so nobody is answered.", file=self.path, why=str(error),
                fix="Free disk space, or end what holds the file; the server goes on by itself.",
            ) from error  # fmt: skip


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
