"""A plan as a page on GitHub: in the summary of a run, and in the issue about drift. What GitHub said stays inert."""

from collections.abc import Iterable
from itertools import pairwise

from mlops.bot.plan.model import Applied, Change, Plan, Refusal
from mlops.bot.plan.words import SIGNS, heading, shown, target
from mlops.render import Safe, render


def plan_page(plan: Plan) -> str:
    """Return what ``mlops bot apply`` would do."""
    title = f"### GitHub's settings: {heading_of(plan)}"
    body = _table(plan.changes, ("On GitHub", "Declared"), plan.unknown, "**Not readable, so nobody knows:**")
    return f"{title}\n\n{body}" if body else f"{title}\n"


def applied_page(applied: Applied) -> str:
    """Return what ``mlops bot apply`` did."""
    title = f"### GitHub's settings: {count(applied)}"
    body = _table(applied.changed, ("Before", "Now"), applied.refused, "**Refused:**")
    return f"{title}\n\n{body}" if body else f"{title}\n"


def heading_of(plan: Plan) -> str:
    """Return the line above a plan, without what comes from GitHub or the settings."""
    return heading(plan.model_copy(update={"unknown": ()})) + (
        f"; {len(plan.unknown)} could not be read" if plan.unknown else ""
    )


def count(applied: Applied) -> str:
    """Return what was done in one line."""
    changed, refused = len(applied.changed), len(applied.refused)
    fields = f"{changed} {'field' if changed == 1 else 'fields'} changed" if changed else "nothing to change"
    return f"{fields}, {refused} refused" if refused else fields


def _table(changes: Iterable[Change], header: tuple[str, str], refusals: Iterable[Refusal], refused: str) -> str:
    facts = {
        "before": Safe(header[0]),
        "after": Safe(header[1]),
        "refused": Safe(refused),
        "changes": [
            {
                "named": before is None or (each.section, target(each)) != (before.section, target(before)),
                "sign": Safe(SIGNS[each.kind]),
                "section": Safe(each.section),
                "target": target(each),
                "field": each.field or Safe("all of it"),
                "before": Safe("nothing") if each.before is None else shown(each.before, each.after),
                "after": Safe("there") if each.after is None else shown(each.after, each.before),
            }
            for before, each in pairwise((None, *changes))
            if each is not None
        ],
        "refusals": [each.model_dump() | {"section": Safe(each.section)} for each in refusals],
    }
    return render("bot/settings.md.j2", facts)
