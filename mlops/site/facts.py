"""Everything that the history page shows: documents, and what git knows of them. Equal facts give equal bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mlops.certification.document import Status
from mlops.certification.ledger import Ledger
from mlops.gate import GateReport
from mlops.manifest import Manifest
from mlops.provenance import Change
from mlops.registry import Record


class Switched(Protocol):
    """A change of what an environment is to serve; an empty name stands for no model."""

    @property
    def time(self) -> datetime:
        """When it was committed, or merged."""

    @property
    def commit(self) -> str:
        """By which commit."""

    @property
    def environment(self) -> str:
        """Where."""

    @property
    def task(self) -> str:
        """Of which task."""

    @property
    def before(self) -> str:
        """The model before."""

    @property
    def after(self) -> str:
        """The model after."""

    @property
    def doubted(self) -> bool:
        """Whether the commit's own time is not believed."""


@dataclass(frozen=True)
class History:
    """What git knows.

    Attributes:
        switches: Every change of what environments are to serve, the oldest first.
        horizon: The commits at which a shallow clone ends: what happened there happened then or earlier.
        latest: The commit that last changed a record; None where none did, or git was not to be asked.
        unknown: Why git could not be asked; empty where it could.
        until: No later time is believed, for it was told by a wrong clock; None believes any.
    """

    switches: tuple[Switched, ...] = ()
    horizon: frozenset[str] = frozenset()
    latest: Change | None = None
    unknown: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Model:
    """A version: the record in its card, and its verdict where that is committed beside it."""

    record: Record
    gate: GateReport | None


@dataclass(frozen=True)
class Certification:
    """The runs of a certified task, and what they allow on the day of the newest record.

    Attributes:
        ledger: The runs.
        status: What they allow.
        confidence: Of each one-sided bound, as it is in force.
    """

    ledger: Ledger
    status: Status
    confidence: float


@dataclass(frozen=True)
class TaskFacts:
    """One task.

    Attributes:
        name: Its name.
        description: What it is for; empty where ``mlops.toml`` does not declare it any more.
        models: Its versions, the oldest first.
        datasets: Its manifests, the oldest first.
        certification: None where the task knows no certificate.
    """

    name: str
    description: str
    models: tuple[Model, ...]
    datasets: tuple[Manifest, ...]
    certification: Certification | None


@dataclass(frozen=True)
class SiteFacts:
    """All of it.

    Attributes:
        tasks: Declared ones in the order of their names, then those that only records name.
        declared: By environment, by task, the model that it is to serve.
        history: What git knows.
        as_of: The moment of the newest record or commit; None where there is nothing.
        address: Of the repository on GitHub, for links; empty for none.
    """

    tasks: tuple[TaskFacts, ...]
    declared: Mapping[str, Mapping[str, str]]
    history: History
    as_of: datetime | None
    address: str = ""
