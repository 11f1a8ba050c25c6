"""Numbers and foreign text as a person reads them on a terminal."""

from decimal import ROUND_HALF_EVEN, Decimal
from math import isfinite

NOT_DEFINED = "not defined"
_MAX_DIGITS = 40
_LEAST_P = 0.001
_CAP = 200


def format_rate(value: float | None, threshold: float | None = None, *, digits: int = 1) -> str:
    """Return a rate as percent, with as many digits as it takes to stay on its own side of the threshold.

    A value below the threshold is never shown rounded up to it, nor one above it rounded down below it: 0.91996
    against 0.92 is ``91.996 %``.

    Args:
        value: A rate in [0, 1]; None or NaN reads ``not defined``.
        threshold: What it is compared with; None for a number that stands alone.
        digits: Decimal places at least.
    """
    if value is None or not isfinite(value):
        return NOT_DEFINED
    exact = _percent(value)
    bound = None if threshold is None or not isfinite(threshold) else _percent(threshold)
    for places in range(digits, _MAX_DIGITS):
        shown = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        if bound is None or _side(shown, bound) == _side(exact, bound):
            return f"{shown} %"
    return f"{exact} %"


def format_threshold(value: float) -> str:
    """Return a threshold as percent, exactly as it was declared: 0.92 is ``92 %``."""
    return f"{_percent(value).normalize():f} %"


def format_p(value: float, level: float) -> str:
    """Return a p with three decimals, or as many as it takes to stay on its own side of ``level``."""
    if value < _LEAST_P <= level:
        return f"below {_LEAST_P}"
    places = range(3, _MAX_DIGITS)
    shown = (f"{value:.{digits}f}" for digits in places)
    return next((text for text in shown if (float(text) <= level) == (value <= level)), repr(value))


def about(count: int) -> str:
    """Return a count rounded up to two significant digits, with thousands separated: 1234 is ``1,300``."""
    step = 10 ** max(0, len(str(count)) - 2)
    return f"{-(-count // step) * step:,}"


def printable(text: str, cap: int = _CAP) -> str:
    """Return foreign text on one line of at most ``cap`` characters, what a terminal would act on made visible."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:cap])
    return shown + ("…" if len(text) > cap else "")


def _percent(rate: float) -> Decimal:
    return Decimal(repr(float(rate))) * 100


def _side(value: Decimal, bound: Decimal) -> bool:
    return value >= bound
