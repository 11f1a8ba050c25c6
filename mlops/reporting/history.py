"""How a task's versions came out one after another, from the records of its committed cards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import NamedTuple

from mlops.errors import UsageRefusedError
from mlops.formatting import format_rate
from mlops.gate import GateReport, Verdict
from mlops.ids import ModelId
from mlops.registry import Record
from mlops.render import Safe
from mlops.words import metric_name, metric_order

_BLOCKS = "▁▂▃▄▅▆▇█"
_GAP = "·"
_STEPS = 20  # the scale begins and ends at multiples of 1/20
_SHOWN = 24


@dataclass(frozen=True)
class HistoryPoint:
    """One version.

    Attributes:
        model_id: Its id.
        verdict: How it was judged.
        metrics: Its metrics; None where not defined.
    """

    model_id: str
    verdict: Verdict
    metrics: Mapping[str, float | None]


class Series(NamedTuple):
    """One metric over the versions.

    Attributes:
        name: What the metric is called.
        line: A block a version, oldest first, a dot where the metric is not defined.
        first: The value of the oldest version that has one.
        last: The value of the newest version.
    """

    name: str
    line: Safe
    first: Safe
    last: Safe


class History(NamedTuple):
    """All metrics over the same versions; the blocks of all have one scale."""

    versions: Safe
    oldest: str
    newest: str
    low: Safe
    high: Safe
    series: tuple[Series, ...]


def points_of(records: Iterable[Record], task: str) -> tuple[HistoryPoint, ...]:
    """Return the versions of ``task`` in the order of their ids, which is that of their datasets."""
    own = sorted((record for record in records if record.task == task), key=lambda record: ModelId.parse(record.id))
    return tuple(
        HistoryPoint(record.id, record.verdict, {name: found.value for name, found in record.metrics.items()})
        for record in own
    )


def history_of(report: GateReport, history: Sequence[HistoryPoint]) -> History | None:
    """Return the metrics that ``report`` judged over the versions before it and itself; None without one before."""
    try:
        own = ModelId.parse(report.model_id)
        before = [point for point in history if ModelId.parse(point.model_id) < own]
    except UsageRefusedError:
        return None
    if not before:
        return None
    now = HistoryPoint(report.model_id, report.verdict, {c.metric: c.value for c in report.criteria})
    shown = [*before, now][-_SHOWN:]
    names = sorted({c.metric for c in report.criteria}, key=metric_order)
    rows = {name: [point.metrics.get(name) for point in shown] for name in names}
    defined = [value for row in rows.values() for value in row if value is not None]
    if not defined:
        return None
    low, high = _scale(defined)
    series = tuple(_series(name, row, low, high) for name, row in rows.items())
    return History(Safe(str(len(shown))), shown[0].model_id, now.model_id, _percent(low), _percent(high), series)


def sparkline(values: Sequence[float | None], low: float, high: float) -> Safe:
    """Return a block a value: the lowest at ``low``, the highest at ``high``, a dot where there is none."""
    top = len(_BLOCKS) - 1
    return Safe(
        "".join(
            _GAP if value is None else _BLOCKS[min(top, max(0, round(top * (value - low) / (high - low))))]
            for value in values
        )
    )


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """Return round numbers below and above all values, at least one step apart."""
    low = floor(min(values) * _STEPS) / _STEPS
    high = ceil(max(values) * _STEPS) / _STEPS
    return (low, high) if high > low else (max(0.0, low - 1 / _STEPS), min(1.0, high + 1 / _STEPS))


def _series(name: str, values: Sequence[float | None], low: float, high: float) -> Series:
    first = next((value for value in values if value is not None), None)
    return Series(
        metric_name(name), sparkline(values, low, high), Safe(format_rate(first)), Safe(format_rate(values[-1]))
    )


def _percent(value: float) -> Safe:
    return Safe(f"{100 * value:.0f} %")
