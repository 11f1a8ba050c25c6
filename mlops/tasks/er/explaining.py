"""Which attributes moved the score of a pair.

Exact Shapley values of what the estimator adds up: the margin of boosted trees, the votes of a forest, the terms of a
linear model (there, the difference to a mean training pair). What comes after, from votes or a margin to calibrated
log-odds, is strictly increasing in that sum; it stretches all contributions of a pair by the same positive factor, so
that signs and proportions stay and everything adds up to the log-odds of the score.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.shapley import Ensemble, boosting_intercept, boosting_trees, forest_trees
from mlops.task import Contribution, Explanation
from mlops.tasks.er.calibration import Calibration
from mlops.tasks.er.estimators import Boosting, Estimator, Forest, Linear
from mlops.tasks.er.evidence import Evidence
from mlops.tasks.er.features import RECORD, PairFeatures
from mlops.tasks.er.vocabulary import Floats

WHOLE_RECORD = "whole record"
SINGLE_WORDS = "single words"

Numbers = NDArray[np.float64]
_STEP = 1e-6


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
    base, moved, link = _additive(matcher, table, _groups(matcher))
    total = base + moved.sum(axis=1)
    start = float(link(np.array([base]))[0])
    log_odds = link(total)
    stretched = moved * _stretch(log_odds - start, total - base, link, base)[:, None]
    scores = matcher.predict_proba(inputs)
    values = [_values(inputs, name) for name in names]
    return tuple(
        Explanation(
            score=float(scores[row]),
            base=start,
            contributions=tuple(
                Contribution(name, float(stretched[row, group]), values[group][row] if group < len(names) else ())
                for group, name in enumerate((*names, SINGLE_WORDS))
            ),
        )
        for row in range(len(inputs))
    )


Link = Callable[[Numbers], Numbers]


def _additive(matcher: Matcher, table: Floats, group: NDArray[np.intp]) -> tuple[float, Numbers, Link]:
    """Return the base and the (n, groups) contributions of what adds up, and the way from their sum to log-odds."""
    estimator = matcher.estimator
    calibrated = matcher.calibration.log_odds
    groups = int(group.max()) + 1
    if isinstance(estimator, Boosting):
        trees = Ensemble.of(boosting_trees(estimator.model), group, intercept=boosting_intercept(estimator.model))
        return trees.base, trees.contributions(table), calibrated
    if isinstance(estimator, Forest):
        trees = Ensemble.of(forest_trees(estimator.model), group)
        return trees.base, trees.contributions(table), lambda share: calibrated(estimator.from_share(share))
    if isinstance(estimator, Linear):
        terms = estimator.contributions(table)
        summed = [terms[:, group == number].sum(axis=1) for number in range(groups)]
        return estimator.intercept, np.column_stack(summed), calibrated
    raise TypeError(f"an estimator of kind {type(estimator).__name__}")


def _groups(matcher: Matcher) -> NDArray[np.intp]:
    """Return for each column of the matcher's table the number of its field; the evidence of words comes last."""
    fields = matcher.pair_features.fields
    owner = np.repeat(np.arange(len(fields)), [len(field.notes()) for field in fields])
    return np.append(owner[matcher.kept], [len(fields)] * len(matcher.evidence)).astype(np.intp)


def _stretch(after: Numbers, before: Numbers, link: Link, base: float) -> Numbers:
    """Return (n,) ``after / before``, and the slope at the base where a pair lies there itself."""
    slope = float((link(np.array([base + _STEP])) - link(np.array([base - _STEP])))[0]) / (2 * _STEP)
    near = np.abs(before) < _STEP
    return np.where(near, slope, after / np.where(near, 1.0, before))


def _values(inputs: pd.DataFrame, name: str) -> list[tuple[str, ...]]:
    """Return the left and the right value of an attribute, by pair; nothing for what is no attribute."""
    columns = [f"{side}_{name}" for side in ("left", "right")]
    if not set(columns) <= set(inputs.columns):
        return [()] * len(inputs)
    cells = [inputs[column].to_numpy(dtype=object) for column in columns]
    return [tuple("" if pd.isna(value) else str(value) for value in pair) for pair in zip(*cells, strict=True)]
