"""Shifts: the population stability index of each column against the reference, judged above what chance explains.

Between two samples of one population the index is not 0 but about (k - 1)(1/n + 1/m) for k bins (Yurdakul & Naranjo
2020); so a limit counts from there, and only with enough rows.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.intervals.information import stability_index
from mlops.monitoring.binning import Binned, binned, numbers
from mlops.monitoring.document import Shift, Word
from mlops.monitoring_settings import MonitoringSettings

MIN_REFERENCE = 100
"""Rows of a reference below which nothing is compared with it."""


def of_columns(reference: pd.DataFrame, sample: pd.DataFrame, settings: MonitoringSettings) -> tuple[Shift, ...]:
    """Judge every column of (m, k) predictions against (n, k) rows that the model was trained on."""
    return _judged(binned(reference, sample), settings)


def of_scores(
    reference: NDArray[np.float64], sample: NDArray[np.float64], settings: MonitoringSettings
) -> tuple[Shift, ...]:
    """Judge (m,) scores against the (n,) scores of the rows that judged the model."""
    return _judged([numbers("score", "score", reference, sample)], settings)


def _judged(columns: Iterable[Binned], settings: MonitoringSettings) -> tuple[Shift, ...]:
    found = [_shift(column, settings) for column in columns]
    return tuple(sorted(found, key=lambda one: (-(one.psi or 0.0), one.feature)))


def _shift(column: Binned, settings: MonitoringSettings) -> Shift:
    n, m = int(column.before.sum()), int(column.after.sum())
    bins = int(((column.before + column.after) > 0).sum())
    if not n or not m:
        return Shift(
            feature=column.feature, kind=column.kind, bins=bins, rows=m, reference_rows=n, psi=None, floor=None,
            limit=None, word="unknown", reason="There are no rows to compare.",
        )  # fmt: skip
    index, floor = stability_index(column.before, column.after)
    limit = settings.psi_max + floor
    word: Word = "ok"
    if m < settings.min_rows or n < MIN_REFERENCE:
        asked = f"{settings.min_rows:,} and {MIN_REFERENCE} are asked for"
        word, reason = "unknown", f"{m:,} predictions and {n:,} rows of the reference; {asked}."
    elif index > limit:
        word, reason = "alarm", f"The index is {index:.3f}, above {limit:.3f} (of which chance explains {floor:.3f})."
    else:
        reason = f"The index is {index:.3f}, at most {limit:.3f}."
    return Shift(
        feature=column.feature, kind=column.kind, bins=bins, rows=m, reference_rows=n, psi=index, floor=floor,
        limit=limit, word=word, reason=reason,
    )  # fmt: skip
