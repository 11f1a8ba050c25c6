"""The matcher: gradient boosting on features of pairs, with a threshold from out-of-fold scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from mlops.config import ThresholdSettings
from mlops.errors import InputRefusedError
from mlops.task import FeatureNote
from mlops.tasks.er import evidence
from mlops.tasks.er.crossfit import cross_fit, plan_folds, probabilities
from mlops.tasks.er.evidence import Evidence, WordPairs, out_of_fold_evidence
from mlops.tasks.er.features import PairFeatures, batches
from mlops.tasks.er.giveaways import find_giveaways
from mlops.tasks.er.threshold import Choice, choose
from mlops.tasks.er.vocabulary import Floats

MIN_ROWS = 50
MIN_PER_CLASS = 5
_FORMAT = 1
_KEYS = frozenset({"format", "features", "kept", "evidence", "classifier", "threshold", "facts"})


@dataclass(frozen=True)
class PairMatcher:
    """A fitted matcher; a :class:`mlops.task.Model`.

    Attributes:
        pair_features: Turns pairs into a table.
        kept: (f,) columns of that table that the classifier reads: those that vary in training, without repeats.
        evidence: What single words say; the classifier's last column.
        classifier: A fitted scikit-learn classifier.
        threshold: The score from which a pair is called a match.
        learned: What :meth:`facts` returns.
    """

    pair_features: PairFeatures
    kept: NDArray[np.intp]
    evidence: Evidence
    classifier: HistGradientBoostingClassifier
    threshold: float
    learned: Mapping[str, int | float | str]

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores in [0, 1] that each pair of ``inputs`` (n, k) is a match.

        Raises:
            InputRefusedError: A column that was there in training is missing.
        """
        table = self.pair_features.transform(inputs)[:, self.kept]
        words = [
            self.evidence.score(WordPairs.of(*self.pair_features.records(inputs.iloc[rows])))
            for rows in batches(len(inputs))
        ]
        return probabilities(self.classifier, np.column_stack([table, np.concatenate(words)]))

    def features(self) -> tuple[FeatureNote, ...]:
        """Return the features in the order in which the classifier reads them."""
        notes = self.pair_features.notes()
        return (*(notes[column] for column in self.kept), evidence.NOTE)

    def architecture(self) -> str:
        """Return one sentence that names the estimator and its settings."""
        model = self.classifier
        return (
            f"{type(model).__name__} (scikit-learn {sklearn.__version__}): {model.max_iter} trees of at most "
            f"{model.max_leaf_nodes} leaves with at least {model.min_samples_leaf} rows each, learning rate "
            f"{model.learning_rate}, L2 {model.l2_regularization}, on {len(self.kept)} similarity features and the "
            "log-odds of a logistic regression on shared and unshared words."
        )

    def facts(self) -> Mapping[str, int | float | str]:
        """Return out-of-fold metrics at the threshold, how it was chosen, and what was left out."""
        return dict(self.learned)

    def state(self) -> dict[str, Any]:
        """Return everything scoring needs."""
        return {
            "format": _FORMAT,
            "features": self.pair_features.state(),
            "kept": self.kept,
            "evidence": self.evidence.state(),
            "classifier": self.classifier,
            "threshold": self.threshold,
            "facts": dict(self.learned),
        }


def fit_matcher(
    inputs: pd.DataFrame,
    label: NDArray[np.int8],
    cluster: NDArray[np.object_],
    threshold_settings: ThresholdSettings,
    seed: int,
) -> PairMatcher:
    """Fit a matcher on labelled pairs.

    Args:
        inputs: (n, k) columns ``left_<attribute>`` and ``right_<attribute>`` of str or None.
        label: (n,) 0 or 1.
        cluster: (n,) entity inside which pairs are not independent; folds keep it together.
        threshold_settings: The aim of the threshold.
        seed: Decides folds and classifier; the same data and seed give the same model.

    Raises:
        InputRefusedError: There are too few pairs, or too few of one class, or no attribute tells pairs apart.
    """
    _refuse_too_few(label)
    giveaways = find_giveaways(inputs, label)
    pair_features = PairFeatures.fit(inputs, frozenset(found.attribute for found in giveaways))
    table = pair_features.transform(inputs)
    kept = _informative(table)
    if not kept.size:
        raise InputRefusedError(
            "No feature differs between any two training pairs.",
            why="All pairs look the same, or no pair has a value on both sides.",
            field="left_<attribute>, right_<attribute>",
            fix="Check that the columns hold the records' values and were not mixed up.",
        )
    folds, grouped = plan_folds(label, cluster, seed)
    words = WordPairs.of(*pair_features.records(inputs))
    table = np.column_stack([table[:, kept], out_of_fold_evidence(words, label, folds)])
    scores, classifier = cross_fit(_classifier(seed), table, label, folds)
    chosen = choose(scores, label, threshold_settings)
    facts = _facts(label, chosen, threshold_settings) | {
        "out_of_fold_folds": len(folds),
        "out_of_fold_grouped": "by cluster" if grouped else "no: too few clusters",
        "excluded_attributes": ", ".join(found.attribute for found in giveaways) or "none",
        "attribute_kinds": ", ".join(f"{name}: {kind.value}" for name, kind in pair_features.kinds().items()),
    }
    return PairMatcher(pair_features, kept, Evidence.fit(words, label), classifier, chosen.threshold, facts)


def restore(state: Mapping[str, Any]) -> PairMatcher:
    """Rebuild a matcher from :meth:`PairMatcher.state`.

    Raises:
        InputRefusedError: The state is not one that a matcher writes.
    """
    if set(state) != _KEYS or state["format"] != _FORMAT:
        raise InputRefusedError(
            "The model file does not hold a matcher of this version of mlops.",
            field="format",
            expected=f"format {_FORMAT} with {', '.join(sorted(_KEYS))}",
            found=", ".join(sorted(map(str, state))),
            fix="Train the model again, or install the version of mlops that wrote it.",
        )
    return PairMatcher(
        PairFeatures.restore(state["features"]),
        np.asarray(state["kept"], dtype=np.intp),
        Evidence.restore(state["evidence"]),
        state["classifier"],
        float(state["threshold"]),
        dict(state["facts"]),
    )


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


def _informative(table: Floats) -> NDArray[np.intp]:
    """Return the columns with at least two different values, NaN aside; of equal columns the first."""
    some = np.isfinite(table)
    lowest = np.where(some, table, np.inf).min(axis=0)
    highest = np.where(some, table, -np.inf).max(axis=0)
    varying = np.flatnonzero(lowest < highest)
    first = {table[:, column].tobytes(): column for column in varying[::-1]}
    return np.array(sorted(first.values()), dtype=np.intp)


def _classifier(seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=300,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=10,
        l2_regularization=1.0,
        max_bins=64,  # half the time of the default 255, the same out-of-fold scores
        early_stopping=False,
        random_state=seed,
    )


def _facts(label: NDArray[np.int8], chosen: Choice, settings: ThresholdSettings) -> dict[str, int | float | str]:
    floor = f"recall with precision's lower bound at {settings.precision_floor} ({settings.confidence:.0%})"
    return {
        "training_pairs": len(label),
        "training_matches": int((label == 1).sum()),
        "out_of_fold_precision": round(chosen.precision, 6),
        "out_of_fold_recall": round(chosen.recall, 6),
        "out_of_fold_f1": round(chosen.f1, 6),
        "threshold_objective": "best F1" if settings.objective == "f1" else floor,
        "threshold_floor_met": "yes" if chosen.floor_met else "no: no threshold reaches the floor",
    }
