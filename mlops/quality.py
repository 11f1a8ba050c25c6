"""Label quality: how far the annotators agree, beyond what chance would give."""

import re
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from mlops import cells
from mlops.manifest import LabelQuality

_ANNOTATOR = re.compile(r"annotator.*", re.IGNORECASE | re.DOTALL)
_DIGITS = 6

Labels = Sequence[str | None]
"""One annotator's labels of ``n`` rows; None where a row was not labelled."""


def label_quality(table: pa.Table) -> LabelQuality | None:
    """Return the agreement of the table's ``annotator*`` columns; None where fewer than two exist: not measured.

    Numbers are rounded to six digits, so that a manifest is the same on every platform.
    """
    names = [name for name in table.column_names if _ANNOTATOR.fullmatch(name)]
    if len(names) < 2:  # noqa: PLR2004  # it takes two to agree
        return None
    ratings = [_labels(table.column(name)) for name in names]
    units = _units(ratings)
    return LabelQuality(
        annotators=tuple(names),
        rows=len(units),
        agreement=_rounded(observed_agreement(ratings)),
        kappa=_rounded(cohen_kappa(*ratings)) if len(ratings) == 2 else None,  # noqa: PLR2004  # kappa is for two
        alpha=_rounded(krippendorff_alpha(ratings)),
    )


def observed_agreement(ratings: Sequence[Labels]) -> float | None:
    """Return the share of pairs of labels of one row that agree, in [0, 1]; None when no row has two labels.

    Args:
        ratings: Per annotator the labels of the same ``n`` rows.
    """
    agreeing = pairs = 0
    for unit in _units(ratings):
        size = unit.total()
        pairs += size * (size - 1)
        agreeing += sum(count * (count - 1) for count in unit.values())
    return agreeing / pairs if pairs else None


def cohen_kappa(first: Labels, second: Labels) -> float | None:
    """Return Cohen's kappa of two annotators over the rows that both labelled, in [-1, 1].

    kappa = (p_o - p_e) / (1 - p_e), where p_o is the share of rows with equal labels and p_e what the annotators' own
    label frequencies would give by chance (Cohen 1960, A coefficient of agreement for nominal scales).

    Returns:
        None when it is undefined: no row with both labels, or both annotators used one and the same label only.
    """
    both = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    rows = len(both)
    left, right = Counter(a for a, _ in both), Counter(b for _, b in both)
    equal = sum(a == b for a, b in both)
    chance = sum(left[label] * right[label] for label in left)
    if rows * rows == chance:
        return None
    return (rows * equal - chance) / (rows * rows - chance)


def krippendorff_alpha(ratings: Sequence[Labels]) -> float | None:
    """Return Krippendorff's alpha for nominal data, any number of annotators and missing labels; at most 1.

    alpha = ((n - 1) sum_c o_cc - sum_c n_c (n_c - 1)) / (n (n - 1) - sum_c n_c (n_c - 1)), with the coincidences
    o_cc = sum_u m_uc (m_uc - 1) / (m_u - 1) over the rows u with m_u >= 2 labels, n_c the number of labels c in
    those rows and n their total (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C).

    Args:
        ratings: Per annotator the labels of the same ``n`` rows.

    Returns:
        None when it is undefined: no row with two labels, or one class only.
    """
    units = _units(ratings)
    totals: Counter[str] = Counter()
    coincidences = 0.0
    for unit in units:
        totals.update(unit)
        coincidences += sum(count * (count - 1) for count in unit.values()) / (unit.total() - 1)
    n = totals.total()
    chance = sum(count * (count - 1) for count in totals.values())
    if n * (n - 1) == chance:
        return None
    return ((n - 1) * coincidences - chance) / (n * (n - 1) - chance)


def _units(ratings: Sequence[Labels]) -> list[Counter[str]]:
    """Return, for each row that at least two annotators labelled, how often each label was given."""
    units = [Counter(label for label in labels if label is not None) for labels in zip(*ratings, strict=True)]
    return [unit for unit in units if unit.total() > 1]


def _labels(column: pa.ChunkedArray) -> list[str | None]:
    encoded = cells.encode(column)
    return [encoded.texts[code] if code >= 0 else None for code in encoded.codes]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
