"""Environments: who approves, how long jobs wait, which branches may deploy. What is not named is written back.

Plans that lack a rule refuse a request that mentions it, even to say that nothing is asked; so only what is asked for,
now or before, is mentioned.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.paths import in_path
from mlops.bot.permissions import READ_ACTIONS, READ_CONTENTS, READ_MEMBERS, WRITE_ADMINISTRATION
from mlops.bot.plan.handling import Handling, Json
from mlops.bot.plan.model import Value, Wanted
from mlops.bot.reading import Reader, top

REVIEWERS, SELF, WAIT, BRANCHES = "reviewers", "prevent_self_review", "wait_minutes", "branches"
PROTECTED, _CUSTOM, _EVERY = "protected", "custom", "every branch"
_BRANCH = "branch"


class Reviewer(NamedTuple):
    """Who may approve: ``User`` or ``Team``, GitHub's number, and the name as it is declared."""

    kind: str
    number: int
    name: str


class Policy(Part):
    """A pattern of branches, or of tags, that may deploy; older servers name no type and know branches alone."""

    id: int
    name: str
    type: str = _BRANCH


@dataclass(frozen=True)
class Environment:
    """What is there.

    Attributes:
        reviewers: Who may approve.
        prevent_self_review: Whether who started a run may not.
        wait_minutes: How long a job waits.
        policy: ``protected``, ``custom``, or empty for every branch.
        patterns: The custom ones; read only where branches are managed.
        admins_bypass: Whether administrators may start a job at once.
    """

    reviewers: tuple[Reviewer, ...] = ()
    prevent_self_review: bool = False
    wait_minutes: int = 0
    policy: str = ""
    patterns: tuple[Policy, ...] = ()
    admins_bypass: bool = True


def parsed(raw: Json, owner: str) -> Environment:
    """Return an environment of GitHub's answer; its patterns are asked for elsewhere.

    Args:
        raw: The answer.
        owner: Of the repository, whose teams alone can be reviewers.
    """
    wait, prevent, reviewers = 0, False, []
    for rule in raw.get("protection_rules") or []:
        wait = rule.get("wait_timer", wait)
        prevent = rule.get("prevent_self_review", prevent)
        for each in rule.get("reviewers", []):
            who, kind = each.get("reviewer"), each["type"]
            if who is None:  # an account that is gone, and approves nothing
                continue
            name = f"{owner}/{who['slug']}" if kind == "Team" else who["login"]
            reviewers.append(Reviewer(kind, who["id"], name))
    limits = raw.get("deployment_branch_policy") or {}
    policy = PROTECTED if limits.get("protected_branches") else _CUSTOM if limits else ""
    return Environment(
        tuple(reviewers), bool(prevent), int(wait), policy, admins_bypass=raw.get("can_admins_bypass") is not False
    )


def with_patterns(hub: Reader, wanted: Wanted, found: Environment) -> Environment:
    """Return an environment with its patterns, if they are managed and it has some."""
    if found.policy != _CUSTOM or BRANCHES not in wanted.fields:
        return found
    entries = hub.pages(f"{_path(wanted)}/deployment-branch-policies", READ_ACTIONS, key="branch_policies")
    patterns = tuple(read(Policy, each, where="a deployment branch policy") for each in entries)
    return Environment(**(vars(found) | {"patterns": patterns}))


def look(hub: Reader, wanted: Wanted) -> Environment | None:
    """Return an environment; None where there is none of that name."""
    raw = hub.find(_path(wanted), READ_ACTIONS)
    return None if raw is None else with_patterns(hub, wanted, parsed(raw, hub.settings.owner))


def fields(wanted: Wanted, found: Environment) -> dict[str, Value]:
    """Return the managed fields; names in other capitals are spelled as they are declared."""
    declared = {name.casefold(): name for name in _listed(wanted.fields.get(REVIEWERS))}
    names = sorted((declared.get(each.name.casefold(), each.name) for each in found.reviewers), key=str.casefold)
    patterns = tuple(sorted(each.name for each in found.patterns if each.type == _BRANCH))
    branches: Value = patterns if found.policy == _CUSTOM else found.policy or _EVERY
    whole: dict[str, Value] = {
        REVIEWERS: tuple(names),
        SELF: found.prevent_self_review,
        WAIT: found.wait_minutes,
        BRANCHES: branches,
    }
    return {name: whole[name] for name in wanted.fields}


