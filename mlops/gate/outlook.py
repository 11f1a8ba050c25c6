"""What the numbers of a criterion say, in words, and how many rows would decide it."""

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

from mlops.config import Criterion, SliceRule
from mlops.formatting import about, format_rate, format_threshold
from mlops.intervals.proportions import MAX_ROWS, effective_n, jaccard_of_f1, needed_n
from mlops.metrics import Estimate, Metrics


class Numbers(NamedTuple):
    """An estimate of which nothing but rates is left."""

    value: float | None
    lower: float | None
    upper: float | None
    n: int
    missing: str


def numbers_of(metrics: Metrics, metric: str) -> Numbers:
    """Return a metric's numbers over all test rows; see :func:`numbers_in`."""
    return numbers_in(metrics.metrics, metric)


def numbers_in(estimates: Mapping[str, Estimate], metric: str) -> Numbers:
    """Return a metric's numbers; what is absent, NaN or outside of [0, 1] is None, with the reason."""
    estimate = estimates.get(metric)
    if estimate is None:
        return Numbers(None, None, None, 0, f"It was not measured; the metrics are {', '.join(sorted(estimates))}.")
    value, lower, upper = (
        number if number is not None and 0 <= number <= 1 else None
        for number in (estimate.value, estimate.lower, estimate.upper)
    )
    missing = (
        "" if None not in {value, lower, upper} else f"It is not defined: {estimate.reason or 'no number in [0, 1]'}."
    )
    return Numbers(value, lower, upper, estimate.n, missing)


def needed(metric: str, numbers: Numbers, threshold: float, confidence: float) -> int | None:
    """Return the denominator at which an unchanged value would decide, or None where none would.

    The denominator that independent rows would need, times how many of the present rows are worth one independent
    row (read off the reported bound, which knows weights and clusters).
    """
    value, lower, upper, n, _ = numbers
    if value is None or lower is None or upper is None:
        return None
    if metric == "f1":  # no proportion itself, but J is, and F1 rises with it
        value, lower, upper, threshold = (jaccard_of_f1(x) for x in (value, lower, upper, threshold))
    if value > threshold:
        rows, worth = needed_n(value, threshold, confidence), effective_n(value, lower, confidence)
    else:
        rows, worth = needed_n(1 - value, 1 - threshold, confidence), effective_n(value, upper, confidence)
    if rows is None or worth is None or worth * MAX_ROWS < rows * n:
        return None
    return max(n + 1, ceil(rows * max(1.0, n / worth)))


def more_rows(numbers: Numbers, needed_n: int, rows: int) -> int:
    """Return how many more rows bring the denominator to ``needed_n``, by its present share of all ``rows``."""
    return ceil((needed_n - numbers.n) * rows / numbers.n) if numbers.n else needed_n


def too_few(numbers: Numbers, min_samples: int, rows: int) -> str:
    """Return how many rows the denominator lacks of ``min_samples``, of which ``rows`` hold the present ones.

    Empty if it lacks none; a single row that is asked for is one that the metric needs to be defined at all.
    """
    lacking = min_samples - numbers.n
    if lacking <= 0 or min_samples == 1:
        return ""
    found = f"Its denominator has {numbers.n:,} of the {min_samples:,} rows that the policy asks for"
    needs = f"{lacking:,} more {'is' if lacking == 1 else 'are'} needed"
    if not numbers.n:
        return f"{found}: {needs}."
    more = about(more_rows(numbers, min_samples, rows))
    return f"{found}: {needs}, about {more} more labelled test rows of the present mix."


def explain(
    numbers: Numbers,
    criterion: Criterion | SliceRule,
    threshold: float,
    verdict: str,
    *,
    needed_n: int | None,
    rows: int,
) -> str:
    """Return one sentence that says why the verdict is what it is, and what would change it."""
    if numbers.missing:
        return numbers.missing
    at_least = criterion.min is not None
    bound = format_threshold(threshold)
    value, lower, upper = (format_rate(x, threshold) for x in (numbers.value, numbers.lower, numbers.upper))
    side = {("pass", True): "at least", ("pass", False): "at most", ("fail", True): "below", ("fail", False): "above"}
    if verdict == "inconclusive":
        return (
            f"The threshold {bound} lies between the bounds {lower} and {upper}; {_outlook(numbers, needed_n, rows)}."
        )
    if criterion.decide_on == "point":
        return f"{value} is {side[verdict, at_least]} {bound}."
    name, shown = ("lower", lower) if (verdict == "pass") == at_least else ("upper", upper)
    return f"The {name} bound {shown} is {side[verdict, at_least]} {bound}."


def _outlook(numbers: Numbers, needed_n: int | None, rows: int) -> str:
    if needed_n is None or not numbers.n:
        return "no reasonable number of further rows would decide at this value"
    more = ceil((needed_n - numbers.n) * rows / numbers.n)
    return (
        f"about {about(more)} more labelled test rows would decide if the value stays at {format_rate(numbers.value)}"
    )
