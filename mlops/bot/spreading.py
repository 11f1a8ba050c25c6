"""The same on several issues: one that refuses keeps none of the others from getting theirs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from mlops.bot.effects import StoppedError
from mlops.errors import ConflictError, MlopsError, UnavailableError, UsageRefusedError

T = TypeVar("T")


class Spread(NamedTuple, Generic[T]):
    """What came out on each issue, and the letters about those that refused, both in their order."""

    done: tuple[tuple[int, T], ...]
    letters: tuple[tuple[int, MlopsError], ...]


def spread(numbers: Iterable[int], one: Callable[[int], T]) -> Spread[T]:
    """Do ``one`` on every issue, whatever happens on the others; a run that is cancelled stops at once."""
    done: list[tuple[int, T]] = []
    letters: list[tuple[int, MlopsError]] = []
    for number in numbers:
        try:
            done.append((number, one(number)))
        except StoppedError:
            raise
        except (ConflictError, UnavailableError, UsageRefusedError) as error:
            letters.append((number, error))
    return Spread(tuple(done), tuple(letters))


def unfinished(letters: Sequence[tuple[int, MlopsError]], asked: int) -> MlopsError:
    """Return the one letter about the issues that refused: its own where no other issue was asked for.

    Where a rerun may help for one of them, the exit code says so.

    Args:
        letters: At least one, each with the number of its issue.
        asked: How many issues were asked for.
    """
    first = letters[0][1]
    if asked == 1 and len(letters) == 1:
        return first
    kind = next((UnavailableError for _, letter in letters if isinstance(letter, UnavailableError)), type(first))
    said = [f"#{number}: {letter.what} {letter.found}".strip() for number, letter in letters]
    return kind(
        f"{len({number for number, _ in letters})} of {asked} issues did not get all that they should.",
        field=", ".join(f"#{number}" for number, _ in letters),
        expected="; ".join(dict.fromkeys(letter.expected for _, letter in letters if letter.expected)),
        found="; ".join(said)[:1_000],
        fix="\n".join(dict.fromkeys(letter.fix for _, letter in letters)),
    )
