"""From decided claims to a model: encoders, folds by group, the choice of an estimator, the threshold, calibration."""

import logging

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score

from mlops.config import ThresholdSettings
from mlops.errors import InputRefusedError
from mlops.learning.calibration import calibrate
from mlops.learning.columns import informative
from mlops.learning.competition import compete
from mlops.learning.crossfit import plan_folds
from mlops.learning.estimators import LogOdds
from mlops.learning.threshold import Choice, aim, choose
from mlops.task import Examples
from mlops.tasks.claims import features
from mlops.tasks.claims.estimator import ClaimModel
from mlops.tasks.claims.schema import FeatureSchema

_LOG = logging.getLogger(__name__)

MIN_ROWS = 50
MIN_PER_CLASS = 5


def fit_model(examples: Examples, schema: FeatureSchema, settings: ThresholdSettings, seed: int) -> ClaimModel:
    """Fit on all of ``examples``; the same examples and seed give the same model.

    Raises:
        InputRefusedError: There are too few claims, or too few of one class, or no feature tells claims apart.
    """
    label = examples.label
    _refuse_too_few(label)
    fitted = features.fit_schema(schema, examples.inputs)
    table = features.transform(fitted, examples.inputs)
    kept = informative(table)
    if not kept.size:
        raise InputRefusedError(
            "No feature differs between any two training claims.",
            field=", ".join(schema.inputs),
            fix="Check that the columns hold the claims' values.",
        )
    table = np.ascontiguousarray(table[:, kept])
    weights = None if (examples.weight == examples.weight[0]).all() else examples.weight / examples.weight.mean()
    folds, grouped = plan_folds(label, examples.cluster, seed)
    _LOG.info("fit the classifier on %s features, in %s folds and whole", table.shape[1], len(folds))
    winner = compete(table, label, weights, folds, seed)
    _LOG.info("choose the threshold and calibrate")
    chosen = choose(expit(winner.raw), label, settings, weights)
    cut = float(logit(chosen.threshold))
    calibration, measured = calibrate(winner.raw, label, weights, folds, cut=cut)
    facts = _facts(label, winner.raw, chosen, settings) | {
        "out_of_fold_folds": len(folds),
        "out_of_fold_grouped": "by group" if grouped else "no: too few groups",
        "feature_schema_sha256": fitted.sha256,
        **winner.facts,
        **measured,
    }
    return ClaimModel(fitted, kept, winner.estimator, calibration, facts)


def _refuse_too_few(label: NDArray[np.int8]) -> None:
    positive = int((label == 1).sum())
    if len(label) >= MIN_ROWS and MIN_PER_CLASS <= positive <= len(label) - MIN_PER_CLASS:
        return
    raise InputRefusedError(
        "There are too few decided claims to train on.",
        field="label",
        expected=f"at least {MIN_ROWS} training rows, {MIN_PER_CLASS} of each class",
        found=f"{len(label):,} training rows, {positive:,} of them positive",
        fix="Collect more claims, wait for labels to mature, or shorten embargo_days in the task's split.",
    )


def _facts(
    label: NDArray[np.int8], raw: LogOdds, chosen: Choice, settings: ThresholdSettings
) -> dict[str, int | float | str]:
    called = expit(raw) >= chosen.threshold
    return {
        "training_rows": len(label),
        "training_positives": int((label == 1).sum()),
        "out_of_fold_accuracy": round(float((called == (label == 1)).mean()), 6),
        "out_of_fold_auc": round(float(roc_auc_score(label, raw)), 6),
        "out_of_fold_precision": round(chosen.precision, 6),
        "out_of_fold_recall": round(chosen.recall, 6),
        "out_of_fold_f1": round(chosen.f1, 6),
        "threshold_objective": aim(settings),
        "threshold_floor_met": "yes" if chosen.floor_met else "no: no threshold reaches the floor",
    }
