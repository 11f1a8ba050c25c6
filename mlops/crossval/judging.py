"""Deciding what is demanded of the folds, and saying what these rows cannot decide (pure)."""

from collections.abc import Mapping, Sequence
from itertools import starmap
from math import ceil
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mlops.config import Change, Criterion
from mlops.crossval.document import REFITS, REFITS_ANY_MONTH, Bound, ChanceResult
from mlops.formatting import format_rate, format_threshold
from mlops.gate.criteria import bound_of, compare, result_of
from mlops.gate.outlook import Numbers, explain, needed
from mlops.gate.report import ChangeResult, CriterionResult, Verdict
from mlops.intervals.excess import (
    mean_bounds,
    rows_for_mean,
    rows_for_sd,
    sd_bounds,
    sd_refuted,
    spread,
    typical_size,
)
from mlops.intervals.ratios import Bounded

if TYPE_CHECKING:
    from mlops.crossval.validating import CrossValidation

MEAN = "cv_mean"
SD = "cv_sd"
AUC = "cv_auc"

NEAR_PERFECT = 0.995
DOMINANT = 0.9


class Folds(Protocol):
    """What is judged of a cross-validation: each fold's accuracy and its test rows, in the same order."""

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Accuracy of each fold."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Test rows of each fold."""


def judge(validation: Folds, criteria: Mapping[str, Criterion], *, confidence: float) -> tuple[CriterionResult, ...]:
    """Decide every criterion on accuracy over the folds.

    Args:
        validation: What was measured.
        criteria: By name: ``cv_mean`` bounds the mean from below, ``cv_sd`` the standard deviation from above. Any
            other is not measured here, and inconclusive.
        confidence: One-sided confidence of each bound.
    """

    def decided(name: str, criterion: Criterion) -> CriterionResult:
        if name == SD and criterion.max is not None:
            return _spread(validation, criterion, confidence)
        if name == MEAN:
            return _mean(validation, criterion, confidence)
        missing = f"It was not measured; cross-validation measures {MEAN} (either bound) and {SD} (max)."
        return result_of(
            name, criterion, Numbers(None, None, None, 0, missing), "inconclusive", reason=missing, wanted=None
        )

    return tuple(starmap(decided, sorted(criteria.items())))


def judge_auc(bound: Bound | None, criterion: Criterion) -> CriterionResult:
    """Decide the area under the ROC curve over all scored rows: what is demanded where accuracy has a low ceiling.

    Args:
        bound: The area with its lowest lower bound; None where the scored rows have one class only.
        criterion: Its bound.
    """
    if bound is None:
        missing = "The scored rows have one class only, so there is no area."
        return result_of(
            AUC, criterion, Numbers(None, None, None, 0, missing), "inconclusive", reason=missing, wanted=None
        )
    numbers = Numbers(bound.value, bound.lower, bound.upper, bound.n, "")
    limit, sign = bound_of(criterion)
    verdict = compare(numbers, limit, sign, criterion.decide_on)
    reason = explain(numbers, criterion, limit, verdict, needed_n=None, rows=bound.n)
    return result_of(AUC, criterion, numbers, verdict, reason=reason, wanted=None)


def _mean(validation: Folds, criterion: Criterion, confidence: float) -> CriterionResult:
    bounds = mean_bounds(validation.accuracies, validation.sizes, confidence)
    rows, (limit, sign) = sum(validation.sizes), bound_of(criterion)
    numbers = Numbers(spread(validation.accuracies, validation.sizes).mean, *bounds, rows, "")
    verdict = compare(numbers, limit, sign, criterion.decide_on)
    wanted = needed("accuracy", numbers, limit, confidence) if verdict == "inconclusive" else None
    reason = explain(numbers, criterion, limit, verdict, needed_n=wanted, rows=rows)
    least = rows_for_mean(limit, confidence) if sign > 0 and criterion.decide_on == "lower_bound" else None
    if verdict == "inconclusive" and least is not None and rows < least:
        wanted = max(wanted or 0, least)
        reason = (
            f"Unattainable with {rows:,} tested rows: even without an error the lower bound stays below "
            f"{format_threshold(limit)}. It needs n >= {least:,} in all blocks together."
        )
    return result_of(MEAN, criterion, numbers, verdict, reason=reason, wanted=wanted)


