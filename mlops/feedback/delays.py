"""How labels come: the histogram of their delay, and counts by role and model (pure)."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from mlops.feedback.choosing import is_mature
from mlops.feedback.reading import Logged, Window
from mlops.render import Safe, inert

_ENDS = (0, 1, 3, 7, 14, 28, 56, 112)
BEFORE = "before"
"""Decided before it was predicted: a mistake of a date, or a claim that was asked about too late."""

_BY_MODEL = """
SELECT p.role, p.model_id, count(*), sum(p.positive),
  sum(EXISTS (SELECT 1 FROM labels l WHERE l.prediction = p.id AND l.at < :known))
FROM predictions p WHERE p.task = :task AND p.at >= :start AND p.at < :end GROUP BY 1, 2 ORDER BY 1, 2
"""


class ByModel(NamedTuple):
    """What a model in a role predicted; labels name the prediction that answered, so a shadow has none of its own."""

    role: str
    model_id: str
    predictions: int
    positives: int
    labelled: int


class Delays(NamedTuple):
    """How labels of answered predictions come.

    Attributes:
        answered: Predictions.
        labelled: Those with a label.
        histogram: By days from prediction to decision (``0``, ``1``, ``2-3`` …), labelled ones.
        waiting: Without a label, and still young.
        overdue: Without a label, and old enough for one.
        revised: Whose labels contradict each other.
    """

    answered: int
    labelled: int
    histogram: dict[str, int]
    waiting: int
    overdue: int
    revised: int


def names() -> tuple[str, ...]:
    """Return the names of the histogram's classes, in their order."""
    starts = [0, *(end + 1 for end in _ENDS[:-1])]
    plain = [f"{first}" if first == last else f"{first}-{last}" for first, last in zip(starts, _ENDS, strict=True)]
    return (BEFORE, *plain, f"{_ENDS[-1] + 1} or more")


def measure(rows: Sequence[Logged], window: Window, *, maturity_days: int) -> Delays:
    """Count the delays of the newest labels of answered predictions."""
    histogram = dict.fromkeys(names(), 0)
    for row in rows:
        if row.decided is not None:
            histogram[_class((row.decided - row.day).days)] += 1
    without = [row for row in rows if row.label is None]
    overdue = sum(is_mature(row.day, maturity_days, window.as_of) for row in without)
    revised = sum(row.revised for row in rows)
    return Delays(len(rows), len(rows) - len(without), histogram, len(without) - overdue, overdue, revised)


def by_model(connection: sqlite3.Connection, task: str, window: Window, known: str) -> tuple[ByModel, ...]:
    """Return counts by role and model; shadows too."""
    bound = {"task": task, "start": window.start.isoformat(), "end": window.until.isoformat(), "known": known}
    return tuple(ByModel(*found) for found in connection.execute(_BY_MODEL, bound))


def to_markdown(task: str, window: Window, found: Delays, models: Sequence[ByModel]) -> str:
    """Return the page for a summary."""
    lines = [
        f"## Feedback on {inert(task)}, as of {window.as_of}", "", _sentence(found), "",
        "| days to the decision | labels |", "|---|---:|",
        *(f"| {Safe(name)} | {count:,} |" for name, count in found.histogram.items()), "",
        "| role | model | predictions | positive | labelled |", "|---|---|---:|---:|---:|",
    ]  # fmt: skip
    lines += [
        f"| {one.role} | {inert(one.model_id)} | {one.predictions:,} | {one.positives:,} | {one.labelled:,} |"
        for one in models
    ]
    return "\n".join([*lines, ""])


def to_text(found: Delays, models: Sequence[ByModel]) -> str:
    """Return the page for a terminal."""
    widest = max([1, *found.histogram.values()])
    lines = [_sentence(found), "", "  days to the decision"]
    lines += [
        f"  {name:>11}  {'#' * round(40 * count / widest):<40} {count:,}" for name, count in found.histogram.items()
    ]
    lines += ["", f"  {'role':<8}{'model':<22}{'predictions':>12}{'positive':>10}{'labelled':>10}"]
    lines += [
        f"  {one.role:<8}{one.model_id:<22}{one.predictions:>12,}{one.positives:>10,}{one.labelled:>10,}"
        for one in models
    ]
    return "\n".join(lines)


def _sentence(found: Delays) -> str:
    return (
        f"{found.labelled:,} of {found.answered:,} answered predictions have a label; {found.waiting:,} are young, "
        f"{found.overdue:,} are overdue, {found.revised:,} were revised."
    )


def _class(days: int) -> str:
    if days < 0:
        return BEFORE
    return names()[1 + sum(days > end for end in _ENDS)]
