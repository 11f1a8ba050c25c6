"""The model of claims: a classifier on the frozen features, calibrated, with a cut between granted and denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.errors import InputRefusedError
from mlops.inputs import Kind as InputKind
from mlops.learning.calibration import Calibration
from mlops.learning.estimators import Estimator, Floats, restore_estimator
from mlops.learning.explaining import contributions
from mlops.task import Contribution, Explanation, FeatureNote
from mlops.tasks.claims import features
from mlops.tasks.claims.schema import VERSION, FeatureSchema

_FORMAT = 1
_KEYS = frozenset({"format", "schema", "schema_sha256", "kept", "estimator", "calibration", "facts"})


@dataclass(frozen=True)
class ClaimModel:
    """A fitted model; a :class:`mlops.task.Model`.

    Attributes:
        schema: How a claim becomes numbers, its encodings fitted.
        kept: (f,) those of its columns that the estimator reads: the ones that vary in training, without repeats.
        estimator: Raw log-odds from a table.
        calibration: The strictly increasing last step, and the cut.
        learned: What :meth:`facts` returns.
    """

    schema: FeatureSchema
    kept: NDArray[np.intp]
    estimator: Estimator
    calibration: Calibration
    learned: Mapping[str, int | float | str]

    @property
    def threshold(self) -> float:
        """The score from which a claim is called positive."""
        return self.calibration.threshold

    def table(self, inputs: pd.DataFrame) -> Floats:
        """Return the (n, f) numbers that the estimator reads, in the order of :meth:`features`."""
        return np.ascontiguousarray(features.transform(self.schema, inputs)[:, self.kept])

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores in [0, 1] of the claims in ``inputs`` (n, k); a claim alone gets the same bits.

        Raises:
            InputRefusedError: A column that was there in training is missing.
        """
        return self.calibration.scores(self.estimator.log_odds(self.table(inputs)))

    def explain(self, inputs: pd.DataFrame) -> tuple[Explanation, ...]:
        """Return for each claim what every field of the schema did to its score."""
        base, moved = contributions(
            self.estimator, self.calibration, self.table(inputs), features.owners(self.schema)[self.kept]
        )
        scores = self.predict_proba(inputs)
        fields = self.schema.fields[: moved.shape[1]]
        values = [list(zip(*(_shown(inputs[name]) for name in field.columns), strict=True)) for field in fields]
        return tuple(
            Explanation(
                score=float(scores[row]),
                base=base,
                contributions=tuple(
                    Contribution(field.name, float(moved[row, at]), values[at][row]) for at, field in enumerate(fields)
                ),
            )
            for row in range(len(inputs))
        )

    def reads(self) -> dict[str, InputKind]:
        """Return the columns that scoring reads: those of the frozen schema."""
        return self.schema.reads()

    def features(self) -> tuple[FeatureNote, ...]:
        """Return the features in the order in which the classifier reads them."""
        every = features.notes(self.schema)
        return tuple(every[column] for column in self.kept)

    def architecture(self) -> str:
        """Return one sentence that names the estimator and its settings."""
        return (
            f"{self.estimator.sentence()}, on {len(self.kept)} features by schema {VERSION} of contract "
            f"{self.schema.contract} {self.schema.contract_version}; {self.calibration.method} calibration on "
            "out-of-fold scores."
        )

    def facts(self) -> Mapping[str, int | float | str]:
        """Return out-of-fold metrics at the threshold, how it was chosen, and the hash of the feature schema."""
        return dict(self.learned)

    def state(self) -> dict[str, Any]:
        """Return everything scoring needs. The only text of the data in it is the names of frequent categories."""
        return {
            "format": _FORMAT,
            "schema": self.schema.state(),
            "schema_sha256": self.schema.sha256,
            "kept": self.kept,
            "estimator": self.estimator.state(),
            "calibration": self.calibration.state(),
            "facts": dict(self.learned),
        }


def restore(state: Mapping[str, Any]) -> ClaimModel:
    """Rebuild a model from :meth:`ClaimModel.state`.

    Raises:
        InputRefusedError: The state is not one that a model of claims writes, or its schema is not the one whose hash
            it names.
    """
    try:
        return _rebuilt(state)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputRefusedError(
            "The model file does not hold a model of claims of this version of mlops.",
            field="state",
            expected=f"format {_FORMAT}",
            found=f"{type(error).__name__}: {error}",
            fix="Train the model again, or install the version of mlops that wrote it.",
        ) from error


def _rebuilt(state: Mapping[str, Any]) -> ClaimModel:
    if set(state) != _KEYS or state["format"] != _FORMAT:
        raise ValueError(f"format {_FORMAT} has {', '.join(sorted(_KEYS))}, not {', '.join(sorted(state))}")
    model = ClaimModel(
        FeatureSchema.restore(state["schema"]),
        np.asarray(state["kept"], dtype=np.intp),
        restore_estimator(state["estimator"]),
        Calibration.restore(state["calibration"]),
        dict(state["facts"]),
    )
    if model.schema.sha256 != state["schema_sha256"]:
        raise ValueError("a feature schema whose hash is another than the model names")
    if len(model.features()) != model.estimator.columns or (model.kept < 0).any():
        raise ValueError(f"{len(model.kept)} features for an estimator of {model.estimator.columns}")
    return model


def _shown(column: "pd.Series[Any]") -> list[str]:
    """Return values as a person reads them: days without a time, whole numbers without a point."""
    if column.dtype.kind == "M":
        return ["" if pd.isna(value) else f"{value:%Y-%m-%d}" for value in column]
    if column.dtype.kind == "f":
        return ["" if pd.isna(value) else f"{value:.15g}" for value in column]
    return ["" if pd.isna(value) else str(value) for value in column]
