"""The scored rows in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Evaluation:
    """``n`` scored test rows: aligned arrays of length ``n``.

    Attributes:
        row_id: (n,) object array of str, unique.
        cluster: (n,) object array of str: the entity (er) or group (claims) inside which rows are not independent.
        label: (n,) int8, 0 or 1.
        score: (n,) float64 in [0, 1].
        predicted: (n,) bool: whether the score reaches the model's threshold.
        weight: (n,) float64, positive: 1 / inclusion probability.
        slices: Per slice its value for each row, (n,) object arrays of str.
    """

    row_id: NDArray[np.object_]
    cluster: NDArray[np.object_]
    label: NDArray[np.int8]
    score: NDArray[np.float64]
    predicted: NDArray[np.bool_]
    weight: NDArray[np.float64]
    slices: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.label)

    def at(self, threshold: float) -> "Evaluation":
        """Return the same rows as another decision threshold would call them."""
        return replace(self, predicted=self.score >= threshold)
