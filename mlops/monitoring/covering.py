"""How much of what a metric is about has a label: of every row, and of what audits drew (pure).

Precision is about what was called positive; recall, F1 and accuracy also about what was called negative. Labels of the
one call say nothing of the other, so each has a share of its own, and the smaller one counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, Self

from mlops.feedback.draws import AuditDraw
from mlops.feedback.reading import Logged
from mlops.feedback.responding import responses
from mlops.formatting import format_rate, format_threshold

METRICS = ("precision", "recall", "f1", "accuracy")


class Audits(NamedTuple):
    """What draws did to a log.

    Attributes:
        inclusion: By prediction that a draw holds how likely any was to hold it, in (0, 1].
        reached: Predictions that a draw could have held, whether it does or not.
    """

    inclusion: Mapping[str, float]
    reached: Collection[str]

    @classmethod
    def of(cls, draws: Sequence[AuditDraw], inclusion: Mapping[str, float], rows: Iterable[Logged]) -> Self:
        """Return what ``draws`` did to ``rows``, given the probability of each that they hold."""
        return cls(inclusion, {row.id for row in rows if any(draw.probability(row) > 0 for draw in draws)})


class Cover(NamedTuple):
    """Of the call of which the least is covered.

    Attributes:
        share: In [0, 1].
        why: What lacks and what to do, where the share is too small to judge anything.
    """

    share: float
    why: str


def of_every_row(mature: Sequence[Logged]) -> dict[str, Cover]:
    """Return by metric the share of rows with a label, of the calls that the metric is about."""
    shares = {}
    for call in (True, False):
        rows = [row for row in mature if row.positive == call]
        labelled = sum(row.label is not None for row in rows)
        shares[call] = Cover(
            labelled / len(rows) if rows else 1.0,
            f"of the rows called {_NAMES[call]} are labelled ({labelled:,} of {len(rows):,}): whoever is labelled may "
            "not be like the others. Have an audit sample labelled: mlops feedback audit.",
        )
    return _by_metric(shares)


def of_answers(mature: Sequence[Logged], inclusion: Mapping[str, float]) -> dict[str, Cover]:
    """Return by metric the share of what audits drew that has a label, weighted by 1 / inclusion probability."""
    shares = {}
    for call, found in responses(mature, inclusion).items():
        share = found.share if found.drawn or not any(row.positive == call for row in mature) else 0.0
        shares[call] = Cover(
            share,
            f"of what was drawn of the rows called {_NAMES[call]} is labelled, by weight ({found.labelled:,} of "
            f"{found.drawn:,} rows): those that nobody decided on may not be like the others. Have the other "
            f"{found.drawn - found.labelled:,} labelled.",
        )
    return _by_metric(shares)


def of_reach(mature: Sequence[Logged], reached: Collection[str]) -> dict[str, Cover]:
    """Return by metric the share of rows that a draw could have held: it speaks for no other day and no other band."""
    shares = {}
    until = max(row.day for row in mature) + timedelta(days=1)
    days = f"--from {min(row.day for row in mature)} --until {until}"
    for call in (True, False):
        rows = [row for row in mature if row.positive == call]
        held = sum(row.id in reached for row in rows)
        shares[call] = Cover(
            held / len(rows) if rows else 1.0,
            f"of the rows called {_NAMES[call]} could have been drawn ({held:,} of {len(rows):,}): draws of some days "
            f"say nothing of the others. Draw from all of them: mlops feedback audit {days}.",
        )
    return _by_metric(shares)


def lacking(cover: Cover, least: float) -> str:
    """Return why too little is covered; empty where ``least`` is."""
    if cover.share >= least:
        return ""
    return f"{format_rate(cover.share, least)}, less than {format_threshold(least)}, {cover.why}"


_NAMES = {True: "positive", False: "negative"}


def _by_metric(shares: Mapping[bool, Cover]) -> dict[str, Cover]:
    return {"precision": shares[True]} | dict.fromkeys(METRICS[1:], min(shares.values(), key=lambda one: one.share))
