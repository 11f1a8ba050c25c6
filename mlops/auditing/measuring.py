"""What a column tells of the label, of another column, and of the time.

Sources: D. Micci-Barreca, SIGKDD Explorations 3 (2001) 27-32, for smoothed target rates; S. Kaufman, S. Rosset, C.
Perlich & O. Stitelman, ACM TKDD 6 (2012), for leakage; C. Spearman (1904); D. Lopez-Paz & M. Oquab, Revisiting
classifier two-sample tests (ICLR 2017), for telling blocks apart.
"""

from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, mannwhitneyu, spearmanr
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import normalized_mutual_info_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from mlops.auditing.coding import Codes, Column, Rows
from mlops.auditing.document import Neighbours, Pair
from mlops.intervals.information import entropy, stability

FOLDS: Final = 5
_SMOOTHING = 10.0
_REPLICATES = 200
_BAND = (0.5, 99.5)
_MOST_ROWS = 4_000
_TREES = 30
_LEAST_ROWS = 20


def alone(column: Column, rows: Rows) -> float | None:
    """Return the area under the ROC curve of a column alone, out of fold; None where a class is missing.

    A value's score is the smoothed rate of positives among rows of the other stretches of time. A list is read as one
    value and by its items, whose scores are averaged; the larger area counts.
    """
    known = rows.decided
    label = rows.label[known] == 1
    if not 0 < label.sum() < len(label) or len(label) < 2 * FOLDS:
        return None
    place = np.cumsum(known) - 1
    areas = []
    for row, code in column.readings:
        told = known[row]
        areas.append(_area(label, place[row[told]], code[told]))
    return max(areas)


def _area(label: NDArray[np.bool_], row: Codes, code: Codes) -> float:
    """Return the area of what (m,) ``row`` holds, ``code``, for the (n,) ``label``."""
    fold = np.arange(len(label)) * FOLDS // len(label)
    kinds = int(code.max()) + 1
    worth = np.empty(len(code))
    for number in range(FOLDS):
        rest = fold[row] != number
        rate = label[fold != number].mean()
        total = np.bincount(code[rest], minlength=kinds)
        hits = np.bincount(code[rest], weights=label[row[rest]], minlength=kinds)
        worth[~rest] = ((hits + _SMOOTHING * rate) / (total + _SMOOTHING))[code[~rest]] - rate
    score = np.bincount(row, weights=worth) / np.bincount(row)
    return float(roc_auc_score(label, score.round(9)))  # what is equal but for its last bits would name its fold


def association(column: Column, rows: Rows) -> float | None:
    """Return the p-value of an association with the label; None where nothing varies."""
    known = rows.decided
    label = rows.label[known] == 1
    if not 0 < label.sum() < len(label):
        return None
    if column.kind == "number":
        values = column.values[known]
        left, right = values[label & ~np.isnan(values)], values[~label & ~np.isnan(values)]
        if not len(left) or not len(right) or len(np.unique(values[~np.isnan(values)])) < 2:  # noqa: PLR2004  # constant
            return None
        return float(mannwhitneyu(left, right).pvalue)
    codes = column.codes[known]
    table = np.array([np.bincount(codes[chosen], minlength=codes.max() + 1) for chosen in (label, ~label)])
    table = table[:, table.sum(axis=0) > 0]
    return float(chi2_contingency(table).pvalue) if table.shape[1] > 1 else None


def entropy_band(column: Column, rows: Rows, seed: int) -> tuple[float, float, float] | None:
    """Return the entropy of the newest rows, and the band of as many rows drawn from those before."""
    newest = rows.block == rows.block.max()
    before, after = column.codes[~newest], column.codes[newest]
    if min(len(before), len(after)) < _LEAST_ROWS:
        return None
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(len(after), np.bincount(before) / len(before), size=_REPLICATES)
    low, high = np.percentile([entropy(counts) for counts in drawn], _BAND)
    return entropy(np.bincount(after)), float(low), float(high)


def stabilities(column: Column, rows: Rows) -> tuple[float | None, float | None]:
    """Return the stability index of the newest rows against all before, and the largest between neighbours."""
    kinds = int(column.codes.max(initial=0)) + 1
    counts = [np.bincount(column.codes[rows.block == block], minlength=kinds) for block in range(rows.block.max() + 1)]
    if len(counts) < 2 or min(int(count.sum()) for count in counts) < _LEAST_ROWS:  # noqa: PLR2004  # before and after
        return None, None
    newest = stability(np.sum(counts[:-1], axis=0), counts[-1])
    return newest, max(stability(left, right) for left, right in pairwise(counts))


