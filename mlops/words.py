"""Numbers and names as pages print them: each :class:`Safe` where it is ours, plain text where it is data."""

import re
from datetime import UTC, datetime

from mlops.errors import UsageRefusedError
from mlops.formatting import format_rate, format_threshold
from mlops.metrics import Estimate
from mlops.provenance import parse_commit
from mlops.render import Safe
from mlops.slices import is_slice

_METRICS = {"precision": "Precision", "recall": "Recall", "f1": "F1", "accuracy": "Accuracy", "roc_auc": "ROC AUC"}
_RUN = re.compile(r"https://[A-Za-z0-9.-]{1,200}(/[A-Za-z0-9._-]{1,100}){2}/actions/runs/[0-9]{1,20}", re.ASCII)


def count(number: int) -> Safe:
    """Return a whole number with separators of thousands."""
    return Safe(f"{number:,}")


def rate(value: float | None, threshold: float | None = None) -> Safe:
    """Return a rate as a percentage that stays on its side of ``threshold``."""
    return Safe(format_rate(value, threshold))


def bounds(estimate: Estimate, threshold: float | None = None) -> Safe:
    """Return both one-sided bounds of an estimate."""
    if estimate.value is None:
        return Safe("not defined")
    return Safe(f"{format_rate(estimate.lower, threshold)} to {format_rate(estimate.upper, threshold)}")


def metric_name(name: str, *, start: bool = True) -> str:
    """Return how a metric is called, at the start of a line or inside one; a name that is not ours stays data."""
    known = _METRICS.get(name)
    if known is None:
        return name
    return Safe(known if start or known.isupper() else known.lower())


def metric_order(name: str) -> tuple[int, str]:
    """Return the key that sorts metrics: the three of the gate first, then by name."""
    order = list(_METRICS)
    return (order.index(name) if name in order else len(order), name)


def in_words(name: str) -> str:
    """Return the name of a slice or a fact in words: such names have a grammar; one outside of it stays data."""
    return Safe(name.replace("_", " ")) if is_slice(name) else name


def moment(when: datetime) -> Safe:
    """Return a moment in UTC to the minute; a moment without a zone is UTC."""
    return Safe(f"{utc(when):%Y-%m-%d %H:%M} UTC")


def utc(when: datetime) -> datetime:
    """Return a moment in UTC; a moment without a zone is UTC."""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)


def commit(name: str) -> str:
    """Return the full name of a commit as code; anything else, such as "unknown", as data."""
    try:
        return Safe(f"`{parse_commit(name)}`")
    except UsageRefusedError:
        return name


def link_to_run(url: str) -> str:
    """Return a link to a run on GitHub, "trained locally" for none, and anything else as data."""
    if not url:
        return Safe("trained locally")
    return Safe(f"[{url.rpartition('/')[2]}]({url})") if _RUN.fullmatch(url) else url


def threshold(value: float) -> Safe:
    """Return a declared threshold as a percentage, exactly."""
    return Safe(format_threshold(value))
