"""The precision-recall chart: a hand-written SVG, the same bytes for the same numbers, without script or fonts.

An image on a page does not know the page's theme, so the chart brings its own background and follows the reader's
preferred colour scheme by CSS inside the file.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from mlops.config import Policy
from mlops.formatting import format_rate, format_threshold
from mlops.metrics import CurvePoint, Estimate, Metrics

WIDTH, HEIGHT = 730, 540
LEFT, TOP, SIDE = 84, 74, 400

_STEPS = {0.8: 4, 0.7: 3, 0.6: 4, 0.5: 5, 0.4: 3, 0.2: 4, 0.0: 5}  # where the axes may begin, and steps up to 100 %

_STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de }
  .plot { fill: #f6f8fa }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .good { fill: #1a7f37; opacity: .10 }
  .minimum { stroke: #1a7f37; stroke-width: 1.5; stroke-dasharray: 6 4; fill: none }
  .band { fill: #0969da; opacity: .16 }
  .curve { stroke: #0969da; stroke-width: 2.25; fill: none; stroke-linejoin: round }
  .bounds { stroke: #bc4c00; stroke-width: 1.75; fill: none }
  .box { fill: #bc4c00; opacity: .13 }
  .point { fill: #bc4c00; stroke: #ffffff; stroke-width: 2 }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .rule { fill: #1a7f37 }
  .strong { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d }
    .plot { fill: #151b23 }
    .grid { stroke: #2a313c }
    .good { fill: #3fb950 }
    .minimum { stroke: #3fb950 }
    .band { fill: #4493f8 }
    .curve { stroke: #4493f8 }
    .bounds { stroke: #f0883e }
    .box { fill: #f0883e }
    .point { fill: #f0883e; stroke: #0d1117 }
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .rule { fill: #3fb950 }
  }
"""


def precision_recall_svg(metrics: Metrics, policy: Policy) -> str:
    """Draw precision over recall with the chosen threshold, its bounds and the policy's minima.

    Args:
        metrics: The measurement; points of the curve whose precision or recall is not defined are left out.
        policy: Its minima of precision, recall and F1 are drawn where it has them.

    Returns:
        A self-contained SVG 1.1 document, UTF-8 text with a trailing newline.
    """
    frame = _Frame(_lowest(metrics, policy))
    overall = {name: metrics.metrics.get(name) for name in ("precision", "recall", "f1")}
    summary = "; ".join(" ".join(line) for line in _key_lines(overall))
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"',
        ' role="img" aria-labelledby="title description">',
        f'<title id="title">Precision and recall of {escape(metrics.model_id)}</title>',
        f'<desc id="description">At threshold {metrics.threshold:.4g}: {escape(summary)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<clipPath id="inside"><rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/></clipPath>',
        f'<rect class="ground" x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
        _text(28, 38, f"Precision and recall on {metrics.rows:,} test rows", "title"),
        f'<rect class="plot" x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>',
        *_axes(frame),
        '<g clip-path="url(#inside)">',
        *_minima(frame, policy),
        *_curve(frame, metrics.curve),
        "</g>",
        *_chosen(frame, overall["precision"], overall["recall"]),
        *_legend(metrics, policy, overall),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


class _Frame(NamedTuple):
    """The square of the plot: both axes run from ``low`` to 1."""

    low: float

    def x(self, recall: float) -> float:
        return LEFT + SIDE * (recall - self.low) / (1 - self.low)

    def y(self, precision: float) -> float:
        return TOP + SIDE * (1 - precision) / (1 - self.low)

    def at(self, recall: float, precision: float) -> str:
        return f"{self.x(recall):.1f},{self.y(precision):.1f}"


def _lowest(metrics: Metrics, policy: Policy) -> float:
    """Return where the axes begin: just below all that matters, so that a good model is not a dot in a corner."""
    chosen = [metrics.metrics[name].lower for name in ("precision", "recall") if name in metrics.metrics]
    matter = [rate for rate in (*chosen, *_minimum_of(policy).values()) if rate is not None]
    room = min(matter, default=0.0) - 0.03
    return max((low for low in _STEPS if low <= room), default=0.0)


def _minimum_of(policy: Policy) -> dict[str, float]:
    """Return the policy's minima of the three metrics of the chart."""
    drawn = {name: policy.criteria.get(name) for name in ("precision", "recall", "f1")}
    return {name: rule.min for name, rule in drawn.items() if rule is not None and rule.min is not None}


def _axes(frame: _Frame) -> Iterator[str]:
    """Yield grid, ticks and names of both axes."""
    steps = _STEPS[frame.low]
    for step in range(steps + 1):
        rate = frame.low + (1 - frame.low) * step / steps
        x, y = frame.x(rate), frame.y(rate)
        yield f'<path class="grid" d="M{x:.1f},{TOP}V{TOP + SIDE}M{LEFT},{y:.1f}H{LEFT + SIDE}"/>'
        yield _text(x, TOP + SIDE + 22, f"{100 * rate:.0f} %", "quiet", anchor="middle")
        yield _text(LEFT - 10, y + 4.5, f"{100 * rate:.0f} %", "quiet", anchor="end")
    yield _text(LEFT + SIDE / 2, TOP + SIDE + 48, "Recall", "strong", anchor="middle")
    middle = TOP + SIDE / 2
    yield f'<g transform="rotate(-90 26 {middle})">{_text(26, middle, "Precision", "strong", anchor="middle")}</g>'


