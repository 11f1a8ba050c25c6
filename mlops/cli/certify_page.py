"""A certification and the state of a ledger, as a person reads them: on the terminal and in a job's summary."""

from math import nextafter

from rich.console import Console

from mlops.certification.document import GATES, LATENCY, CertificationReport, LedgerLine, Status
from mlops.cli.printing import VERDICT_STYLE, heading, line, table
from mlops.formatting import format_p, format_rate, format_threshold, printable
from mlops.gate.report import CriterionResult
from mlops.render import Safe, render

_HEADER = ("metric", "value", "required", "bounds", "n", "verdict")
_WORDS = ("metric", "required", "verdict")
_POINTS = ("lift_majority", "lift_one_rule")
_PAGE = "certification/page.md.j2"


def print_report(report: CertificationReport, entry: LedgerLine, console: Console) -> None:
    """Print the verdict, what each metric says, and whether the run counts."""
    line(console, f"{report.verdict}: {report.model_id}, profile {report.profile}", style=VERDICT_STYLE[report.verdict])
    line(console, report.reason)
    line(console, "")
    table(console, _HEADER, map(_cells, report.criteria), words=_WORDS)
    line(console, "")
    gates = ", ".join(f"{name} {report.gates.get(name, 'missing')}" for name in GATES)
    measured = report.performance
    line(console, f"Gates before: {gates}. Data: {measured.rows:,} decided rows, {measured.negatives:,} negative.")
    tested = entry.tested
    line(
        console,
        f"Tested: {tested.rows:,} rows of {tested.first} to {tested.last}; {tested.new_rows:,} later than every day "
        "tested before.",
    )
    line(console, f"Alone, three such runs would allow tier {report.best_tier}.")
    for note in report.notes:
        line(console, note)
    counts = "The run counts." if entry.counts else f"The run does not count. {entry.why_not}"
    line(console, counts, style="bold")


def print_status(found: Status, console: Console) -> None:
    """Print what the ledger allows."""
    heading(console, f"Tier on {found.as_of}: {found.tier}")
    until = f" until {found.certified_until}" if found.certified_until else ""
    if found.model_id:
        line(console, f"Held by {found.model_id}{until}.")
    for reason in found.reasons:
        line(console, printable(reason, 500))
    runs = f"{found.attempts:,} run{'' if found.attempts == 1 else 's'} recorded"
    line(console, f"{runs}, {found.replicates:,} of them on a dataset that was certified before.")


def page_of(report: CertificationReport, entry: LedgerLine, found: Status) -> str:
    """Return the page that a job's summary shows."""
    facts = {
        "report": report,
        "status": found,
        "verdict": Safe(report.verdict),
        "tier": Safe(found.tier),
        "as_of": Safe(found.as_of),
        "until": Safe(found.certified_until or ""),
        "counts": "The run counts." if entry.counts else f"The run does not count. {entry.why_not}",
        "gates": [(Safe(name), Safe(report.gates.get(name, "missing"))) for name in GATES],
        "rows": [
            tuple(Safe(cell.replace("<", "&lt;").replace(">", "&gt;")) for cell in _cells(result))
            for result in report.criteria
        ],
    }
    return render(_PAGE, facts)


def _cells(result: CriterionResult) -> tuple[str, str, str, str, str, str]:
    sign = ">=" if result.direction == "min" else "<="
    if result.metric == "permutation_p":
        value = "not defined" if result.value is None else format_p(result.value, nextafter(result.threshold, 0))
        return result.metric, value, f"< {result.threshold:g}", "", f"{result.n:,}", result.verdict
    if result.metric == LATENCY:
        value = "not measured" if result.value is None else f"{result.value:.1f} ms"
        return "latency_p95", value, f"{sign} {result.threshold:g} ms", "", f"{result.n:,}", result.verdict
    if result.metric in _POINTS:
        value, lower, upper = (_points(x) for x in (result.value, result.lower, result.upper))
        bounds = "" if result.value is None else f"{lower} to {upper}"
        return result.metric, value, f"> {_points(result.threshold)}", bounds, f"{result.n:,}", result.verdict
    limit = result.threshold
    value, lower, upper = (format_rate(x, limit) for x in (result.value, result.lower, result.upper))
    bounds = "" if result.value is None else f"{lower} to {upper}"
    return result.metric, value, f"{sign} {format_threshold(limit)}", bounds, f"{result.n:,}", result.verdict


def _points(value: float | None) -> str:
    return "not defined" if value is None else f"{100 * value:+.2f}"
