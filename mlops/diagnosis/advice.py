"""What to do about a model that did not pass: the runbook's advice, with this model's numbers in it."""

from collections.abc import Iterator

from mlops.config import FILE_NAME, Criterion, Policy
from mlops.formatting import about, format_rate, format_threshold, printable
from mlops.gate.outlook import more_rows, needed, numbers_of
from mlops.metrics import Metrics, SliceMetrics


def advise(metrics: Metrics, policy: Policy, worst: SliceMetrics | None, *, can_pass: bool) -> Iterator[str]:
    """Yield what to do, the most useful first.

    Args:
        metrics: What was measured.
        policy: The policy in force.
        worst: The worst slice with enough rows, if there is one.
        can_pass: Whether another decision threshold would have passed on these rows.
    """
    yield from _rows(metrics, policy)
    if metrics.counts.tp + metrics.counts.fp == 0:
        yield "The model predicts nothing positive: check that the training rows hold positives, and their labels."
        return
    low = {name for name, rule in policy.criteria.items() if _misses(metrics, name, rule)}
    if can_pass:
        yield (
            "Another decision threshold would have passed on these rows. It was seen on the test, so do not set it by "
            f"hand: change [tasks.{metrics.task}.threshold] in {FILE_NAME} (objective, precision_floor) and train "
            "again, so that it is chosen from out-of-fold scores."
        )
    if low & {"precision", "f1"} and metrics.counts.fp:
        yield from _precision(metrics, f1_only="precision" not in low)
    if low & {"recall", "f1"} and metrics.counts.fn:
        yield from _recall(metrics, f1_only="recall" not in low)
    yield from _more_labels(metrics, policy)
    if low and worst is not None and _clearly_worse(metrics, worst):
        yield (
            f"Look at {worst.slice} = {printable(worst.value)}: its F1 is {format_rate(worst.metrics['f1'].value)} "
            f"against {format_rate(metrics.metrics['f1'].value)} over all rows. Add training rows of this kind, or a "
            "feature that helps it."
        )


def _rows(metrics: Metrics, policy: Policy) -> Iterator[str]:
    negatives = metrics.rows - metrics.positives
    if metrics.rows < policy.min_rows:
        missing = policy.min_rows - metrics.rows
        yield f"Label at least {missing:,} more test rows: fewer than {policy.min_rows:,} decide nothing by the policy."
    if metrics.rows and not (metrics.positives and negatives):
        kind = "negatives" if metrics.positives else "positives"
        yield f"Add {kind} to the data: the test rows hold none, so nothing can be told apart."


def _misses(metrics: Metrics, name: str, rule: Criterion) -> bool:
    """Return whether the estimate itself, not only its bound, misses a minimum."""
    value = numbers_of(metrics, name).value
    return value is not None and rule.min is not None and value < rule.min


def _precision(metrics: Metrics, *, f1_only: bool) -> Iterator[str]:
    cause = "F1 suffers from" if f1_only else "Precision is low:"
    yield (
        f"{cause} {metrics.counts.fp:,} false positives. Read the worst of them. Where the label is wrong, correct it "
        "and check how well annotators agree; where the model is wrong, add hard negatives of the same kind to the "
        "training rows (among pairs: namesakes, branches, family members)."
    )
    if not f1_only:
        yield (
            f'Ask for a stricter threshold: objective = "recall_at_precision" with precision_floor in '
            f"[tasks.{metrics.task}.threshold] of {FILE_NAME}, then train again."
        )


def _recall(metrics: Metrics, *, f1_only: bool) -> Iterator[str]:
    cause = "F1 suffers from" if f1_only else "Recall is low:"
    yield (
        f"{cause} {metrics.counts.fn:,} false negatives. Read the worst of them. Where the label is wrong, correct it; "
        "where the model is wrong, add positives of the same kind to the training rows (among pairs: abbreviations, "
        "other scripts, missing fields), or train on more rows with a larger --sample-size."
    )


def _more_labels(metrics: Metrics, policy: Policy) -> Iterator[str]:
    """Yield how many rows would decide the criteria whose estimate is good but whose bound is not."""
    wanted = []
    for name, rule in policy.criteria.items():
        numbers = numbers_of(metrics, name)
        if rule.min is None or numbers.value is None or numbers.lower is None or not numbers.lower < rule.min:
            continue
        enough = needed(name, numbers, rule.min, metrics.interval.confidence)
        if numbers.value > rule.min and enough is not None:
            wanted.append((more_rows(numbers, enough, metrics.rows), name, rule.min))
    if wanted:
        rows, name, minimum = max(wanted)
        yield (
            f"Label about {about(rows)} more test rows: {name} is above {format_threshold(minimum)}, but too few rows "
            "show it. The model may be good enough as it is."
        )


def _clearly_worse(metrics: Metrics, worst: SliceMetrics) -> bool:
    upper, overall = worst.metrics["f1"].upper, metrics.metrics["f1"].value
    return upper is not None and overall is not None and upper < overall
