"""The features of a pair as one writes them by hand: a loop over pairs with dicts and sets, rapidfuzz for strings.

The side of comparison of ``er_speed``. It computes the very features of :class:`mlops.tasks.er.features.PairFeatures`,
from the same functions on single texts, and keeps nothing from pair to pair but the fitted IDF. A test holds both
against each other.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, JaroWinkler

from mlops.tasks.er import text
from mlops.tasks.er.attributes import Kind
from mlops.tasks.er.codesearch import CODE_LIMIT, SEARCH_LIMIT
from mlops.tasks.er.evidence import Evidence
from mlops.tasks.er.features import RECORD, PairFeatures
from mlops.tasks.er.fields import token_sets
from mlops.tasks.er.matcher import PairMatcher
from mlops.tasks.er.profile import DISTANCE_LIMIT
from mlops.tasks.er.quantities import to_day, to_number
from mlops.tasks.er.tokens import token_keys
from mlops.tasks.er.vocabulary import RARE, Floats

Record = Mapping[str, str]
"""Normalised values of one record by attribute; what is missing is not there."""


@dataclass(frozen=True)
class Idf:
    """Inverse document frequencies of tokens; ``rare`` for those in few training values or none."""

    weights: Mapping[str, float]
    rare: float

    @classmethod
    def fit(cls, values: Sequence[str], cut: Callable[[str], list[str]]) -> "Idf":
        """Count the tokens of distinct values."""
        frequency = Counter(token for value in values for token in set(cut(value)))
        documents = 1 + len(values)
        weights = {token: math.log(documents / (1 + df)) + 1 for token, df in frequency.items() if df > RARE}
        return cls(weights, max(math.log(documents / (1 + RARE)), 0.0) + 1)

    def of(self, token: str) -> float:
        """Return the weight of a token."""
        return self.weights.get(token, self.rare)


@dataclass(frozen=True)
class PerPair:
    """Features pair by pair.

    Attributes:
        kinds: Kind of each attribute that is compared, and of the whole record, in the order of the features.
        idf: By attribute and token set.
        symmetric: Whether features of one side are given as the lesser and the greater of both.
        columns: The columns that are read.
    """

    kinds: Mapping[str, Kind]
    idf: Mapping[tuple[str, str], Idf]
    symmetric: bool
    columns: tuple[str, ...]

    @classmethod
    def fit(cls, like: PairFeatures, inputs: pd.DataFrame) -> "PerPair":
        """Count the IDF on the training pairs, (n, k) columns ``left_*`` and ``right_*``, of ``like``."""
        kinds = {field.name: field.kind for field in like.fields}
        values: dict[str, dict[str, None]] = {name: {} for name in kinds}
        for pair in _rows(inputs, like.columns):
            for record in _records(pair):
                for name, value in record.items():
                    if name in values:
                        values[name][value] = None
        idf = {
            (name, tokens.name): Idf.fit(list(values[name]), CUTS[tokens.name])
            for name, kind in kinds.items()
            for tokens in token_sets(kind)
        }
        return cls(kinds, idf, like.fields[0].symmetric, like.columns)

    def transform(self, inputs: pd.DataFrame) -> Floats:
        """Return the (n, f) float32 features of pairs, one pair at a time."""
        return np.array([self.pair(*_records(pair)) for pair in _rows(inputs, self.columns)], dtype=np.float32)

    def pair(self, left: Record, right: Record) -> list[float]:
        """Return the features of one pair of records."""
        found: list[float] = []
        for name, kind in self.kinds.items():
            idf = {tokens.name: self.idf[name, tokens.name] for tokens in token_sets(kind)}
            found += field_features(left.get(name, ""), right.get(name, ""), kind, idf, symmetric=self.symmetric)
        return found


@dataclass(frozen=True)
class PerPairScores:
    """Scores of a fitted matcher, its features and the evidence of words computed pair by pair.

    Attributes:
        matcher: Whose estimator and calibration read the table, in one go, as anybody would let them.
        features: The loop.
        words: By reading of the record, by word, its log-odds if shared and if not.
    """

    matcher: PairMatcher
    features: PerPair
    words: tuple[Mapping[str, tuple[float, float]], ...]

    @classmethod
    def fit(cls, matcher: PairMatcher, inputs: pd.DataFrame) -> "PerPairScores":
        """Count the IDF, and give the words of the matcher's evidence their names back, on its training pairs."""
        pairs = [_records(pair) for pair in _rows(inputs, matcher.pair_features.columns)]
        texts = dict.fromkeys(record[RECORD] for pair in pairs for record in pair)
        words = (
            _named(evidence, list(dict.fromkeys(word for value in texts for word in read(value))))
            for evidence, read in zip(matcher.evidence, READ, strict=True)
        )
        return cls(matcher, PerPair.fit(matcher.pair_features, inputs), tuple(words))

    def transform(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores of pairs."""
        rows = [self._row(*_records(pair)) for pair in _rows(inputs, self.features.columns)]
        read = [*self.matcher.kept, *range(-len(READ), 0)]
        table = np.array(rows, dtype=np.float32)[:, read]
        return self.matcher.calibration.scores(self.matcher.estimator.log_odds(table))

    def _row(self, left: Record, right: Record) -> list[float]:
        row = self.features.pair(left, right)
        for evidence, known, read in zip(self.matcher.evidence, self.words, READ, strict=True):
            one, other = set(read(left[RECORD])), set(read(right[RECORD]))
            shared = sum(known[word][0] for word in one & other if word in known)
            apart = sum(known[word][1] for word in one ^ other if word in known)
            row.append(evidence.intercept + shared + apart)
        return row


def _named(evidence: Evidence, words: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the log-odds of ``words``, shared and not; the evidence itself keeps hashes only."""
    weights = dict(zip(evidence.keys.tolist(), evidence.weights.tolist(), strict=True))
    keys = (token_keys([[word] for word in words]).keys & ~np.int64(1)).tolist()
    both = [(weights.get(key, 0.0), weights.get(key | 1, 0.0)) for key in keys]
    return {word: found for word, found in zip(words, both, strict=True) if any(found)}


def field_features(left: str, right: str, kind: Kind, idf: Mapping[str, Idf], *, symmetric: bool) -> list[float]:
    """Return the features of two normalised values of a kind; NaN where one is empty."""
    if kind is Kind.NUMBER:
        found = number_features(left, right)
    else:
        found = text_features(left, right, symmetric=symmetric)
        if kind is Kind.DATE:
            found.append(abs(to_day(left) - to_day(right)))
    for name, weights in idf.items():
        found += overlap_features(set(CUTS[name](left)), set(CUTS[name](right)), weights, symmetric=symmetric)
    return found if left and right else [math.nan] * len(found)


def number_features(left: str, right: str) -> list[float]:
    """Return ``NUMBER_FEATURES``."""
    one, other = to_number(left), to_number(right)
    difference, larger = abs(one - other), max(abs(one), abs(other))
    return [float(left == right), difference, difference / (larger if larger > 0 else 1.0)]


def text_features(left: str, right: str, *, symmetric: bool) -> list[float]:
    """Return ``TEXT_FEATURES``."""
    left_words, right_words = text.words(left), text.words(right)
    cut_left, cut_right = left[:DISTANCE_LIMIT], right[:DISTANCE_LIMIT]
    ordered_left = " ".join(sorted(left_words))[:DISTANCE_LIMIT]
    ordered_right = " ".join(sorted(right_words))[:DISTANCE_LIMIT]
    sides = longest_found(left_words, right), longest_found(right_words, left)
    return [
        float(left == right),
        min(len(left), len(right)) / max(len(left), len(right), 1),
        JaroWinkler.normalized_similarity(cut_left, cut_right),
        Indel.normalized_similarity(cut_left, cut_right),
        Indel.normalized_similarity(ordered_left, ordered_right),
        *((float(np.fmin(*sides)), float(np.fmax(*sides))) if symmetric else sides),
    ]


def longest_found(words: list[str], other: str) -> float:
    """Return the length of the longest code among ``words`` that stands in the other text; NaN without codes."""
    codes = list(dict.fromkeys(text.codes(words)))[:CODE_LIMIT]
    if not codes:
        return math.nan
    squeezed = text.squeeze(other[: 2 * SEARCH_LIMIT])[:SEARCH_LIMIT]
    return max((len(code) for code in codes if code in squeezed), default=0)


def overlap_features(left: set[str], right: set[str], idf: Idf, *, symmetric: bool) -> list[float]:
    """Return ``OVERLAP_FEATURES`` of two token sets; NaN where one is empty."""
    if not left or not right:
        return [math.nan] * 9
    shared = [idf.of(token) for token in left & right]
    only_left = [idf.of(token) for token in left - right]
    only_right = [idf.of(token) for token in right - left]
    norm = math.sqrt(sum(idf.of(token) ** 2 for token in left) * sum(idf.of(token) ** 2 for token in right))
    sums = [sum(only_left), sum(only_right)]
    largest = [max(only_left, default=0.0), max(only_right, default=0.0)]
    if symmetric:
        sums.sort()
        largest.sort()
    return [
        len(shared) / len(left | right),
        len(shared) / min(len(left), len(right)),
        sum(weight**2 for weight in shared) / norm,
        sum(shared),
        max(shared, default=0.0),
        sums[0],
        largest[0],
        sums[1],
        largest[1],
    ]


def _trigrams(value: str) -> list[str]:
    padded = f" {value[: text.TOKEN_TEXT_LIMIT]} "
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


CUTS: Mapping[str, Callable[[str], list[str]]] = {
    "words": text.words,
    "codes": lambda value: text.codes(text.words(value)),
    "numbers": text.numbers,
    "trigrams": _trigrams,
}
"""How a value is cut into the tokens of each set."""

_RUN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
READ: tuple[Callable[[str], list[str]], ...] = (
    text.words,
    lambda value: _RUN.findall(value[: text.TOKEN_TEXT_LIMIT]),
)
"""How a record is cut into words, for each of the matcher's models on words."""


def _rows(inputs: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, str | None]]:
    cells = [inputs[name].tolist() for name in columns]
    return [dict(zip(columns, pair, strict=True)) for pair in zip(*cells, strict=True)]


def _records(pair: Mapping[str, str | None]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the normalised records of a pair; the whole record as one more attribute."""
    left, right = (
        {
            name.removeprefix(side): normalised
            for name, value in pair.items()
            if name.startswith(side) and value is not None and (normalised := text.normalise(str(value)))
        }
        for side in ("left_", "right_")
    )
    return left | {RECORD: " ".join(left.values())}, right | {RECORD: " ".join(right.values())}
