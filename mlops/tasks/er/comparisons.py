"""Features of two values as texts, numbers and dates. Their docstrings are the card's feature table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from mlops.tasks.er.profile import Values
from mlops.tasks.er.vocabulary import Floats


@dataclass(frozen=True)
class Pairs:
    """Pairs of distinct values.

    Attributes:
        values: The values.
        left: (n,) numbers of the left values.
        right: (n,) numbers of the right values.
    """

    values: Values
    left: NDArray[np.intp]
    right: NDArray[np.intp]

    @cached_property
    def texts(self) -> tuple[list[str], list[str]]:
        """The texts of both sides, cut for string distances."""
        return _taken(self.values.beginning, self.left), _taken(self.values.beginning, self.right)


def equal(pairs: Pairs) -> Floats:
    """1 if the normalised values are equal, else 0."""
    return np.asarray(pairs.left == pairs.right, dtype=np.float32)


def length_ratio(pairs: Pairs) -> Floats:
    """Length of the shorter value over that of the longer."""
    left, right = pairs.values.length[pairs.left], pairs.values.length[pairs.right]
    return np.asarray(np.minimum(left, right) / np.maximum(np.maximum(left, right), 1), dtype=np.float32)


def jaro_winkler(pairs: Pairs) -> Floats:
    """Jaro-Winkler similarity of the texts (Winkler 1990)."""
    return _similarity(JaroWinkler.normalized_similarity, *pairs.texts)


def indel(pairs: Pairs) -> Floats:
    """Indel similarity of the texts: 1 minus insertions and deletions over both lengths."""
    return _similarity(Indel.normalized_similarity, *pairs.texts)


def sorted_indel(pairs: Pairs) -> Floats:
    """Indel similarity of the texts with their words in alphabetical order."""
    ordered = pairs.values.ordered
    return _similarity(Indel.normalized_similarity, _taken(ordered, pairs.left), _taken(ordered, pairs.right))


def left_code_found(pairs: Pairs) -> Floats:
    """Length of the longest code of the left value that stands in the right text, spaces and punctuation ignored."""
    return pairs.values.search.longest_found(pairs.left, pairs.right)


def right_code_found(pairs: Pairs) -> Floats:
    """Length of the longest code of the right value that stands in the left text, spaces and punctuation ignored."""
    return pairs.values.search.longest_found(pairs.right, pairs.left)


def absolute_difference(pairs: Pairs) -> Floats:
    """Absolute difference of the two numbers."""
    left, right = pairs.values.number[pairs.left], pairs.values.number[pairs.right]
    return np.asarray(np.abs(left - right), dtype=np.float32)


def relative_difference(pairs: Pairs) -> Floats:
    """Absolute difference of the two numbers over the larger magnitude."""
    left, right = pairs.values.number[pairs.left], pairs.values.number[pairs.right]
    larger = np.maximum(np.abs(left), np.abs(right))
    return np.asarray(np.abs(left - right) / np.where(larger > 0, larger, 1.0), dtype=np.float32)


def days_apart(pairs: Pairs) -> Floats:
    """Days between the two dates."""
    return np.abs(pairs.values.day[pairs.left] - pairs.values.day[pairs.right]).astype(np.float32)


Comparison = Callable[[Pairs], Floats]

TEXT_FEATURES: tuple[Comparison, ...] = (
    equal,
    length_ratio,
    jaro_winkler,
    indel,
    sorted_indel,
    left_code_found,
    right_code_found,
)
NUMBER_FEATURES: tuple[Comparison, ...] = (equal, absolute_difference, relative_difference)
DATE_FEATURES: tuple[Comparison, ...] = (days_apart,)


def _similarity(scorer: Callable[..., float], left: Sequence[str], right: Sequence[str]) -> Floats:
    return np.asarray(process.cpdist(left, right, scorer=scorer, dtype=np.float32, workers=1), dtype=np.float32)


def _taken(texts: NDArray[np.object_], rows: NDArray[np.intp]) -> list[str]:
    taken: list[str] = texts[rows].tolist()
    return taken
