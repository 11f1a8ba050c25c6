"""Small charts as hand-written SVG: the same bytes for the same numbers, without script or fonts, light and dark."""

from collections.abc import Iterator, Sequence
from math import ceil, log10
from typing import NamedTuple
from xml.sax.saxutils import escape

from mlops.progress.facts import Facts

WIDTH = 760
LEFT, RIGHT = 64, 24
LAST_WEEKS = 26
LAST_RUNS = 20
_PANEL = 150
_Point = tuple[float | None, float | None, float | None, str]
_STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de }
  .grid { stroke: #d8dee4 }
  .positive { fill: #0969da }
  .negative { fill: #bc4c00 }
  .waiting { fill: #afb8c1 }
  .line { stroke: #0969da; stroke-width: 2; fill: none }
  .dot { fill: #0969da }
  .whisker { stroke: #0969da; stroke-width: 1.5 }
  .red { fill: #cf222e }
  .demand { stroke: #1a7f37; stroke-width: 1.5; stroke-dasharray: 6 4 }
  text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 14px; font-weight: 600 }
  .quiet { fill: #59636e }
  .rule { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d }
    .grid { stroke: #2a313c }
    .positive, .dot { fill: #4493f8 }
    .negative { fill: #f0883e }
    .waiting { fill: #656c76 }
    .line, .whisker { stroke: #4493f8 }
    .red { fill: #f85149 }
    .demand { stroke: #3fb950 }
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .rule { fill: #3fb950 }
  }
"""
_SHOWN = {"cv_mean": "CV mean", "cv_sd": "CV spread", "bootstrap_lower": "Bootstrap", "test_accuracy": "Test accuracy"}


def collection_svg(facts: Facts) -> str:
    """Draw rows by week of the event against the plan, and the decided rows of each dataset against the tiers."""
    weeks = list(facts.weeks.items())[-LAST_WEEKS:]
    steps = [(f"{one.as_of:%d %b}", one.collection.decided) for one in facts.lineage if one.collection is not None]
    height = 2 * _PANEL + 168
    most = _round(max([facts.weekly, *(tally.rows for _, tally in weeks)]))
    body = [
        _text(LEFT, 58, "Claims by week of their event", "title"),
        _text(WIDTH - RIGHT, 58, "granted · denied · undecided, from below", "quiet", end=True),
        *_frame(72, most),
        *_bars(weeks, 72, most),
        *_demand(72, most, facts.weekly, f"plan: {facts.weekly:,} a week"),
        _text(LEFT, 72 + _PANEL + 52, "Decided claims in each dataset", "title"),
    ]
    top = 72 + _PANEL + 66
    asked = (facts.rules.minimum.rows, facts.rules.optimal.rows)
    most = _round(max([*asked, *(rows for _, rows in steps)]))
    body += [*_frame(top, most), *_rising(steps, top, most)]
    for name, rows in zip(("minimum", "optimal"), asked, strict=True):
        body += _demand(top, most, rows, f"tier {name}: {rows:,}")
    said = f"{facts.collection.decided:,} decided claims on {facts.newest.as_of}"
    return _svg("collection", f"Collection of {facts.task}", said, height, body)


def certification_svg(facts: Facts) -> str:
    """Draw four metrics over the runs: the value, its bounds, and what is demanded."""
    runs = facts.runs[-LAST_RUNS:]
    body: list[str] = []
    half = (WIDTH - LEFT - RIGHT - 56) / 2
    for at, (name, title) in enumerate(_SHOWN.items()):
        left, top = LEFT + (at % 2) * (half + 56), 72 + (at // 2) * (_PANEL + 62)
        found = [run.metrics[name] for run in runs if name in run.metrics]
        points = [(one.value, one.lower, one.upper, one.verdict) for one in found]
        body += _panel(title, points, found[-1].threshold if found else None, _Box(left, top, half))
    said = f"{len(facts.runs)} runs, {facts.status.streak} counting green ones in a row" if runs else "No run yet"
    return _svg("certification", f"Certification of {facts.task}", said, 2 * _PANEL + 190, body)


class _Box(NamedTuple):
    left: float
    top: float
    width: float


def _panel(title: str, points: Sequence[_Point], asked: float | None, box: _Box) -> Iterator[str]:
    left, top, width = box
    yield _text(left, top - 14, title, "title")
    known = [rate for point in points for rate in point[:3] if rate is not None] + ([] if asked is None else [asked])
    if not points or not known:
        yield _text(left, top + _PANEL / 2, "No run yet", "quiet")
        return
    low, high = min(known), max(known)
    room = max((high - low) * 0.12, 0.002)
    low, high = max(0.0, low - room), min(1.0, high + room)

    def y(rate: float) -> float:
        return top + _PANEL * (high - rate) / (high - low)

    for step in range(4):
        rate = low + (high - low) * step / 3
        yield f'<path class="grid" d="M{left:.1f} {y(rate):.1f}h{width:.1f}"/>'
        yield _text(left - 6, y(rate) + 4, f"{100 * rate:.1f}", "quiet", end=True)
    if asked is not None:
        yield f'<path class="demand" d="M{left:.1f} {y(asked):.1f}h{width:.1f}"/>'
        yield _text(left + width, y(asked) - 5, f"{100 * asked:g} %", "rule", end=True)
    for at, (value, lower, upper, verdict) in enumerate(points):
        x = left + width * (at + 0.5) / len(points)
        if lower is not None and upper is not None:
            yield f'<path class="whisker" d="M{x:.1f} {y(upper):.1f}V{y(lower):.1f}"/>'
        if value is not None:
            kind = "dot" if verdict == "pass" else "red"
            yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y(value):.1f}" r="4"/>'
    yield _text(left, top + _PANEL + 18, f"run {'1' if len(points) < LAST_RUNS else '…'} to the newest", "quiet")


def _frame(top: float, most: int) -> Iterator[str]:
    for step in range(3):
        y = top + _PANEL * (1 - step / 2)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield _text(LEFT - 8, y + 4, f"{most * step // 2:,}", "quiet", end=True)


def _bars(weeks: Sequence[tuple[str, object]], top: float, most: int) -> Iterator[str]:
    width = (WIDTH - LEFT - RIGHT) / max(len(weeks), 1)
    every = ceil(len(weeks) / 9) if weeks else 1
    for at, (name, tally) in enumerate(weeks):
        x, y = LEFT + width * at, top + _PANEL
        positives, negatives, rows = (getattr(tally, part) for part in ("positives", "negatives", "rows"))
        for kind, count in (
            ("positive", positives),
            ("negative", negatives),
            ("waiting", rows - positives - negatives),
        ):
            tall = _PANEL * count / most
            y -= tall
            if tall > 0:
                yield f'<rect class="{kind}" x="{x + 1:.1f}" y="{y:.1f}" width="{width - 2:.1f}" height="{tall:.1f}"/>'
        if (len(weeks) - 1 - at) % every == 0:
            yield _text(x + width / 2, top + _PANEL + 18, name[2:], "quiet", middle=True)


def _rising(steps: Sequence[tuple[str, int]], top: float, most: int) -> Iterator[str]:
    if not steps:
        return
    width = (WIDTH - LEFT - RIGHT) / len(steps)
    places = [(LEFT + width * (at + 0.5), top + _PANEL * (1 - rows / most)) for at, (_, rows) in enumerate(steps)]
    yield f'<path class="line" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in places)}"/>'
    every = ceil(len(steps) / 9)
    for at, ((day, rows), (x, y)) in enumerate(zip(steps, places, strict=True)):
        yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        if (len(steps) - 1 - at) % every == 0:
            yield _text(x, y - 10, f"{rows:,}", "", middle=True)
            yield _text(x, top + _PANEL + 18, day, "quiet", middle=True)


def _demand(top: float, most: int, asked: int, said: str) -> Iterator[str]:
    y = top + _PANEL * (1 - asked / most)
    yield f'<path class="demand" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
    yield _text(LEFT + 6, y - 5, said, "rule")


def _round(most: int) -> int:
    """Return the end of an axis: the next even multiple of a power of ten's half."""
    unit: int = max(10, 10 ** int(log10(max(most, 1))) // 2)
    return 2 * ceil(most * 1.08 / (2 * unit)) * unit


def _text(x: float, y: float, said: str, kind: str, *, end: bool = False, middle: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}"{anchor}>{escape(said)}</text>'


def _svg(name: str, title: str, said: str, height: float, body: Sequence[str]) -> str:
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}"',
        f' height="{height:.0f}" role="img" aria-labelledby="{name}-title {name}-said">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-said">{escape(said)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="8"/>',
        _text(LEFT, 30, said, "quiet"),
        *body,
        "</svg>",
    )
    return "\n".join(parts) + "\n"
