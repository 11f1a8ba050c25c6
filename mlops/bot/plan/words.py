"""A plan in words: how a value, a change and a count read on a terminal and on a page (pure)."""

from collections.abc import Sequence

from mlops.bot.plan.model import Change, Plan, Value
from mlops.formatting import printable
from mlops.hashing import sha256_bytes

SIGNS = {"create": "+", "change": "~"}
UNKNOWN_SIGN = "?"
_NOTHING, _NOBODY = "nothing", "nobody"
_SHOWN = 72


def shown(value: Value, other: Value = None) -> str:
    """Return a value on one short line, told apart from ``other`` even where both begin alike."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    if not text:
        return _NOBODY if isinstance(value, tuple) else '""'
    short = printable(text, _SHOWN)
    if len(text) > _SHOWN and isinstance(other, str) and other[:_SHOWN] == text[:_SHOWN]:
        return f"{short} ({len(text)} characters, SHA-256 {sha256_bytes(text.encode())[:8]})"
    return short


def target(change: Change) -> str:
    """Return which setting a change is about."""
    return printable(f"{change.name} ({change.form})" if change.form else change.name, 2 * _SHOWN)


def heading(plan: Plan) -> str:
    """Return a plan in one line: how many settings are missing, differ, are as declared, and are not known."""
    missing, differing = (len({(c.section, c.name) for c in plan.changes if c.kind == kind}) for kind in SIGNS)
    parts = [f"{missing} to create" if missing else "", f"{differing} to change" if differing else ""]
    counts = ", ".join(filter(None, parts)) or "nothing to change"
    unknown = f", {of_sections(plan)} unknown" if plan.unknown else ""
    return f"{counts}{unknown}; {plan.managed} {'setting is' if plan.managed == 1 else 'settings are'} declared"


def of_sections(plan: Plan) -> str:
    """Return what could not be read, by name."""
    names = [
        each.section if not each.name else f"{each.section} {printable(each.name, _SHOWN)}" for each in plan.unknown
    ]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "nothing"


def digest(plan: Plan) -> str:
    """Return what a plan says, as one short text without marks of its own."""
    return sha256_bytes(repr((plan.changes, plan.unknown)).encode())[:16]


def by_section(changes: Sequence[Change]) -> dict[str, list[Change]]:
    """Return changes under their sections, in their order."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.section, []).append(change)
    return found
