"""Made claims for tests: two years of days, sellers, a feature that tells something, and a scorer that learns it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mlops.crossval.folding import folds
from mlops.crossval.validating import CrossValidation, cross_validate


@dataclass(frozen=True)
class Claims:
    """Aligned arrays of length n."""

    time: NDArray[np.datetime64]
    group: NDArray[np.object_]
    label: NDArray[np.int8]
    design: NDArray[np.float64]

    def score(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> NDArray[np.float64]:
        """Fit a logistic regression on ``train`` and score ``test``."""
        model = LogisticRegression().fit(self.design[train], self.label[train])
        scores: NDArray[np.float64] = model.predict_proba(self.design[test])[:, 1]
        return scores

    def validate(self, *, blocks: int = 5) -> CrossValidation:
        """Cross-validate with a gap of 14 days."""
        return cross_validate(self.score, self.label, folds(self.time, blocks=blocks, embargo_days=14), 0.5)


def claims(n: int = 1_200, *, signal: float = 1.5, base: float = 0.0, seed: int = 0) -> Claims:
    """Return ``n`` claims whose log-odds are ``base`` plus ``signal`` times the first of three columns."""
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(n, 3))
    label = rng.random(n) < 1 / (1 + np.exp(-base - signal * design[:, 0]))
    day = np.datetime64("2023-01-01") + rng.integers(0, 730, n).astype("timedelta64[D]")
    group = np.array([f"seller {at}" for at in rng.integers(0, n // 4, n)], dtype=object)
    return Claims(day, group, label.astype(np.int8), design)
