"""A plan as a person reads it: a line for each setting with a sign in front, a line for each field; in colours."""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console

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
    for section, found in by_section(changes).items():
        print_heading(console, section)
        settings = [list(group) for _, group in groupby(found, key=target)]
        width = max(len(target(group[0])) for group in settings)
        for group in settings:
            sign, name = SIGNS[group[0].kind], target(group[0])
            if section == "variables":  # of which there is nothing but the value
                line(console, f"  {sign} {name.ljust(width)}  {_becomes(group[0])}", style=_STYLES[sign])
                continue
            line(console, f"  {sign} {name}", style=_STYLES[sign])
            longest = max(len(printable(each.field)) for each in group)
            for each in filter(lambda change: change.field, group):
                line(console, f"      {printable(each.field).ljust(longest)}  {_becomes(each)}")


def _becomes(change: Change) -> str:
    after = shown(change.after, change.before)
    return after if change.kind == "create" else f"{shown(change.before, change.after)} -> {after}"


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
