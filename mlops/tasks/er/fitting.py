"""From labelled pairs to a matcher: features, folds, the choice of an estimator, calibration, the threshold."""

import logging

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from mlops.config import ThresholdSettings
from mlops.errors import InputRefusedError
from mlops.learning.calibration import calibrate
from mlops.learning.columns import informative
from mlops.learning.competition import compete
from mlops.learning.crossfit import plan_folds
from mlops.learning.threshold import Choice, aim, choose
from mlops.tasks.er.evidence import READINGS, Evidence, WordPairs, out_of_fold_evidence
from mlops.tasks.er.features import PairFeatures
from mlops.tasks.er.giveaways import find_giveaways
from mlops.tasks.er.matcher import PairMatcher

_LOG = logging.getLogger(__name__)

MIN_ROWS = 50
MIN_PER_CLASS = 5


def fit_matcher(
    inputs: pd.DataFrame,
    label: NDArray[np.int8],
    cluster: NDArray[np.object_],
    threshold_settings: ThresholdSettings,
    seed: int,
    *,
    weight: NDArray[np.float64] | None = None,
) -> PairMatcher:
    """Fit a matcher on labelled pairs.

    Args:
        inputs: (n, k) columns ``left_<attribute>`` and ``right_<attribute>`` of str or None.
        label: (n,) 0 or 1.
        cluster: (n,) entity inside which pairs are not independent; folds keep it together.
        threshold_settings: The aim of the threshold.
        seed: Decides folds and classifier; the same data and seed give the same model.
        weight: (n,) 1 / inclusion probability of each pair. Only ratios matter: pairs of one weight are a plain sample.

    Raises:
        InputRefusedError: There are too few pairs, or too few of one class, or no attribute tells pairs apart.
    """
    _refuse_too_few(label)
    weights = None if weight is None or (weight == weight[0]).all() else weight / weight.mean()
    giveaways = find_giveaways(inputs, label)
    _LOG.info("compare %s pairs, feature by feature", f"{len(label):,}")
    pair_features = PairFeatures.fit(inputs, frozenset(found.attribute for found in giveaways))
    table = pair_features.transform(inputs)
    kept = informative(table)
    if not kept.size:
        raise InputRefusedError(
            "No feature differs between any two training pairs.",
            why="All pairs look the same, or no pair has a value on both sides.",
            field="left_<attribute>, right_<attribute>",
            fix="Check that the columns hold the records' values and were not mixed up.",
        )
    folds, grouped = plan_folds(label, cluster, seed)
    _LOG.info("weigh words, out of %s folds", len(folds))
    left, right = pair_features.records(inputs)
    words = [WordPairs.of(left, right, reading.keys) for reading in READINGS]
    said = [out_of_fold_evidence(each, label, weights, folds) for each in words]
    table = np.column_stack([table[:, kept], *said])
    _LOG.info("fit the classifier on %s features, in %s folds and whole", table.shape[1], len(folds))
    winner = compete(table, label, weights, folds, seed)
    _LOG.info("choose the threshold and calibrate")
    chosen = choose(expit(winner.raw), label, threshold_settings, weights)
    calibration, measured = calibrate(winner.raw, label, weights, folds, cut=float(logit(chosen.threshold)))
    facts = _facts(label, chosen, threshold_settings) | {
        "out_of_fold_folds": len(folds),
        "out_of_fold_grouped": "by cluster" if grouped else "no: too few clusters",
        "excluded_attributes": ", ".join(found.attribute for found in giveaways) or "none",
        "attribute_kinds": ", ".join(f"{name}: {kind.value}" for name, kind in pair_features.kinds().items()),
        "weighted": "no" if weights is None else "by 1 / inclusion probability",
        **winner.facts,
        **measured,
    }
    evidence = tuple(Evidence.fit(each, label, weights) for each in words)
    return PairMatcher(pair_features, kept, evidence, winner.estimator, calibration, facts)


def _refuse_too_few(label: NDArray[np.int8]) -> None:
    matches = int((label == 1).sum())
    if len(label) >= MIN_ROWS and MIN_PER_CLASS <= matches <= len(label) - MIN_PER_CLASS:
        return
    raise InputRefusedError(
        "There are too few labelled pairs to train on.",
        field="label",
        expected=f"at least {MIN_ROWS} training pairs, {MIN_PER_CLASS} of them matches and {MIN_PER_CLASS} not",
        found=f"{len(label):,} training pairs, {matches:,} of them matches",
        fix="Label more pairs, or raise --sample-size.",
    )


def _facts(label: NDArray[np.int8], chosen: Choice, settings: ThresholdSettings) -> dict[str, int | float | str]:
    return {
        "training_pairs": len(label),
        "training_matches": int((label == 1).sum()),
        "out_of_fold_precision": round(chosen.precision, 6),
        "out_of_fold_recall": round(chosen.recall, 6),
        "out_of_fold_f1": round(chosen.f1, 6),
        "threshold_objective": aim(settings),
        "threshold_floor_met": "yes" if chosen.floor_met else "no: no threshold reaches the floor",
    }
