"""What git says was to be live when: the history of environments.json, read commit by commit."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mlops import documents, provenance
from mlops.environments import PATH, Environments
from mlops.errors import InputRefusedError

Served = dict[tuple[str, str], str]
"""By environment and task the model that is declared."""


class Switch(NamedTuple):
    """A change of what an environment is to serve.

    Attributes:
        time: When it was committed, or merged.
        commit: By which commit.
        environment: Where.
        task: Of which task.
        before: The model before; empty for none.
        after: The model after; empty for none.
    """

    time: datetime
    commit: str
    environment: str
    task: str
    before: str
    after: str


def served(declared: Environments) -> Served:
    """Return what is declared, flat."""
    return {(name, task): model for name, models in declared.environments.items() for task, model in models.items()}


def states(root: Path) -> Iterator[tuple[provenance.Change, Served]]:
    """Yield what was declared after each commit that changed it, oldest first.

    A commit whose file is no valid document declared nothing new: what was there before goes on.
    """
    last: Served = {}
    changes = provenance.changes(root, PATH.as_posix())
    found = provenance.contents(root, [change.commit for change in changes], PATH.as_posix())
    for change, data in zip(changes, found, strict=True):
        try:
            last = {} if data is None else served(documents.loads(data, Environments, file=PATH))
        except InputRefusedError:
            continue
        yield change, last


def switches(root: Path) -> Iterator[Switch]:
    """Yield every change of what is declared, oldest first."""
    last: Served = {}
    for change, now in states(root):
        for key in sorted(last.keys() | now.keys()):
            if last.get(key) != now.get(key):
                yield Switch(change.time, change.commit, *key, last.get(key, ""), now.get(key, ""))
        last = now


def at(root: Path, moment: datetime) -> Served:
    """Return what was declared at a moment."""
    last: Served = {}
    for change, now in states(root):
        if change.time > moment:
            break
        last = now
    return last
