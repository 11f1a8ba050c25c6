"""What GitHub's settings say, as facts that somebody read; a None is what could not be read, and never "nothing"."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mlops.doctor.reading import ACTIONS_APP, Repository, Required
from mlops.documents import Part


@dataclass(frozen=True)
class Demand:
    """A check that GitHub requires.

    Attributes:
        context: Its name.
        app_id: Who must report it; None for anybody.
        by: What requires it: ``branch protection`` or ``ruleset NAME``.
    """

    context: str
    app_id: int | None
    by: str


@dataclass(frozen=True)
class Branch:
    """The rules of a branch.

    Attributes:
        name: Its name.
        paid: Whether the plan has rules for this repository.
        demands: The checks that it requires; None when that could not be read.
        merge_queue: Whether it has a merge queue.
        bypassed: By what administrators, or everybody with some role, pass the rules.
    """

    name: str
    paid: bool = True
    demands: tuple[Demand, ...] | None = ()
    merge_queue: bool = False
    bypassed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """An environment.

    Attributes:
        name: Its name.
        limited: Whether only some branches reach it.
    """

    name: str
    limited: bool


class Unknown(Part):
    """Something that could not be read.

    Attributes:
        what: What is not known.
        why: Why it could not be read.
        fix: How it can be.
        essential: Whether without it nobody can say that the gate holds.
    """

    what: str
    why: str
    fix: str
    essential: bool


@dataclass(frozen=True)
class Live:
    """What GitHub says of a repository.

    Attributes:
        name: ``owner/name``.
        private: Whether it is private.
        branches: The branches that are looked at.
        heads: How many commits were searched for checks: the branch's newest and those of the newest pull requests.
        reporters: By the name of a check, the Apps that reported it there; None when that could not be read.
        statuses: The names of the commit statuses there; None when that was not, or could not be, read.
        places: The environments by their names in small letters; None when they could not be read.
        token_writes: Whether a workflow's token may write where nothing is said.
        variables: The names of the variables that were asked about and exist; None when that could not be read.
        unknown: What could not be read.
    """

    name: str
    private: bool = False
    branches: tuple[Branch, ...] = ()
    heads: int = 0
    reporters: Mapping[str, frozenset[int]] | None = None
    statuses: frozenset[str] | None = None
    places: Mapping[str, Place] | None = None
    token_writes: bool | None = None
    variables: frozenset[str] | None = None
    unknown: tuple[Unknown, ...] = field(default=())


@dataclass(frozen=True)
class Survey:
    """A repository and what GitHub says of it."""

    repository: Repository
    live: Live


def target(repository: Repository, default_branch: str) -> tuple[str, ...]:
    """Return the branches whose rules are looked at: those that are declared, else the default branch."""
    named = tuple(dict.fromkeys(each.branch for each in repository.required if "*" not in each.branch))
    return named if repository.declared and named else (default_branch,)


def joined(repository: Repository, live: Live, default_branch: str) -> Repository:
    """Return the repository with the checks that GitHub requires, and the default branch as it is called there."""
    if not repository.declared:
        branches = [replace(each, branch=default_branch) for each in repository.required]
        repository = replace(repository, required=tuple(branches))
    more = [
        Required(demand.context, demand.app_id, branch.name)
        for branch in live.branches
        for demand in branch.demands or ()
        if demand.app_id in {None, ACTIONS_APP}
    ]
    return repository.also_requiring(more)
