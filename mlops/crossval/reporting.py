"""Filling ``crossval.json`` from what was measured (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean, stdev

import numpy as np

from mlops.config import Criterion
from mlops.crossval.document import (
    Bound,
    ChanceResult,
    CrossvalReport,
    FoldResult,
    LatencyResult,
    LiftResult,
    Summary,
)
from mlops.crossval.judging import AUC, combine, dated, judge, judge_auc, review
from mlops.crossval.latency import Latency
from mlops.crossval.validating import CrossValidation, FoldScore
from mlops.gate.report import ChangeResult


@dataclass(frozen=True)
class Beside:
    """What was measured beside the folds' own numbers; what was not is left out of the report.

    Attributes:
        champion: The comparison with the model in production.
        accuracy_bound: Accuracy over all scored rows.
        auc_bound: The area under the ROC curve over all scored rows.
        chance: The permutation tests.
        lifts: Over the majority class and a rule on one feature.
        latency: How long a score takes.
        gains: By feature its importance; see :func:`mlops.crossval.judging.review`.
        notes: What else a person should know.
    """

    champion: ChangeResult | None = None
    accuracy_bound: Bound | None = None
    auc_bound: Bound | None = None
    chance: Mapping[str, ChanceResult] = field(default_factory=dict)
    lifts: tuple[LiftResult, ...] = ()
    latency: Latency | None = None
    gains: Mapping[str, float] | None = None
    notes: tuple[str, ...] = ()


def report(
    validation: CrossValidation,
    *,
    task: str,
    dataset_sha256: str,
    criteria: Mapping[str, Criterion],
    confidence: float,
    embargo_days: int,
    maturity: np.datetime64 | None = None,
    beside: Beside | None = None,
) -> CrossvalReport:
    """Judge the folds and return the document.

    Args:
        validation: What was measured.
        task: The task's name.
        dataset_sha256: Hash of the data.
        criteria: What is demanded; see :func:`mlops.crossval.judging.judge`.
        confidence: One-sided confidence of each bound.
        embargo_days: The gap that the folds were made with.
        maturity: The last day whose labels were settled.
        beside: What else was measured.
    """
    beside = beside or Beside()
    accuracies = {name: criterion for name, criterion in criteria.items() if name != AUC}
    results = judge(validation, accuracies, confidence=confidence)
    if AUC in criteria:
        results = (*results, judge_auc(beside.auc_bound, criteria[AUC]))
    verdict, reason = combine(results, beside.champion)
    tests = (f"{name}: {test.note}" for name, test in beside.chance.items() if test.note)
    return CrossvalReport(
        task=task,
        dataset_sha256=dataset_sha256,
        verdict=verdict,
        reason=reason,
        confidence=confidence,
        embargo_days=embargo_days,
        mature_until=None if maturity is None else str(maturity.astype("datetime64[D]")),
        folds=tuple(map(_fold, validation.folds)),
        accuracy=Summary(**validation.accuracy._asdict(), folds=len(validation.folds)),
        auc=_summary([score.auc for score in validation.folds if score.auc is not None]),
        log_loss=_always([score.log_loss for score in validation.folds]),
        criteria=results,
        champion=beside.champion,
        accuracy_bound=beside.accuracy_bound,
        auc_bound=beside.auc_bound,
        chance=dict(beside.chance),
        lifts=beside.lifts,
        latency=LatencyResult(**beside.latency._asdict()) if beside.latency else None,
        notes=(*review(validation, beside.gains), *dated(beside.chance), *tests, *beside.notes),
    )


def _fold(score: FoldScore) -> FoldResult:
    fold = score.fold
    return FoldResult(
        first=str(fold.first),
        last=str(fold.last),
        train=len(fold.train),
        embargoed=fold.embargoed,
        purged=fold.purged,
        n=score.n,
        positives=score.positives,
        base_rate=score.base_rate,
        accuracy=score.accuracy,
        auc=score.auc,
        log_loss=score.log_loss,
        threshold=score.threshold,
    )


def _summary(values: list[float]) -> Summary | None:
    return _always(values) if values else None


def _always(values: list[float]) -> Summary:
    return Summary(mean=fmean(values), sd=stdev(values) if len(values) > 1 else None, folds=len(values))
