"""What every kind of setting can do: be looked at, be put into our spelling, be written, and leave the rest alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mlops.bot.answers import DeniedError
from mlops.bot.client import GitHub
from mlops.bot.plan.model import Value, Wanted
from mlops.bot.reading import Reader

R = TypeVar("R")


@dataclass(frozen=True)
class Handling(Generic[R]):
    """A kind of setting; ``R`` is GitHub's form of one.

    Attributes:
        look: Reads one; None where there is none.
        fields: The managed fields of it, spelled as they are declared where GitHub does not tell the spellings apart.
        write: Writes what is declared over what was read, which None means was not there.
        foreign: What of it is not managed, and must be the same afterwards.
    """

    look: Callable[[Reader, Wanted], R | None]
    fields: Callable[[Wanted, R], Mapping[str, Value]]
    write: Callable[[GitHub, Wanted, R | None], None]
    foreign: Callable[[Wanted, R], object]


def unseen(where: str, what: str) -> DeniedError:
    """Return the letter about something that must be kept, and that the token is not shown."""
    return DeniedError(
        "The token is not shown all that must be kept, so nothing was written.",
        field=where,
        expected="administration: write",
        found=f"no {what}",
        why="GitHub shows it only to those who may change it.",
        fix="Give the App the repository permission Administration: write, then run the same command again.",
    )


Json = dict[str, Any]
