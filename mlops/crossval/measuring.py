"""Chance, baselines and bounds over all rows that the folds scored: what stands beside the folds' own numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlops.crossval.baselines import fit_one_rule, majority
from mlops.crossval.document import FIXED, REFITS, REFITS_ANY_MONTH, Bound, ChanceResult, LiftResult
from mlops.crossval.folding import Days
from mlops.crossval.validating import CrossValidation
from mlops.intervals.accuracy import AccuracyBounds, accuracy, accuracy_difference
from mlops.intervals.auc import auc_bounds
from mlops.intervals.bootstrap import REPLICATES
from mlops.intervals.permutation import Chance, fixed_predictions
from mlops.intervals.ratios import Bounded
from mlops.intervals.refits import PERMUTATIONS, Design, refits

Codes = Mapping[str, NDArray[np.intp]]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bounding:
    """How bounds are made.

    Attributes:
        confidence: One-sided, in (0.5, 1).
        replicates: Of each bootstrap.
        seed: Of each bootstrap; the same seed gives the same bounds.
    """

    confidence: float = 0.95
    replicates: int = REPLICATES
    seed: int = 0


def month_of(time: Days) -> NDArray[np.int64]:
    """Return the number of each day's month: the strata of permutation tests."""
    return time.astype("datetime64[M]").astype(np.int64)


FEW_GROUPS = 12.0
"""Effective groups (inverse Simpson index) below which they are the few there are, and no sample of many."""


def effective_groups(group: NDArray[Any]) -> float:
    """Return how many equally large groups would be as diverse: the inverse Simpson index (Simpson 1949)."""
    share = np.bincount(_codes(group.astype(str))) / len(group)
    return float(1 / (share @ share))


def groupings_of(validation: CrossValidation, time: Days, group: NDArray[Any] | None = None) -> Codes:
    """Return the clusters of the scored rows: by ``day``, and by ``group`` where there are many groups.

    Few groups (ten airlines) are strata, which the next year has again, and bootstrapping them bounds nothing (A. C.
    Cameron & D. L. Miller, Journal of Human Resources 50 (2015) 317-372, on few clusters).

    Args:
        validation: The scored rows.
        time: (n,) day of each row of the data.
        group: (n,) its group; a row whose group is None is a group of its own.
    """
    found = {"day": _codes(time[validation.rows].astype("datetime64[D]"))}
    if group is not None:
        names = group[validation.rows].tolist()
        single = [f"row {at}" if name is None else f"group {name}" for at, name in enumerate(names)]
        if effective_groups(np.array(single, dtype=object)) >= FEW_GROUPS:
            found["group"] = _codes(np.array(single, dtype=object))
    return found


def accuracy_bound(validation: CrossValidation, groupings: Codes, how: Bounding) -> Bound:
    """Return accuracy over all scored rows; its lower bound is the lowest over the groupings and Wilson's."""
    found: AccuracyBounds = accuracy(
        validation.right, groupings, confidence=how.confidence, replicates=how.replicates, seed=how.seed
    )
    return Bound(value=found.value, lower=found.lower, upper=found.upper, n=found.n, lowers=dict(found.lowers))


def auc_bound(validation: CrossValidation, groupings: Codes, how: Bounding) -> Bound | None:
    """Return the area under the ROC curve over all scored rows, with bounds; None where one class is missing.

    Scores of different folds come from different models, so this area also sees whether they share a scale.
    """
    every: dict[str, NDArray[np.intp] | None] = {"rows": None, **groupings}
    found = {
        name: auc_bounds(validation.label, validation.score, code, confidence=how.confidence)
        for name, code in every.items()
    }
    known = {name: bounded for name, bounded in found.items() if bounded is not None}
    if not known:
        return None
    lowers = {name: bounded.lower for name, bounded in known.items()}
    return Bound(
        value=known["rows"].value,
        lower=min(lowers.values()),
        upper=max(bounded.upper for bounded in known.values()),
        n=len(validation.rows),
        lowers=lowers,
    )


