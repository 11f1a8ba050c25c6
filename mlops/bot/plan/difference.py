"""What differs, field by field: a pure function of what is declared and what was read."""

from collections.abc import Iterable, Iterator, Mapping

from mlops.bot.plan.model import Change, Plan, Seen, Value, Wanted


def changes_of(wanted: Wanted, seen: Mapping[str, Value] | None) -> Iterator[Change]:
    """Yield what differs of one setting; equal states give nothing.

    Args:
        wanted: What is declared.
        seen: What is there of it, in the same spelling; None for nothing.
    """
    same = {"section": wanted.section, "name": wanted.name, "form": wanted.form}
    if seen is None:
        for field, value in wanted.fields.items() or [("", None)]:
            yield Change(**same, field=field, kind="create", after=value)
        return
    for field, value in wanted.fields.items():
        if (before := seen.get(field)) != value or isinstance(before, bool) is not isinstance(value, bool):
            yield Change(**same, field=field, kind="change", before=before, after=value)


def plan_of(repository: str, wanted: Iterable[Wanted], seen: Seen) -> Plan:
    """Return the plan: what differs of what could be read, and what could not."""
    settings = tuple(wanted)
    known = [(setting, seen.fields[setting.key]) for setting in settings if setting.key in seen.fields]
    changes = tuple(change for setting, fields in known for change in changes_of(setting, fields))
    return Plan(repository=repository, managed=len(settings), changes=changes, unknown=seen.unknown)
