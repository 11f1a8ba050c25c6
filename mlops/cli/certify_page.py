"""A certification and the state of a ledger, as a person reads them: on the terminal and in a job's summary."""

from rich.console import Console

from mlops.certification.document import GATES, CertificationReport, LedgerLine, Status
from mlops.certification.showing import bounds, required, shown
from mlops.cli.printing import VERDICT_STYLE, heading, line, table
from mlops.formatting import printable
from mlops.gate.report import CriterionResult
from mlops.render import Safe, render

_HEADER = ("metric", "value", "required", "bounds", "n", "verdict")
_WORDS = ("metric", "required", "verdict")
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
    name, limit = result.metric, result.threshold
    return (
        name,
        shown(name, result.value, limit),
        required(name, limit),
        bounds(name, result.lower, result.upper),
        f"{result.n:,}",
        result.verdict,
    )
