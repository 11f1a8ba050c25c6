"""A finding about a policy: how bad it is, where, what, and what to do."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""The levels, the worst first."""

METRICS = ("precision", "recall", "f1")
"""What the gate measures."""


@dataclass(frozen=True)
class Finding:
    """Something that a person should know about a policy.

    Attributes:
        level: ``error``: the gate can never pass; ``warning``: probably not meant; ``note``: a fact worth knowing.
        field: Path of the field below the task.
        sentence: What is the matter.
        fix: What to do; empty for what needs nothing.
    """

    level: Level
    field: str
    sentence: str
    fix: str = ""


def level_of(*, blocking: bool) -> Level:
    """Return the level of what can never pass."""
    return "error" if blocking else "warning"
