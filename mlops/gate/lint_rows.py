"""What a policy can never decide on the test rows at hand (pure)."""

from collections.abc import Iterator, Sequence

from mlops.config import Policy
from mlops.formatting import format_threshold, printable
from mlops.gate.attainable import Attainable, Margin, ordered
from mlops.gate.findings import METRICS, Finding, level_of
from mlops.gate.sample import Sample


def hopeless(criteria: Sequence[Attainable], *, at_hand: bool) -> Iterator[Finding]:
    """Yield the criteria that no model can meet: on these rows, or on any number."""
    for row in criteria:
        if row.passes_at is not None or row.metric not in METRICS:
            continue
        bound, field = format_threshold(row.threshold), f"policy.criteria.{row.metric}.{row.direction}"
        if row.needed_without_error is None:
            finding = Finding(
                level_of(blocking=row.blocking),
                field,
                f"No number of rows shows that {row.metric} is {bound}: the bound of an estimate never reaches it.",
                "Ask for a little less, 99 % for example.",
            )
            if at_hand or row == next(other for other in criteria if other.metric == row.metric):
                yield finding
        elif at_hand:
            yield Finding(
                level_of(blocking=row.blocking), field, f"{_reason(row)} It can never pass on these rows.", _labels(row)
            )


def small(slices: Sequence[Attainable]) -> Iterator[Finding]:
    """Yield the values of slices that are too small to be decided, or to pass."""
    for row in slices:
        if row.passes_at is None and row.metric in METRICS:
            yield Finding(
                level_of(blocking=row.blocking),
                f"policy.criteria.{row.metric}.slices.{row.slice}",
                f"{row.slice} {printable(row.value, 40)}: {_reason(row)} It can never pass on these rows.",
                f'{_labels(row)} Or use action = "warn".',
            )


def _reason(row: Attainable) -> str:
    """Say why no model can pass in this denominator."""
    if row.n == 0:
        return f"{row.metric} is not defined here: there is no row to judge it on."
    if row.n < row.min_samples:
        return f"{row.metric} has n = {row.n:,}, fewer than min_samples = {row.min_samples:,}."
    worth = f" (worth {row.effective:,.0f} independent rows)" if round(row.effective) < row.n else ""
    return (
        f"At n = {row.n:,}{worth} not even {row.metric} without an error has its bound at "
        f"{format_threshold(row.threshold)}."
    )


def _labels(row: Attainable) -> str:
    if row.needed_without_error is None:
        return "Ask for a little less."
    if row.n == 0:
        return f"Label {row.needed_without_error:,} or more such rows."
    likely = "".join(
        f", about {needed.n:,} if the truth is {format_threshold(needed.truth)}"
        for needed in row.needed
        if needed.n is not None and needed.n > row.needed_without_error
    )
    return f"Label more: n = {row.needed_without_error:,} without any error{likely}."


def rows(policy: Policy, sample: Sample) -> Iterator[Finding]:
    """Yield that there are fewer test rows than the policy asks for."""
    if sample.rows is not None and sample.rows < policy.min_rows:
        yield Finding(
            "error",
            "policy.min_rows",
            f"{sample.rows:,} test rows are fewer than the {policy.min_rows:,} that the policy asks for: nothing is "
            "decided.",
            f"Label {policy.min_rows - sample.rows:,} more rows, or lower min_rows in review.",
        )


def absent(policy: Policy, sample: Sample) -> Iterator[Finding]:
    """Yield the slices, and values of slices, that rules name and the test rows do not show."""
    if sample.slices is None:
        return
    shown: dict[str, set[str]] = {}
    for part in sample.slices:
        shown.setdefault(part.slice, set()).add(part.value)
    for metric, criterion in ordered(policy):
        for name, rule in sorted(criterion.slices.items()):
            field = f"policy.criteria.{metric}.slices.{name}"
            level = level_of(blocking=rule.action == "block")
            if name not in shown:
                yield Finding(
                    level,
                    field,
                    f"The test rows have no slice {name}, and a missing slice is not a pass.",
                    f"The slices are {', '.join(sorted(shown)) or 'none'}.",
                )
            elif missing := [value for value in rule.values if value not in shown[name]]:
                yield Finding(
                    level,
                    f"{field}.values",
                    f"No test row has {name} {printable(' or '.join(missing))}, and a missing value is not a pass.",
                    f"The values are {printable(', '.join(sorted(shown[name])))}.",
                )


def margins(changes: Sequence[Margin]) -> Iterator[Finding]:
    """Yield the margins that these rows cannot prove even when no row flips."""
    for margin in changes:
        if margin.max_drop < margin.provable:
            yield Finding(
                "warning",
                f"policy.criteria.{margin.metric}.change.max_drop",
                f"With n = {margin.n:,} even a model that decides every row like the one in production is only shown "
                f"to be at most {margin.provable:.2g} worse; the margin is {margin.max_drop:g}.",
                f"Allow {margin.provable:.2g} or more, or label more rows.",
            )
