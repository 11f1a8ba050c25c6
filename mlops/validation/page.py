"""The report for people: one page of Markdown for a summary or a comment, one self-contained page of HTML."""

from typing import Any, NamedTuple

from mlops.formatting import format_rate, format_threshold
from mlops.gate.report import CriterionResult
from mlops.render import Safe, render
from mlops.reporting.lines import MARKS
from mlops.validation.criteria import RATES, shown
from mlops.validation.diversity import WEEK
from mlops.validation.report import Spread, Validation
from mlops.words import count

_NAMES = {
    "score": "Score",
    "completeness": "Completeness",
    "uniqueness": "Uniqueness",
    "validity": "Validity",
    "timeliness": "Timeliness",
    "label_validity": "Label validity",
    "consistency": "Consistency",
    "missing_share": "Missing in one required field",
    "parsable_dates": "Readable days in one column",
    "duplicate_keys": "Rows that repeat a key",
    "future_rows": "Rows with a day in the future",
    "classes": "Classes among the labels",
}
_HEADLINES = {
    "pass": "pass",
    "fail": "fail. It must not be merged as it is",
    "inconclusive": "inconclusive. It blocks like a fail",
}
_LABELS_SHOWN = 5


class CriterionRow(NamedTuple):
    """A criterion; ``left`` and ``mark`` are a share and its threshold as lengths of 100, for a bar."""

    name: Safe
    value: Safe
    required: Safe
    n: Safe
    status: Safe
    left: Safe
    mark: Safe


class ShareRow(NamedTuple):
    """A value: its rows, their share of all rows, their labels, and the share of class 1 among those."""

    value: str
    rows: Safe
    share: Safe
    width: Safe
    decided: Safe
    positive: Safe


class SpreadTable(NamedTuple):
    """How the rows are spread over a field."""

    name: str
    said: Safe
    rows: tuple[ShareRow, ...]


def markdown_of(report: Validation) -> str:
    """Return the report as Markdown: verdict, dimensions, what blocks, bad rows, labels, cells and diversity."""
    return render("validation/report.md.j2", _facts(report))


def html_of(report: Validation) -> str:
    """Return the report as one HTML page that loads nothing."""
    return render("validation/report.html.j2", _facts(report))


def _facts(report: Validation) -> dict[str, Any]:
    labels = report.labels
    return {
        "mark": Safe(MARKS[report.verdict]),
        "verdict": Safe(report.verdict),
        "headline": Safe(_HEADLINES[report.verdict]),
        "file": report.file,
        "reason": report.reason,
        "contract": Safe(report.contract),
        "version": report.contract_version,
        "as_of": Safe(report.as_of.isoformat()),
        "base": "" if report.base is None else report.base,
        "sha256": Safe(report.dataset_sha256),
        "rows": count(report.rows),
        "bad": _bad_rows(report),
        "criteria": tuple(map(_criterion, report.criteria)),
        "blockers": tuple(map(_criterion, report.blockers)),
        "reasons": tuple(
            (Safe(_NAMES[result.metric]), Safe(result.verdict), result.reason)
            for result in (*report.blockers, *report.criteria)
            if result.verdict != "pass"
        ),
        "defects": tuple(
            (one.rule, count(one.rows), Safe(", ".join(f"{row:,}" for row in one.first)), one.reason)
            for one in report.defects
        ),
        "labels": tuple(
            (Safe(name), count(number))
            for name, number in (
                ("Decided", labels.decided),
                ("of these class 1", labels.positive),
                ("Undecided", labels.undecided),
                ("Old enough to be final", labels.mature),
                ("of these undecided", labels.mature_undecided),
            )
        ),
        "bad_labels": tuple(
            (text, count(number))
            for text, number in sorted(labels.bad.items(), key=lambda one: (-one[1], one[0]))[:_LABELS_SHOWN]
        ),
        "keys": tuple(
            (Safe(name), count(number))
            for name, number in (
                ("Revisions: a claim with the decision that it lacked", report.keys.revised),
                ("The same row again", report.keys.identical),
                ("The same claim decided otherwise", report.keys.flipped),
                ("Other cells under a known key", report.keys.changed),
            )
        ),
        "fields": tuple(
            (
                one.name,
                Safe(one.role.replace("_", " ")),
                Safe("required" if one.required else ""),
                _cells(one.missing, report.rows),
                count(one.disguised),
                _cells(one.invalid, report.rows),
            )
            for one in report.fields
        ),
        "diversity": tuple(_spread(one, report.rows) for one in report.diversity),
        "warnings": report.warnings,
    }


def _criterion(result: CriterionResult) -> CriterionRow:
    required = format_threshold(result.threshold) if result.metric in RATES else f"{result.threshold:,.0f}"
    return CriterionRow(
        name=Safe(_NAMES[result.metric]),
        value=_unbroken(shown(result.metric, result.value, result.threshold)),
        required=_unbroken(f"{'≥' if result.direction == 'min' else '≤'} {required}"),
        n=count(result.n),
        status=Safe(f"{MARKS[result.verdict]} {result.verdict}"),
        left=Safe(f"{100 * (result.value or 0):.2f}"),
        mark=Safe(f"{min(99.4, 100 * result.threshold):.2f}"),
    )


def _spread(spread: Spread, rows: int) -> SpreadTable:
    which = "the latest weeks" if spread.field == WEEK else "the most frequent"
    missing = f", {spread.missing:,} rows without one" if spread.missing else ""
    told = f" Shown: {which}." if len(spread.shares) < spread.distinct else ""
    said = f"{spread.distinct:,} different, as diverse as {spread.effective:.1f} equally frequent ones{missing}.{told}"
    return SpreadTable(
        name=Safe("Week") if spread.field == WEEK else spread.field,
        said=Safe(said),
        rows=tuple(
            ShareRow(
                value=Safe(one.value) if spread.field == WEEK else one.value,
                rows=count(one.rows),
                share=_unbroken(format_rate(one.rows / rows)),
                width=Safe(f"{100 * one.rows / rows:.2f}"),
                decided=count(one.decided),
                positive=_unbroken(format_rate(one.positive / one.decided if one.decided else None)),
            )
            for one in spread.shares
        ),
    )


def _bad_rows(report: Validation) -> Safe:
    one, clean = report.quarantined == 1, report.rows - report.quarantined
    broken = f"{report.quarantined:,} {'row breaks' if one else 'rows break'} a rule and {'stands' if one else 'stand'}"
    return Safe(f"{broken} in the quarantine with it; {clean:,} {'is' if clean == 1 else 'are'} clean and can go on.")


def _cells(number: int, rows: int) -> Safe:
    return _unbroken(f"{number:,} ({format_rate(number / rows)})" if number and rows else f"{number:,}")


def _unbroken(text: str) -> Safe:
    """Return a number of our own that no line breaks inside."""
    return Safe(text.replace(" ", "&nbsp;"))
