"""Draw predictions to be labelled by a person: some of each band of scores, most where the call may be wrong (pure).

Within a stratum each prediction is as likely as the other, so every one has a known probability, and precision and
recall can be estimated without asking who would have been labelled anyway. Sizes follow Neyman: a stratum gets the
more, the larger it is and the less sure its scores are (a label that a score p foretells has variance p (1 - p)); those
next to the threshold twice as much, and none less than a floor, so that misses among sure negatives are seen.

Sources: J. Neyman, Journal of the Royal Statistical Society 97 (1934) 558-625; D. G. Horvitz & D. J. Thompson, JASA 47
(1952) 663-685.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from mlops.draw import Draw
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.feedback.draws import AuditDraw, Stratum
from mlops.feedback.reading import Logged, Window

EDGES = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 2.0)
_FLOOR = 0.05
_LEAST = 2
_NEAR = 2.0


class _Band(NamedTuple):
    """A stratum and its predictions, in the order of the log."""

    positive: bool
    low: float
    high: float
    rows: Sequence[Logged]

    def wish(self) -> float:
        """Return the size that it asks for, up to a factor that all share."""
        variance = sum(row.score * (1 - row.score) for row in self.rows) / len(self.rows)
        return len(self.rows) * sqrt(variance)


def draw(rows: Sequence[Logged], *, task: str, size: int, seed: int, window: Window) -> AuditDraw:
    """Draw ``size`` predictions of one model, or all where there are fewer; the same log and seed draw the same.

    Args:
        rows: Answered predictions of one model, in the order of the log, labelled or not.
        task: The task.
        size: How many.
        seed: Of chance.
        window: The days that they are of.

    Raises:
        InputRefusedError: There is no prediction.
        UsageRefusedError: Fewer are asked for than there are strata: some would have none.
    """
    if not rows:
        raise InputRefusedError(
            "There is no prediction to draw from.", field="--from, --until", expected="days with predictions",
            found=f"none before {window.until}", fix="Name other days, or another --model.",
        )  # fmt: skip
    bands = _bands(rows)
    if size < len(bands):
        raise UsageRefusedError(
            "So few rows leave a band of scores without any.", field="--size", expected=f"at least {len(bands)}",
            found=size, fix="Draw more, so that each kind of mistake can be seen.",
        )  # fmt: skip
    sizes = _sizes(bands, min(size, len(rows)))
    strata: list[Stratum] = []
    drawn: dict[str, float] = {}
    for band, count in zip(bands, sizes, strict=True):
        probability = count / len(band.rows)
        strata.append(Stratum(
            positive=band.positive, low=band.low, high=band.high, population=len(band.rows), drawn=count,
            probability=probability,
        ))  # fmt: skip
        order = Draw(seed, task, "audit", int(band.positive), repr(band.low)).shuffled([row.id for row in band.rows])
        drawn |= dict.fromkeys(order[:count], probability)
    start = max(window.start, min(row.day for row in rows))
    return AuditDraw(
        task=task, model_id=rows[0].model_id, seed=seed, start=start, until=window.until, as_of=window.as_of,
        log=rows[-1].log, last=rows[-1].number,
        strata=tuple(strata), rows={row.id: drawn[row.id] for row in rows if row.id in drawn},
    )  # fmt: skip


def _bands(rows: Sequence[Logged]) -> list[_Band]:
    found = []
    for positive in (False, True):
        for low, high in pairwise(EDGES):
            held = [row for row in rows if row.positive == positive and low <= row.score < high]
            if held:
                found.append(_Band(positive, low, high, held))
    return found


def _sizes(bands: Sequence[_Band], size: int) -> list[int]:
    """Return how many of each band are drawn; they sum to ``size``, and none is more than the band holds."""
    last = max((at for at, band in enumerate(bands) if not band.positive), default=-1)
    near = {last, last + 1}  # on both sides of the threshold
    wishes = [band.wish() * (_NEAR if at in near else 1.0) for at, band in enumerate(bands)]
    least = min(max(_LEAST, round(_FLOOR * size)), size // len(bands))
    sizes = [min(len(band.rows), least) for band in bands]
    while (left := size - sum(sizes)) > 0:
        open_ = [at for at, band in enumerate(bands) if sizes[at] < len(band.rows)]
        total = sum(wishes[at] for at in open_)
        shares = {at: left * (wishes[at] / total if total else 1 / len(open_)) for at in open_}
        added = 0
        for at in open_:
            more = min(len(bands[at].rows) - sizes[at], int(shares[at]))
            sizes[at] += more
            added += more
        if not added:  # what rounding left goes to the greatest wish
            sizes[max(open_, key=lambda at: (shares[at], -at))] += 1
    return sizes
