"""Decision thresholds that would have met every criterion on the rows that were judged."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mlops.config import Criterion, Policy
from mlops.evaluation import METRICS, Evaluation, estimate_all
from mlops.evaluation.curve import thin
from mlops.gate import PassingThreshold
from mlops.intervals.proportions import jaccard_of_f1
from mlops.intervals.sweep import Ratios, sweep
from mlops.metrics import Estimate

MAX_THRESHOLDS = 5
_CANDIDATES = 25
_REPLICATES = 2_000


def passing_thresholds(evaluation: Evaluation, policy: Policy) -> tuple[PassingThreshold, ...]:
    """Return at most five thresholds at which every blocking criterion would have passed on these rows.

    A sweep over all scores with Wilson's bounds finds candidates; each is confirmed with the bounds that the gate
    uses. What it returns was seen on the test rows: it shows that the model separates well enough, nothing more.
    """
    blocking = {name: rule for name, rule in policy.criteria.items() if rule.action == "block"}
    if len(evaluation) < policy.min_rows or not blocking or not set(blocking) <= set(METRICS):
        return ()
    confirmed = []
    for threshold in thin(_candidates(evaluation, blocking, policy.confidence), _CANDIDATES):
        estimates = estimate_all(evaluation.at(threshold), confidence=policy.confidence, replicates=_REPLICATES)
        if all(_holds(estimates[name], rule) for name, rule in blocking.items()):
            values = {name: estimate.value or 0.0 for name, estimate in estimates.items()}
            confirmed.append(PassingThreshold(threshold=float(threshold), **values))
    return tuple(confirmed[int(i)] for i in thin(np.arange(len(confirmed), dtype=np.float64), MAX_THRESHOLDS))


def _candidates(evaluation: Evaluation, blocking: Mapping[str, Criterion], confidence: float) -> NDArray[np.float64]:
    """Return the scores that, taken as threshold, meet every criterion by Wilson's bounds."""
    label = evaluation.label == 1
    found = sweep(label, evaluation.score, evaluation.weight, np.unique(evaluation.score), confidence)
    ratios = {"precision": found.precision, "recall": found.recall, "f1": found.jaccard}
    met = [_met(ratios[name], rule, f1=name == "f1") for name, rule in blocking.items()]
    return found.threshold[np.logical_and.reduce(met)]


def _met(ratios: Ratios, rule: Criterion, *, f1: bool) -> NDArray[np.bool_]:
    """Return at which thresholds a criterion holds; NaN never does. F1 rises with J, so J is asked instead."""
    point = rule.decide_on == "point"
    if rule.min is not None:
        return np.asarray((ratios.value if point else ratios.lower) >= (jaccard_of_f1(rule.min) if f1 else rule.min))
    bound = rule.max or 0.0
    return np.asarray((ratios.value if point else ratios.upper) <= (jaccard_of_f1(bound) if f1 else bound))


def _holds(estimate: Estimate, rule: Criterion) -> bool:
    point = rule.decide_on == "point"
    low, high = (estimate.value, estimate.value) if point else (estimate.lower, estimate.upper)
    if low is None or high is None:
        return False
    return low >= rule.min if rule.min is not None else high <= (rule.max or 0.0)
