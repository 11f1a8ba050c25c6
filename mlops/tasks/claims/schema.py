"""The feature schema: which columns of a claim a model reads, and how each becomes numbers. Frozen in the model file.

It is derived from the roles of a contract alone: columns of role ``feature`` and ``text``, and of the dates
``event_time`` and ``prior_time`` the days between them, month and weekday. What names a row, tells its label or its
batch never enters, by construction (METHOD.md, section 3). Two numbers that a rule compares also make a ratio.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from mlops.contract.fields import folded
from mlops.contract.model import Contract, Field
from mlops.documents import canonical_json
from mlops.hashing import Sha256, sha256_bytes
from mlops.inputs import Kind as InputKind

VERSION = 1
"""Of the encodings: a model of another version cannot be read."""

_HOLDS: Mapping[str, InputKind] = {
    "number": "number", "ratio": "number", "days": "date", "calendar": "date",
    "category": "text", "list": "text", "text": "text",
}  # fmt: skip

Kind = Literal["number", "ratio", "days", "calendar", "category", "list", "text"]


@dataclass(frozen=True)
class SchemaField:
    """One or more features that are made from the same columns.

    Attributes:
        name: Names it in explanations.
        kind: How it is encoded.
        columns: What it reads: two columns for ``ratio`` (over, under) and ``days`` (from, to), else one.
        separator: What stands between the items of a ``list``.
        levels: The categories or items that were frequent in training, most frequent first, folded; the only text of
            the data that a model keeps.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]
    separator: str = ""
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class FeatureSchema:
    """What a model reads.

    Attributes:
        contract: Name of the contract from which it was derived.
        contract_version: That contract's version.
        placeholders: Folded texts that stand for a missing item of a list.
        fields: In the order of their features.
    """

    contract: str
    contract_version: int
    placeholders: tuple[str, ...]
    fields: tuple[SchemaField, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that are read, each once."""
        return tuple(dict.fromkeys(column for field in self.fields for column in field.columns))

    def reads(self) -> dict[str, InputKind]:
        """Return what each of :attr:`inputs` holds."""
        return {name: _HOLDS[field.kind] for field in self.fields for name in field.columns}

    @property
    def sha256(self) -> Sha256:
        """Hash of names, kinds and encodings: models of one hash read a row alike."""
        return sha256_bytes(canonical_json(self.state()))

    def state(self) -> dict[str, Any]:
        """Return the schema as plain values."""
        return {
            "version": VERSION,
            "contract": self.contract,
            "contract_version": self.contract_version,
            "placeholders": list(self.placeholders),
            "fields": [
                {
                    "name": field.name,
                    "kind": field.kind,
                    "columns": list(field.columns),
                    "separator": field.separator,
                    "levels": list(field.levels),
                }
                for field in self.fields
            ],
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild a schema from :meth:`state`.

        Raises:
            ValueError: Of another version, or with a field of a kind that is not known.
        """
        fields = tuple(
            SchemaField(
                str(field["name"]),
                field["kind"],
                tuple(map(str, field["columns"])),
                str(field["separator"]),
                tuple(map(str, field["levels"])),
            )
            for field in state["fields"]
        )
        found = cls(
            str(state["contract"]), int(state["contract_version"]), tuple(map(str, state["placeholders"])), fields
        )
        known = all(field.kind in get_args(Kind) and len(field.columns) == _reads(field.kind) for field in fields)
        if not known or found.state() != state:
            raise ValueError(f"a feature schema that is none of version {VERSION}")
        return found


def derive(contract: Contract) -> FeatureSchema:
    """Return the schema of a contract, its encodings not fitted yet."""
    return FeatureSchema(
        contract.name,
        contract.version,
        tuple(sorted({"", *map(folded, contract.missing_values)})),
        (*_dates(contract), *(_feature(field) for field in _readable(contract)), *_ratios(contract)),
    )


def _reads(kind: Kind) -> int:
    return 2 if kind in {"ratio", "days"} else 1


def _readable(contract: Contract) -> tuple[Field, ...]:
    return tuple(field for field in contract.features() if field.type != "date")


def _dates(contract: Contract) -> Iterator[SchemaField]:
    """Yield the days from each earlier date to the event, and the calendar of each date; the year is no feature."""
    event = contract.one("event_time").name
    others = [field.name for field in contract.fields if field.role == "prior_time"]
    others += [field.name for field in contract.features() if field.type == "date"]
    for name in others:
        yield SchemaField(f"days from {name} to {event}", "days", (name, event))
    for name in (event, *others):
        yield SchemaField(f"{name}, calendar", "calendar", (name,))


def _feature(field: Field) -> SchemaField:
    if field.role == "text":
        return SchemaField(field.name, "text", (field.name,))
    if field.type != "string":
        return SchemaField(field.name, "number", (field.name,))
    return SchemaField(field.name, "list" if field.separator else "category", (field.name,), field.separator)


def _ratios(contract: Contract) -> Iterator[SchemaField]:
    numbers = {field.name for field in _readable(contract) if field.type in {"number", "integer"}}
    for rule in contract.rules:
        if isinstance(rule.right, str) and {rule.left, rule.right} <= numbers:
            yield SchemaField(f"{rule.left} / {rule.right}", "ratio", (rule.left, rule.right))
