"""How the doctor's report reads: on a terminal, in a log, and in the summary of a step."""

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mlops.cli.printing import line
from mlops.doctor import DoctorReport, Finding
from mlops.formatting import printable
from mlops.runner import fenced

_CAP = 2_000
_STYLES = {"block": "bold red", "warn": "bold yellow", "unknown": "bold magenta"}
_OUTCOMES = {"block": "bold red", "unknown": "bold magenta", "warn": "bold yellow", "clean": "bold green"}
_INDENT = 2


def place_of(finding: Finding) -> str:
    """Return where a finding stands, as editors and terminals understand it."""
    where = finding.file or "settings on GitHub"
    return printable(f"{where}:{finding.line}" if finding.line else where, _CAP)


def show(console: Console, report: DoctorReport) -> None:
    """Print the whole report."""
    for finding in report.findings:
        _entry(console, finding.severity, finding.code, place_of(finding), finding.what, finding.why, finding.fix)
    for each in report.unknown:
        weight = "essential" if each.essential else "not essential"
        _entry(
            console,
            "unknown",
            each.what,
            weight,
            "This could not be read, so nothing is said of it.",
            each.why,
            each.fix,
        )
    line(console, verdict(report), style=_OUTCOMES[report.outcome])


def verdict(report: DoctorReport) -> str:
    """Return the report in one line."""
    blocks = sum(each.severity == "block" for each in report.findings)
    warns = len(report.findings) - blocks
    parts = [f"{_counted(blocks, 'finding')} block{'s' * (blocks == 1)}"] if blocks else []
    parts += [f"{warns} warn{'s' * (warns == 1)}"] if warns else []
    parts += [f"{len(report.unknown)} unknown"] if report.unknown else []
    said = ", ".join(parts) if parts else "No trap found"
    aside = f"; {report.set_aside} set aside by a comment" if report.set_aside else ""
    asked = "" if report.asked else " GitHub's settings were not asked for (--api)."
    return (
        f"{said}{aside}. Looked for {report.checks} traps in {_counted(report.workflows, 'workflow')} and "
        f"{_counted(report.actions, 'action')}; required: {', '.join(map(printable, report.required))}.{asked}"
    )


def markdown(report: DoctorReport) -> str:
    """Return the report as a page; foreign text stands in fences."""
    parts = [f"### mlops doctor: {report.outcome}", verdict(report)]
    parts += [fenced(letter(finding)) for finding in report.findings]
    parts += [fenced(f"unknown  {each.what}\n{each.why}\n{each.fix}") for each in report.unknown]
    return "\n\n".join(parts) + "\n"


def letter(finding: Finding) -> str:
    """Return a finding as plain text."""
    head = f"{finding.severity}  {finding.code}  {place_of(finding)}"
    return "\n".join((head, *_lines(finding.what), "why: " + " ".join(_lines(finding.why)), *_lines(finding.fix)))


def _entry(console: Console, severity: str, code: str, place: str, what: str, why: str, fix: str) -> None:
    if not console.is_terminal:
        body = [*_lines(what), "why: " + " ".join(_lines(why)), "fix: " + "\n       ".join(_lines(fix))]
        line(console, "\n".join([f"{severity}  {code}  {place}", *(f"  {part}" for part in body), ""]))
        return
    head = Text.assemble((f"{severity:<5}", _STYLES[severity]), "  ", (code, "bold"), "  ", (place, "cyan"))
    console.print(head)
    for text in (Text(" ".join(_lines(what))), Text(" ".join(_lines(why)), style="dim")):
        console.print(Padding(text, (0, 0, 0, _INDENT)))
    for number, part in enumerate(_lines(fix)):
        if number == 0 or _is_prose(part):
            console.print(Padding(Text(part), (0, 0, 0, _INDENT)))
        else:  # to be copied: never wrapped
            console.print(Text(" " * 2 * _INDENT + part, style="green"), soft_wrap=True)
    console.print()


def _is_prose(text: str) -> bool:
    """Tell whether a line of a fix leads to the lines to write, and is none of them."""
    return text[:1].isupper() and text.endswith(":")


def _lines(text: str) -> Iterator[str]:
    yield from (printable(part, _CAP) for part in text.split("\n"))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
