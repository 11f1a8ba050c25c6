"""Which columns of a table can tell rows apart at all."""

import numpy as np
from numpy.typing import NDArray

from mlops.learning.estimators import Floats


def informative(table: Floats) -> NDArray[np.intp]:
    """Return the columns with at least two different values, NaN aside; of equal columns the first.

    Gradient boosting refuses a column without any value, and an equal one would only share the credit.
    """
    some = np.isfinite(table)
    lowest = np.where(some, table, np.inf).min(axis=0)
    highest = np.where(some, table, -np.inf).max(axis=0)
    varying = np.flatnonzero(lowest < highest)
    first = {table[:, column].tobytes(): column for column in varying[::-1]}
    return np.array(sorted(first.values()), dtype=np.intp)
