"""How much of what was drawn to be labelled came back with a label (pure).

Sources: D. G. Horvitz & D. J. Thompson, JASA 47 (1952) 663-685, for the totals; The American Association for Public
Opinion Research, Standard Definitions (2016), for the weighted response rate, which is their ratio.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mlops.feedback.reading import Logged


class Response(NamedTuple):
    """What came of draws among the predictions of one call.

    Attributes:
        drawn: Predictions that a draw holds.
        labelled: Of these, with a label.
        share: Of the population that the drawn stand for, in [0, 1]: what the labelled stand for; 1 for no prediction.
    """

    drawn: int
    labelled: int
    share: float


def responses(rows: Iterable[Logged], inclusion: Mapping[str, float]) -> dict[bool, Response]:
    """Return by call, positive first, how much of what was drawn came back with a label.

    A row that was drawn with probability p stands for 1 / p predictions, so the share is the sum of 1 / p over labelled
    rows by that over drawn ones. A plain share would be mostly that of the bands that were drawn most densely.

    Args:
        rows: Predictions, drawn or not.
        inclusion: By prediction that a draw holds its probability, in (0, 1].
    """
    drawn = [row for row in rows if row.id in inclusion]
    found = {}
    for call in (True, False):
        own = [row for row in drawn if row.positive == call]
        labelled = [row for row in own if row.label is not None]
        whole, part = (sum(1 / inclusion[row.id] for row in some) for some in (own, labelled))
        found[call] = Response(len(own), len(labelled), min(1.0, part / whole) if own else 1.0)
    return found
