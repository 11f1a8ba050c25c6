"""A task's certificate: the streak, the tier and until when, the runs and their metrics (pure)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mlops.certification.document import LedgerLine, Revocation
from mlops.certification.showing import LOWER_IS_BETTER
from mlops.render import Safe
from mlops.site.charts import MANY, Point, metric_svg
from mlops.site.facts import Certification
from mlops.site.words import WRONG_CLOCK, axis_day, card_link, named
from mlops.words import count, rate, threshold

NEWEST = 50
_CHARTED = {
    "cv_mean": "Mean accuracy of cross-validation",
    "cv_sd": "Spread of cross-validation",
    "bootstrap_lower": "Bootstrap, lower bound",
    "test_accuracy": "Accuracy on test rows",
    "auc_lower": "ROC AUC, lower bound",
}
"""The metrics that are rates and come with bounds; the page of the ledger has the others, too."""


def section(found: Certification, cards: set[str], address: str, until: datetime | None = None) -> dict[str, Any]:
    """Return what the page says of a certificate.

    Args:
        found: The ledger, and what it allows.
        cards: The models that have a card.
        address: Of the repository; empty makes no links.
        until: The latest time that is believed.
    """
    status, lines = found.status, found.ledger.lines
    return {
        "tier": Safe(status.tier),
        "as_of": Safe(status.as_of),
        "model": named(status.model_id) if status.model_id else "",
        "until": Safe(status.certified_until or ""),
        "streak": status.streak,
        "needed": status.needed,
        "boxes": [at < status.streak for at in range(status.needed)],
        "attempts": count(status.attempts),
        "reasons": status.reasons,
        "confidence": Safe(f"{100 * found.confidence:g} %"),
        "charts": _charts(found.ledger.runs, until),
        "runs": [_line(line, cards, address, until) for line in reversed(lines[-NEWEST:])],
        "older": max(0, len(lines) - NEWEST),
    }


def _charts(runs: Sequence[LedgerLine], until: datetime | None) -> list[dict[str, Any]]:
    found = []
    for name, title in _CHARTED.items():
        measured = [run for run in runs if name in run.metrics]
        points = [_point(run, name, until) for run in measured[-MANY:]]
        newest = next((point for point in reversed(points) if point.value is not None), None)
        if newest is None:
            continue
        at_most = name in LOWER_IS_BETTER
        found.append({
            "name": Safe(title),
            "value": rate(newest.value, newest.asked),
            "bounds": _bounds(newest),
            "asked": Safe(f"at {'most' if at_most else 'least'} {threshold(newest.asked or 0.0)}"),
            "of": Safe(newest.name),
            "some": Safe(f"newest {len(points)} of {len(measured):,}" if len(measured) > len(points) else ""),
            "svg": metric_svg(title, points, of=len(measured), unit="runs", at_most=at_most),
        })  # fmt: skip
    return found


def _point(run: LedgerLine, name: str, until: datetime | None) -> Point:
    found = run.metrics[name]
    bounds = (None, None) if found.lower == found.upper else (found.lower, found.upper)
    return Point(f"run {run.sequence}", axis_day(run.date, until), found.value, *bounds, found.threshold, run.verdict)


def _bounds(point: Point) -> Safe:
    if point.lower is None or point.upper is None:
        return Safe("")
    return Safe(f"{rate(point.lower, point.asked)} to {rate(point.upper, point.asked)}")


def _line(line: LedgerLine | Revocation, cards: set[str], address: str, until: datetime | None) -> dict[str, Any]:
    wrong = "" if axis_day(line.date, until) else f", {WRONG_CLOCK}"
    model = card_link(line.model_id, address) if line.model_id in cards else named(line.model_id)
    common = {"sequence": line.sequence, "day": Safe(f"<time>{line.date}</time>{wrong}"), "model": model}
    if isinstance(line, Revocation):
        return common | {"verdict": "", "counts": False, "said": line.reason, "tier": Safe("none"), "rows": ""}
    return common | {
        "verdict": Safe(line.verdict), "counts": line.counts, "said": line.why_not, "tier": Safe(line.best_tier),
        "rows": count(line.rows),
    }  # fmt: skip
