"""What changed from the previous version: metrics, features, data, policy; and the model in production beside this."""

from typing import NamedTuple

from mlops.formatting import format_p
from mlops.gate import GateReport
from mlops.gate.changing import exact_points, points
from mlops.ids import ModelId
from mlops.metrics import Paired
from mlops.registry import Record
from mlops.render import Safe
from mlops.words import count, metric_name, metric_order, rate

SHOWN = 20


class MetricChange(NamedTuple):
    """A metric before and after."""

    name: str
    before: Safe
    after: Safe
    change: Safe


class CountChange(NamedTuple):
    """A number of rows before and after; ``label`` is empty for the number of all rows."""

    label: str
    before: Safe
    after: Safe
    change: Safe


class Changes(NamedTuple):
    """The differences between two records.

    Attributes:
        new_features: The first names; ``more_new`` counts those left out. The same for removed ones.
        same_data: Whether both versions were made from the same bytes.
        same_policy: Whether both were judged by the same policy.
    """

    previous: Safe
    previous_verdict: Safe
    metrics: tuple[MetricChange, ...]
    new_features: tuple[str, ...]
    more_new: int
    removed_features: tuple[str, ...]
    more_removed: int
    counts: tuple[CountChange, ...]
    before_dataset: Safe
    before_sha256: Safe
    same_data: bool
    same_policy: bool
    before_threshold: Safe


def changes_between(before: Record, after: Record) -> Changes:
    """Return what changed from ``before`` to ``after``; both records are validated, so ids and hashes are ours."""
    new = [name for name in after.features if name not in set(before.features)]
    removed = [name for name in before.features if name not in set(after.features)]
    labels = sorted(before.dataset.labels.keys() | after.dataset.labels.keys())
    return Changes(
        previous=Safe(before.id),
        previous_verdict=Safe(before.verdict),
        metrics=tuple(_metric(name, before, after) for name in sorted(after.metrics, key=metric_order)),
        new_features=tuple(new[:SHOWN]),
        more_new=len(new[SHOWN:]),
        removed_features=tuple(removed[:SHOWN]),
        more_removed=len(removed[SHOWN:]),
        counts=(
            _count("", before.dataset.rows, after.dataset.rows),
            *(
                _count(label, before.dataset.labels.get(label, 0), after.dataset.labels.get(label, 0))
                for label in labels
            ),
        ),
        before_dataset=Safe(before.dataset.id),
        before_sha256=Safe(before.dataset.sha256),
        same_data=before.dataset.sha256 == after.dataset.sha256,
        same_policy=before.policy_sha256 == after.policy_sha256,
        before_threshold=Safe(f"{before.threshold:.4g}"),
    )


def _metric(name: str, before: Record, after: Record) -> MetricChange:
    then = before.metrics[name].value if name in before.metrics else None
    now = after.metrics[name].value
    change = "not comparable" if then is None or now is None else _points(then, now)
    return MetricChange(metric_name(name), rate(then), rate(now), Safe(change))


def _count(label: str, before: int, after: int) -> CountChange:
    change = f"{after - before:+,}" if after != before else "no change"
    return CountChange(label, count(before), count(after), Safe(change))


def _points(before: float, after: float) -> str:
    """Return the change of a rate in percentage points, with its sign."""
    if before == after:
        return "no change"
    shown = f"{100 * (after - before):+.1f}"
    return "less than 0.1 points" if shown in {"+0.0", "-0.0"} else f"{shown} points"


class ComparedMetric(NamedTuple):
    """A metric of the model in production and of this one, on the same rows."""

    name: str
    champion: Safe
    candidate: Safe
    difference: Safe
    bounds: Safe
    margin: Safe
    verdict: Safe


class Comparison(NamedTuple):
    """This model beside the one in production; ``p`` is that of McNemar's test."""

    champion: Safe
    rows: Safe
    confidence: Safe
    metrics: tuple[ComparedMetric, ...]
    gained: Safe
    lost: Safe
    p: Safe


def comparison_of(gate: GateReport) -> Comparison | None:
    """Return what the gate found of this model and the one in production; None where it compared none.

    Raises:
        UsageRefusedError: The champion's id is not one.
    """
    found = gate.comparison
    if found is None:
        return None
    return Comparison(
        champion=Safe(ModelId.parse(found.champion_id)),
        rows=count(found.rows),
        confidence=Safe(f"{100 * found.interval.confidence:g} %"),
        metrics=tuple(_compared(name, found, gate) for name in sorted(found.differences, key=metric_order)),
        gained=count(found.gained),
        lost=count(found.lost),
        p=Safe(format_p(found.mcnemar_p, 0.05)),
    )


def _compared(name: str, found: Paired, gate: GateReport) -> ComparedMetric:
    difference = found.differences[name]
    change = next((change for change in gate.changes if change.metric == name), None)
    rises = name in gate.policy.criteria and gate.policy.criteria[name].min is None
    margin = None if change is None else 0.0 + change.max_drop * (1 if rises else -1)
    bounds = f"{points(difference.lower, margin)} to {points(difference.upper, margin)}"
    return ComparedMetric(
        name=metric_name(name),
        champion=rate(difference.champion),
        candidate=rate(difference.candidate),
        difference=Safe(points(difference.value, margin)),
        bounds=Safe("not defined" if difference.lower is None else bounds),
        margin=Safe("none" if margin is None else exact_points(margin)),
        verdict=Safe("not asked" if change is None else change.verdict + ("" if change.blocking else " (warns only)")),
    )
