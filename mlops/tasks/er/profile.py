"""What comparisons need of a value, computed once for every distinct value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlops.tasks.er import text
from mlops.tasks.er.comparisons import CODE_LIMIT, DISTANCE_LIMIT, SEARCH_LIMIT, Texts
from mlops.tasks.er.quantities import to_day, to_number
from mlops.tasks.er.tokens import TokenKeys, token_keys, trigram_keys


class Values:
    """Distinct normalised values and what is cut from them."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each value."""
        return [text.words(value) for value in self.values]

    @cached_property
    def codes(self) -> list[list[str]]:
        """The codes of each value."""
        return [text.codes(words) for words in self.words]

    def numbers(self) -> list[list[str]]:
        """Return the numbers of each value."""
        return [text.numbers(value) for value in self.values]

    def texts(self) -> Texts:
        """Return the values as comparisons of texts and quantities read them."""
        values = self.values
        return Texts(
            text=[value[:DISTANCE_LIMIT] for value in values],
            ordered=[" ".join(sorted(words))[:DISTANCE_LIMIT] for words in self.words],
            squeezed=[text.squeeze(value[: 2 * SEARCH_LIMIT])[:SEARCH_LIMIT] for value in values],
            codes=[tuple(dict.fromkeys(codes))[:CODE_LIMIT] for codes in self.codes],
            length=np.array([len(value) for value in values], dtype=np.int64),
            number=np.array([to_number(value) for value in values], dtype=np.float64),
            day=np.array([to_day(value) for value in values], dtype=np.float64),
            identity=np.arange(len(values)),
        )


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
