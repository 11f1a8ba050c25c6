"""The metrics of a certification as every page and the terminal print them: value, bounds, and what is asked (pure)."""

from math import nextafter

from mlops.certification.document import LATENCY
from mlops.formatting import format_p, format_rate, format_threshold

P = "permutation_p"
LIFTS = frozenset({"lift_majority", "lift_one_rule"})
LOWER_IS_BETTER = frozenset({"cv_sd", P, LATENCY})

NOT_MEASURED = "not measured"


def shown(metric: str, value: float | None, threshold: float | None = None) -> str:
    """Return a value: a rate in percent, a lift in points, a duration in milliseconds, a p as a number.

    Args:
        metric: The metric's name.
        value: None was not measured.
        threshold: What it is compared with: the value is never shown on its other side.
    """
    if value is None:
        return NOT_MEASURED
    if metric == P:
        level = 0.05 if threshold is None else threshold
        return format_p(value, nextafter(level, 0))  # the bound is strict: a p equal to it is not below it
    if metric == LATENCY:
        return f"{value:.1f} ms"
    if metric in LIFTS:
        return f"{100 * value:+.1f} points"
    return format_rate(value, threshold)


def bounds(metric: str, lower: float | None, upper: float | None) -> str:
    """Return both bounds; empty where the metric has none."""
    if lower is None or upper is None or lower == upper:
        return ""
    return f"{shown(metric, lower)} to {shown(metric, upper)}"


def required(metric: str, threshold: float) -> str:
    """Return what is asked, with the sign of the comparison: a p and a lift are compared strictly."""
    if metric == P:
        return f"< {threshold:g}"
    if metric in LIFTS:
        return f"> {100 * threshold:g} points"
    sign = "≤" if metric in LOWER_IS_BETTER else "≥"
    return f"{sign} {threshold:g} ms" if metric == LATENCY else f"{sign} {format_threshold(threshold)}"
