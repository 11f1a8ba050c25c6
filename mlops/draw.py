"""Chance that is the same on every machine and Python: one seeded stream per thing that is made up."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


class Draw:
    """A stream of draws that depends on nothing but its key.

    Only :meth:`random.Random.random` is used: Python promises its sequence for a given integer seed, and makes no
    such promise for ``choice``, ``shuffle`` or ``sample``.

    Args:
        key: What names the stream, for example the seed and the number of the row.
    """

    def __init__(self, *key: int | str) -> None:
        digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
        self._stream = random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311  # example data, no secret

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return self._stream.random()

    def below(self, end: int) -> int:
        """Return an integer in [0, end)."""
        return int(self._stream.random() * end)

    def between(self, first: int, last: int) -> int:
        """Return an integer in [first, last]."""
        return first + self.below(last - first + 1)

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._stream.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Return one of ``items``, each as likely as the other."""
        return items[self.below(len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one key, as likely as its weight; the weights need not sum to one."""
        left = self._stream.random() * sum(weights.values())
        for item, weight in weights.items():
            left -= weight
            if left < 0:
                return item
        return next(reversed(list(weights)))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return ``items`` in a random order (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def filled(self, pattern: str) -> str:
        """Return ``pattern`` with every ``#`` replaced by a digit, ``X`` by a capital and ``x`` by a small letter."""
        if "#" not in pattern and "X" not in pattern and "x" not in pattern:
            return pattern
        return "".join(self._filled(mark) for mark in pattern)

    def _filled(self, mark: str) -> str:
        if mark == "#":
            return str(self.below(10))
        if mark == "X":
            return self.pick(_LETTERS)
        return self.pick(_LETTERS).lower() if mark == "x" else mark
