"""Charts of the history page: inline SVG without style of its own, so that it follows the page's theme.

Each point has its whisker, and each verdict a shape of its own, not only a colour. More than :data:`MANY` points would
be a blot: the newest are drawn, and the table has them all.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby
from math import ceil, floor
from typing import NamedTuple

from mlops.formatting import format_rate, format_threshold, printable
from mlops.gate import Verdict
from mlops.render import Safe

WIDTH, HEIGHT = 340, 180
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 14, 28
MANY = 60
_ACROSS, _DOWN = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
_STEPS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25)
_MOST_STEPS = 4
_TINY = 1e-9
_SHAPES: dict[Verdict, str] = {
    "pass": "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "fail": "m-4-4l8 8m0-8l-8 8",
    "inconclusive": "m0-5l5 5l-5 5l-5-5z",
}


class Point(NamedTuple):
    """One measurement of a metric.

    Attributes:
        name: Of what, such as a model's id.
        when: The day, as text; empty where it is not believed.
        value: A rate in [0, 1]; None where not defined.
        lower: One-sided lower bound; None without one.
        upper: One-sided upper bound; None without one.
        asked: What was asked of it; None where nothing is known to have been.
        verdict: Of the whole version or run.
    """

    name: str
    when: str
    value: float | None
    lower: float | None
    upper: float | None
    asked: float | None
    verdict: Verdict


def metric_svg(title: str, points: Sequence[Point], *, of: int, unit: str, at_most: bool = False) -> Safe:
    """Draw a metric over versions or runs: value, bounds, and what was asked, as it changed.

    Args:
        title: What the metric is called.
        points: The newest, :data:`MANY` at most, the oldest first; one at least has a value.
        of: How many there are in all.
        unit: What a point is, in the plural: ``models``, ``runs``.
        at_most: Whether the metric must be at most what is asked, not at least.
    """
    rates = [rate for point in points for rate in (point.value, point.lower, point.upper, point.asked)]
    known = [rate for rate in rates if rate is not None]
    axis = _Axis.of(min(known), max(known), len(points))
    drawn = (*_grid(axis), *_asked(axis, points), *_singles(axis, points), *_days([point.when for point in points]))
    return _svg(_said(title, points, of=of, unit=unit, at_most=at_most), "".join(drawn))


def growth_svg(title: str, counts: Sequence[tuple[str, int]]) -> Safe:
    """Draw how many rows the datasets have, from zero.

    Args:
        title: What is counted.
        counts: Day and rows, the oldest first; one at least.
    """
    most = max(1, *(rows for _, rows in counts))
    axis = _Axis(0.0, _round(most), _round(most) / 2, len(counts))
    line = _path(axis, [(at, rows) for at, (_, rows) in enumerate(counts)])
    first, last, ground = axis.x(0), axis.x(len(counts) - 1), axis.y(0)
    dots = "".join(f"M{axis.x(at):.1f} {axis.y(rows):.1f}h0" for at, (_, rows) in enumerate(counts))
    body = "".join((
        *(_tick(axis, share * axis.high, f"{share * axis.high:,.0f}") for share in (0.0, 0.5, 1.0)),
        f'<path class="band" d="{line}L{last:.1f} {ground:.1f}L{first:.1f} {ground:.1f}z"/>',
        f'<path class="line" d="{line}"/>',
        f'<path class="dots" d="{dots}"/>' if len(counts) <= MANY else "",
        *_days([day for day, _ in counts]),
    ))  # fmt: skip
    ends = [f"{rows:,} on {day}" if day else f"{rows:,}" for day, rows in (counts[0], counts[-1])]
    return _svg(f"{title}: {', '.join(ends)}.", body)


class _Axis(NamedTuple):
    low: float
    high: float
    step: float
    points: int

    @classmethod
    def of(cls, low: float, high: float, count: int) -> "_Axis":
        """Return an axis of rates that begins and ends at multiples of a round step and leaves some room."""
        room = max(0.06 * (high - low), _STEPS[0])
        low, high = max(0.0, low - room), min(1.0, high + room)
        step = next((one for one in _STEPS if ceil(high / one - _TINY) - floor(low / one) <= _MOST_STEPS), _STEPS[-1])
        return cls(floor(low / step) * step, ceil(high / step - _TINY) * step, step, count)

    def x(self, at: float) -> float:
        return LEFT + _ACROSS * (at + 0.5) / self.points

    def y(self, value: float) -> float:
        return TOP + _DOWN * (self.high - value) / (self.high - self.low)


def _grid(axis: _Axis) -> Iterator[str]:
    digits = max(0, -Decimal(str(100 * axis.step)).normalize().as_tuple().exponent)  # type: ignore[operator]  # finite
    for at in range(round((axis.high - axis.low) / axis.step) + 1):
        rate = axis.low + at * axis.step
        yield _tick(axis, rate, f"{100 * rate:.{digits}f} %")


def _tick(axis: _Axis, value: float, words: str) -> str:
    y = axis.y(value)
    label = f'<text class="y" x="{LEFT - 6}" y="{y + 4:.1f}">{words}</text>'
    return f'<path class="grid" d="M{LEFT} {y:.1f}h{_ACROSS}"/>{label}'


def _days(told: Sequence[str]) -> Iterator[str]:
    y, days = HEIGHT - 8, [day for day in told if day]
    if not days:
        return
    if len(set(days)) == 1:
        yield f'<text class="mid" x="{LEFT + _ACROSS / 2:.0f}" y="{y}">{escape(days[0])}</text>'
        return
    yield f'<text x="{LEFT}" y="{y}">{escape(days[0])}</text>'
    yield f'<text class="y" x="{WIDTH - RIGHT}" y="{y}">{escape(days[-1])}</text>'


def _asked(axis: _Axis, points: Sequence[Point]) -> Iterator[str]:
    """Yield what was asked as a line with a step wherever it changed."""
    path, at = "", 0
    for asked, group in groupby(points, key=lambda point: point.asked):
        size = len(list(group))
        if asked is not None:
            joins = path and points[at - 1].asked is not None
            path += f"{'V' if joins else f'M{axis.x(at - 0.5):.1f} '}{axis.y(asked):.1f}H{axis.x(at + size - 0.5):.1f}"
        at += size
    if path:
        yield f'<path class="asked" d="{path}"/>'


def _singles(axis: _Axis, points: Sequence[Point]) -> Iterator[str]:
    whiskers = "".join(
        f"M{axis.x(at):.1f} {axis.y(point.upper):.1f}V{axis.y(point.lower):.1f}"
        for at, point in enumerate(points)
        if point.lower is not None and point.upper is not None
    )
    yield f'<path class="whisker" d="{whiskers}"/>'
    for at, point in enumerate(points):
        if point.value is not None:
            shape = f"M{axis.x(at):.1f} {axis.y(point.value):.1f}{_SHAPES[point.verdict]}"
            yield f'<path class="{point.verdict}" d="{shape}"><title>{escape(_tip(point))}</title></path>'


def _path(axis: _Axis, corners: Sequence[tuple[int, float]]) -> str:
    """Return a line through corners, each relative to the one before, in tenths that do not add up to an error."""
    words, before = [], (0.0, 0.0)
    for at, value in corners:
        here = (round(axis.x(at), 1), round(axis.y(value), 1))
        words.append(" ".join(f"{new - old:.1f}".removesuffix(".0") for new, old in zip(here, before, strict=True)))
        before = here
    return f"m{' '.join(words)}" if words else ""


def _tip(point: Point) -> str:
    bounds = "" if point.lower is None else f" ({format_rate(point.lower)} to {format_rate(point.upper)})"
    return f"{printable(point.name)}: {format_rate(point.value, point.asked)}{bounds}, {point.verdict}"


def _said(title: str, points: Sequence[Point], *, of: int, unit: str, at_most: bool) -> str:
    """Return what the chart shows, for readers who do not see it; the table has every number."""
    values = [point.value for point in points if point.value is not None]
    newest = next(point for point in reversed(points) if point.value is not None)
    some = (
        f"the newest {len(points):,} of {of:,} {unit}"
        if of > len(points)
        else f"{of:,} {unit if of > 1 else unit[:-1]}"
    )
    words = f"{title} of {some}. {_tip(newest)}."
    if len(values) > 1:
        words += f" Between {format_rate(min(values))} and {format_rate(max(values))} in all."
    if newest.asked is not None:
        words += f" Asked: at {'most' if at_most else 'least'} {format_threshold(newest.asked)}."
    return words


def _round(most: int) -> int:
    """Return the end of an axis of counts: twice a round half."""
    unit: int = 10 ** max(0, len(str(most)) - 2)
    return 2 * unit * ceil(most * 1.02 / (2 * unit))


def _svg(said: str, body: str) -> Safe:
    return Safe(f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said)}">{body}</svg>')
