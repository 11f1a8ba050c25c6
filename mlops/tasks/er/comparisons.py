"""Features of two values as texts, numbers and dates. Their docstrings are the card's feature table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from mlops.tasks.er.vocabulary import Floats

DISTANCE_LIMIT = 1_000
"""Characters that string distances see; their time grows with the product of the two lengths."""
SEARCH_LIMIT = 5_000
"""Characters of a text in which codes of the other side are searched."""
CODE_LIMIT = 50
"""Codes of a value that are searched in the other side's text."""


@dataclass(frozen=True)
class Texts:
    """One side of ``n`` pairs.

    Attributes:
        text: Normalised texts, cut to ``DISTANCE_LIMIT``.
        ordered: Their words in alphabetical order, cut likewise.
        squeezed: Letters and digits only, cut to ``SEARCH_LIMIT``.
        codes: The codes of each text, at most ``CODE_LIMIT``.
        length: (n,) characters of the whole normalised text.
        number: (n,) the text read as a number, float64, NaN where it is none.
        day: (n,) the text read as a date, as an ordinal day, float64.
        identity: (n,) equal for equal whole texts.
    """

    text: Sequence[str]
    ordered: Sequence[str]
    squeezed: Sequence[str]
    codes: Sequence[Sequence[str]]
    length: NDArray[np.int64]
    number: NDArray[np.float64]
    day: NDArray[np.float64]
    identity: NDArray[np.intp]

    def take(self, rows: NDArray[np.intp]) -> "Texts":
        """Return the texts at ``rows``, in that order."""
        numbers = rows.tolist()
        return Texts(
            text=[self.text[row] for row in numbers],
            ordered=[self.ordered[row] for row in numbers],
            squeezed=[self.squeezed[row] for row in numbers],
            codes=[self.codes[row] for row in numbers],
            length=self.length[rows],
            number=self.number[rows],
            day=self.day[rows],
            identity=self.identity[rows],
        )


def equal(left: Texts, right: Texts) -> Floats:
    """1 if the normalised values are equal, else 0."""
    return np.asarray(left.identity == right.identity, dtype=np.float32)


def length_ratio(left: Texts, right: Texts) -> Floats:
    """Length of the shorter value over that of the longer."""
    longer = np.maximum(left.length, right.length)
    return np.asarray(np.minimum(left.length, right.length) / np.maximum(longer, 1), dtype=np.float32)


def jaro_winkler(left: Texts, right: Texts) -> Floats:
    """Jaro-Winkler similarity of the texts (Winkler 1990)."""
    return _similarity(JaroWinkler.normalized_similarity, left.text, right.text)


def indel(left: Texts, right: Texts) -> Floats:
    """Indel similarity of the texts: 1 minus insertions and deletions over both lengths."""
    return _similarity(Indel.normalized_similarity, left.text, right.text)


def sorted_indel(left: Texts, right: Texts) -> Floats:
    """Indel similarity of the texts with their words in alphabetical order."""
    return _similarity(Indel.normalized_similarity, left.ordered, right.ordered)


def left_code_found(left: Texts, right: Texts) -> Floats:
    """Length of the longest code of the left value that stands in the right text, spaces and punctuation ignored."""
    return _longest_found(left.codes, right.squeezed)


def right_code_found(left: Texts, right: Texts) -> Floats:
    """Length of the longest code of the right value that stands in the left text, spaces and punctuation ignored."""
    return _longest_found(right.codes, left.squeezed)


def absolute_difference(left: Texts, right: Texts) -> Floats:
    """Absolute difference of the two numbers."""
    return np.asarray(np.abs(left.number - right.number), dtype=np.float32)


def relative_difference(left: Texts, right: Texts) -> Floats:
    """Absolute difference of the two numbers over the larger magnitude."""
    larger = np.maximum(np.abs(left.number), np.abs(right.number))
    return np.asarray(np.abs(left.number - right.number) / np.where(larger > 0, larger, 1.0), dtype=np.float32)


def days_apart(left: Texts, right: Texts) -> Floats:
    """Days between the two dates."""
    return np.abs(left.day - right.day).astype(np.float32)


Comparison = Callable[[Texts, Texts], Floats]

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


def _longest_found(codes: Sequence[Sequence[str]], texts: Sequence[str]) -> Floats:
    found = (
        max((len(code) for code in wanted if code in text), default=0) if wanted else np.nan
        for wanted, text in zip(codes, texts, strict=True)
    )
    return np.fromiter(found, dtype=np.float32, count=len(texts))
