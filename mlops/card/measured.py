"""The measurement as the card shows it: criteria, confusion matrix, prevalence, slices."""

from typing import NamedTuple

from mlops.gate import CriterionResult, GateReport
from mlops.metrics import Estimate, Metrics, SliceMetrics
from mlops.render import Safe
from mlops.words import bounds, count, in_words, metric_name, metric_order, rate, threshold

PROJECTED = (0.01, 0.05, 0.20)


class MetricRow(NamedTuple):
    """A metric beside its threshold. ``required`` and ``status`` say so where no criterion judges it."""

    name: str
    value: Safe
    bounds: Safe
    n: Safe
    required: Safe
    status: Safe


class Explanation(NamedTuple):
    """Why a criterion was not met."""

    name: str
    verdict: Safe
    reason: str


class Projection(NamedTuple):
    """Precision if another share of the rows were positive."""

    share: Safe
    value: Safe
    lower: Safe


class Gap(NamedTuple):
    """The best and the worst value of one slice by F1, among those with rows enough."""

    slice: str
    best: str
    best_f1: Safe
    worst: str
    worst_f1: Safe
    points: Safe


def metric_rows(metrics: Metrics, gate: GateReport) -> tuple[MetricRow, ...]:
    """Return every measured metric, beside its criterion where it has one."""
    judged = {criterion.metric: criterion for criterion in gate.criteria}
    names = sorted(metrics.metrics.keys() | judged.keys(), key=metric_order)
    return tuple(_metric_row(name, metrics.metrics.get(name), judged.get(name)) for name in names)


def _metric_row(name: str, found: Estimate | None, criterion: CriterionResult | None) -> MetricRow:
    at = criterion.threshold if criterion else None
    if criterion and found:  # what was judged is what is shown
        numbers = {"value": criterion.value, "lower": criterion.lower, "upper": criterion.upper, "n": criterion.n}
        found = found.model_copy(update=numbers)
    return MetricRow(
        name=metric_name(name),
        value=rate(found.value if found else None, at),
        bounds=bounds(found, at) if found else Safe("not measured"),
        n=count(found.n if found else 0),
        required=_required(criterion) if criterion else Safe("none"),
        status=_status(criterion) if criterion else Safe("not judged"),
    )


def _required(criterion: CriterionResult) -> Safe:
    what = "value"
    if criterion.decide_on == "lower_bound":
        what = "lower bound" if criterion.direction == "min" else "upper bound"
    sign = "at least" if criterion.direction == "min" else "at most"
    tightened = ""
    if criterion.threshold != criterion.policy_threshold:
        tightened = f" (policy: {threshold(criterion.policy_threshold)})"
    return Safe(f"{what} {sign} {threshold(criterion.threshold)}{tightened}")


def _status(criterion: CriterionResult) -> Safe:
    word = criterion.verdict if criterion.verdict == "pass" else f"**{criterion.verdict}**"
    return Safe(word if criterion.blocking else f"{word} (warns only)")


def explanations(gate: GateReport) -> tuple[Explanation, ...]:
    """Return why each criterion that is not met is not."""
    return tuple(
        Explanation(metric_name(criterion.metric), Safe(criterion.verdict), criterion.reason)
        for criterion in sorted(gate.criteria, key=lambda c: metric_order(c.metric))
        if criterion.verdict != "pass"
    )


def projections(metrics: Metrics) -> tuple[Projection, ...]:
    """Return precision at other shares of positives, the error rates among positives and negatives unchanged.

    By Bayes, the odds of precision are proportional to the odds of a positive row:
    ``P' / (1 - P') = P / (1 - P) * [s / (1 - s)] / [s0 / (1 - s0)]`` with the share ``s0`` of the test rows. The
    lower bound of precision moves in the same way.

    Returns:
        One per share of :data:`PROJECTED` and, last, the test rows' own; empty when precision or the share has no odds.
    """
    found = metrics.metrics.get("precision")
    if found is None or found.value is None or found.lower is None or not 0 < metrics.positives < metrics.rows:
        return ()
    odds = metrics.positives / (metrics.rows - metrics.positives)
    shares = [(share, share / (1 - share) / odds) for share in PROJECTED]
    own = Projection(
        Safe(f"{rate(metrics.positives / metrics.rows)} (test rows)"), rate(found.value), rate(found.lower)
    )
    return *(
        Projection(threshold(share), rate(_moved(found.value, ratio)), rate(_moved(found.lower, ratio)))
        for share, ratio in shares
    ), own  # fmt: skip


def _moved(precision: float, ratio: float) -> float:
    """Return the precision whose odds are ``ratio`` times those of ``precision``; 0 and 1 stay."""
    return precision * ratio / (precision * ratio + 1 - precision)


def gaps(metrics: Metrics, gate: GateReport) -> tuple[Gap, ...]:
    """Return per slice its best and worst value by F1, the widest gap first."""
    found = []
    for name in dict.fromkeys(part.slice for part in metrics.slices):
        rows = [(f1, part) for part in metrics.slices if part.slice == name and (f1 := _f1(part, gate)) is not None]
        if len(rows) > 1:
            best, worst = max(rows, key=lambda row: row[0]), min(rows, key=lambda row: row[0])
            found.append((best[0] - worst[0], best, worst))
    return tuple(
        Gap(
            slice=in_words(best[1].slice),
            best=best[1].value,
            best_f1=rate(best[0]),
            worst=worst[1].value,
            worst_f1=rate(worst[0]),
            points=Safe(f"{100 * gap:.1f}"),
        )
        for gap, best, worst in sorted(found, key=lambda entry: -entry[0])
    )


def _f1(part: SliceMetrics, gate: GateReport) -> float | None:
    """Return the slice's F1 when it has rows enough to be compared."""
    f1 = part.metrics.get("f1")
    return f1.value if f1 is not None and part.rows >= gate.policy.min_slice_rows else None
