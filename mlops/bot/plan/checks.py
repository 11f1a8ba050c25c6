"""The required checks of a branch, as a ruleset and a protection both hold them (pure).

A context that is declared is ours: its source is as declared. Every other context stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mlops.bot.plan.model import Value
from mlops.github_settings import BranchSettings

ANY = -1
"""In GitHub's words: from whichever App, or none."""

STRICT = "strict"
_FIELD = "checks."
_ANY_WORDS, _REQUIRED = "any app", "required"


class Entry(NamedTuple):
    """A required check.

    Attributes:
        context: Its name.
        app_id: The App that must report it; ``ANY``; or None, with which GitHub chooses.
    """

    context: str
    app_id: int | None


def declared(branch: BranchSettings) -> Mapping[str, Value]:
    """Return the managed fields that a branch declares; a check without an App may come from any."""
    strict = {} if branch.strict is None else {STRICT: branch.strict}
    return strict | {
        f"{_FIELD}{check.context}": _REQUIRED if check.app_id is None else _app(check.app_id) for check in branch.checks
    }


def seen(wanted: Mapping[str, Value], entries: Iterable[Entry], *, strict: bool | None) -> dict[str, Value]:
    """Return what is there of the managed fields.

    Args:
        wanted: The managed fields.
        entries: What is required.
        strict: Whether a branch must be up to date; None where nothing is required.
    """
    found: dict[str, Value] = {STRICT: strict} if STRICT in wanted else {}
    required = tuple(entries)
    for field, value in wanted.items():
        if field.startswith(_FIELD):
            apps = [_app(entry.app_id) for entry in required if entry.context == field.removeprefix(_FIELD)]
            met = value in apps or (value == _REQUIRED and apps)
            found[field] = value if met else ", ".join(apps) or None
    return found


def merged(wanted: Mapping[str, Value], entries: Sequence[Entry]) -> list[Entry]:
    """Return what shall be required: what is there, in its order, with the managed contexts as declared."""
    there = seen(wanted, entries, strict=None)
    ours = {
        field.removeprefix(_FIELD): Entry(field.removeprefix(_FIELD), _app_id(value))
        for field, value in wanted.items()
        if field.startswith(_FIELD) and there[field] != value
    }
    kept = [ours.get(entry.context, entry) for entry in entries]
    return list(dict.fromkeys([*kept, *ours.values()]))


def foreign(wanted: Mapping[str, Value], entries: Iterable[Entry]) -> list[Entry]:
    """Return the required checks that are not ours, in one order."""
    return sorted(
        (entry for entry in entries if f"{_FIELD}{entry.context}" not in wanted), key=lambda e: (e.context, str(e))
    )


def _app(app_id: int | None) -> str:
    return _ANY_WORDS if app_id in {None, ANY} else f"app {app_id}"


def _app_id(value: Value) -> int | None:
    text = str(value)
    return int(text.removeprefix("app ")) if text.startswith("app ") else None
