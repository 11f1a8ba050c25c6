"""The baseline that is measured in the same run: a plain similarity table and a random forest, as Magellan has them.

Per attribute that both sides have: exact match, Jaro-Winkler, Levenshtein and Indel similarity, Jaccard of words and of
character 3-grams, cosine of word counts; for numbers also absolute and relative difference (Konda et al., Magellan:
Toward Building Entity Matching Management Systems, PVLDB 2016, with its automatic features). Unlike Magellan's, no
function is withheld from long texts, which favours the baseline; Monge-Elkan, Needleman-Wunsch and Smith-Waterman are
left out. A missing value is imputed by the column's mean over training, as in Magellan's guide. Threshold 0.5.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from math import nan, sqrt
from time import process_time

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, JaroWinkler, Levenshtein
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer

from mlops.split import TEST, TRAIN
from mlops.task import Examples

TREES = 100
_NUMERIC = 0.9
_WHOLE = "record"
_LARGEST = 1e100
_SIDES = ("left_", "right_")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """What the baseline says of the test rows, and what it cost.

    Attributes:
        predicted: (n,) whether each test row is called a match, at threshold 0.5.
        features: Columns of the similarity table.
        feature_seconds: CPU seconds for the table of the training rows.
        fit_seconds: CPU seconds for imputing and fitting.
    """

    predicted: NDArray[np.bool_]
    features: int
    feature_seconds: float
    fit_seconds: float


def judge(examples: Examples, *, seed: int, exclude: Collection[str] = ()) -> Judged:
    """Fit on the training rows of ``examples`` and call its test rows.

    Args:
        examples: As the task reads them: our own model sees the same rows.
        seed: The forest's.
        exclude: Attributes that give the label away; our own model does not read them either.
    """
    training = np.flatnonzero(examples.split == TRAIN)
    testing = np.flatnonzero(examples.split == TEST)
    started = process_time()
    sides = columns(examples.inputs, exclude)
    numeric = [_numeric(left.iloc[training], right.iloc[training]) for left, right in sides]
    table = _table(sides, numeric, training)
    made = process_time()
    imputer = SimpleImputer(strategy="mean", keep_empty_features=True)  # a column without any value becomes 0
    forest = RandomForestClassifier(n_estimators=TREES, random_state=seed, n_jobs=1)
    forest.fit(imputer.fit_transform(table), examples.label[training])
    fitted = process_time()
    test_table = imputer.transform(_table(sides, numeric, testing))
    match = np.asarray(forest.predict_proba(test_table))[:, list(forest.classes_).index(1)]
    return Judged(match >= 0.5, table.shape[1], made - started, fitted - made)  # noqa: PLR2004  # the default threshold of every classifier


def columns(inputs: pd.DataFrame, exclude: Collection[str] = ()) -> list[tuple["pd.Series[str]", "pd.Series[str]"]]:
    """Return the left and right column of each attribute that both sides have; of the whole records if none is."""
    names = [str(name) for name in inputs.columns]
    left = [name.removeprefix("left_") for name in names if name.startswith("left_")]
    shared = [name for name in left if f"right_{name}" in names and name not in exclude]
    if shared:
        return [(inputs[f"left_{name}"], inputs[f"right_{name}"]) for name in shared]
    whole = (inputs[[n for n in names if n.startswith(side)]].fillna("").agg(" ".join, axis=1) for side in _SIDES)
    one, other = whole
    return [(one.rename(_WHOLE), other.rename(_WHOLE))]


def _table(
    sides: Sequence[tuple["pd.Series[str]", "pd.Series[str]"]], numeric: Sequence[bool], rows: NDArray[np.intp]
) -> Floats:
    """Return the (n, f) similarities of ``rows``, NaN where a side is missing."""
    blocks = [
        compare(left.iloc[rows].tolist(), right.iloc[rows].tolist(), numeric=is_numeric)
        for (left, right), is_numeric in zip(sides, numeric, strict=True)
    ]
    return np.concatenate(blocks, axis=1)


def compare(left: Sequence[str | None], right: Sequence[str | None], *, numeric: bool) -> Floats:
    """Return the (n, 7 or 9) similarities of n pairs of values, pair by pair, NaN where one is missing."""
    words, grams = cache(_words), cache(_grams)
    width = len(_TEXT) + 3 + (2 if numeric else 0)
    found = np.full((len(left), width), nan)
    for row, (a, b) in enumerate(zip(left, right, strict=True)):
        if not isinstance(a, str) or not isinstance(b, str):
            continue
        one, other = a.lower().strip(), b.lower().strip()
        values = [function(one, other) for function in _TEXT]
        values += [_jaccard(words(one), words(other)), _jaccard(grams(one), grams(other))]
        values.append(_cosine(words(one), words(other)))
        if numeric:
            values += _differences(_number(one), _number(other))
        found[row] = values
    return found


def _exact(one: str, other: str) -> float:
    return float(one == other)


_TEXT: tuple[Callable[[str, str], float], ...] = (
    _exact,
    JaroWinkler.similarity,
    Levenshtein.normalized_similarity,
    Indel.normalized_similarity,
)


def _words(text: str) -> Counter[str]:
    return Counter(text.split())


def _grams(text: str) -> Counter[str]:
    padded = f"##{text}##"
    return Counter(padded[start : start + 3] for start in range(len(padded) - 2))


def _jaccard(one: Counter[str], other: Counter[str]) -> float:
    shared = len(one.keys() & other.keys())
    either = len(one) + len(other) - shared
    return shared / either if either else 1.0


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    product = sum(count * other[word] for word, count in one.items() if word in other)
    norms = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return product / norms if norms else 1.0


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "").removeprefix("$").strip())
    except ValueError:
        return nan
    return value if abs(value) < _LARGEST else nan  # so that no difference overflows


def _differences(one: float, other: float) -> list[float]:
    difference = abs(one - other)
    largest = max(abs(one), abs(other))
    return [difference, difference / largest if largest else difference]


def _numeric(left: "pd.Series[str]", right: "pd.Series[str]") -> bool:
    values = pd.concat([left, right]).dropna()
    return len(values) > 0 and float(np.mean([not np.isnan(_number(text)) for text in values])) >= _NUMERIC
