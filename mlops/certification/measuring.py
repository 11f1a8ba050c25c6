"""Measuring a run again: from scored test rows, their days, and the report of the cross-validation (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops.certification.document import Block, Performance, TestedRows
from mlops.crossval.document import Bound, ChanceResult, CrossvalReport
from mlops.crossval.folding import Days
from mlops.crossval.measuring import month_of
from mlops.errors import InputRefusedError
from mlops.intervals.accuracy import accuracy
from mlops.intervals.auc import auc_bounds
from mlops.intervals.excess import spread
from mlops.intervals.permutation import Chance, fixed_predictions

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class TestRows:
    """``m`` held-out test rows as the model scored them.

    Attributes:
        label: (m,) whether each is positive.
        score: (m,) its score.
        called: (m,) whether it was called positive.
        time: (m,) day of its event.
        group: (m,) its group, inside which rows depend; any values.
    """

    __test__ = False  # no test of pytest's

    label: Flags
    score: NDArray[np.float64]
    called: Flags
    time: Days
    group: NDArray[np.object_]


def measure(
    tested: TestRows,
    crossval: CrossvalReport | None,
    *,
    rows: int,
    negatives: int,
    confidence: float,
    gains: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Performance:
    """Return what a model is worth.

    Args:
        tested: The test rows; one at least.
        crossval: Of the same dataset; None where there is none, and then nothing that comes from it is known.
        rows: Decided rows of the whole dataset.
        negatives: Those of class 0.
        confidence: Of each one-sided bound, in (0.5, 1).
        gains: By feature its importance.
        seed: Of the bootstrap.

    Raises:
        InputRefusedError: There is no test row.
    """
    if not len(tested.label):
        raise InputRefusedError(
            "There is no test row, so nothing can be certified.", field="evaluation", expected="at least one row",
            found="0", fix="Label more rows, integrate them, and train again.",
        )  # fmt: skip
    group = np.unique(tested.group.astype(str), return_inverse=True)[1].astype(np.intp)
    found = accuracy(tested.called == tested.label, {"group": group}, confidence=confidence, seed=seed)
    area = auc_bounds(tested.label, tested.score, group, confidence=confidence)
    blocks = () if crossval is None else tuple(Block(n=fold.n, accuracy=fold.accuracy) for fold in crossval.folds)
    folds = spread([block.accuracy for block in blocks], [block.n for block in blocks]) if blocks else None
    return Performance(
        rows=rows,
        negatives=negatives,
        cv_mean=None if folds is None else folds.mean,
        cv_sd=None if folds is None else folds.sd,
        cv_blocks=blocks,
        cv_accuracy=None if crossval is None else crossval.accuracy_bound,
        accuracy=Bound(
            value=found.value, lower=found.lower, upper=found.upper, n=found.n, lowers=dict(found.lowers)
        ),
        auc=None if area is None else Bound(value=area.value, lower=area.lower, upper=area.upper, n=len(group)),
        chance=_chance(tested),
        lifts=() if crossval is None else crossval.lifts,
        latency=None if crossval is None else crossval.latency,
        tested=_days(tested.time),
        gains=dict(gains or {}),
    )  # fmt: skip


def _chance(tested: TestRows) -> ChanceResult:
    """Test the decisions on the test rows, which are fixed: labels are exchanged inside months."""
    month = month_of(tested.time)
    found = fixed_predictions(tested.label, tested.called, month)
    if not found.strata:
        found = _told_nothing(found, tested, month)
    return ChanceResult(stratified=True, **found._asdict())


def _told_nothing(found: Chance, tested: TestRows, month: NDArray[np.int64]) -> Chance:
    """Count the rows of months whose labels differ and whose calls do not: there p is 1 by what the model did.

    Where no label differs either, no model could have done better, and nothing is decided.
    """
    mixed = [at for at in np.unique(month) if 0 < tested.label[month == at].mean() < 1]
    rows = np.isin(month, mixed)
    if not rows.any():
        return found
    hits = float((tested.label & tested.called)[rows].sum())
    note = "The model calls all rows of a month alike, so p is 1 whatever their labels are."
    return found._replace(statistic=hits, expected=hits, strata=len(mixed), rows=int(rows.sum()), note=note)


def _days(time: Days) -> TestedRows:
    days, counts = np.unique(time.astype("datetime64[D]"), return_counts=True)
    by_day = {str(day): int(count) for day, count in zip(days, counts, strict=True)}
    return TestedRows(first=str(days[0]), last=str(days[-1]), rows=len(time), by_day=by_day)
