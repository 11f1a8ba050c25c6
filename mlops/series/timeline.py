"""Samples over time: what held after each change becomes series that Prometheus can show at any moment."""

from collections import defaultdict
from collections.abc import Iterable

from mlops.series import names
from mlops.series.sampling import Key, Point, Samples

EVERY = 86_400
"""Seconds between two samples of a series that does not change: promtool reads its input once for each two hours that
hold a sample, so that samples by the hour make it take a hundred times as long (docs/metrics.md has the numbers)."""

WINDOW = "25h"
"""How far back queries look for the newest sample: a little more than :data:`EVERY`, for a scrape comes late."""

_TO_ZERO = frozenset({names.DECLARED.name})
"""Families whose series end with a zero, so that the end is seen at once and not when the window has passed."""


def timeline(states: Iterable[tuple[int, Samples]], *, since: int, until: int) -> dict[Key, list[Point]]:
    """Return the series, sorted by name and labels; each has a sample at each change, and at every midnight between.

    Args:
        states: What held from a time on; times must not fall, and of one time the last holds.
        since: First second that gets samples.
        until: Last second that gets samples; what holds then gets one there.

    Returns:
        By series its points, in the order of time.
    """
    by_time = {time: samples for time, samples in states if time <= until}
    starts = sorted(by_time)
    series: defaultdict[Key, list[Point]] = defaultdict(list)
    before: Samples = {}
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else until + 1
        now = by_time[start]
        for key, value in now.items():
            changed = before.get(key) != value
            series[key] += [Point(time, value) for time in _times(start, end, changed=changed) if time >= since]
        if start >= since:
            for key in before.keys() - now.keys():
                if key.name in _TO_ZERO:
                    series[key].append(Point(start, 0.0))
        before = now
    for key, value in before.items():
        if starts and until >= since and (not series[key] or series[key][-1].time < until):
            series[key].append(Point(until, value))
    return {key: series[key] for key in sorted(series) if series[key]}


def _times(start: int, end: int, *, changed: bool) -> list[int]:
    """Return the midnights from ``start`` to before ``end``, and ``start`` itself if something changed then."""
    first = -(-start // EVERY) * EVERY
    midnights = range(first, end, EVERY)
    return [start, *midnights] if changed and first != start else list(midnights)
