"""A verdict in one line: for titles and annotations."""

from collections.abc import Iterator

from mlops.formatting import format_rate, format_threshold, printable
from mlops.gate import CriterionResult, GateReport, Verdict
from mlops.words import metric_name

TITLE_LIMIT = 100
"""Characters of a title at most."""

MARKS: dict[Verdict, str] = {"pass": "✅", "fail": "❌", "inconclusive": "⚠️"}
"""A sign for each verdict; the word always stands beside it."""

_NAME_CAP = 40


def title_of(report: GateReport) -> str:
    """Return the verdict in one line of plain text, at most 100 characters: what was decided, of what, and why."""
    head = f"{report.verdict.capitalize()}: {_short(report.model_id)}"
    said = ""
    for words in _reasons(report):
        longer = f"{said}, {words}" if said else words
        if len(f"{head} ({longer})") > TITLE_LIMIT:
            break
        said = longer
    return f"{head} ({said})" if said else head


def _reasons(report: GateReport) -> Iterator[str]:
    """Yield in a few words each what made the verdict: the numbers of a pass, else what was not met."""
    if report.verdict == "pass":
        yield from map(_words, report.criteria)
        return
    made = report.verdict
    yield from (_words(found) for found in report.criteria if found.blocking and found.verdict == made)
    for change in report.changes:
        if change.blocking and change.verdict == made:
            yield f"{_name(change.metric)} against {_short(change.baseline)}"
    slices = sum(found.blocking and found.verdict == made for found in report.slices)
    if slices:
        yield f"{slices:,} slice{'s' * (slices > 1)}"
    if any(found.verdict == made for found in report.seeds):
        yield "other seeds"


def _words(criterion: CriterionResult) -> str:
    name, value = _name(criterion.metric), criterion.value
    if value is None:
        return f"{name} not defined"
    shown, at = f"{name} {format_rate(value, criterion.threshold)}", format_threshold(criterion.threshold)
    if criterion.verdict == "pass":
        return shown
    more = criterion.direction == "min"
    if criterion.verdict == "fail":
        return f"{shown} {'<' if more else '>'} {at}"
    worst = criterion.lower if more else criterion.upper
    return f"{shown}, {'lower' if more else 'upper'} bound {format_rate(worst, criterion.threshold)} for {at}"


def _name(metric: str) -> str:
    return _short(metric_name(metric, start=False))


def _short(text: str) -> str:
    """Return foreign text printable and short; what had to be spelled out may be longer than it was."""
    shown = printable(text, _NAME_CAP)
    return shown if len(shown) <= _NAME_CAP else shown[: _NAME_CAP - 1] + "…"
