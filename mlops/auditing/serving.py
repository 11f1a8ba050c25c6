"""Serving parity: a row that is scored by itself gets what it gets in a batch (METHOD.md, section 4)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlops.task import Examples, Model

TOLERANCE: Final = 1e-9
"""Sums over a batch and over one row may differ in their last bits; beyond this, something else differs."""


def different_scores(model: Model, examples: Examples, rows: NDArray[np.intp]) -> int:
    """Return how many of ``rows`` get another score by themselves than among all ``examples``, or another call.

    Args:
        model: A fitted model of any task.
        examples: The batch; its labels are not looked at.
        rows: (m,) positions of the rows to score one by one.
    """
    whole = model.predict_proba(examples.inputs)[rows]
    alone = np.array([model.predict_proba(examples.inputs.iloc[[row]].reset_index(drop=True))[0] for row in rows])
    same = np.abs(whole - alone) <= TOLERANCE  # NaN is not the same
    calls = (whole >= model.threshold) == (alone >= model.threshold)
    return int(np.count_nonzero(~(same & calls)))
