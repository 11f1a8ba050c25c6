"""The parts of a Grafana dashboard, as its JSON has them (schema version 39), and where they stand (pure)."""

from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]

SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
COLOURS = {"pass": "green", "inconclusive": "yellow", "fail": "red"}
"""How each verdict, and what is as good or as bad, is painted."""
_LETTERS = "ABCDEFGHIJKLMNOP"


def target(expr: str, legend: str = "", *, instant: bool = False) -> Json:
    """Return a query; ``legend`` may name labels as ``{{label}}``."""
    found: Json = {"datasource": SOURCE, "expr": expr, "legendFormat": legend or "__auto"}
    if instant:
        found |= {"instant": True, "range": False, "format": "table"}
    return found


def panel(kind: str, title: str, targets: Sequence[Json], *, size: tuple[int, int] = (8, 8), **more: Any) -> Json:  # noqa: ANN401  # Grafana's JSON
    """Return a panel that has no place yet.

    Args:
        kind: ``timeseries``, ``state-timeline``, ``table`` …
        title: What it shows.
        targets: Its queries.
        size: Columns of 24, and rows of 30 pixels.
        more: ``description``, ``fieldConfig``, ``options``, ``transformations``.
    """
    lettered = [one | {"refId": letter} for one, letter in zip(targets, _LETTERS, strict=False)]
    return {
        "type": kind, "title": title, "datasource": SOURCE, "targets": lettered,
        "gridPos": {"w": size[0], "h": size[1]},
        "fieldConfig": {"defaults": {}, "overrides": []}, "options": {}, **more,
    }  # fmt: skip


def fields(unit: str, *, threshold: float | None = None, stepped: bool = False, **defaults: Any) -> Json:  # noqa: ANN401  # Grafana's JSON
    """Return how values are shown.

    Args:
        unit: Grafana's name of a unit: ``percentunit``, ``s`` …
        threshold: A line; what is below it is red.
        stepped: Whether a value holds until the next one.
        defaults: More of Grafana's field settings.
    """
    custom: Json = {"drawStyle": "line", "lineWidth": 2, "showPoints": "auto", "spanNulls": True}
    if stepped:
        custom["lineInterpolation"] = "stepAfter"
    steps: list[Json] = [{"color": "green", "value": None}]
    if threshold is not None:
        custom["thresholdsStyle"] = {"mode": "line"}
        steps = [{"color": "red", "value": None}, {"color": "green", "value": threshold}]
    thresholds = {"mode": "absolute", "steps": steps}
    return {"defaults": {"unit": unit, "custom": custom, "thresholds": thresholds, **defaults}, "overrides": []}


def override(name: str, properties: Json) -> Json:
    """Return settings for the series of one name."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }


def placed(rows: Iterable[tuple[str, Sequence[Json]]]) -> list[Json]:
    """Return the panels of titled rows with their ids and places: each row from left to right, then the next line."""
    found: list[Json] = []
    y = 0
    for title, panels in rows:
        heading = {"type": "row", "title": title, "collapsed": False, "panels": []}
        found.append(heading | {"gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}})
        x, y, height = 0, y + 1, 0
        for one in panels:
            size = one["gridPos"]
            if x + size["w"] > WIDTH:
                x, y, height = 0, y + height, 0
            found.append(one | {"gridPos": {"x": x, "y": y, **size}})
            x, height = x + size["w"], max(height, size["h"])
        y += height
    return [one | {"id": number} for number, one in enumerate(found, start=1)]


def query_variable(name: str, label: str, query: str, description: str) -> Json:
    """Return a template variable whose values Prometheus tells; several may be chosen, and all are at first.

    ``All`` stands for the values that the query found, so that a choice above narrows what is below.
    """
    return {
        "name": name, "label": label, "description": description, "type": "query", "datasource": SOURCE,
        "definition": query, "query": {"query": query, "refId": f"variable-{name}"}, "refresh": 2, "sort": 2,
        "includeAll": True, "multi": True, "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0, "options": [], "regex": "", "skipUrlSync": False,
    }  # fmt: skip


def states(outcomes: dict[str, str], *words: str) -> Json:
    """Return the colours of states: by value an outcome, and perhaps another word for it."""
    options: dict[str, Any] = {
        value: {"color": COLOURS[outcome], "text": word, "index": number}
        for number, ((value, outcome), word) in enumerate(
            zip(outcomes.items(), words or outcomes.values(), strict=True)
        )
    }
    return {"defaults": {"mappings": [{"type": "value", "options": options}]}, "overrides": []}
