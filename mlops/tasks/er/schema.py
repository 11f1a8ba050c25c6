"""Which column plays which role: form A (labelled pairs, wide) and form B (records with an entity id)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlops.errors import InputRefusedError

LABEL = "label"
PAIR_ID = "pair_id"
SPLIT = "split"
ENTITY_TYPE = "entity_type"
STRATUM = "stratum"
INCLUSION_PROB = "inclusion_prob"
ANNOTATOR = "annotator"

SIDES = (("left_", "right_"), ("ltable_", "rtable_"))
_ID_WORDS = frozenset({"id", "record_id"})
_ENTITY_WORDS = ("entity", "entity_id", "cluster_id")
_RECORD_ID_COLUMNS = ("record_id", "id")
_ENTITY_COLUMNS = ("entity_id", "cluster_id", "entity")
_SOURCE = "source"


@dataclass(frozen=True)
class PairSchema:
    """Form A: the columns of labelled pairs, as they are named in the table.

    Attributes:
        left: Attribute name to column, for the left record; ids and entities are not attributes.
        right: The same for the right record.
        left_id: Column of the left record's id, None if there is none.
        right_id: Column of the right record's id.
        left_entity: Column that names the left record's entity, None if there is none.
        right_entity: Column that names the right record's entity.
        unused: Columns without a role; they are never features.
    """

    left: dict[str, str]
    right: dict[str, str]
    left_id: str | None
    right_id: str | None
    left_entity: str | None
    right_entity: str | None
    unused: tuple[str, ...]
    form: Literal["A"] = "A"


@dataclass(frozen=True)
class RecordSchema:
    """Form B: the columns of records whose entity is known."""

    record_id: str
    entity: str
    source: str | None
    attributes: tuple[str, ...]
    form: Literal["B"] = "B"


def detect(names: Sequence[str]) -> PairSchema | RecordSchema:
    """Return the roles of a table's columns.

    Raises:
        InputRefusedError: The table is neither labelled pairs nor records with an entity id.
    """
    for left, right in SIDES:
        if any(name.startswith(left) for name in names) and any(name.startswith(right) for name in names):
            return _pairs(names, left, right)
    record_id = next((name for name in _RECORD_ID_COLUMNS if name in names), None)
    entity = next((name for name in _ENTITY_COLUMNS if name in names), None)
    if record_id is not None and entity is not None:
        roles = {record_id, entity, _SOURCE, SPLIT, LABEL}
        attributes = tuple(name for name in names if name not in roles and not name.startswith(ANNOTATOR))
        if attributes:
            return RecordSchema(record_id, entity, _SOURCE if _SOURCE in names else None, attributes)
    raise InputRefusedError(
        "The columns are neither labelled pairs nor records with an entity id.",
        field="columns",
        expected="left_<attribute>…, right_<attribute>…, label; or record_id, entity_id, <attribute>…",
        found=", ".join(names[:20]) + (" …" if len(names) > 20 else ""),  # noqa: PLR2004  # enough to recognise a file
        fix="Rename the columns; docs/data-format.md shows both forms.",
    )


def _pairs(names: Sequence[str], left: str, right: str) -> PairSchema:
    if LABEL not in names:
        raise InputRefusedError(
            "Labelled pairs need a label.",
            field=LABEL,
            expected=f"a column `{LABEL}` with 0 or 1",
            found=", ".join(name for name in names if not name.startswith((left, right))) or "no further column",
            fix=f"Add the column `{LABEL}`.",
        )
    sides = []
    for prefix in (left, right):
        columns = {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}
        record = next((columns.pop(word) for word in sorted(_ID_WORDS) if word in columns), None)
        entity = next((columns.pop(word) for word in _ENTITY_WORDS if word in columns), None)
        if not columns:
            raise InputRefusedError(
                "One side of the pairs has no attribute.",
                field=f"{prefix}<attribute>",
                expected=f"at least one column `{prefix}<attribute>` besides ids",
                found="none",
                fix="Add the attributes of both records to the table.",
            )
        sides.append((columns, record, entity))
    (left_columns, left_id, left_entity), (right_columns, right_id, right_entity) = sides
    roles = {LABEL, PAIR_ID, SPLIT, ENTITY_TYPE, STRATUM, INCLUSION_PROB}
    unused = tuple(name for name in names if name not in roles and not name.startswith((left, right, ANNOTATOR)))
    both = left_id is not None and right_id is not None
    entities = left_entity is not None and right_entity is not None
    return PairSchema(
        left=left_columns,
        right=right_columns,
        left_id=left_id if both else None,
        right_id=right_id if both else None,
        left_entity=left_entity if entities else None,
        right_entity=right_entity if entities else None,
        unused=unused,
    )
