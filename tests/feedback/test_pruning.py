"""Old predictions leave a log; labels that nobody exported, and everything younger, stay."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from mlops.errors import UnavailableError
from mlops.feedback import pruning
from mlops.feedback.pruning import Pruned, prune
from tests.feedback.logs import Written

DAY = date(2025, 2, 1)


def inputs(name: str) -> dict[str, str]:
    return {"left_name": name}


def left(log: Written) -> Sequence[str]:
    return [name for (name,) in sqlite3.connect(log.path).execute("SELECT id FROM predictions ORDER BY number")]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    monkeypatch.setattr(pruning, "BATCH", 2)
    return Written(tmp_path / "log")


def test_what_is_old_goes_and_labels_stay_until_they_are_exported(log: Written) -> None:
    old, labelled, later = (log.answer(day, inputs(day)) for day in ("2025-01-01", "2025-01-02", "2025-01-20"))
    shadow = log.answer("2025-01-02", inputs("shadow"), role="shadow", answers=labelled)
    last = log.answer("2025-01-31", inputs("last"))
    young = log.answer("2025-02-01", inputs("young"))
    for one in (labelled, later, young):
        log.decide("2025-02-02", one, 1)
    assert prune(log.path, DAY) == Pruned(predictions=2, labels=0, kept=3)
    assert left(log) == [labelled, later, shadow, young]
    assert prune(log.path, DAY) == Pruned(0, 0, 3)
    assert prune(log.path, DAY, date(2025, 1, 20)) == Pruned(predictions=2, labels=1, kept=1)
    assert left(log) == [later, young]
    assert log.log.counts() == (2, 2), "the server reads and writes on"
    assert log.answer("2025-02-03", inputs("new")) not in {old, last}
    assert prune(log.path, date(2000, 1, 1)) == Pruned(0, 0, 0)


def test_what_was_removed_cannot_be_read_in_the_file(log: Written) -> None:
    log.answer("2025-01-01", inputs("Zaphod-Beeblebrox" * 400))
    log.log._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Zaphod" in log.path.read_bytes()
    prune(log.path, DAY)
    assert b"Zaphod" not in log.path.read_bytes()


def test_a_log_that_is_held_is_told_and_stays_whole(log: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_BUSY_SECONDS", 0.05)
    log.answer("2025-01-01", inputs("old"))
    with log.log._writing(), pytest.raises(UnavailableError, match="0 predictions were removed") as refusal:
        prune(log.path, DAY)
    assert refusal.value.fix
    assert log.log.counts() == (1, 0)
