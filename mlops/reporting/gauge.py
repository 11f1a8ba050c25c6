"""Bounds and threshold of each criterion on one scale, as lines of text: how near it was, at a glance."""

from collections.abc import Sequence
from math import floor

from mlops.gate import CriterionResult
from mlops.render import Safe
from mlops.words import metric_name

_WIDTH = 48
_STEP = 0.05  # the scale begins at a multiple of it
_THRESHOLD, _VALUE, _LEFT, _RIGHT, _BETWEEN, _GROUND = "┃", "●", "├", "┤", "─", "·"


def gauge(criteria: Sequence[CriterionResult]) -> tuple[Safe, ...]:
    """Return a line for each criterion that has numbers and a name of ours, below a line with the scale.

    ``├──●─┤`` is the estimate between its bounds, ``┃`` the threshold. The table above says the same in numbers.
    """
    shown = [c for c in criteria if isinstance(metric_name(c.metric), Safe) and None not in (c.value, c.lower, c.upper)]
    if not shown:
        return ()
    low = _lowest(shown)
    names = [str(metric_name(c.metric)) for c in shown]
    width = max(map(len, names))
    ends = f"{100 * low:.0f} %".ljust(_WIDTH - 5) + "100 %"
    lines = [f"{name:<{width}}  {_bar(c, low)}" for name, c in zip(names, shown, strict=True)]
    key = f"{_LEFT}{_BETWEEN}{_VALUE}{_BETWEEN}{_RIGHT} value and bounds   {_THRESHOLD} threshold"
    return tuple(map(Safe, [f"{'':<{width}}  {ends}", *lines, f"{'':<{width}}  {key}"]))


def _lowest(criteria: Sequence[CriterionResult]) -> float:
    least = min(min(c.lower or 0.0, c.threshold) for c in criteria)
    return max(0.0, min(1 - _STEP, floor((least - 0.01) / _STEP) * _STEP))


def _bar(criterion: CriterionResult, low: float) -> str:
    """Return the bar of one criterion; the estimate and the threshold are drawn over the bounds, the value last."""
    cells = [_GROUND] * _WIDTH

    def at(rate: float | None) -> int:
        return min(_WIDTH - 1, max(0, round((_WIDTH - 1) * ((rate or 0.0) - low) / (1 - low))))

    left, right = at(criterion.lower), at(criterion.upper)
    cells[left : right + 1] = [_BETWEEN] * (right + 1 - left)
    cells[left], cells[right] = _LEFT, _RIGHT
    value, threshold = at(criterion.value), at(criterion.threshold)
    if threshold == value:  # too near for one cell each: beside it, on its own side
        threshold = max(0, value - 1) if criterion.threshold <= (criterion.value or 0.0) else min(_WIDTH - 1, value + 1)
    cells[threshold] = _THRESHOLD
    cells[value] = _VALUE
    return "".join(cells)