def body(wanted: Wanted, found: Environment | None, reviewers: tuple[Reviewer, ...]) -> Json:
    """Return the environment to write.

    Args:
        wanted: What is declared.
        found: What is there; None for nothing.
        reviewers: Who shall approve, where that is declared.
    """
    there = found or Environment()
    approving = reviewers if REVIEWERS in wanted.fields else there.reviewers
    wait, prevent = wanted.fields.get(WAIT, there.wait_minutes), wanted.fields.get(SELF, there.prevent_self_review)
    branches = wanted.fields.get(BRANCHES)
    policy = there.policy if branches is None else PROTECTED if branches == PROTECTED else _CUSTOM
    asked: Json = {}
    if wait or there.wait_minutes:
        asked["wait_timer"] = wait
    if approving or there.reviewers:
        asked["reviewers"] = [{"type": each.kind, "id": each.number} for each in approving]
    if prevent or there.prevent_self_review:
        asked["prevent_self_review"] = prevent and bool(approving)  # GitHub keeps it beside reviewers
    if policy:
        asked["deployment_branch_policy"] = {
            "protected_branches": policy == PROTECTED,
            "custom_branch_policies": policy == _CUSTOM,
        }
    return asked if there.admins_bypass else asked | {"can_admins_bypass": False}


def foreign(wanted: Wanted, found: Environment) -> object:
    """Return all that is not ours."""
    whole: dict[str, object] = {
        REVIEWERS: {(each.kind, each.number) for each in found.reviewers},
        SELF: found.prevent_self_review,
        WAIT: found.wait_minutes,
        BRANCHES: found.policy,
    }
    ours = {*wanted.fields, *((SELF,) if wanted.fields.get(REVIEWERS) == () else ())}  # GitHub keeps both or neither
    custom = isinstance(wanted.fields.get(BRANCHES), tuple)
    tags = sorted(each.name for each in found.patterns if custom and each.type != _BRANCH)
    return {name: value for name, value in whole.items() if name not in ours}, found.admins_bypass, tags


def _write(hub: GitHub, wanted: Wanted, found: Environment | None) -> None:
    reviewers = tuple(_reviewer(hub, name) for name in _listed(wanted.fields.get(REVIEWERS)))
    asked = body(wanted, found, reviewers)
    if found is None or asked != body(Wanted(wanted.section, wanted.name, {}), found, ()):
        hub.put(_path(wanted), asked, WRITE_ADMINISTRATION)
    branches = wanted.fields.get(BRANCHES)
    if isinstance(branches, tuple):
        _write_patterns(hub, wanted, branches)


def _write_patterns(hub: GitHub, wanted: Wanted, branches: tuple[str, ...]) -> None:
    """Make the patterns of branches exactly these; new ones first, so that nobody is locked out in between."""
    path = f"{_path(wanted)}/deployment-branch-policies"

    def there() -> list[Policy]:
        entries = hub.pages(path, READ_ACTIONS, key="branch_policies")
        return [read(Policy, each, where="a deployment branch policy") for each in entries]

    def found(name: str) -> Policy | None:
        return next((each for each in there() if (each.name, each.type) == (name, _BRANCH)), None)

    for name in branches:
        asked = {"name": name, "type": _BRANCH}
        hub.make(path, asked, WRITE_ADMINISTRATION, look=partial(found, name), read=lambda made: made)
    for each in there():
        if each.type == _BRANCH and each.name not in branches:
            hub.delete(f"{path}/{each.id}", WRITE_ADMINISTRATION)


def _reviewer(hub: Reader, name: str) -> Reviewer:
    """Return a reviewer with GitHub's number."""
    owner, _, team = name.partition("/")
    if team:
        found = hub.get(top(f"/orgs/{in_path(owner)}/teams/{in_path(team)}"), READ_MEMBERS)
        return Reviewer("Team", found["id"], name)
    return Reviewer("User", hub.get(top(f"/users/{in_path(name)}"), READ_CONTENTS)["id"], name)


def _path(wanted: Wanted) -> str:
    return f"/environments/{in_path(wanted.name)}"


def _listed(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


ENVIRONMENT = Handling(look, fields, _write, foreign)
