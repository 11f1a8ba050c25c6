"""What comparisons need of a value, computed once for every distinct value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlops.tasks.er import text
from mlops.tasks.er.codesearch import CodeSearch
from mlops.tasks.er.numbering import objects
from mlops.tasks.er.quantities import to_day, to_number
from mlops.tasks.er.tokens import TokenKeys, token_keys, trigram_keys

DISTANCE_LIMIT = 1_000
"""Characters that string distances see; their time grows with the product of the two lengths."""


class Values:
    """Distinct normalised values and what is cut from them, each thing when it is first asked for."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each value."""
        return [text.words(value) for value in self.values]

    @cached_property
    def with_digit(self) -> list[bool]:
        """Whether each value has a digit; without one it has neither codes nor numbers."""
        return [text.with_digit(value) for value in self.values]

    @cached_property
    def codes(self) -> list[list[str]]:
        """The codes of each value."""
        asked = zip(self.words, self.with_digit, strict=True)
        return [text.codes(words) if with_digit else [] for words, with_digit in asked]

    def numbers(self) -> list[list[str]]:
        """Return the numbers of each value."""
        asked = zip(self.values, self.with_digit, strict=True)
        return [text.numbers(value) if with_digit else [] for value, with_digit in asked]

    @cached_property
    def beginning(self) -> NDArray[np.object_]:
        """(n,) the values, cut to ``DISTANCE_LIMIT``."""
        return objects([value[:DISTANCE_LIMIT] for value in self.values])

    @cached_property
    def ordered(self) -> NDArray[np.object_]:
        """(n,) the words of each value in alphabetical order, cut likewise."""
        return objects([" ".join(sorted(words))[:DISTANCE_LIMIT] for words in self.words])

    @cached_property
    def search(self) -> CodeSearch:
        """The codes of each value, and its letters and digits to search them in."""
        return CodeSearch.of(self.values, self.codes)

    @cached_property
    def length(self) -> NDArray[np.int64]:
        """(n,) characters of each whole value."""
        return np.array([len(value) for value in self.values], dtype=np.int64)

    @cached_property
    def number(self) -> NDArray[np.float64]:
        """(n,) each value read as a number, NaN where it is none."""
        return np.array([to_number(value) for value in self.values], dtype=np.float64)

    @cached_property
    def day(self) -> NDArray[np.float64]:
        """(n,) each value read as a date, as an ordinal day; NaN where it is none."""
        return np.array([to_day(value) for value in self.values], dtype=np.float64)

    def settle(self, *, texts: bool) -> None:
        """Free the lists of words and codes, by far the largest part, after cutting what comparisons of texts read."""
        if texts:
            _ = self.ordered, self.search
        for name in ("words", "codes", "with_digit"):
            self.__dict__.pop(name, None)


@dataclass(frozen=True)
class TokenSet:
    """A way to cut a value into a set of tokens.

    Attributes:
        name: The middle part of a feature's name.
        title: What the tokens are, for the feature table.
        keys: Returns the tokens of values.
    """

    name: str
    title: str
    keys: Callable[[Values], TokenKeys]


TOKEN_SETS = (
    TokenSet("words", "words", lambda values: token_keys(values.words)),
    TokenSet(
        "codes",
        "codes (words or neighbours of 4 or more characters with a digit, no punctuation)",
        lambda values: token_keys(values.codes),
    ),
    TokenSet("numbers", "numbers", lambda values: token_keys(values.numbers())),
    TokenSet("trigrams", "character 3-grams", lambda values: trigram_keys(values.values)),
)
