"""The datasets of a task: which came from which, by which batch, and how they grew (pure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mlops.formatting import format_rate
from mlops.manifest import Manifest
from mlops.render import Safe
from mlops.site.charts import growth_svg
from mlops.site.facts import Model
from mlops.site.words import axis_day, card_link, manifest_link, named
from mlops.words import count

NEWEST = 25
MODELS = 3


def table(datasets: Sequence[Manifest], models: Sequence[Model], address: str) -> dict[str, Any]:
    """Return the rows of the table, the newest first: :data:`NEWEST` in full, of older ones what came from which.

    Args:
        datasets: The manifests, the oldest first.
        models: The task's versions.
        address: Of the repository; empty makes no links.
    """
    known = {one.id: one for one in datasets}
    trained: dict[str, list[str]] = {}
    for model in models:
        trained.setdefault(model.record.dataset.id, []).append(model.record.id)
    newest = list(reversed(datasets[-NEWEST:]))
    older = list(reversed(datasets[:-NEWEST]))
    rows = [_row(one, known, trained.get(one.id, []), address) for one in newest]
    for row, one, before in zip(rows, newest, [*newest[1:], *older[:1]], strict=False):
        row["chained"] = one.parent == before.id
    return {"rows": rows, "older": [_short(one) for one in older]}


def chart(datasets: Sequence[Manifest], until: datetime | None = None) -> Safe | str:
    """Return the chart of rows over datasets; empty with fewer than two."""
    if len(datasets) < 2:  # noqa: PLR2004  # a single point shows no growth
        return ""
    return growth_svg("Rows of the datasets", [(axis_day(f"{one.as_of}", until), one.rows) for one in datasets])


def _short(one: Manifest) -> dict[str, Any]:
    return {
        "dataset": named(one.id),
        "day": Safe(f"{one.as_of}"),
        "rows": count(one.rows),
        "parent": named(one.parent or ""),
    }


def _row(one: Manifest, known: Mapping[str, Manifest], models: Sequence[str], address: str) -> dict[str, Any]:
    parent = known.get(one.parent or "")
    integrated = one.integrated
    return _short(one) | {
        "dataset": manifest_link(one.id, address),
        "day": Safe(f"<time>{one.as_of}</time>"),
        "growth": Safe(f"{one.rows - parent.rows:+,}") if parent else "",
        "parent": manifest_link(parent.id, address) if parent else named(one.parent or ""),
        "lost": bool(one.parent) and parent is None,
        "batch": integrated.batch if integrated else "",
        "verdict": Safe(integrated.validation_verdict) if integrated else "",
        "score": Safe(format_rate(integrated.validation_score)) if integrated else "",
        "sha256": Safe(one.sha256[:10]),
        "models": [card_link(model, address) for model in models[-MODELS:]],
        "more": max(0, len(models) - MODELS),
        "chained": False,
    }
