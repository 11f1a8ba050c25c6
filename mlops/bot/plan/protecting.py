"""Branch protection, the older form: the checks are ours, everything else is written back as it was read."""

from collections.abc import Iterable
from typing import Any

from mlops.bot.answers import AbsentError
from mlops.bot.client import GitHub
from mlops.bot.paths import in_path
from mlops.bot.permissions import READ_ADMINISTRATION, WRITE_ADMINISTRATION
from mlops.bot.plan import checks
from mlops.bot.plan.checks import ANY, Entry
from mlops.bot.plan.handling import Handling, Json
from mlops.bot.plan.model import Value, Wanted
from mlops.bot.reading import Reader

_CHECKS, _REVIEWS = "required_status_checks", "required_pull_request_reviews"
_SWITCHES = (
    "required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations",
    "required_conversation_resolution", "lock_branch", "allow_fork_syncing",
)  # fmt: skip
_PLAIN_REVIEWS = (
    "dismiss_stale_reviews",
    "require_code_owner_reviews",
    "required_approving_review_count",
    "require_last_push_approval",
)
_LISTS_IN_REVIEWS = ("dismissal_restrictions", "bypass_pull_request_allowances")


def look(hub: Reader, wanted: Wanted) -> Json | None:
    """Return the protection of a branch; None where it has none.

    Raises:
        AbsentError: There is no such branch, or the token may not see its protection: which, GitHub does not say.
    """
    try:
        found: Json = hub.get(_path(wanted), READ_ADMINISTRATION)
    except AbsentError as error:
        if "branch not protected" in error.found.lower():
            return None
        raise
    return found


def fields(wanted: Wanted, raw: Json) -> dict[str, Value]:
    """Return the managed fields of a protection."""
    required = raw.get(_CHECKS)
    strict = None if required is None else bool(required.get("strict", False))
    return checks.seen(wanted.fields, entries(raw), strict=strict)


def entries(raw: Json | None) -> list[Entry]:
    """Return the checks that a protection requires; older servers name contexts alone."""
    required = (raw or {}).get(_CHECKS) or {}
    listed = required.get("checks")
    if listed is None:
        return [Entry(context, ANY) for context in required.get("contexts", [])]
    return [Entry(check["context"], ANY if check.get("app_id") is None else check["app_id"]) for check in listed]


def required_body(wanted: Wanted, raw: Json | None) -> Json:
    """Return the required checks to write: GitHub would pin a check that is sent without an App to one."""
    before = ((raw or {}).get(_CHECKS) or {}).get("strict", False)
    merged = checks.merged(wanted.fields, entries(raw))
    return {
        "strict": bool(wanted.fields.get(checks.STRICT, before)),
        "checks": [
            {"context": each.context} | ({} if each.app_id is None else {"app_id": each.app_id}) for each in merged
        ],
    }


def whole_body(wanted: Wanted, raw: Json | None) -> Json:
    """Return a whole protection to write, because GitHub removes what is left out.

    Args:
        wanted: The checks.
        raw: What is there; None for nothing.
    """
    there = raw or {}
    body: Json = {
        _CHECKS: required_body(wanted, raw),
        "enforce_admins": _on(there, "enforce_admins") or None,
        _REVIEWS: _reviews(there[_REVIEWS]) if there.get(_REVIEWS) else None,
        "restrictions": _actors(there["restrictions"]) if there.get("restrictions") else None,
    }
    return body | {name: _on(there, name) for name in _SWITCHES if name in there}


def foreign(wanted: Wanted, raw: Json) -> object:
    """Return all that is not ours, without addresses and in one order."""
    rest = {name: value for name, value in raw.items() if name != _CHECKS}
    return _bare(rest), checks.foreign(wanted.fields, entries(raw))


def _write(hub: GitHub, wanted: Wanted, raw: Json | None) -> None:
    if raw is not None and raw.get(_CHECKS) is not None:
        hub.patch(f"{_path(wanted)}/{_CHECKS}", required_body(wanted, raw), WRITE_ADMINISTRATION)
    else:
        hub.put(_path(wanted), whole_body(wanted, raw), WRITE_ADMINISTRATION)


def _path(wanted: Wanted) -> str:
    return f"/branches/{in_path(wanted.name)}/protection"


def _on(there: Json, name: str) -> bool:
    return bool((there.get(name) or {}).get("enabled"))


def _reviews(raw: Json) -> Json:
    plain = {name: raw[name] for name in _PLAIN_REVIEWS if name in raw}
    return plain | {name: _actors(raw[name]) for name in _LISTS_IN_REVIEWS if name in raw}


def _actors(raw: Json) -> Json:
    """Return people, teams and Apps by the names that a request gives them."""
    return {
        "users": _names(raw.get("users"), "login"),
        "teams": _names(raw.get("teams"), "slug"),
        "apps": _names(raw.get("apps"), "slug"),
    }


def _names(listed: Iterable[Json | None] | None, key: str) -> list[str]:
    return sorted(str(each[key]) for each in listed or () if each)


def _bare(value: Any) -> Any:  # noqa: ANN401  # JSON is anything
    """Return a value of GitHub's without addresses; accounts, teams and Apps by name alone, in one order."""
    if isinstance(value, dict):
        if {"users", "teams"} <= value.keys():
            return _actors(value)
        return {name: _bare(part) for name, part in value.items() if name != "url" and not name.endswith("_url")}
    return [_bare(part) for part in value] if isinstance(value, list) else value


PROTECTION = Handling(look, fields, _write, foreign)
