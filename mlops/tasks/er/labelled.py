"""Labelled pairs with their roles resolved: what reading hands to splitting."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pairs:
    """Labelled pairs with their roles resolved; arrays of length n.

    Attributes:
        left: (n, k) texts of the left records, columns named by attribute.
        right: (n, m) texts of the right records.
        label: (n,) int8.
        row_id: (n,) unique names of the pairs.
        left_key: (n,) names of the left records.
        right_key: (n,) names of the right records.
        left_entity: (n,) entities of the left records, the anchors.
        right_entity: (n,) entities of the right records.
        has_ids: Whether the data names the records; else a record is its content.
        declared_entities: Whether the data names the entities; else they were derived from the matches.
    """

    left: pd.DataFrame
    right: pd.DataFrame
    label: NDArray[np.int8]
    row_id: NDArray[np.object_]
    left_key: NDArray[np.object_]
    right_key: NDArray[np.object_]
    left_entity: NDArray[np.object_]
    right_entity: NDArray[np.object_]
    has_ids: bool
    declared_entities: bool
