"""The versions of a task: their metrics over time as charts, and every number in a table (pure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mlops.gate.report import CriterionResult
from mlops.render import Safe
from mlops.site.charts import MANY, Point, metric_svg
from mlops.site.facts import Model
from mlops.site.words import believable, between, card_link, claimed, named, percent
from mlops.words import metric_name, metric_order, rate, threshold, utc

NEWEST = 25
COLUMNS = 4
FILTER_FROM = 8


def charts(models: Sequence[Model], until: datetime | None = None) -> list[dict[str, Any]]:
    """Return a chart of each metric of :func:`metrics_of` that was ever defined; a day after ``until`` is not told."""
    found = []
    for name in metrics_of(models):
        points = [_point(model, name, until) for model in models[-MANY:]]
        newest = next((point for point in reversed(points) if point.value is not None), None)
        if newest is None:
            continue
        criterion = _criterion(models[-1], name)
        at_most = criterion is not None and criterion.direction == "max"
        title = metric_name(name)
        found.append({
            "name": title,
            "value": rate(newest.value, newest.asked),
            "bounds": _bounds(newest),
            "asked": _asked(newest, at_most=at_most),
            "of": named(newest.name),
            "some": _some(len(points), len(models)),
            "svg": metric_svg(str(title), points, of=len(models), unit="models", at_most=at_most),
        })  # fmt: skip
    return found


def table(
    models: Sequence[Model], live: Mapping[str, Sequence[str]], address: str, until: datetime | None = None
) -> dict[str, Any]:
    """Return the rows of the table, the newest first: :data:`NEWEST` in full, the older ones with their numbers alone.

    Args:
        models: The versions, the oldest first.
        live: By model where it is declared to be live.
        address: Of the repository; empty makes no links.
        until: The latest time that is believed.
    """
    names = metrics_of(models)
    verdicts = [model.record.verdict for model in models]
    return {
        "metrics": [metric_name(name) for name in names],
        "newest": [_row(model, names, live, address, until) for model in reversed(models[-NEWEST:])],
        "older": [_numbers(model, names, live, until) for model in reversed(models[:-NEWEST])],
        "counts": [(Safe(verdict), verdicts.count(verdict)) for verdict in ("pass", "fail", "inconclusive")],
        "filtered": len(models) >= FILTER_FROM,
    }


def metrics_of(models: Sequence[Model]) -> list[str]:
    """Return the names of the metrics that are shown: what the newest version was judged by, else what it has."""
    if not models:
        return []
    newest = models[-1]
    judged = {found.metric for found in newest.gate.criteria} if newest.gate else set()
    return sorted(judged & newest.record.metrics.keys() or newest.record.metrics.keys(), key=metric_order)[:COLUMNS]


def _row(
    model: Model, names: Sequence[str], live: Mapping[str, Sequence[str]], address: str, until: datetime | None
) -> dict[str, Any]:
    record = model.record
    return _numbers(model, names, live, until) | {
        "model": card_link(record.id, address),
        "day": claimed(record.trained_at, until),
        "reason": model.gate.reason if model.gate and record.verdict != "pass" else "",
    }


def _numbers(
    model: Model, names: Sequence[str], live: Mapping[str, Sequence[str]], until: datetime | None
) -> dict[str, Any]:
    """Return the part of a row that older models have, too: of hundreds, every byte counts."""
    record = model.record
    cells = []
    for name in names:
        found, criterion = record.metrics.get(name), _criterion(model, name)
        asked = criterion.threshold if criterion else None
        bounds = between(found.lower, found.upper, asked) if found else Safe("")
        cells.append((percent(found.value if found else None, asked), bounds))
    return {
        "model": named(record.id),
        "live": live.get(record.id, ()),
        "day": Safe(claimed(record.trained_at, until).replace("<time>", "").replace("</time>", "")),
        "verdict": Safe(record.verdict),
        "cells": cells,
    }


def _point(model: Model, name: str, until: datetime | None) -> Point:
    record, criterion = model.record, _criterion(model, name)
    found = record.metrics.get(name)
    value, lower, upper = (found.value, found.lower, found.upper) if found else (None, None, None)
    asked = criterion.threshold if criterion else None
    when = f"{utc(record.trained_at):%Y-%m-%d}" if believable(record.trained_at, until) else ""
    return Point(record.id, when, value, lower, upper, asked, record.verdict)


def _criterion(model: Model, name: str) -> CriterionResult | None:
    """Return what the model was judged by on that metric; None without a committed verdict or such a criterion."""
    return next((found for found in model.gate.criteria if found.metric == name), None) if model.gate else None


def _some(shown: int, there: int) -> Safe:
    return Safe(f"newest {shown} of {there:,}" if there > shown else "")


def _bounds(point: Point) -> Safe:
    if point.lower is None or point.upper is None:
        return Safe("")
    return Safe(f"{rate(point.lower, point.asked)} to {rate(point.upper, point.asked)}")


def _asked(point: Point, *, at_most: bool) -> Safe:
    if point.asked is None:
        return Safe("")
    return Safe(f"at {'most' if at_most else 'least'} {threshold(point.asked)}")
