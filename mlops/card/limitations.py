"""Known limitations, computed: in which slices the model is clearly worse, and about which nothing can be said."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlops.gate import GateReport
from mlops.metrics import Estimate, Metrics, SliceMetrics
from mlops.render import Safe
from mlops.words import count, in_words, metric_name, metric_order, rate

JUDGED = ("precision", "recall", "f1")
MARGIN = 0.02


class Shortfall(NamedTuple):
    """A metric of a slice beside the same metric of all test rows."""

    metric: str
    value: Safe
    overall: Safe


class WeakSlice(NamedTuple):
    """A slice and the metrics in which it falls short."""

    slice: str
    value: str
    rows: Safe
    shortfalls: tuple[Shortfall, ...]


class ThinSlice(NamedTuple):
    """A slice about which only its number of rows can be said."""

    slice: str
    value: str
    rows: Safe


class Limitations(NamedTuple):
    """What the slices show.

    Attributes:
        below: Slices whose upper bound lies below the overall value: clearly worse.
        doubtful: Other slices whose value lies :data:`MARGIN` or more below: perhaps worse, perhaps chance.
        thin: Slices with fewer rows than the policy asks of a slice.
        lone: Slices of which all test rows share one value, so that nothing is known about any other.
        even: The names of slices of which no value is in the lists above.
        measured: Whether there were slices at all.
    """

    below: tuple[WeakSlice, ...]
    doubtful: tuple[WeakSlice, ...]
    thin: tuple[ThinSlice, ...]
    lone: tuple[ThinSlice, ...]
    even: tuple[str, ...]
    measured: bool


def limitations_of(metrics: Metrics, gate: GateReport) -> Limitations:
    """Compare every slice with all test rows.

    A slice is clearly below when even its one-sided upper bound does not reach the overall value. Slices of fewer
    rows than ``policy.min_slice_rows`` are only counted. There is no correction for looking at many slices: what is
    listed here is a place to look, and a gate over slices is the policy's business.
    """
    below, doubtful, thin, lone = [], [], [], []
    for part in metrics.slices:
        if part.rows == metrics.rows:
            lone.append(part)
        elif part.rows < gate.policy.min_slice_rows:
            thin.append(part)
        elif _clearly_below(part, metrics.metrics):
            below.append(part)
        elif _some_below(part, metrics.metrics):
            doubtful.append(part)
    named = {part.slice for part in (*below, *doubtful, *thin, *lone)}
    overall = metrics.metrics
    return Limitations(
        below=tuple(_weak(part, _clearly_below(part, overall), overall) for part in _worst_first(below)),
        doubtful=tuple(_weak(part, _some_below(part, overall), overall) for part in _worst_first(doubtful)),
        thin=tuple(ThinSlice(in_words(part.slice), part.value, count(part.rows)) for part in thin),
        lone=tuple(ThinSlice(in_words(part.slice), part.value, count(part.rows)) for part in lone),
        even=tuple(in_words(name) for name in sorted({part.slice for part in metrics.slices} - named)),
        measured=bool(metrics.slices),
    )


def _clearly_below(part: SliceMetrics, overall: dict[str, Estimate]) -> list[str]:
    """Return the metrics of which the slice's upper bound lies below the overall value."""
    return [name for name, here, value in _pairs(part, overall) if here.upper is not None and here.upper < value]


def _some_below(part: SliceMetrics, overall: dict[str, Estimate]) -> list[str]:
    """Return the metrics of which the slice's value lies at least the margin below the overall value."""
    return [
        name for name, here, value in _pairs(part, overall) if here.value is not None and here.value <= value - MARGIN
    ]


def _pairs(part: SliceMetrics, overall: dict[str, Estimate]) -> Iterator[tuple[str, Estimate, float]]:
    """Yield the metrics that both have: its name, the slice's estimate, the overall value."""
    for name in JUDGED:
        here, all_rows = part.metrics.get(name), overall.get(name)
        if here is not None and all_rows is not None and all_rows.value is not None:
            yield name, here, all_rows.value


def _worst_first(parts: Iterable[SliceMetrics]) -> list[SliceMetrics]:
    def key(part: SliceMetrics) -> tuple[float, str, str]:
        f1 = part.metrics.get("f1")
        return (f1.value if f1 is not None and f1.value is not None else 0.0, part.slice, part.value)

    return sorted(parts, key=key)


def _weak(part: SliceMetrics, names: list[str], overall: dict[str, Estimate]) -> WeakSlice:
    shortfalls = tuple(
        Shortfall(
            metric=metric_name(name, start=False),
            value=rate(part.metrics[name].value),
            overall=rate(overall[name].value) if name in overall else Safe("not defined"),
        )
        for name in sorted(names, key=metric_order)
    )
    return WeakSlice(in_words(part.slice), part.value, count(part.rows), shortfalls)
