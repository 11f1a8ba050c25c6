"""Which attributes moved the score of a pair."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.learning.calibration import Calibration
from mlops.learning.estimators import Estimator
from mlops.learning.explaining import contributions
from mlops.task import Contribution, Explanation
from mlops.tasks.er.evidence import Evidence
from mlops.tasks.er.features import RECORD, PairFeatures
from mlops.tasks.er.vocabulary import Floats

WHOLE_RECORD = "whole record"
SINGLE_WORDS = "single words"


class Matcher(Protocol):
    """What an explanation reads of a :class:`mlops.tasks.er.matcher.PairMatcher`, which is above this module."""

    @property
    def pair_features(self) -> PairFeatures:
        """Turns pairs into a table."""

    @property
    def kept(self) -> NDArray[np.intp]:
        """The columns of that table that the estimator reads."""

    @property
    def evidence(self) -> Sequence[Evidence]:
        """What single words say: the estimator's last columns."""

    @property
    def estimator(self) -> Estimator:
        """The fitted classifier."""

    @property
    def calibration(self) -> Calibration:
        """The last step, from raw log-odds to those of the score."""

    def table(self, inputs: pd.DataFrame) -> Floats:
        """Return the (n, f) numbers that the estimator reads."""

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores."""


def explain(matcher: Matcher, inputs: pd.DataFrame) -> tuple[Explanation, ...]:
    """Return for each of the (n, k) pairs what every attribute did to its score."""
    names = [WHOLE_RECORD if field.name == RECORD else field.name for field in matcher.pair_features.fields]
    table = matcher.table(inputs)
    start, moved = contributions(matcher.estimator, matcher.calibration, table, _groups(matcher))
    scores = matcher.predict_proba(inputs)
    values = [_values(inputs, name) for name in names]
    return tuple(
        Explanation(
            score=float(scores[row]),
            base=start,
            contributions=tuple(
                Contribution(name, float(moved[row, group]), values[group][row] if group < len(names) else ())
                for group, name in enumerate((*names, SINGLE_WORDS))
            ),
        )
        for row in range(len(inputs))
    )


def _groups(matcher: Matcher) -> NDArray[np.intp]:
    """Return for each column of the matcher's table the number of its field; the evidence of words comes last."""
    fields = matcher.pair_features.fields
    owner = np.repeat(np.arange(len(fields)), [len(field.notes()) for field in fields])
    return np.append(owner[matcher.kept], [len(fields)] * len(matcher.evidence)).astype(np.intp)


def _values(inputs: pd.DataFrame, name: str) -> list[tuple[str, ...]]:
    """Return the left and the right value of an attribute, by pair; nothing for what is no attribute."""
    columns = [f"{side}_{name}" for side in ("left", "right")]
    if not set(columns) <= set(inputs.columns):
        return [()] * len(inputs)
    cells = [inputs[column].to_numpy(dtype=object) for column in columns]
    return [tuple("" if pd.isna(value) else str(value) for value in pair) for pair in zip(*cells, strict=True)]
