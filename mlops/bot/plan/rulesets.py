"""Rulesets: one rule of one ruleset is ours, everything else in it is written back as it was read."""

import re
from collections.abc import Iterable
from typing import Any

from mlops.bot.client import GitHub
from mlops.bot.paths import in_path
from mlops.bot.permissions import READ_CONTENTS, WRITE_ADMINISTRATION
from mlops.bot.plan import checks
from mlops.bot.plan.checks import ANY, Entry
from mlops.bot.plan.handling import Handling, Json, unseen
from mlops.bot.plan.model import Value, Wanted
from mlops.bot.reading import Reader

FORM = "ruleset "
_RULE, _STRICT = "required_status_checks", "strict_required_status_checks_policy"
_ACTIVE = "active"
_DEFAULT, _ALL = "~DEFAULT_BRANCH", "~ALL"
_WRITTEN = ("name", "target", "enforcement", "bypass_actors", "conditions", "rules")
_WILD = re.compile(r"\\\*\\\*/|\\\*\\\*|\\\*|\\\?")
_MEANING = {r"\*\*/": "(?:.*/)?", r"\*\*": ".*", r"\*": "[^/]*", r"\?": "[^/]"}


def listed(hub: Reader) -> list[Json]:
    """Return the repository's own rulesets about branches, without their rules."""
    found = hub.pages("/rulesets", READ_CONTENTS, includes_parents="false")
    return [each for each in found if each.get("target", "branch") == "branch"]


def opened(hub: Reader, wanted: Wanted, summaries: Iterable[Json]) -> Json | None:
    """Return the ruleset that a branch names, with its rules; None where there is none.

    A ruleset may mean the default branch without naming it; the name that it has is then added as ``default_branch``.
    """
    name = wanted.form.removeprefix(FORM)
    number = next((each["id"] for each in summaries if each["name"].casefold() == name.casefold()), None)
    if number is None:
        return None
    found: Json = hub.get(f"/rulesets/{number}", READ_CONTENTS)
    if _DEFAULT in {*_patterns(found, "include"), *_patterns(found, "exclude")}:
        found["default_branch"] = hub.get("", READ_CONTENTS)["default_branch"]
    return found


def look(hub: Reader, wanted: Wanted) -> Json | None:
    """Return the ruleset that a branch names; None where there is none."""
    return opened(hub, wanted, listed(hub))


def fields(wanted: Wanted, raw: Json) -> dict[str, Value]:
    """Return the managed fields of a ruleset: whether it is active, whether it is about the branch, and its checks."""
    required = _rule(raw)
    strict = None if required is None else bool(required.get("parameters", {}).get(_STRICT, False))
    return {
        "enforcement": raw["enforcement"],
        "branch": wanted.name if covers(raw, wanted.name) else None,
        **checks.seen(wanted.fields, entries(raw), strict=strict),
    }


def declared(name: str) -> dict[str, Value]:
    """Return the managed fields of every ruleset of ours, beside its checks."""
    return {"enforcement": _ACTIVE, "branch": name}


def entries(raw: Json | None) -> list[Entry]:
    """Return the checks that a ruleset requires."""
    rule = _rule(raw or {}) or {}
    required = rule.get("parameters", {}).get(_RULE, [])
    return [Entry(each["context"], each.get("integration_id") or ANY) for each in required]


def covers(raw: Json, branch: str) -> bool:
    """Tell whether a ruleset is about a branch; a pattern of branches must stand there itself."""
    ref, default = f"refs/heads/{branch}", raw.get("default_branch")

    def meets(pattern: str) -> bool:
        if pattern in {ref, _ALL}:
            return True
        if pattern == _DEFAULT:
            return branch == default
        return "*" not in branch and re.fullmatch(_regex(pattern), ref) is not None

    included, excluded = (any(map(meets, _patterns(raw, which))) for which in ("include", "exclude"))
    return included and not excluded


def body(wanted: Wanted, raw: Json | None) -> Json:
    """Return the ruleset to write: what is there, with our rule in it.

    Args:
        wanted: The branch.
        raw: What is there; None for nothing.

    Raises:
        DeniedError: Who may pass the ruleset by is not shown, so that it could not be kept.
    """
    there = raw or {"name": wanted.form.removeprefix(FORM), "target": "branch", "bypass_actors": []}
    if "bypass_actors" not in there:
        raise unseen(there["name"], "bypass_actors")
    ref, rule = f"refs/heads/{wanted.name}", _rule(there) or {"type": _RULE, "parameters": {_STRICT: False}}
    conditions = dict(there.get("conditions") or {})
    if not covers(there, wanted.name):
        include, exclude = _patterns(there, "include"), _patterns(there, "exclude")
        conditions["ref_name"] = {
            "include": list(dict.fromkeys([*include, ref])),
            "exclude": [pattern for pattern in exclude if pattern != ref],
        }
    parameters = rule.get("parameters", {})
    ours = rule | {
        "parameters": parameters
        | {
            _STRICT: bool(wanted.fields.get(checks.STRICT, parameters.get(_STRICT, False))),
            _RULE: [
                {"context": each.context} | ({} if each.app_id in {None, ANY} else {"integration_id": each.app_id})
                for each in checks.merged(wanted.fields, entries(there))
            ],
        }
    }
    rules = [ours if each["type"] == _RULE else each for each in there.get("rules", [])]
    whole = there | {
        "target": there.get("target", "branch"),
        "enforcement": _ACTIVE,
        "conditions": conditions,
        "rules": rules if ours in rules else [*rules, ours],
    }
    return {name: whole[name] for name in _WRITTEN}


def foreign(wanted: Wanted, raw: Json) -> object:
    """Return all that is not ours: who may pass by, other rules, other checks, other branches."""
    ref = f"refs/heads/{wanted.name}"
    rule = dict((_rule(raw) or {}).get("parameters", {}))
    return (
        {name: raw.get(name) for name in ("name", "target", "bypass_actors")},
        {which: sorted({*_patterns(raw, which)} - {ref}) for which in ("include", "exclude")},
        [each for each in raw.get("rules", []) if each["type"] != _RULE],
        checks.foreign(wanted.fields, entries(raw)),
        {name: value for name, value in rule.items() if name not in {_RULE, _STRICT}} if _rule(raw) else {},
    )


def _write(hub: GitHub, wanted: Wanted, raw: Json | None) -> None:
    if raw is not None:
        hub.put(f"/rulesets/{in_path(str(raw['id']))}", body(wanted, raw), WRITE_ADMINISTRATION)
        return
    hub.make(
        "/rulesets", body(wanted, None), WRITE_ADMINISTRATION, look=lambda: look(hub, wanted), read=lambda made: made
    )


def _rule(raw: Json) -> Json | None:
    return next((each for each in raw.get("rules", []) if each["type"] == _RULE), None)


def _patterns(raw: Json, which: str) -> list[str]:
    names: Any = (raw.get("conditions") or {}).get("ref_name") or {}
    return list(names.get(which, []))


def _regex(pattern: str) -> str:
    """Return a pattern of GitHub's, as fnmatch of Ruby reads it, as a regular expression."""
    return _WILD.sub(lambda match: _MEANING[match[0]], re.escape(pattern))


RULESET: Handling[Json] = Handling(look, fields, _write, foreign)
