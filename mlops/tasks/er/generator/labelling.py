"""Labels as two annotators and an adjudicator would give them."""

from typing import NamedTuple

from mlops.draw import Draw
from mlops.tasks.er.generator.rates import Rates


class Judgement(NamedTuple):
    """What the annotators said, None for one who was not asked, and the label that was settled on."""

    annotator_1: int
    annotator_2: int | None
    label: int


def judge(draw: Draw, rates: Rates, *, same: bool, close: bool) -> Judgement:
    """Return the judgement of a pair.

    Args:
        draw: The stream of draws.
        rates: How often annotators err.
        same: Whether the two records are of one entity, in truth.
        close: Whether people would hesitate: a match, or a neighbour that resembles the anchor.
    """
    error = rates.annotator_error_close if close else rates.annotator_error
    first = int(same != draw.chance(error))
    second = int(same != draw.chance(error))
    settled = int(same != draw.chance(rates.adjudicator_error))
    if draw.chance(rates.single_annotator):
        return Judgement(first, None, first)
    return Judgement(first, second, first if first == second else settled)