def _spread(validation: Folds, criterion: Criterion, confidence: float) -> CriterionResult:
    rates, sizes = validation.accuracies, validation.sizes
    found, limit = spread(rates, sizes), bound_of(criterion).threshold
    rows, least = sum(sizes), rows_for_sd(rates, sizes, limit)
    numbers = Numbers(found.sd, *sd_bounds(rates, sizes, confidence), rows, "")
    unattainable = least is None or typical_size(sizes) < least
    verdict: Verdict = compare(numbers, limit, -1, criterion.decide_on)
    reason = explain(numbers, criterion, limit, verdict, needed_n=None, rows=rows)
    if not unattainable:
        return result_of(SD, criterion, numbers, verdict, reason=reason, wanted=None)
    wanted = None if least is None else ceil(least * len(sizes))
    needs = f"It needs n >= {least:,} in each block, n >= {wanted:,} in all." if wanted else "No number of rows helps."
    verdict = "fail" if sd_refuted(rates, sizes, limit, confidence) else "inconclusive"
    say = (
        "and the blocks differ by more than both explain"
        if verdict == "fail"
        else f"so the observed {format_rate(found.sd)} says little of the model"
    )
    reason = (
        f"Unattainable with about {typical_size(sizes):,.0f} rows a block: counting alone scatters accuracies by "
        f"{format_rate(found.noise)}, against {format_threshold(limit)} allowed, {say}. {needs}"
    )
    return result_of(SD, criterion, numbers, verdict, reason=reason, wanted=wanted)


def judge_champion(difference: Bounded, change: Change, *, n: int) -> ChangeResult:
    """Decide "stable or improved": non-inferiority of accuracy on the same rows, by the bounds of the difference.

    Args:
        difference: Candidate minus champion, from :func:`mlops.intervals.accuracy.accuracy_difference`.
        change: The margin and whose model the champion is.
        n: Rows that both decided.
    """
    margin = 0.0 - change.max_drop  # never -0.0
    verdict = compare(Numbers(*difference, n, ""), margin, 1, "lower_bound")
    value, lower, upper = (f"{100 * share:+.2f}" for share in difference)
    word = {
        "pass": "stable" if difference.lower < 0 else "improved",
        "fail": "worse than the margin allows",
        "inconclusive": "not shown to be stable",
    }[verdict]
    return ChangeResult(
        metric=MEAN,
        baseline=change.baseline,
        max_drop=change.max_drop,
        value=difference.value,
        lower=difference.lower,
        upper=difference.upper,
        verdict=verdict,
        blocking=True,
        reason=f"Accuracy is {word}: {value} points against the champion on {n:,} rows, bounds {lower} and {upper}, "
        f"margin {100 * margin:+.2f}.",
    )


def review(validation: "CrossValidation", gains: Mapping[str, float] | None = None) -> tuple[str, ...]:
    """Return what looks too good: a person should see whether a column holds the answer.

    Args:
        validation: What was measured.
        gains: By feature its importance, of any scale; None where the model has none.
    """
    areas = [score.auc for score in validation.folds if score.auc is not None]
    notes = []
    if areas and float(np.mean(areas)) >= NEAR_PERFECT:
        notes.append(
            f"Review: the mean area under the ROC curve is {float(np.mean(areas)):.4f}, at least {NEAR_PERFECT}. "
            "Scores this good mostly come from a column that was filled in after the decision."
        )
    total = sum(gains.values()) if gains else 0.0
    if gains and total > 0:
        name, gain = max(gains.items(), key=lambda item: item[1])
        if gain >= DOMINANT * total:
            notes.append(
                f"Review: the column {name!r} alone brings {format_rate(gain / total)} of the model's gain. "
                "Is it known when the decision is made?"
            )
    return tuple(notes)


def dated(chance: Mapping[str, ChanceResult], alpha: float = 0.05) -> tuple[str, ...]:
    """Return the note that what looks like knowledge is knowledge of the date: significant over all rows alone."""
    inside, over_all = chance.get(REFITS), chance.get(REFITS_ANY_MONTH)
    if inside is None or over_all is None or not over_all.p < alpha <= inside.p:
        return ()
    note = (
        f"Labels exchanged over all rows give p = {over_all.p:.3g}, inside months {inside.p:.3g}: what is learned is "
        "when a row was filed, because the base rate drifts."
    )
    return (note,)


def combine(criteria: Sequence[CriterionResult], champion: ChangeResult | None) -> tuple[Verdict, str]:
    """Return the verdict over everything that blocks, and the sentence that says why."""
    outcomes = [(result.metric, result) for result in criteria] + ([("champion", champion)] if champion else [])
    blocking = [(name, result) for name, result in outcomes if result.blocking]
    for verdict in ("fail", "inconclusive"):
        for name, result in blocking:
            if result.verdict == verdict:
                return result.verdict, f"{name}: {result.reason}"
    if not blocking:
        return "inconclusive", "Nothing that blocks is demanded, so nothing is decided."
    return "pass", f"All {len(blocking)} demands are met." if len(blocking) > 1 else "The one demand is met."
