"""The classifiers that may stand behind a model, from simple to complex, with one face: log-odds of a positive.

Each kind is fitted on a table with NaN where a value is missing, on one thread, so that the same rows and seed give
the same model whatever the machine. Log-odds, because they add up: an explanation splits them, a calibration moves
them, and only the last step turns them into a probability.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController, threadpool_limits

from mlops.learning.trees import FEW_ROWS, Trees

Floats = NDArray[np.float32]
"""(n, f) features, NaN where missing."""
Labels = NDArray[np.int8]
Weights = NDArray[np.float64] | None
"""(n,) positive sampling weights, or None where all rows count the same."""
LogOdds = NDArray[np.float64]

_REGULARISATION = 0.1
_TREES = 200
_ROUNDS = 100
_MEMBERS = 2


class Estimator(Protocol):
    """A fitted classifier of tables of numbers."""

    name: ClassVar[str]

    @property
    def columns(self) -> int:
        """The number of columns f of the tables that it reads."""

    @classmethod
    def fit(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit on (n, f) numbers and (n,) labels 0 or 1 of both classes; the same arguments give the same estimator."""

    @classmethod
    def draft(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit as :meth:`fit` does, at less cost where that changes out-of-fold scores little."""

    def log_odds(self, table: Floats) -> LogOdds:
        """Return the (n,) raw, that is uncalibrated, log-odds of a positive for (n, f) numbers; of none, none."""

    def sentence(self) -> str:
        """Return the kind of estimator and its settings in a few words, for the card."""

    def state(self) -> dict[str, Any]:
        """Return what :func:`restore_estimator` needs."""

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild from :meth:`state`; raises KeyError, TypeError or ValueError where it is none."""


@dataclass(frozen=True)
class Linear:
    """Logistic regression on standardised columns; a missing value counts as the column's mean.

    Attributes:
        mean: (f,) mean of each column in training, 0 for one without values.
        scale: (f,) standard deviation of each column, 1 where it is constant.
        coefficients: (f,) log-odds per standard deviation.
        intercept: Log-odds of a row with mean values.
    """

    name: ClassVar[str] = "logistic regression"
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    intercept: float

    @property
    def columns(self) -> int:
        """See :class:`Estimator`."""
        return len(self.mean)

    @classmethod
    def fit(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit; see :class:`Estimator`. Nothing is left to chance, so ``seed`` changes nothing."""
        known = ~np.isnan(table)
        values = np.where(known, table, 0.0).astype(np.float64)
        counts = np.maximum(known.sum(axis=0), 1)
        mean = values.sum(axis=0) / counts
        scale = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / counts)
        scale[~(scale > 0)] = 1.0
        model = LogisticRegression(C=_REGULARISATION, solver="liblinear", max_iter=1000, random_state=seed)
        with threadpool_limits(1):
            model.fit(_standardised(table, mean, scale), label, sample_weight=weight)
        return cls(mean, scale, model.coef_[0].astype(np.float64), float(model.intercept_[0]))

    @classmethod
    def draft(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit; there is nothing to save."""
        return cls.fit(table, label, weight, seed)

    def contributions(self, table: Floats) -> NDArray[np.float64]:
        """Return the (n, f) terms that add up, with the intercept, to the log-odds of each row."""
        return _standardised(table, self.mean, self.scale) * self.coefficients

    def log_odds(self, table: Floats) -> LogOdds:
        """Return the log-odds; see :class:`Estimator`. Summed row by row, so a row alone gives the same bits."""
        return np.asarray(self.contributions(table).sum(axis=1) + self.intercept, dtype=np.float64)

    def sentence(self) -> str:
        """Describe the estimator; see :class:`Estimator`."""
        return f"LogisticRegression (scikit-learn {sklearn.__version__}) on standardised columns, C {_REGULARISATION}"

    def state(self) -> dict[str, Any]:
        """Return plain arrays."""
        arrays = {"mean": self.mean, "scale": self.scale, "coefficients": self.coefficients}
        return {"name": self.name, **arrays, "intercept": self.intercept}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild; see :class:`Estimator`."""
        mean, scale, coefficients = (
            np.asarray(state[name], dtype=np.float64) for name in ("mean", "scale", "coefficients")
        )
        if not (mean.ndim == 1 and mean.shape == scale.shape == coefficients.shape and (scale > 0).all()):
            raise ValueError("arrays that do not fit each other")
        return cls(mean, scale, coefficients, float(state["intercept"]))


@dataclass(frozen=True)
class Forest:
    """A random forest; its log-odds are those of the share of votes, kept off 0 and 1 by half a vote."""

    name: ClassVar[str] = "random forest"
    model: RandomForestClassifier

    @property
    def columns(self) -> int:
        """See :class:`Estimator`."""
        return int(self.model.n_features_in_)

    @classmethod
    def fit(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit; see :class:`Estimator`."""
        model = RandomForestClassifier(_TREES, min_samples_leaf=2, random_state=seed)
        with threadpool_limits(1):
            return cls(model.fit(table, label, sample_weight=weight))

    @classmethod
    def draft(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit; there is nothing to save."""
        return cls.fit(table, label, weight, seed)

    def log_odds(self, table: Floats) -> LogOdds:
        """Return the log-odds; see :class:`Estimator`."""
        if not len(table):
            return np.zeros(0, dtype=np.float64)
        if len(table) <= FEW_ROWS:
            return self.from_share(self._trees.add(table, 0.0) / len(self.model.estimators_))
        return self.from_share(self.model.predict_proba(table)[:, 1])

    @cached_property
    def _trees(self) -> Trees:
        return Trees.of_forest(self.model)

    def from_share(self, share: NDArray[np.float64]) -> LogOdds:
        """Return the log-odds of (n,) shares of votes."""
        trees = len(self.model.estimators_)
        return np.asarray(logit((trees * share + 0.5) / (trees + 1)), dtype=np.float64)

    def sentence(self) -> str:
        """Describe the estimator; see :class:`Estimator`."""
        model = self.model
        return (
            f"RandomForestClassifier (scikit-learn {sklearn.__version__}) of {model.n_estimators} trees with at least "
            f"{model.min_samples_leaf} rows in a leaf"
        )

    def state(self) -> dict[str, Any]:
        """Return the forest."""
        return {"name": self.name, "model": self.model}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild; see :class:`Estimator`."""
        model = _instance(state["model"], RandomForestClassifier)
        if {tree.n_features_in_ for tree in model.estimators_} != {model.n_features_in_}:
            raise ValueError("trees that read other columns than their forest")
        return cls(model)


@dataclass(frozen=True)
class Boosting:
    """Gradient boosting on histograms; the log-odds are the margin that the trees add up to.

    The margin is the mean of ``_MEMBERS`` fits whose splits see random halves of the columns, which says the same with
    less noise than one fit of as many trees. A mean of sums is a sum: the trees of all stand in one model, their
    values divided by the number of members, so that nothing else need know.
    """

    name: ClassVar[str] = "gradient boosting"
    model: HistGradientBoostingClassifier

    @property
    def columns(self) -> int:
        """See :class:`Estimator`."""
        return int(self.model.n_features_in_)

    @classmethod
    def fit(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit; see :class:`Estimator`."""
        return cls._of(_MEMBERS, table, label, weight, seed)

    @classmethod
    def draft(cls, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        """Fit the first member only."""
        return cls._of(1, table, label, weight, seed)

    @classmethod
    def _of(cls, count: int, table: Floats, label: Labels, weight: Weights, seed: int) -> Self:
        members = [
            HistGradientBoostingClassifier(
                max_iter=_ROUNDS,
                learning_rate=0.09,
                max_leaf_nodes=15,
                min_samples_leaf=10,
                l2_regularization=1.0,
                max_features=0.5,
                max_bins=64,  # half the time of the default 255, the same out-of-fold scores
                early_stopping=False,
                random_state=number,
            )
            for number in np.random.SeedSequence(seed).generate_state(count).tolist()
        ]
        with one_thread():
            return cls(_mean([member.fit(table, label, sample_weight=weight) for member in members]))

    def log_odds(self, table: Floats) -> LogOdds:
        """Return the log-odds; see :class:`Estimator`."""
        if not len(table):
            return np.zeros(0, dtype=np.float64)
        if len(table) <= FEW_ROWS and self._trees is not None:
            return self._trees.add(table, float(self.model._baseline_prediction.item()))  # noqa: SLF001  # as above
        with one_thread():
            return np.asarray(self.model.decision_function(table), dtype=np.float64)

    @cached_property
    def _trees(self) -> Trees | None:
        return Trees.of_boosting(self.model)

    def sentence(self) -> str:
        """Describe the estimator; see :class:`Estimator`."""
        model = self.model
        return (
            f"HistGradientBoostingClassifier (scikit-learn {sklearn.__version__}): the mean of {_MEMBERS} models of "
            f"{model.max_iter} trees of at most {model.max_leaf_nodes} leaves with at least {model.min_samples_leaf} "
            f"rows each, learning rate {model.learning_rate}, L2 {model.l2_regularization}, each split on "
            f"{model.max_features:.0%} of the columns"
        )

    def state(self) -> dict[str, Any]:
        """Return the model."""
        return {"name": self.name, "model": self.model}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild; see :class:`Estimator`."""
        return cls(_instance(state["model"], HistGradientBoostingClassifier))


KINDS: tuple[type[Linear] | type[Forest] | type[Boosting], ...] = (Linear, Forest, Boosting)
"""From the simplest to the most complex."""


def restore_estimator(state: Mapping[str, Any]) -> Estimator:
    """Rebuild an estimator of any kind from its state.

    Raises:
        ValueError: The state is not one that an estimator writes.
    """
    try:
        return next(kind for kind in KINDS if kind.name == state["name"]).restore(state)
    except (KeyError, TypeError, StopIteration) as error:
        raise ValueError(f"no estimator of this version: {error}") from error


def _mean(members: list[HistGradientBoostingClassifier]) -> HistGradientBoostingClassifier:
    """Return one model whose margin is the mean of the margins of ``members``, which were fitted on the same table."""
    whole, *others = members
    for member in members:
        for (tree,) in member._predictors:  # noqa: SLF001  # scikit-learn has no public way to join models
            tree.nodes["value"] /= len(members)
    for member in others:
        whole._predictors += member._predictors  # noqa: SLF001  # as above
    return whole


def one_thread() -> Any:  # noqa: ANN401  # threadpoolctl is not typed
    """Return a context in which scikit-learn's OpenMP code runs on one core.

    Its threads spin until the slowest has arrived, several times a tree: on a busy machine two of them can take many
    times as long as one, on a quiet one they save less than half.
    """
    return _openmp().limit(limits=1, user_api="openmp")


@cache
def _openmp() -> ThreadpoolController:
    """Return what limits threads: finding the libraries takes 5 ms, more than a score."""
    return ThreadpoolController()


def _standardised(table: Floats, mean: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.nan_to_num((table - mean) / scale, nan=0.0)


def _instance(model: Any, kind: type[Any]) -> Any:  # noqa: ANN401  # scikit-learn is not typed
    """Return ``model`` if it is a fitted ``kind`` for labels 0 and 1."""
    if not isinstance(model, kind) or list(getattr(model, "classes_", ())) != [0, 1]:
        raise TypeError(f"{type(model).__name__} in place of a fitted {kind.__name__} for the labels 0 and 1")
    return model
