"""What an oracle knows: the probability of each label given all that a model may read, and the best accuracy there is.

A label depends on three reasons for denial, on the type of the claim, and on its seller's tone. A model may read the
first two. The tone is independent of them and its mean is zero, so that the probability given what may be read is
exact, and so is the accuracy of the classifier that answers with the likelier label (Bayes' rule; Hastie, Tibshirani
and Friedman 2009, section 2.4).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlops.tasks.claims.generator.rates import ANOTHER_REASON, COVERED, REASONS, UNCOVERED, Setting, doubtful

BULK_FROM = 6
"""A claim about this many units or more is bulk; ordinary ones are about four at most."""
LATE_FROM = 61
"""A claim this many days after the order or later is late; ordinary ones come within 55 days."""


class Cell(NamedTuple):
    """All that decides a label and may be read: the type of the claim and two of the reasons; the third is the type."""

    claim_type: str
    bulk: bool
    late: bool


def granted(cell: Cell, setting: Setting) -> float:
    """Return the probability that a claim with these facts is granted, over all sellers."""
    chance = setting.uncovered.get(cell.claim_type) or setting.covered[cell.claim_type]
    chance *= setting.bulk if cell.bulk else 1.0
    chance *= setting.late if cell.late else 1.0
    return max(chance, setting.least)


def cells(*, doubtful_share: float) -> Iterator[tuple[Cell, float]]:
    """Yield every cell with its probability, where this share of claims shows a reason for denial."""
    for uncovered, bulk, late in product((False, True), repeat=3):
        present = uncovered + bulk + late
        share = _reasons(present) * doubtful_share if present else 1 - doubtful_share
        types = UNCOVERED if uncovered else COVERED
        for name, weight in types.items():
            yield Cell(name, bulk, late), share * weight / sum(types.values())


def bayes_accuracy(setting: Setting, first: date, last: date) -> float:
    """Return the expected accuracy of the best possible model on claims spread evenly over these days, both included.

    It is exact: a sum over all cells and days, not a simulation. No model that reads only what it may can do better on
    average; on a small sample one can by luck.
    """
    days = [first + timedelta(days=passed) for passed in range((last - first).days + 1)]
    share = sum(map(doubtful, days)) / len(days)
    return sum(
        weight * max(granted(cell, setting), 1 - granted(cell, setting)) for cell, weight in cells(doubtful_share=share)
    )


def granted_rate(setting: Setting, first: date, last: date) -> float:
    """Return the expected share of granted claims among those spread evenly over these days, both included."""
    days = [first + timedelta(days=passed) for passed in range((last - first).days + 1)]
    share = sum(map(doubtful, days)) / len(days)
    return sum(weight * granted(cell, setting) for cell, weight in cells(doubtful_share=share))


def oracle(table: pa.Table, setting: Setting) -> NDArray[np.float64]:
    """Return for each row of a generated table the probability that it is granted, from what a model may read alone.

    Args:
        table: As :func:`mlops.tasks.claims.generator.generate` returns it.
        setting: With which it was made.

    Returns:
        Shape ``(rows,)``.
    """
    columns = (table.column(name).to_pylist() for name in ("claim_type", "quantity", "claim_date", "order_date"))
    return np.array(
        [
            granted(Cell(kind, quantity >= BULK_FROM, (claimed - ordered).days >= LATE_FROM), setting)
            for kind, quantity, claimed, ordered in zip(*columns, strict=True)
        ],
        dtype=np.float64,
    )


def _reasons(present: int) -> float:
    """Return the probability of one given set of this many reasons, of a claim that has at least one.

    One reason is drawn, each as likely as the other; each of the others joins it with probability ``ANOTHER_REASON``.
    """
    others = len(REASONS) - present
    return present / len(REASONS) * ANOTHER_REASON ** (present - 1) * (1 - ANOTHER_REASON) ** others