def lifts(
    validation: CrossValidation,
    label: Flags,
    features: Mapping[str, NDArray[Any]],
    groupings: Codes,
    how: Bounding,
) -> tuple[LiftResult, ...]:
    """Measure the lift over the majority class and over a rule on one feature, both fitted on each fold's own past.

    Args:
        validation: The scored rows.
        label: (n,) whether each row of the data is positive.
        features: By name (n,) values, see :func:`mlops.crossval.baselines.fit_one_rule`; none leaves the rule out.
        groupings: Of the scored rows.
        how: How bounds are made.
    """
    folds = [score.fold for score in validation.folds]
    common = np.concatenate([np.full(len(fold.test), majority(label[fold.train])) for fold in folds])
    found = [_lift("majority", validation, common, groupings, how)]
    if features:
        rules = [fit_one_rule(features, label, fold.train) for fold in folds]
        calls = [
            rule.call({rule.feature: features[rule.feature][fold.test]})
            for rule, fold in zip(rules, folds, strict=True)
        ]
        names = tuple(rule.feature for rule in rules)
        found.append(_lift("one_rule", validation, np.concatenate(calls), groupings, how, features=names))
    return tuple(found)


def _lift(
    over: Literal["majority", "one_rule"],
    validation: CrossValidation,
    calls: Flags,
    groupings: Codes,
    how: Bounding,
    *,
    features: tuple[str, ...] = (),
) -> LiftResult:
    right = calls == validation.label
    value, lower, upper = difference(validation, right, groupings, how)
    return LiftResult(
        over=over,
        accuracy=float(right.mean()),
        value=value,
        lower=lower,
        upper=upper,
        n=len(right),
        features=features,
    )


def difference(validation: CrossValidation, other_right: Flags, groupings: Codes, how: Bounding) -> Bounded:
    """Return accuracy minus that of another decider of the same scored rows, with bounds.

    Args:
        validation: The scored rows.
        other_right: (m,) whether the other, say the champion, decided each scored row rightly.
        groupings: Of the scored rows.
        how: How bounds are made.
    """
    return accuracy_difference(
        validation.right, other_right, groupings,
        confidence=how.confidence, replicates=how.replicates, seed=how.seed,
    )  # fmt: skip


def chance(
    validation: CrossValidation,
    label: Flags,
    time: Days,
    *,
    design: Design | None = None,
    permutations: int = PERMUTATIONS,
    alpha: float = 0.05,
    seed: int = 0,
) -> dict[str, ChanceResult]:
    """Test whether the model knows more than the month of a row.

    Args:
        validation: The scored rows; their decisions stand fixed in the exact test.
        label: (n,) whether each row of the data is positive.
        time: (n,) its day.
        design: (n, d) the features as numbers, for refits on the last fold; None leaves them out.
        permutations: Refits.
        alpha: The level that p will be compared with.
        seed: Seed of the permutations.

    Returns:
        ``fixed_predictions``, and with a design ``refits`` inside months and ``refits_any_month`` over all rows, which
        is for comparison alone: where only the latter is small, the model knows the date.
    """
    month = month_of(time)
    # Each fold has a model of its own, so labels are exchanged inside a month of a fold.
    strata = month[validation.rows] * len(validation.folds) + validation.fold
    found = {FIXED: _chance(fixed_predictions(validation.label, validation.called, strata), stratified=True)}
    if design is not None:
        fold = validation.folds[-1].fold
        for name, stratum in ((REFITS, month), (REFITS_ANY_MONTH, None)):
            test = refits(
                design, label, train=fold.train, test=fold.test, stratum=stratum,
                permutations=permutations, seed=seed, alpha=alpha,
            )  # fmt: skip
            found[name] = _chance(test, stratified=stratum is not None)
    return found


def _chance(found: Chance, *, stratified: bool) -> ChanceResult:
    return ChanceResult(stratified=stratified, **found._asdict())


def _codes(values: NDArray[Any]) -> NDArray[np.intp]:
    return np.unique(values, return_inverse=True)[1].astype(np.intp)