def pairs(rows: Rows, *, shown: float) -> tuple[Pair, ...]:
    """Return the pairs of features whose measure is at least ``shown``, or undefined, the strongest first."""
    found = []
    for left, right in combinations(rows.features, 2):
        if left.kind == right.kind == "number":
            value = _spearman(left, right)
            found.append(Pair(left=left.field.name, right=right.field.name, measure="spearman", value=value))
        elif left.kind == right.kind:
            same = float(normalized_mutual_info_score(left.codes, right.codes))
            found.append(Pair(left=left.field.name, right=right.field.name, measure="mutual_information", value=same))
    told = [pair for pair in found if pair.value is None or abs(pair.value) >= shown]
    return tuple(sorted(told, key=lambda pair: -abs(pair.value) if pair.value is not None else -2.0))


def _spearman(left: Column, right: Column) -> float | None:
    both = ~np.isnan(left.values) & ~np.isnan(right.values)
    one, other = left.values[both], right.values[both]
    if len(one) < 3 or len(np.unique(one)) == 1 or len(np.unique(other)) == 1:  # noqa: PLR2004  # no rank correlation
        return None
    return float(spearmanr(one, other).statistic)


def neighbours(rows: Rows, seed: int) -> tuple[Neighbours, ...]:
    """Tell each block of days from the one before it by the features alone; days themselves are left out."""
    table = np.column_stack([_numbers(column) for column in rows.features]) if rows.features else np.empty((0, 0))
    found = []
    for block in range(1, int(rows.block.max(initial=0)) + 1):
        here = np.flatnonzero((rows.block == block) | (rows.block == block - 1))
        later = rows.block[here] == block
        if not table.size or min(later.sum(), (~later).sum()) < _LEAST_ROWS:
            continue
        some = _sample(here, later, seed)
        target = rows.block[some] == block
        days = rows.time[rows.block == block]
        found.append(
            Neighbours(
                first=str(days.min()), last=str(days.max()), rows=len(days), auc=_told_apart(table[some], target, seed)
            )
        )
    return tuple(found)


def _numbers(column: Column) -> NDArray[np.float64]:
    return np.nan_to_num(column.values, nan=-1.0) if column.kind == "number" else column.codes.astype(np.float64)


def _sample(rows: Codes, later: NDArray[np.bool_], seed: int) -> Codes:
    chance = np.random.default_rng(seed)
    sides = (rows[later], rows[~later])
    most = min(*(len(side) for side in sides), _MOST_ROWS // 2)
    return np.concatenate([np.sort(chance.choice(side, size=most, replace=False)) for side in sides])


def _told_apart(table: NDArray[np.float64], later: NDArray[np.bool_], seed: int) -> float:
    forest = ExtraTreesClassifier(n_estimators=_TREES, min_samples_leaf=5, random_state=seed, n_jobs=1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return float(roc_auc_score(later, cross_val_predict(forest, table, later, cv=folds, method="predict_proba")[:, 1]))


def twins(rows: Rows, test_from: np.datetime64, seed: int) -> tuple[float | None, int]:
    """Return the share of test rows that have a twin among the rows before, beyond chance, and the test rows.

    The share is None where there are no test rows, or none before them.

    Twins agree in group, categories and days since the earlier event, and in every number but for about a percent.
    What would agree by chance is counted with the numbers exchanged among the test rows.
    """
    test = rows.time >= test_from
    numbers = [column.values for column in rows.features if column.kind == "number"]
    measured = np.column_stack([rows.gap, *map(_logarithm, numbers)])
    kinds = np.column_stack([rows.group, *(column.codes for column in rows.features if column.kind == "category")])
    if not test.any() or test.all():
        return None, int(test.sum())
    mixed = measured.copy()
    mixed[test] = measured[test][np.random.default_rng(seed).permutation(int(test.sum()))]
    share, by_chance = (_share_of_twins(kinds, cells, test) for cells in (measured, mixed))
    return max(0.0, share - by_chance), int(test.sum())


def _logarithm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sign(values) * np.log1p(np.abs(values)) * 100  # a step of one is about a percent


def _share_of_twins(kinds: Codes, measured: NDArray[np.float64], test: NDArray[np.bool_]) -> float:
    """Return the share of test rows with a twin, on two grids: a pair on an edge of the one meets in the other."""
    found = np.zeros(len(test), dtype=np.bool_)
    for shift in (0.0, 0.5):
        cells = np.column_stack([kinds, np.floor(np.nan_to_num(measured, nan=-1e6) + shift)])
        _, code = np.unique(cells, axis=0, return_inverse=True)
        known = np.zeros(int(code.max()) + 1, dtype=np.bool_)
        known[code[~test]] = True
        found |= known[code]
    return float(found[test].mean())
