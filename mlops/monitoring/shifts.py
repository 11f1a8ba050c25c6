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
from mlops.monitoring.document import Kind, Shift, Word
from mlops.monitoring_settings import MonitoringSettings

MIN_REFERENCE = 100
"""Equal rows that a reference must be worth to be compared with."""

_ROUNDING = 1e-6


def of_columns(
    reference: pd.DataFrame, weight: NDArray[np.float64], sample: pd.DataFrame, settings: MonitoringSettings
) -> tuple[Shift, ...]:
    """Judge every column of (m, k) predictions against (n, k) rows that the model was trained on.

    Args:
        reference: (n, k) columns.
        weight: (n,) of its rows: 1 / inclusion probability.
        sample: (m, k) the same columns.
        settings: From when on it is an alarm, and with how many predictions.
    """
    return _judged(binned(reference, sample, weight), len(reference), settings)


def of_scores(
    reference: NDArray[np.float64], weight: NDArray[np.float64], sample: NDArray[np.float64],
    settings: MonitoringSettings,
) -> tuple[Shift, ...]:  # fmt: skip
    """Judge (m,) scores against the (n,) scores of the rows that judged the model, and the weights of those."""
    return _judged([numbers("score", "score", reference, sample, weight)], len(reference), settings)


def missing(feature: str, rows: int, reason: str) -> Shift:
    """Return the line of what was not compared, for want of a reference: unknown, neither well nor an alarm.

    Args:
        feature: What was not compared.
        rows: Predictions.
        reason: Why, and how to make the reference.
    """
    return _unread(feature, "unread", rows, reason)


def _judged(columns: Iterable[Binned], rows: int, settings: MonitoringSettings) -> tuple[Shift, ...]:
    found = [_shift(column, rows, settings) for column in columns]
    return tuple(sorted(found, key=lambda one: (-(one.psi or 0.0), one.feature)))


def _unread(feature: str, kind: Kind, rows: int, reason: str, *, reference_rows: int = 0) -> Shift:
    return Shift(
        feature=feature, kind=kind, bins=0, rows=rows, reference_rows=reference_rows, psi=None, floor=None, limit=None,
        word="unknown", reason=reason,
    )  # fmt: skip


def _shift(column: Binned, reference_rows: int, settings: MonitoringSettings) -> Shift:
    n, m = float(column.before.sum()), int(column.after.sum())
    bins = int(((column.before + column.after) > 0).sum())
    if not n or not m:
        why = "There are no rows to compare."
        return _unread(column.feature, column.kind, m, why, reference_rows=reference_rows)
    index, floor = stability_index(column.before, column.after)
    limit = settings.psi_max + floor
    word: Word = "ok"
    if m < settings.min_rows or n < MIN_REFERENCE - _ROUNDING:
        asked = f"{settings.min_rows:,} and {MIN_REFERENCE} are asked for"
        worth = "" if n > reference_rows - _ROUNDING else f", worth {n:,.0f}"
        word, reason = "unknown", f"{m:,} predictions and {reference_rows:,} rows of the reference{worth}; {asked}."
    elif index > limit:
        word, reason = "alarm", f"The index is {index:.3f}, above {limit:.3f} (of which chance explains {floor:.3f})."
    else:
        reason = f"The index is {index:.3f}, at most {limit:.3f}."
    return Shift(
        feature=column.feature, kind=column.kind, bins=bins, rows=m, reference_rows=reference_rows, psi=index,
        floor=floor, limit=limit, word=word, reason=reason,
    )  # fmt: skip
