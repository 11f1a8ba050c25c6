"""What git says was to be live when: the history of environments.json, read commit by commit."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from mlops import documents, provenance
from mlops.environments import PATH, Environments
from mlops.errors import InputRefusedError
from mlops.series.files import believed

WRONG = timedelta(days=1)
"""A time that is wrong by more is told as such: clocks differ, but not by that much."""

Served = dict[tuple[str, str], str]
"""By environment and task the model that is declared."""


class Switch(NamedTuple):
    """A change of what an environment is to serve.

    Attributes:
        time: When it was committed, or merged; of a commit that is doubted a second after the one before it.
        commit: By which commit.
        environment: Where.
        task: Of which task.
        before: The model before; empty for none.
        after: The model after; empty for none.
        doubted: Whether the commit's own time does not fit those around it, by a wrong clock.
    """

    time: datetime
    commit: str
    environment: str
    task: str
    before: str
    after: str
    doubted: bool = False


def until() -> datetime:
    """Return the latest time that is believed now."""
    return datetime.now(UTC) + WRONG


def served(declared: Environments) -> Served:
    """Return what is declared, flat."""
    return {(name, task): model for name, models in declared.environments.items() for task, model in models.items()}


def states(root: Path) -> Iterator[tuple[provenance.Change, Served, bool]]:
    """Yield what was declared after each commit that changed it, oldest first, and whether its own time is doubted.

    Times are believed as :func:`mlops.series.files.believed` says: they never fall, and none lies in the future. A
    commit whose file is no valid document declared nothing new: what was there before goes on.
    """
    last: Served = {}
    changes = provenance.changes(root, PATH.as_posix())
    found = provenance.contents(root, [change.commit for change in changes], PATH.as_posix())
    times = believed([int(change.time.timestamp()) for change in changes], int(until().timestamp()))
    for claimed, time, data in zip(changes, times, found, strict=True):
        change = claimed._replace(time=datetime.fromtimestamp(time, UTC))
        try:
            last = {} if data is None else served(documents.loads(data, Environments, file=PATH))
        except InputRefusedError:
            continue
        yield change, last, abs(change.time - claimed.time) > WRONG


def switches(root: Path) -> Iterator[Switch]:
    """Yield every change of what is declared, oldest first."""
    last: Served = {}
    for change, now, doubted in states(root):
        for key in sorted(last.keys() | now.keys()):
            if last.get(key) != now.get(key):
                yield Switch(change.time, change.commit, *key, last.get(key, ""), now.get(key, ""), doubted)
        last = now


def at(root: Path, moment: datetime) -> Served:
    """Return what was declared at a moment."""
    last: Served = {}
    for change, now, _ in states(root):
        if change.time > moment:
            break
        last = now
    return last
