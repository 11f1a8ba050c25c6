"""The matcher: a classifier on features of pairs, calibrated, with a cut between matches and non-matches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.errors import InputRefusedError
from mlops.inputs import Kind
from mlops.learning.calibration import Calibration
from mlops.learning.estimators import Estimator, restore_estimator
from mlops.task import Explanation, FeatureNote
from mlops.tasks.er.evidence import READINGS, Evidence, run_keys
from mlops.tasks.er.explaining import explain
from mlops.tasks.er.features import PairFeatures
from mlops.tasks.er.recordwords import RecordWords
from mlops.tasks.er.vocabulary import Floats

_FORMAT = 3
_KEYS = frozenset({"format", "features", "kept", "evidence", "estimator", "calibration", "facts"})


@dataclass(frozen=True)
class PairMatcher:
    """A fitted matcher; a :class:`mlops.task.Model`.

    A score is made in three steps, each of which an explanation can take by itself::

        table = matcher.table(inputs)  # (n, f), columns named by features()
        raw = matcher.estimator.log_odds(table)  # (n,) log-odds, margin of the trees or of the linear model
        scores = matcher.calibration.scores(raw)  # (n,) in (0, 1); logit(score) = calibration.log_odds(raw)

    Attributes:
        pair_features: Turns pairs into a table.
        kept: (f - 2,) columns of that table that the estimator reads: those that vary in training, without repeats.
        evidence: What single words say, by each of ``READINGS``; the estimator's last columns.
        estimator: The fitted classifier: raw log-odds from a table.
        calibration: The strictly increasing last step, and the cut between matches and non-matches.
        learned: What :meth:`facts` returns.
    """

    pair_features: PairFeatures
    kept: NDArray[np.intp]
    evidence: tuple[Evidence, ...]
    estimator: Estimator
    calibration: Calibration
    learned: Mapping[str, int | float | str]

    @property
    def threshold(self) -> float:
        """The score from which a pair is called a match."""
        return self.calibration.threshold

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores in [0, 1] that each pair of ``inputs`` (n, k) is a match.

        Batch by batch, so that the table of all pairs is never there.

        Raises:
            InputRefusedError: A column that was there in training is missing.
        """
        raw = [self.estimator.log_odds(table) for table in self._tables(inputs)]
        return self.calibration.scores(np.concatenate(raw))

    def table(self, inputs: pd.DataFrame) -> Floats:
        """Return the (n, f) numbers that the estimator reads of ``inputs`` (n, k), in the order of :meth:`features`.

        Raises:
            InputRefusedError: A column that was there in training is missing.
        """
        return np.concatenate(list(self._tables(inputs)))

    def _tables(self, inputs: pd.DataFrame) -> Iterator[Floats]:
        """Yield the rows of :meth:`table` in batches, one at least."""
        for span in self.pair_features.spans(inputs):
            tokens = (span.words, run_keys(span.texts))  # what READINGS cut; the words are there already
            words = [RecordWords.of(evidence, keys) for evidence, keys in zip(self.evidence, tokens, strict=True)]
            for rows in span.batches():
                said = (each.score(*span.records(rows)) for each in words)
                yield np.column_stack([span.table(rows)[:, self.kept], *said])

    def explain(self, inputs: pd.DataFrame) -> tuple[Explanation, ...]:
        """Return for each pair of ``inputs`` (n, k) which attributes moved its score."""
        return explain(self, inputs)

    def reads(self) -> dict[str, Kind]:
        """Return the columns that scoring reads; all are texts."""
        return dict.fromkeys(self.pair_features.columns, "text")

    def features(self) -> tuple[FeatureNote, ...]:
        """Return the features in the order in which the classifier reads them."""
        notes = self.pair_features.notes()
        return (*(notes[column] for column in self.kept), *(reading.note for reading in READINGS))

    def architecture(self) -> str:
        """Return one sentence that names the estimator and its settings."""
        return (
            f"{self.estimator.sentence()}, on {len(self.kept)} similarity features and the log-odds of two logistic "
            f"regressions on shared and unshared words; {self.calibration.method} calibration on out-of-fold scores."
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
            "evidence": [evidence.state() for evidence in self.evidence],
            "estimator": self.estimator.state(),
            "calibration": self.calibration.state(),
            "facts": dict(self.learned),
        }


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
    try:
        return _rebuilt(state)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputRefusedError(
            "A part of the matcher in the model file is not what this version of mlops writes.",
            field="state",
            found=f"{type(error).__name__}: {error}",
            fix="Train the model again, or install the version of mlops that wrote it.",
        ) from error


def _rebuilt(state: Mapping[str, Any]) -> PairMatcher:
    matcher = PairMatcher(
        PairFeatures.restore(state["features"]),
        np.asarray(state["kept"], dtype=np.intp),
        tuple(Evidence.restore(kept) for _, kept in zip(READINGS, state["evidence"], strict=True)),
        restore_estimator(state["estimator"]),
        Calibration.restore(state["calibration"]),
        dict(state["facts"]),
    )
    if len(matcher.features()) != matcher.estimator.columns:
        raise ValueError(f"{len(matcher.features())} features for an estimator of {matcher.estimator.columns}")
    return matcher
