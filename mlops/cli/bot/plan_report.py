"""A plan as a person reads it: aligned lines with a sign in front; on a terminal a table in colours."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mlops.bot.plan.model import Applied, Change, Plan, Refusal
from mlops.bot.plan.page import count
from mlops.bot.plan.words import SIGNS, UNKNOWN_SIGN, by_section, heading, shown, target
from mlops.cli.printing import heading as print_heading
from mlops.cli.printing import line
from mlops.formatting import printable

_STYLES = {"+": "green", "~": "yellow", UNKNOWN_SIGN: "magenta"}


def print_plan(plan: Plan, console: Console) -> None:
    """Print what would be done."""
    line(console, f"{printable(plan.repository)}: {heading(plan)}.", style="bold")
    _changes(plan.changes, console)
    _refusals("unknown", plan.unknown, console)


def print_applied(applied: Applied, console: Console) -> None:
    """Print what was done."""
    line(console, f"{printable(applied.repository)}: {count(applied)}.", style="bold")
    _changes(applied.changed, console)
    _refusals("refused", applied.refused, console)


def _changes(changes: Sequence[Change], console: Console) -> None:
    rows = {section: list(_rows(found)) for section, found in by_section(changes).items()}
    widths = [max((len(row[place]) for found in rows.values() for row in found), default=0) for place in range(3)]
    for section, found in rows.items():
        print_heading(console, section)
        if console.is_terminal:
            table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
            for place in range(3):
                table.add_column(min_width=widths[place], no_wrap=place == 0)
            for row in found:
                style = _STYLES[row[0]]
                table.add_row(Text(f"  {row[0]}", style), Text(row[1], "bold"), Text(row[2]), Text(row[3], style))
            console.print(table)
            continue
        for row in found:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
            line(console, f"  {'  '.join(cells)}  {row[3]}".rstrip())


def _rows(changes: Iterable[Change]) -> Iterable[tuple[str, str, str, str]]:
    """Yield sign, setting, field and what becomes of it; a setting is named once."""
    last = None
    for each in changes:
        name = target(each)
        first, last = name != last, name
        after = "" if each.after is None else shown(each.after, each.before)
        becomes = after if each.kind == "create" else f"{shown(each.before, each.after)} -> {after}"
        yield SIGNS[each.kind], name if first else "", printable(each.field), becomes


def _refusals(title: str, refusals: Sequence[Refusal], console: Console) -> None:
    if refusals:
        print_heading(console, title)
    for each in refusals:
        name = f" {printable(each.name)}" if each.name else ""
        line(console, f"  {UNKNOWN_SIGN} {each.section}{name}: {printable(each.what)}", style=_STYLES[UNKNOWN_SIGN])
        parts = (("needs", each.needs), ("GitHub said", each.found), ("do now", each.fix))
        for word, text in parts:
            if text:
                line(console, f"      {word}: {printable(text, 500)}")
