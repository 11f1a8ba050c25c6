"""The rows of a verdict's page: what was judged, in the words and numbers that the tables show."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mlops.formatting import format_p, format_rate
from mlops.gate import ChangeResult, CriterionResult, ErrorRow, GateReport, SliceResult, Verdict
from mlops.gate.changing import exact_points, points
from mlops.gate.criteria import rank_of
from mlops.render import Safe
from mlops.reporting.lines import MARKS
from mlops.words import count, in_words, metric_name, rate, threshold

SHOWN_SLICES = 8
SHOWN_ERRORS = 5
_CHANCE = 0.05
_SIGNS = {"min": "≥", "max": "≤"}


class CriterionRow(NamedTuple):
    """A criterion.

    ``against`` and ``against_bounds`` are its difference to the champion, ``since`` that to an earlier comment, where
    there is one.
    """

    name: str
    value: Safe
    bounds: Safe
    n: Safe
    required: Safe
    against: Safe
    against_bounds: Safe
    status: Safe
    since: Safe


class Reason(NamedTuple):
    """Why something is not met; ``baseline`` names what a difference was measured to."""

    name: str
    status: Safe
    sentence: str
    baseline: str = ""


class Compared(NamedTuple):
    """A metric of candidate and champion."""

    name: str
    champion: Safe
    candidate: Safe
    difference: Safe
    bounds: Safe
    margin: Safe
    status: Safe


class Flip(NamedTuple):
    """A row that one of two models calls right and the other wrong."""

    kind: Safe
    row_id: str
    label: int
    champion: Safe
    candidate: Safe


class Comparison(NamedTuple):
    """The comparison with the champion: its rows, what flipped in words, and the surest of those rows."""

    champion: str
    rows: Safe
    metrics: tuple[Compared, ...]
    flips: Safe
    flipped: tuple[Flip, ...]


class SliceRow(NamedTuple):
    """One value of one slice."""

    metric: str
    slice: str
    value: str
    estimate: Safe
    bounds: Safe
    n: Safe
    required: Safe
    status: Safe
    reason: str


class Slices(NamedTuple):
    """What was judged inside slices: those not met, or else the one with the least to spare."""

    judged: Safe
    missed: Safe
    rows: tuple[SliceRow, ...]
    more: int


class ErrorLine(NamedTuple):
    """A misjudged row."""

    kind: Safe
    row_id: str
    score: Safe
    slices: str
    moved_by: str


def status(verdict: Verdict, *, blocking: bool = True) -> Safe:
    """Return a verdict with its mark; what only warns says so."""
    return Safe(f"{MARKS[verdict]} {verdict}" if blocking else f"{verdict} (warns only)")


def criteria(report: GateReport, moved: Mapping[str, Safe]) -> tuple[CriterionRow, ...]:
    """Return every criterion, beside its difference to the champion where one was measured.

    Args:
        report: The gate's report.
        moved: By how much each metric moved since an earlier comment.
    """
    changes = {change.metric: change for change in report.changes}
    return tuple(
        _criterion(result, changes.get(result.metric), report)._replace(since=moved.get(result.metric, Safe("")))
        for result in report.criteria
    )


def reasons(report: GateReport) -> tuple[Reason, ...]:
    """Return why each thing that is not met is not; nothing where one sentence says it of all."""
    if report.verdict == "pass":
        return ()
    found = [reason for reason in _reasons(report) if reason.sentence]
    return () if any(reason.sentence == report.reason for reason in found) else tuple(found)


def comparison(report: GateReport) -> Comparison | None:
    """Return candidate and champion side by side; None without a champion."""
    found = report.comparison
    if found is None:
        return None
    judged = {change.metric: change for change in report.changes}
    lower_is_better = {name for name, criterion in report.policy.criteria.items() if criterion.min is None}
    rows = []
    for name in sorted(found.differences, key=rank_of):
        difference, change = found.differences[name], judged.get(name)
        sign = -1 if name in lower_is_better else 1
        margin = None if change is None else 0.0 - sign * change.max_drop
        asked = "not asked" if margin is None else f"{'≥' if sign > 0 else '≤'} {exact_points(margin)}"
        rows.append(
            Compared(
                metric_name(name),
                rate(difference.champion),
                rate(difference.candidate),
                _unit_above(points(difference.value, margin)),
                _unit_above(_span(difference.lower, difference.upper, margin)),
                _unit_above(asked),
                Safe("") if change is None else status(change.verdict, blocking=change.blocking),
            )
        )
    kinds = (("lost", found.lost_rows), ("gained", found.gained_rows))
    flipped = tuple(
        Flip(Safe(kind), row.row_id, row.label, Safe(f"{row.champion_score:.3f}"), Safe(f"{row.candidate_score:.3f}"))
        for kind, listed in kinds
        for row in listed[:SHOWN_ERRORS]
    )
    return Comparison(found.champion_id, count(found.rows), tuple(rows), _flips(report), flipped)


def slices(report: GateReport) -> Slices | None:
    """Return what was judged inside slices; None where the policy bounds none."""
    if not report.slices:
        return None
    missed = [result for result in report.slices if result.verdict != "pass"]
    shown = missed[:SHOWN_SLICES] or report.slices[:1]
    rows = tuple(_slice(result) for result in shown)
    return Slices(count(len(report.slices)), count(len(missed)), rows, max(0, len(missed) - SHOWN_SLICES))


def seeds(report: GateReport) -> tuple[tuple[Safe, Safe, Safe], ...]:
    """Return of every other seed its name, its metrics in a line, and its verdict."""
    return tuple(
        (
            Safe("missing" if result.seed is None else str(result.seed)),
            Safe(", ".join(format_rate(result.values.get(c.metric)) for c in report.criteria)),
            status(result.verdict),
        )
        for result in report.seeds
    )


def unsaid(report: GateReport) -> tuple[str, ...]:
    """Return the warnings that neither the reason nor the table of what the base branch holds says."""
    loosened = {one.field for one in report.loosened}
    return tuple(
        warning
        for warning in report.warnings
        if warning not in report.reason and warning.partition(":")[0] not in loosened
    )


def holdout(report: GateReport) -> tuple[Safe, Safe] | None:
    """Return how many models these test rows have judged, and how many they may; None where nobody counts."""
    use = report.holdout
    return None if use is None else (count(use.models), count(use.stop_after))


def errors(report: GateReport) -> tuple[ErrorLine, ...]:
    """Return the misjudged rows that the model was surest of."""
    diagnosis = report.diagnosis
    if diagnosis is None:
        return ()
    kinds = (("false positive", diagnosis.false_positives), ("false negative", diagnosis.false_negatives))
    return tuple(_error(kind, row) for kind, rows in kinds for row in rows[:SHOWN_ERRORS])


def bindings(report: GateReport) -> tuple[tuple[Safe, Safe], ...]:
    """Return the hashes that the verdict is bound to; each was checked to be one when the report was read."""
    bound = report.bindings
    return tuple(
        (Safe(name), Safe(sha256))
        for name, sha256 in (
            ("Dataset", bound.dataset_sha256),
            ("Model", bound.model_sha256),
            ("Artifact (`checksums.txt`)", bound.artifact_sha256),
            ("Evaluation", bound.evaluation_sha256),
            ("Policy", bound.policy_sha256),
        )
    )


def _criterion(result: CriterionResult, change: ChangeResult | None, report: GateReport) -> CriterionRow:
    at = result.threshold
    required = _whole(f"{_SIGNS[result.direction]} {threshold(at)}")
    if at != result.policy_threshold:
        required = Safe(f"{required} (policy {threshold(result.policy_threshold)})")
    against, spread = _against(result.metric, change, report)
    return CriterionRow(
        name=metric_name(result.metric),
        value=_whole(rate(result.value, at)),
        bounds=_bounds(result.lower, result.upper, at),
        n=count(result.n),
        required=Safe(f"{'bound' if result.decide_on == 'lower_bound' else 'value'} {required}"),
        against=against,
        against_bounds=spread,
        status=status(result.verdict, blocking=result.blocking),
        since=Safe(""),
    )


def _against(metric: str, change: ChangeResult | None, report: GateReport) -> tuple[Safe, Safe]:
    """Return the difference to the champion with the mark of its verdict, and its bounds; empty without one."""
    if report.comparison is None or metric not in report.comparison.differences:
        return Safe("not compared"), Safe("")
    found = report.comparison.differences[metric]
    mark = "" if change is None or not change.blocking else f"{MARKS[change.verdict]} "
    return _whole(f"{mark}{points(found.value)}"), _unit_above(_span(found.lower, found.upper))


def _reasons(report: GateReport) -> Iterator[Reason]:
    for result in report.criteria:
        if result.verdict != "pass":
            yield Reason(metric_name(result.metric), status(result.verdict, blocking=result.blocking), result.reason)
    for change in report.changes:
        if change.verdict != "pass":
            told = status(change.verdict, blocking=change.blocking)
            yield Reason(metric_name(change.metric), told, change.reason, change.baseline)
    missed = [found for found in report.slices if found.verdict != "pass"]
    for verdict in ("fail", "inconclusive"):
        for blocking in (True, False):
            count_of = sum(found.verdict == verdict and found.blocking == blocking for found in missed)
            if count_of:
                sentence = f"{count_of:,} of the {len(report.slices):,} slice values that the policy bounds."
                yield Reason(Safe("Slices"), status(verdict, blocking=blocking), Safe(sentence))
    for seed in report.seeds:
        if seed.verdict != "pass":
            name = "Other seeds" if seed.seed is None else f"Seed {seed.seed}"
            yield Reason(Safe(name), status(seed.verdict), seed.reason)


def _slice(result: SliceResult) -> SliceRow:
    at = result.threshold
    return SliceRow(
        metric=metric_name(result.metric),
        slice=in_words(result.slice),
        value=result.value,
        estimate=_whole(rate(result.estimate, at)),
        bounds=_bounds(result.lower, result.upper, at),
        n=count(result.n),
        required=_whole(f"{_SIGNS[result.direction]} {threshold(at)}"),
        status=status(result.verdict, blocking=result.blocking),
        reason=result.reason,
    )


def _error(kind: str, row: ErrorRow) -> ErrorLine:
    held = ", ".join(f"{in_words(name)} {value}" for name, value in sorted(row.slices.items()))
    moved = ", ".join(f"{part.attribute} {part.log_odds:+.1f}" for part in row.moved_by)
    return ErrorLine(Safe(kind), row.row_id, Safe(f"{row.score:.3f}"), held, moved)


def _bounds(lower: float | None, upper: float | None, at: float) -> Safe:
    """Return both bounds, the unit once."""
    if lower is None:
        return Safe("not defined")
    return _whole(f"{format_rate(lower, at).removesuffix(' %')} to {format_rate(upper, at)}")


def _unit_above(points_of: str) -> Safe:
    """Return a difference without its unit, which the column's head or the line above names."""
    return _whole(points_of.removesuffix(" points"))


def _whole(text: str) -> Safe:
    """Return a number of our own that no line breaks inside."""
    return Safe(text.replace(" ", "&nbsp;"))


def _span(lower: float | None, upper: float | None, margin: float | None = None) -> Safe:
    """Return the bounds of a difference; the unit stands once."""
    if lower is None:
        return Safe("")
    return Safe(f"{points(lower, margin).removesuffix(' points')} to {points(upper, margin)}")


def _flips(report: GateReport) -> Safe:
    """Say in words whether gains and losses differ by more than chance."""
    found = report.comparison
    if found is None:
        return Safe("")
    flips = f"{found.gained:,} row{'' if found.gained == 1 else 's'} gained, {found.lost:,} lost"
    if not found.gained + found.lost:
        return Safe(f"{flips}: both models call every row alike.")
    said = "more than chance explains" if found.mcnemar_p <= _CHANCE else "chance alone may explain the difference"
    return Safe(f"{flips}: {said} (McNemar's exact test, p {format_p(found.mcnemar_p, _CHANCE)}).")
