"""The invisible note at the top of each comment: what it is about, what it says, and what it was compared with.

Writer and reader stand side by side::

    <!-- mlops:card:er_20251027 verdict=pass precision=0.976000 … | verdict=pass precision=0.968000 id=er_20251020 -->

A comment is found again by the key, whatever follows it, so that one in an older form is edited and not repeated.
"""

import re
from typing import NamedTuple, Self

from mlops.errors import UsageRefusedError
from mlops.ids import ModelId
from mlops.reporting import Digest, parse_digest

_KEYS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_:")
_NOTE = re.compile(r"<!-- mlops:(?P<key>[a-z0-9_:-]+) (?P<said>[^\n]*?) ?-->", re.ASCII)
_BETWEEN = " | "
_CARD = "card:"


class Note(NamedTuple):
    """The note of a comment.

    Attributes:
        key: What the comment is about.
        digest: What it says; None where that cannot be read.
        since: What the comment before it said, which its changes are measured from; None where it shows none.
    """

    key: str
    digest: Digest | None = None
    since: Digest | None = None

    def __str__(self) -> str:
        """Return the note.

        Raises:
            ValueError: The key could end the note: keys are ours, so this is a bug.
        """
        said = _BETWEEN.join(str(digest) for digest in (self.digest, self.since) if digest is not None)
        return marker(self.key, said)

    @classmethod
    def of(cls, body: str) -> Self | None:
        """Return the note at the top of a comment; None where there is none."""
        match = _NOTE.match(body)
        if match is None:
            return None
        said, _, before = match["said"].partition(_BETWEEN)
        digest = parse_digest(said)
        return cls(match["key"], digest, parse_digest(before) if digest is not None else None)


def marker(key: str, said: str = "") -> str:
    """Return the note of ``key`` with one line that cannot end it.

    Raises:
        ValueError: The key could end the note: keys are ours, so this is a bug.
    """
    if not key or not set(key) <= _KEYS or "--" in key:
        raise ValueError(f"no key of a comment: {key!r}")
    return f"{marker_start(key)}{said} -->"


def marker_start(key: str) -> str:
    """Return how the note of ``key`` begins, whatever it says."""
    return f"<!-- mlops:{key} "


def key_of_gate(task: str) -> str:
    """Return the key of the comment about the newest verdict of a task."""
    return f"gate:{task}"


def key_of_intake(task: str) -> str:
    """Return the key of the comment about what a pull request brings for a task's dataset."""
    return f"intake:{task}"


def key_of_card(model: ModelId) -> str:
    """Return the key of the comment that announces a model."""
    return f"{_CARD}{model}"


def precedes(earlier: str, key: str) -> bool:
    """Tell whether both keys announce models of the same task, and ``earlier`` the older one."""
    before, now = _announced(earlier), _announced(key)
    return before is not None and now is not None and before.dataset.task == now.dataset.task and before < now


def _announced(key: str) -> ModelId | None:
    try:
        return ModelId.parse(key.removeprefix(_CARD)) if key.startswith(_CARD) else None
    except UsageRefusedError:
        return None
