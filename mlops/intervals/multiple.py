"""Many hypotheses at once: Holm's step-down correction.

Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979)
65-70. It holds the chance of any false rejection, whatever the dependence between the tests, and never rejects less
than Bonferroni's.
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return Holm's adjusted p of each hypothesis, in the order given.

    Rejecting those that are at most ``alpha`` rejects any true hypothesis with a chance of at most ``alpha``. Each
    adjusted p rises with every p of the family, so that a better result never makes another look worse.

    Args:
        p_values: One p of each hypothesis of the family, in [0, 1]; 1 for one that could not be tested.

    Raises:
        ValueError: A value is no p, NaN included.
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError("a p is a number in [0, 1]")
    adjusted, highest = dict[int, float](), 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = highest
    return tuple(adjusted[at] for at in range(len(p_values)))
