"""A contract: the fields of a table, each with a type, constraints and a role.

The words are those of Frictionless Table Schema v1 (``fields[].type``, ``format``, ``constraints``, ``missingValues``,
``primaryKey``); the role is ours. Code asks for roles, never for a column's name, so that one validation, one audit and
one model serve every table that has a contract (METHOD.md, section 3).
"""

from typing import Annotated, Self

import pydantic
from pydantic import StringConstraints, model_validator

from mlops.contract import checking
from mlops.contract.fields import Column, Constraints, Field, Role, Rule
from mlops.documents import Document

__all__ = ["FEATURE_ROLES", "Constraints", "Contract", "Field", "Role", "Rule"]

Days = Annotated[int, pydantic.Field(ge=0, le=36_500)]

FEATURE_ROLES: frozenset[Role] = frozenset({"feature", "text"})
"""The only roles whose columns a model may read; what names, dates or decides a row is none, by construction."""


class Contract(Document):
    """What a table must be.

    Attributes:
        name: Names the contract, as a profile's file does.
        version: Rises with every change of what is accepted.
        title: One line for people.
        fields: The columns, in the order in which people read them.
        missing_values: Texts that stand for a missing cell, compared without case and outer blanks; an empty cell is
            always missing.
        primary_key: The field of role ``id``.
        label_values: The label's texts in the file, compared as ``missing_values`` are, and the class of each: 0 or 1.
            Everything else is refused with counts; a missing label is an undecided row.
        maturity_days: Days after the event from which a row's label can be trusted to be final.
        max_undecided: Share of the rows old enough for a final label that may have none all the same: claims that are
            withdrawn or never answered. More than that, and labels are late.
        window_days: How far back from ``as_of`` events may lie; None sets no limit.
        rules: What must hold between the fields of a row.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    version: Annotated[int, pydantic.Field(ge=1)]
    title: str
    fields: Annotated[tuple[Field, ...], pydantic.Field(min_length=1, max_length=1000)]
    missing_values: tuple[str, ...] = ()
    primary_key: Column
    label_values: dict[str, int]
    maturity_days: Days
    max_undecided: Annotated[float, pydantic.Field(ge=0, lt=1)] = 0.01
    window_days: Annotated[int, pydantic.Field(ge=1, le=36_500)] | None = None
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        checking.check_roles(self.fields, self.primary_key)
        checking.check_labels(self.one("label"), self.label_values, self.missing_values)
        checking.check_rules(self.fields, self.rules)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in the contract's order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Return the field of this name; raises KeyError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def of_role(self, role: Role) -> tuple[Field, ...]:
        """Return the fields of a role, in the contract's order."""
        return tuple(field for field in self.fields if field.role == role)

    def one(self, role: Role) -> Field:
        """Return the field of a role that exactly one field has; raises KeyError if none or several have it."""
        found = self.of_role(role)
        if len(found) != 1:
            raise KeyError(role)
        return found[0]

    def features(self) -> tuple[Field, ...]:
        """Return the fields that a model may read: roles ``feature`` and ``text``, and no other."""
        return tuple(field for field in self.fields if field.role in FEATURE_ROLES)

    def filled(self) -> tuple[Field, ...]:
        """Return the fields whose cells must be filled: the required ones without the label."""
        return tuple(field for field in self.fields if field.required and field.role != "label")
