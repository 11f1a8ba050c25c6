"""Writing what differs: each setting on its own, read right before and read back after."""

from collections.abc import Iterable, Sequence
from typing import Any

from mlops.bot.client import GitHub
from mlops.bot.effects import StoppedError
from mlops.bot.plan.actual import handling_of, seen
from mlops.bot.plan.difference import changes_of, plan_of
from mlops.bot.plan.handling import Handling
from mlops.bot.plan.model import Applied, Change, Plan, Refusal, Wanted
from mlops.bot.plan.words import shown
from mlops.errors import MlopsError


def apply(hub: GitHub, wanted: Sequence[Wanted]) -> Applied:
    """Write what differs; after a refusal go on with the next setting.

    Raises:
        UnavailableError: GitHub cannot be read at all.
        StoppedError: The process was asked to end.
    """
    plan = plan_of(hub.settings.repository, wanted, seen(hub, wanted))
    changed: list[Change] = []
    refused = list(plan.unknown)
    for setting in _differing(plan, wanted):
        try:
            kept, lost = _settled(hub, setting, handling_of(setting))
        except StoppedError:
            raise
        except MlopsError as error:
            refused.append(Refusal.of(error, setting.section, setting.name))
        else:
            changed += kept
            refused += lost
    return Applied(repository=plan.repository, managed=plan.managed, changed=tuple(changed), refused=tuple(refused))


def _differing(plan: Plan, wanted: Iterable[Wanted]) -> list[Wanted]:
    keys = {(change.section, change.name) for change in plan.changes}
    return [setting for setting in wanted if setting.key in keys]


def _settled(hub: GitHub, wanted: Wanted, handling: Handling[Any]) -> tuple[tuple[Change, ...], tuple[Refusal, ...]]:
    """Write one setting, if it still differs; return what GitHub now keeps as declared, and what it does not."""
    before = handling.look(hub, wanted)
    changes = _left(wanted, handling, before)
    if not changes:  # somebody was faster
        return (), ()
    handling.write(hub, wanted, before)
    after = handling.look(hub, wanted)
    lost = {change.field: change for change in _left(wanted, handling, after)}
    refused = [_not_kept(change) for change in lost.values()]
    both = before is not None and after is not None
    if both and handling.foreign(wanted, before) != handling.foreign(wanted, after):
        refused.append(_more_changed(wanted))
    return tuple(change for change in changes if change.field not in lost), tuple(refused)


def _not_kept(change: Change) -> Refusal:
    where = f"{change.name}: {change.field}" if change.field else change.name
    return Refusal(
        section=change.section,
        name=where,
        what="GitHub answered that it was done, and keeps something else.",
        found=f"declared {shown(change.after, change.before)}, kept {shown(change.before, change.after)}",
        fix="Look at it in the repository's settings: GitHub drops a reviewer who cannot read the repository, and "
        "rules that the account's plan lacks. Correct mlops.toml or the access, then run the command again.",
    )


def _more_changed(wanted: Wanted) -> Refusal:
    return Refusal(
        section=wanted.section,
        name=wanted.name,
        what="More changed than what is declared.",
        fix="Somebody may have changed the same setting at the same time, or GitHub dropped what it no longer accepts, "
        "such as a person without access. Compare it in the repository's settings and in its audit log.",
    )


def _left(wanted: Wanted, handling: Handling[Any], found: Any) -> tuple[Change, ...]:  # noqa: ANN401  # its own form
    return tuple(changes_of(wanted, None if found is None else handling.fields(wanted, found)))
