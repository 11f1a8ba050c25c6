"""What is on GitHub of what is declared: read with few requests, by a client that cannot write."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlops.bot.answers import AbsentError, DeniedError
from mlops.bot.permissions import READ_ACTIONS
from mlops.bot.plan import environments, lists, protecting, rulesets
from mlops.bot.plan.handling import Handling, Json
from mlops.bot.plan.model import Refusal, Section, Seen, Value, Wanted
from mlops.bot.reading import Reader

Found = Mapping[str, Mapping[str, Value] | None]
Refused = (DeniedError, AbsentError)


def handling_of(wanted: Wanted) -> Handling[Any]:
    """Return what knows GitHub's form of a setting."""
    if wanted.section == "branches":
        return protecting.PROTECTION if wanted.form == "protection" else rulesets.RULESET
    kinds: Mapping[Section, Handling[Any]] = {
        "variables": lists.VARIABLE,
        "labels": lists.LABEL,
        "environments": environments.ENVIRONMENT,
    }
    return kinds[wanted.section]


def seen(hub: Reader, wanted: Sequence[Wanted]) -> Seen:
    """Return what is there of every declared setting.

    A section, or a part of one, that the token may not see is unknown; the others are read all the same.

    Raises:
        UnavailableError: GitHub did not answer, or does not know the token.
    """
    fields: dict[tuple[Section, str], Mapping[str, Value] | None] = {}
    unknown: list[Refusal] = []
    readers: Mapping[Section, Callable[[Reader, Sequence[Wanted], list[Refusal]], Found]] = {
        "variables": _variables,
        "labels": _labels,
        "environments": _environments,
        "branches": _branches,
    }
    for section, reader in readers.items():
        ours = [each for each in wanted if each.section == section]
        if not ours:
            continue
        try:
            found = reader(hub, ours, unknown)
        except Refused as error:
            unknown.append(Refusal.of(error, section))
        else:
            fields |= {(section, name): value for name, value in found.items()}
    return Seen(fields, tuple(unknown))


def _variables(hub: Reader, wanted: Sequence[Wanted], unknown: list[Refusal]) -> Found:
    del unknown
    found = lists.variables(hub, wanted)
    return {each.name: lists.variable_fields(each, found[each.name]) if each.name in found else None for each in wanted}


def _labels(hub: Reader, wanted: Sequence[Wanted], unknown: list[Refusal]) -> Found:
    del unknown
    found = lists.labels(hub, wanted)
    return {each.name: lists.label_fields(each, found[each.name]) if each.name in found else None for each in wanted}


def _environments(hub: Reader, wanted: Sequence[Wanted], unknown: list[Refusal]) -> Found:
    raw = {each["name"].casefold(): each for each in hub.pages("/environments", READ_ACTIONS, key="environments")}
    found: dict[str, Mapping[str, Value] | None] = {}
    for each in wanted:
        there = raw.get(each.name.casefold())
        if there is None:
            found[each.name] = None
            continue
        try:
            whole = environments.with_patterns(hub, each, environments.parsed(there, hub.settings.owner))
        except Refused as error:
            unknown.append(Refusal.of(error, "environments", each.name))
        else:
            found[each.name] = environments.fields(each, whole)
    return found


def _branches(hub: Reader, wanted: Sequence[Wanted], unknown: list[Refusal]) -> Found:
    found: dict[str, Mapping[str, Value] | None] = {}
    summaries: list[Json] | None = None
    for each in wanted:
        try:
            if each.form == "protection":
                raw = protecting.look(hub, each)
                found[each.name] = None if raw is None else protecting.fields(each, raw)
            else:
                summaries = rulesets.listed(hub) if summaries is None else summaries
                raw = rulesets.opened(hub, each, summaries)
                found[each.name] = None if raw is None else rulesets.fields(each, raw)
        except Refused as error:
            unknown.append(Refusal.of(error, "branches", each.name))
    return found