def _minima(frame: _Frame, policy: Policy) -> Iterator[str]:
    """Yield the region that meets the minima of precision and recall, and a dashed line for each minimum."""
    minimum = _minimum_of(policy)
    precision, recall = minimum.get("precision"), minimum.get("recall")
    if precision is not None or recall is not None:
        x, y = frame.x(recall or frame.low), frame.y(precision or frame.low)
        yield f'<path class="good" d="M{x:.1f},{y:.1f}H{LEFT + SIDE}V{TOP}H{x:.1f}Z"/>'
    if precision is not None:
        yield f'<path class="minimum" d="M{LEFT},{frame.y(precision):.1f}H{LEFT + SIDE}"/>'
    if recall is not None:
        yield f'<path class="minimum" d="M{frame.x(recall):.1f},{TOP}V{TOP + SIDE}"/>'
    if f1 := minimum.get("f1"):
        yield f'<path class="minimum" d="M{" ".join(_iso_f1(frame, f1))}"/>'


def _iso_f1(frame: _Frame, f1: float) -> Iterator[str]:
    """Yield points of the line on which F1 is ``f1``: precision = f1 recall / (2 recall - f1)."""
    first = f1 / (2 - f1)  # the recall at which a precision of 1 gives this F1
    for step in range(41):
        recall = first + (1 - first) * step / 40
        yield frame.at(recall, f1 * recall / (2 * recall - f1))


def _curve(frame: _Frame, points: Sequence[CurvePoint]) -> Iterator[str]:
    """Yield the curve as steps, since precision is not linear between points, over the band of its bounds."""
    known = [
        (p.recall.value, p.precision.value, p.precision.lower, p.precision.upper)
        for p in sorted(points, key=lambda point: point.threshold, reverse=True)
        if None not in (p.recall.value, p.precision.value, p.precision.lower, p.precision.upper)
    ]
    if not known:
        return
    recall, value, lower, upper = zip(*known, strict=True)
    outline = [*_steps(frame, recall, upper), *reversed(_steps(frame, recall, lower))]
    yield f'<path class="band" d="M{" ".join(outline)}Z"/>'
    yield f'<path class="curve" d="M{" ".join(_steps(frame, recall, value))}"/>'


def _steps(frame: _Frame, recall: Sequence[float], precision: Sequence[float]) -> list[str]:
    """Return the corners of a staircase: the precision of a point holds back to the recall of the one before."""
    corners = [frame.at(recall[0], precision[0])]
    for before, here, height in zip(recall, recall[1:], precision[1:], strict=False):
        corners += [frame.at(before, height), frame.at(here, height)]
    return corners


def _chosen(frame: _Frame, precision: Estimate | None, recall: Estimate | None) -> Iterator[str]:
    """Yield the chosen threshold's point with the cross and the box of its one-sided bounds."""
    if precision is None or recall is None:
        return
    if None in (precision.value, precision.lower, precision.upper, recall.value, recall.lower, recall.upper):
        return
    x, y = frame.x(recall.value or 0.0), frame.y(precision.value or 0.0)
    left, right = frame.x(recall.lower or 0.0), frame.x(recall.upper or 0.0)
    top, bottom = frame.y(precision.upper or 0.0), frame.y(precision.lower or 0.0)
    box = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    yield f'<rect class="box" {box}/>'
    yield f'<path class="bounds" d="M{left:.1f},{y:.1f}H{right:.1f}M{x:.1f},{top:.1f}V{bottom:.1f}"/>'
    for end in (left, right):
        yield f'<path class="bounds" d="M{end:.1f},{y - 5:.1f}v10"/>'
    for end in (top, bottom):
        yield f'<path class="bounds" d="M{x - 5:.1f},{end:.1f}h10"/>'
    yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>'


def _key_lines(overall: dict[str, Estimate | None]) -> list[tuple[str, str]]:
    """Return name and text of each overall metric, for the legend and for readers who do not see the chart."""
    names = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
    return [(names[name], _estimate(found)) for name, found in overall.items() if found is not None]


def _estimate(found: Estimate) -> str:
    if found.value is None or found.lower is None or found.upper is None:
        return "not defined"
    return f"{format_rate(found.value)} ({format_rate(found.lower)} to {format_rate(found.upper)})"


def _legend(metrics: Metrics, policy: Policy, overall: dict[str, Estimate | None]) -> Iterator[str]:
    """Yield the key beside the plot: the chosen threshold and its numbers, the curve, the minima."""
    left, y = LEFT + SIDE + 26, TOP + 14
    yield f'<circle class="point" cx="{left + 8}" cy="{y - 4.5}" r="5.5"/>'
    yield _text(left + 24, y, f"Threshold {metrics.threshold:.4g}", "strong")
    for name, text in _key_lines(overall):
        y += 27
        value, _, bounds = text.partition(" (")
        yield _text(left + 24, y, f"{name} {value}")
        if bounds:
            y += 18
            yield _text(left + 24, y, bounds.rstrip(")"), "quiet")
    y += 26
    yield _text(left + 24, y, f"one-sided {100 * metrics.interval.confidence:g} % bounds", "quiet")
    y += 40
    yield f'<rect class="band" x="{left}" y="{y - 11}" width="16" height="13"/>'
    yield f'<path class="curve" d="M{left},{y - 4.5}h16"/>'
    yield _text(left + 24, y, "All thresholds")
    minimum = _minimum_of(policy)
    for position, (name, rate) in enumerate(minimum.items()):
        y += 40 if position == 0 else 22
        if position == 0:
            yield f'<path class="minimum" d="M{left},{y - 4.5}h16"/>'
        shown = {"precision": "Precision", "recall": "Recall", "f1": "F1"}[name]
        yield _text(left + 24, y, f"{shown} at least {format_threshold(rate)}", "rule")


def _text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> str:
    looks = f' class="{kind}"' if kind else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{looks}{where}>{escape(words)}</text>'
