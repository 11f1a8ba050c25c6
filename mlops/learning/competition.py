"""The choice of an estimator: below ``SMALL`` rows the kinds compete out of fold, above boosting is the best known.

They are compared by log loss after a sigmoid that was fitted on the other folds. Average precision sees only the order
of few positives and changes by leaps in small data; log loss sees every row, but a raw one would punish what
calibration puts right later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlops.learning.calibration import cross_fitted, log_loss
from mlops.learning.crossfit import Fold, cross_fit
from mlops.learning.estimators import KINDS, Boosting, Estimator, Floats, Labels, LogOdds, Weights

SMALL = 500
"""Training rows from which only boosting is fitted."""


@dataclass(frozen=True)
class Winner:
    """The chosen estimator.

    Attributes:
        estimator: Fitted on all rows.
        raw: (n,) its out-of-fold raw log-odds.
        facts: The choice, and each candidate's out-of-fold score.
    """

    estimator: Estimator
    raw: LogOdds
    facts: dict[str, int | float | str]


def compete(table: Floats, label: Labels, weight: Weights, folds: Sequence[Fold], seed: int) -> Winner:
    """Fit the candidates on (n, f) ``table`` and return the best by out-of-fold log loss; of equals the simplest."""
    kinds: Sequence[type[Estimator]] = KINDS if len(label) < SMALL else (Boosting,)
    best, least, losses = None, np.inf, {}
    for kind in kinds:
        raw, estimator = cross_fit(kind, table, label, weight, folds, seed=seed)
        loss = round(log_loss(cross_fitted(raw, label, weight, folds), label, weight), 6)
        losses[f"out_of_fold_log_loss_{kind.name.replace(' ', '_')}"] = loss
        if loss < least:
            best, least = Winner(estimator, raw, {}), loss
    if best is None:
        raise ValueError("no estimator has a finite loss")
    return replace(best, facts={"estimator": best.estimator.name} | (losses if len(kinds) > 1 else {}))
