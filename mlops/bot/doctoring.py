"""What GitHub says of a repository's settings, read for the doctor; what cannot be read is unknown, never nothing."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from mlops.bot.answers import DeniedError
from mlops.bot.effects import StoppedError
from mlops.bot.paths import in_path
from mlops.bot.permissions import (
    READ_ACTIONS,
    READ_ADMINISTRATION,
    READ_CHECKS,
    READ_CONTENTS,
    READ_METADATA,
    READ_PULLS,
    READ_STATUSES,
    READ_VARIABLES,
)
from mlops.bot.reading import Reader
from mlops.doctor import Branch, Demand, Live, Place, Repository, Unknown, joined, target
from mlops.doctor.settings import APP_VARIABLE
from mlops.errors import MlopsError, UnavailableError

NEEDS = (
    READ_ACTIONS,
    READ_ADMINISTRATION,
    READ_CHECKS,
    READ_CONTENTS,
    READ_METADATA,
    READ_PULLS,
    READ_STATUSES,
    READ_VARIABLES,
)
"""All that is asked for; what the token may not becomes unknown."""

_HEADS = 3
"""Pull requests whose heads are searched for checks."""

_ADMINISTRATOR = 5
"""The number of the administrator's role in a ruleset."""

_NO_RULES = "upgrade to github"

T = TypeVar("T")
Json = dict[str, Any]


def survey(reader: Reader, repository: Repository) -> tuple[Repository, Live]:
    """Return the repository with what GitHub requires of it, and everything that GitHub says.

    Raises:
        UnavailableError: Not even the repository itself can be read.
    """
    return _Surveyor(reader).survey(repository)


