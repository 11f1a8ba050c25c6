"""A plan: what differs between what is declared and what is on GitHub, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from mlops.bot.answers import AbsentError, DeniedError
from mlops.documents import Document, Part
from mlops.errors import MlopsError

Section = Literal["variables", "labels", "environments", "branches"]
Kind = Literal["create", "change"]
Value = bool | int | str | tuple[str, ...] | None


@dataclass(frozen=True)
class Wanted:
    """One declared setting, in one spelling.

    Attributes:
        section: Its kind.
        name: Which one.
        fields: What is managed of it; a field that is not here is not ours.
        form: For a branch, where its checks are kept: ``protection``, or the name of a ruleset after ``ruleset:``.
    """

    section: Section
    name: str
    fields: Mapping[str, Value]
    form: str = ""

    @property
    def key(self) -> tuple[Section, str]:
        """Return what it is found by."""
        return self.section, self.name


class Change(Part):
    """A field that differs.

    Attributes:
        section: The kind of setting.
        name: Which one.
        form: For a branch, where its checks are kept.
        field: What of it; empty where the setting itself is all that is missing.
        kind: Whether the whole setting is missing, or this field of it differs.
        before: What is on GitHub; None for nothing.
        after: What is declared.
    """

    section: Section
    name: str
    form: str = ""
    field: str
    kind: Kind
    before: Value = None
    after: Value = None


class Refusal(Part):
    """What GitHub does not show, or did not let be written. What is not shown is unknown, and never the same as clean.

    Attributes:
        section: The kind of setting.
        name: Which one; empty for all of the section.
        what: What happened.
        needs: What the token must be allowed, or what else is missing.
        found: What GitHub said.
        fix: What to do.
    """

    section: Section
    name: str = ""
    what: str
    needs: str = ""
    found: str = ""
    fix: str = ""

    @classmethod
    def of(cls, error: MlopsError, section: Section, name: str = "") -> Self:
        """Return what a letter says; it names a permission where GitHub refused for want of one."""
        needs = error.expected if isinstance(error, DeniedError | AbsentError) else ""
        return cls(section=section, name=name, what=error.what, needs=needs, found=error.found[:300], fix=error.fix)


class Plan(Document):
    """What ``mlops bot apply`` would do.

    Attributes:
        repository: ``owner/name``.
        managed: How many settings are declared.
        changes: What differs, in the order of the settings.
        unknown: What could not be read.
    """

    repository: str
    managed: int
    changes: tuple[Change, ...] = ()
    unknown: tuple[Refusal, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether everything was read and nothing differs."""
        return not self.changes and not self.unknown


class Applied(Document):
    """What was done.

    Attributes:
        repository: ``owner/name``.
        managed: How many settings are declared.
        changed: What GitHub now keeps as declared, and did not before.
        refused: What GitHub did not let be written, did not keep, or does not show.
    """

    repository: str
    managed: int
    changed: tuple[Change, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What is on GitHub, of what is declared.

    Attributes:
        fields: By section and name, the managed fields; None where there is no such setting.
        unknown: What could not be read; its settings are not in ``fields``.
    """

    fields: Mapping[tuple[Section, str], Mapping[str, Value] | None]
    unknown: tuple[Refusal, ...] = ()
