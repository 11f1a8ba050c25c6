"""Attributes that name the entity: they give the label away in a labelled file and are absent, or wrong, in use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_MIN_MATCHES = 10
_MATCHES_EQUAL = 0.97
_NON_MATCHES_EQUAL = 0.01
_PRESENT = 0.9
_DISTINCT = 0.5
_DENSITY = 0.2
_COUNTER = re.compile(r"(?P<before>\D*)(?P<number>\d{1,9})(?P<after>\D*)")
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Giveaway:
    """An attribute that behaves like an id of the entity.

    Attributes:
        attribute: Its name.
        matches_equal: Share of the matches on which both sides are equal.
        non_matches_equal: The same share of the non-matches.
    """

    attribute: str
    matches_equal: float
    non_matches_equal: float

    def sentence(self) -> str:
        """Return the finding for the card."""
        return (
            f"Attribute `{self.attribute}` is equal on {self.matches_equal:.1%} of the training matches and on "
            f"{self.non_matches_equal:.1%} of the non-matches, and its values are running numbers or random ids: it "
            "behaves like an entity id that was given after matching, so it is not a feature."
        )


def find_giveaways(inputs: pd.DataFrame, label: NDArray[np.int8]) -> tuple[Giveaway, ...]:
    """Return the attributes of training pairs that alone give the label away.

    Phones, article numbers and titles tell matches apart too, and should: an attribute is only named when its values
    are opaque as well, that is a counter that fills its range, or UUIDs.

    Args:
        inputs: (n, k) columns ``left_<attribute>`` and ``right_<attribute>`` of str or None.
        label: (n,) 0 or 1.
    """
    names = [name.removeprefix("left_") for name in map(str, inputs.columns) if name.startswith("left_")]
    judged = (
        _judge(name, inputs[f"left_{name}"], inputs[f"right_{name}"], label == 1)
        for name in names
        if f"right_{name}" in inputs.columns
    )
    return tuple(found for found in judged if found is not None)


def _judge(name: str, left: "pd.Series[str]", right: "pd.Series[str]", match: NDArray[np.bool_]) -> Giveaway | None:
    present = (left.notna() & right.notna()).to_numpy()
    matches, non_matches = present & match, present & ~match
    if matches.sum() < max(_MIN_MATCHES, _PRESENT * match.sum()) or non_matches.sum() < _MIN_MATCHES:
        return None
    equal = (left == right).to_numpy(dtype=bool)
    on_matches, on_non_matches = float(equal[matches].mean()), float(equal[non_matches].mean())
    if on_matches < _MATCHES_EQUAL or on_non_matches > _NON_MATCHES_EQUAL:
        return None
    entities = int(left[matches].nunique())
    values = pd.unique(pd.concat([left[present], right[present]])).tolist()
    if entities < _DISTINCT * matches.sum() or not _opaque(values):
        return None
    return Giveaway(name, on_matches, on_non_matches)


def _opaque(values: Sequence[str]) -> bool:
    """Tell whether the distinct values are UUIDs, or numbers that fill a range, with a constant text around."""
    if all(_UUID.fullmatch(value) for value in values):
        return True
    counters = [_COUNTER.fullmatch(value) for value in values]
    found = [counter for counter in counters if counter is not None]
    if len(found) < len(values) or len({(counter["before"], counter["after"]) for counter in found}) > 1:
        return False
    numbers = np.array([int(counter["number"]) for counter in found])
    return len(numbers) >= _DENSITY * (int(numbers.max()) - int(numbers.min()) + 1)