class _Surveyor:
    """Reads, and keeps what could not be read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._unknown: list[Unknown] = []

    def survey(self, repository: Repository) -> tuple[Repository, Live]:
        about: Json = self._reader.get("", READ_METADATA)
        default = str(about["default_branch"])
        branches = tuple(map(self._branch, target(repository, default)))
        places = self._try("the environments", self._places)
        writes = self._try("what a workflow's token may by default", self._token_writes)
        variables = self._try(f"whether the variable {APP_VARIABLE} exists", self._variables)
        heads = self._try("the newest pull requests", self._heads) or []
        shas = list(dict.fromkeys([default, *heads]))
        live = Live(
            str(about["full_name"]),
            private=bool(about["private"]),
            branches=branches,
            heads=len(shas),
            reporters=self._try("which checks were reported", lambda: self._reporters(shas)),
            statuses=self._statuses(branches, shas),
            places=places,
            token_writes=writes,
            variables=variables,
            unknown=tuple(self._unknown),
        )
        return joined(repository, live, default), live

    def _try(self, what: str, read: Callable[[], T], *, essential: bool = False) -> T | None:
        """Return what ``read`` returns; None, with a word about it, where the token may not or GitHub does not."""
        try:
            return read()
        except StoppedError:
            raise
        except MlopsError as error:
            why = error.found or error.what
            self._unknown.append(Unknown(what=what, why=why, fix=error.fix, essential=essential))
            return None

    def _branch(self, name: str) -> Branch:
        try:
            rules = list(self._reader.pages(f"/rules/branches/{in_path(name)}", READ_METADATA))
        except DeniedError as error:
            if _NO_RULES in error.found.lower():
                return Branch(name, paid=False)
            rules = None
            self._not_read(name, error)
        except StoppedError:
            raise
        except UnavailableError as error:
            rules = None
            self._not_read(name, error)
        about = self._try(
            f"the protection of `{name}`",
            lambda: self._reader.get(f"/branches/{in_path(name)}", READ_CONTENTS),
            essential=True,
        )
        known = rules is not None and about is not None
        required = (about or {}).get("protection", {}).get("required_status_checks", {})
        demands = (*_by_rulesets(rules or []), *_by_protection(required))
        return Branch(
            name,
            demands=demands if known else None,
            merge_queue=any(rule["type"] == "merge_queue" for rule in rules or []),
            bypassed=(
                *(["branch protection"] if required.get("enforcement_level") == "non_admins" else []),
                *self._bypassed(rules or []),
            ),
        )

    def _not_read(self, name: str, error: MlopsError) -> None:
        found = error.found or error.what
        self._unknown.append(Unknown(what=f"the rules of `{name}`", why=found, fix=error.fix, essential=True))

    def _bypassed(self, rules: list[Json]) -> Iterator[str]:
        """Yield the rulesets that require checks and that administrators always pass."""
        for number in dict.fromkeys(rule["ruleset_id"] for rule in rules if rule["type"] == "required_status_checks"):
            path = f"/rulesets/{number}"
            found = self._try(f"the ruleset {number}", partial(self._reader.get, path, READ_METADATA))
            if found is None:
                continue
            if "bypass_actors" not in found:
                self._unknown.append(
                    Unknown(
                        what=f"who may pass the ruleset `{found['name']}` by",
                        why="GitHub shows it only to those who may change it.",
                        fix=READ_ADMINISTRATION.advice(),
                        essential=False,
                    )
                )
            for actor in found.get("bypass_actors", []):
                role = (actor["actor_type"], actor["actor_id"]) == ("RepositoryRole", _ADMINISTRATOR)
                if (role or actor["actor_type"] == "OrganizationAdmin") and actor["bypass_mode"] == "always":
                    yield f"ruleset `{found['name']}`"
                    break

    def _places(self) -> dict[str, Place]:
        found = self._reader.pages("/environments", READ_ACTIONS, key="environments")
        places = (Place(each["name"], limited=each.get("deployment_branch_policy") is not None) for each in found)
        return {place.name.lower(): place for place in places}

    def _token_writes(self) -> bool:
        found = self._reader.get("/actions/permissions/workflow", READ_ADMINISTRATION)
        return bool(found["default_workflow_permissions"] == "write")

    def _variables(self) -> frozenset[str]:
        found = self._reader.find(f"/actions/variables/{APP_VARIABLE}", READ_VARIABLES)
        return frozenset() if found is None else frozenset({APP_VARIABLE})

    def _heads(self) -> list[str]:
        found = self._reader.get("/pulls", READ_PULLS, state="all", sort="updated", direction="desc", per_page=_HEADS)
        return [str(each["head"]["sha"]) for each in found]

    def _reporters(self, shas: list[str]) -> dict[str, frozenset[int]]:
        found: dict[str, frozenset[int]] = {}
        for sha in shas:
            for check in self._reader.pages(f"/commits/{in_path(sha)}/check-runs", READ_CHECKS, key="check_runs"):
                app = (check.get("app") or {}).get("id") or 0
                found[check["name"]] = found.get(check["name"], frozenset()) | {int(app)}
        return found

    def _statuses(self, branches: tuple[Branch, ...], shas: list[str]) -> frozenset[str] | None:
        """Return the names of commit statuses, where anybody may report a check."""
        if not any(demand.app_id is None for branch in branches for demand in branch.demands or ()):
            return None

        def read() -> frozenset[str]:
            pages = (
                self._reader.pages(f"/commits/{in_path(sha)}/status", READ_STATUSES, key="statuses") for sha in shas
            )
            return frozenset(str(status["context"]) for page in pages for status in page)

        return self._try("which commit statuses were reported", read)


def _by_rulesets(rules: list[Json]) -> Iterator[Demand]:
    for rule in rules:
        if rule["type"] == "required_status_checks":
            for check in rule.get("parameters", {}).get("required_status_checks", []):
                yield Demand(check["context"], _pinned(check.get("integration_id")), f"ruleset {rule['ruleset_id']}")


def _by_protection(required: Json) -> Iterator[Demand]:
    for check in required.get("checks", []):
        yield Demand(check["context"], _pinned(check.get("app_id")), "branch protection")


def _pinned(app_id: int | None) -> int | None:
    return app_id if app_id is not None and app_id > 0 else None
