"""The parts of a contract: a field, what its cells must meet, and a rule between fields.

Each refuses what contradicts itself: a sentence, raised as ValueError and told in the document's letter.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal, Self

import pydantic
from pydantic import StringConstraints, model_validator

from mlops.documents import Part

Type = Literal["string", "integer", "number", "date", "boolean"]
Role = Literal[
    "id",
    "group",
    "event_time",
    "prior_time",
    "label",
    "label_time",
    "feature",
    "post_outcome",
    "batch",
    "pii",
    "text",
    "ignored",
]
Operator = Literal["<", "<=", ">", ">=", "==", "!="]
Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]

ISO_DATE = "%Y-%m-%d"
_TYPES_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    "id": ("string",),
    "group": ("string",),
    "text": ("string",),
    "event_time": ("date",),
    "prior_time": ("date",),
    "label_time": ("date",),
    "label": ("string", "integer", "boolean"),
}
ORDERED = ("integer", "number", "date")
NUMBERS = ("integer", "number")
_DIRECTIVES = frozenset("YmdbHMSf")
_DAY = ("Y", "d")
_NOT_RE2 = re.compile(r"\(\?(?:[=!]|<[=!]|P=)|\\[1-9]")


class Constraints(Part):
    """What a present cell must meet.

    Attributes:
        enum: The texts that are allowed; empty allows all. With a separator, it holds for each item.
        pattern: A regular expression (RE2) that the whole text, or each item, must match; empty allows all.
        minimum: The least value that is allowed: a number, or for dates a day ``YYYY-MM-DD``.
        maximum: The greatest value that is allowed.
    """

    enum: tuple[str, ...] = ()
    pattern: Annotated[str, pydantic.Field(max_length=500)] = ""
    minimum: float | str | None = None
    maximum: float | str | None = None


class Field(Part):
    """A column.

    Attributes:
        name: Its name in the file.
        type: What its cells mean. ``integer`` must be exact in a double (below 2**53 in size); longer ones are text.
        format: How a date is written, in the directives ``%Y %m %d %b %H %M %S %f``; empty for other types. A column
            that Parquet declares a date needs none. No format knows a time zone: a day has none.
        role: What the column is for.
        required: The column must be there and its cells filled; for the label the column alone, for an undecided
            row has none.
        constraints: What a present cell must meet.
        separator: What stands between the items of a list, such as ``;``; empty for a plain cell.
        description: What the field means, for people.
    """

    name: Column
    type: Type
    format: Annotated[str, pydantic.Field(max_length=50)] = ""
    role: Role
    required: bool = False
    constraints: Constraints = Constraints()
    separator: Annotated[str, pydantic.Field(max_length=5)] = ""
    description: str = ""

    @property
    def date_format(self) -> str:
        """How a date is written: ``format``, or ISO 8601 if it says nothing."""
        return self.format or ISO_DATE

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _check_field(self)
        return self


class Rule(Part):
    """A comparison that every row must meet whose both sides are present and valid.

    Attributes:
        left: A field.
        operator: One of ``< <= > >= == !=``.
        right: Another field of the same type, or a number.
    """

    left: Column
    operator: Operator
    right: float | Column

    def __str__(self) -> str:
        right = self.right if isinstance(self.right, str) else f"{self.right:g}"
        return f"{self.left} {self.operator} {right}"


def folded(text: str) -> str:
    """Return a text as placeholders and labels are compared: without case and outer blanks."""
    return text.strip().casefold()


def _check_field(field: Field) -> None:
    """Refuse a field whose parts do not fit each other; raises ValueError."""
    types = _TYPES_OF_ROLE.get(field.role, (field.type,))
    if field.type not in types:
        raise ValueError(f"`{field.name}` has role {field.role}, so its type must be {' or '.join(types)}")
    if field.separator and field.type != "string":
        raise ValueError(f"`{field.name}` has a separator, so its type must be string")
    if field.format and field.type != "date":
        raise ValueError(f"`{field.name}` has a format, so its type must be date")
    if field.format:
        check_format(field.format)
    _check_constraints(field)


def check_format(text: str) -> None:
    """Refuse a date format that is ambiguous, incomplete or knows a time zone; raises ValueError."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a date format is of printable ASCII characters")
    used = re.findall(r"%(.?)", text, re.DOTALL)
    unknown = [letter for letter in used if letter not in _DIRECTIVES]
    if unknown:
        known = " ".join(f"%{letter}" for letter in "YmdbHMSf")
        raise ValueError(f"a date format may use {known}, not %{unknown[0]} (two-digit years and zones are ambiguous)")
    if twice(used) or any(letter not in used for letter in _DAY) or ("m" in used) == ("b" in used):
        raise ValueError("a date format names year, month (%m or %b) and day, each once")


def _check_constraints(field: Field) -> None:
    rules = field.constraints
    if rules.enum and field.type != "string" and field.role != "label":
        raise ValueError(f"`{field.name}` is a {field.type}: an enum is for text")
    if twice(rules.enum):
        raise ValueError(f"the enum of `{field.name}` holds {twice(rules.enum)[0]!r} twice")
    if rules.pattern and (field.type != "string" or field.role == "label"):
        raise ValueError(f"`{field.name}`: a pattern is for text that is no label")
    if rules.pattern:
        _check_pattern(rules.pattern)
    bounds = [bound for bound in (rules.minimum, rules.maximum) if bound is not None]
    if bounds and (field.type not in ORDERED or field.role == "label"):
        raise ValueError(f"`{field.name}`: minimum and maximum are for numbers and dates")
    for bound in bounds:
        _check_bound(bound, field)
    if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]  # noqa: PLR2004  # both of one type: checked above; both bounds
        raise ValueError(f"`{field.name}`: the minimum is greater than the maximum")


def _check_bound(bound: float | str, field: Field) -> None:
    if field.type != "date":
        if isinstance(bound, str):
            raise ValueError(f"`{field.name}`: a bound of a {field.type} is a number")
        return
    try:
        iso = isinstance(bound, str) and date.fromisoformat(bound).isoformat() == bound
    except ValueError:
        iso = False
    if not iso:
        raise ValueError(f"`{field.name}`: a bound of a date is a day, YYYY-MM-DD")


def _check_pattern(pattern: str) -> None:
    """Refuse what RE2 lacks, by a look that needs no Arrow; reading refuses what it alone knows."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression: {error}") from None
    if _NOT_RE2.search(pattern):
        raise ValueError(f"the pattern {pattern!r} looks around or back; RE2 does neither")


def twice(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that occur more than once, in ascending order."""
    return tuple(sorted(value for value, count in Counter(values).items() if count > 1))
