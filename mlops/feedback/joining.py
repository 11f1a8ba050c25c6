"""Joining exported pairs to a dataset of pairs: each pair once, and nothing that is known is changed (pure).

A pair is known by its content, in either order of its records: an export names pairs by predictions, and whoever asked
sent no ids. So a record of the export that the dataset knows gets the id that it has there, and any other an id that
its content makes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from mlops.errors import InputRefusedError
from mlops.feedback.tables import INCLUSION, LABEL, PAIR_ID

_SIDES = ("left_", "right_")
_IDS = ("id", "record_id")
_ENTITIES = ("entity", "entity_id", "cluster_id")
_NO_ATTRIBUTES = frozenset(side + word for side in _SIDES for word in (*_IDS, *_ENTITIES))
_WHOLE = ("split", INCLUSION, *(side + word for side in _SIDES for word in _ENTITIES))
"""Columns of a dataset that are in every row or in none: nothing of the kind is known of a row that was only served."""
_SHOWN = 5

Record = tuple[tuple[str, str], ...]
"""What is known of a record: attributes and their texts, blank ones left out."""
Key = tuple[Record, Record]


class Conflict(NamedTuple):
    """A pair that is known with another label: what the batch calls it, and both labels as texts."""

    pair: str
    known: str
    new: str


class Joined(NamedTuple):
    """A dataset with a batch in it.

    Attributes:
        table: The rows of the base as they were, then those that are new, in the base's columns.
        added: How many are new.
        identical: Rows of the batch that are known with the same label.
        conflicts: Rows of the batch that are known with another label; they are not in the table.
    """

    table: pa.Table
    added: int
    identical: int
    conflicts: tuple[Conflict, ...]


def join(base: pa.Table, batch: pa.Table, *, file: object = "") -> Joined:
    """Join a batch of labelled pairs to a base.

    Args:
        base: (n, k) labelled pairs.
        batch: (m, j) labelled pairs, in columns that the base has; ``pair_id`` is left out where the base has none.
        file: The batch's, for letters.

    Raises:
        InputRefusedError: The columns do not fit, or a name of a pair is blank, repeated, or another pair's.
    """
    read = _attributes(base, batch, file)
    aligned = _aligned(base, batch, file)
    labels = _texts(base, LABEL)
    names = _texts(aligned, PAIR_ID) if PAIR_ID in base.column_names else _texts(batch, PAIR_ID)
    known: dict[Key, set[str]] = defaultdict(set)
    before = list(_keys(base, read))
    for key, label in zip(before, labels, strict=True):
        known[key].add(label)
    taken = dict(zip(_texts(base, PAIR_ID), before, strict=True)) if PAIR_ID in base.column_names else {}
    fresh: list[int] = []
    conflicts: list[Conflict] = []
    for row, (name, key, label) in enumerate(
        zip(names, _keys(aligned, read), _texts(aligned, LABEL), strict=True)
    ):  # fmt: skip
        if not name or taken.setdefault(name, key) != key:
            raise InputRefusedError(
                "A pair has no name, or that of another pair; nothing was changed.", file=file,
                field=f"row {row + 1}, {PAIR_ID}", expected="a name of its own", found=name or "nothing",
                fix="Export the pairs again; each is named by its prediction.",
            )  # fmt: skip
        if key not in known:
            fresh.append(row)
            known[key].add(label)
        elif label not in known[key]:
            conflicts.append(Conflict(name, " and ".join(sorted(known[key])), label))
    new = _named(base, aligned.take(pa.array(fresh, pa.int64())), read)
    identical = batch.num_rows - len(fresh) - len(conflicts)
    return Joined(pa.concat_tables([base, new]), len(fresh), identical, tuple(conflicts))


def _attributes(base: pa.Table, batch: pa.Table, file: object) -> Mapping[str, Sequence[str]]:
    """Return by side the attributes that both tables have; refuse columns that cannot be joined."""
    have, sent = set(base.column_names), set(batch.column_names)
    found = {
        side: [name for name in batch.column_names if name.startswith(side) and name not in _NO_ATTRIBUTES]
        for side in _SIDES
    }
    if not {PAIR_ID, LABEL} <= sent or LABEL not in have or not all(found.values()):
        raise InputRefusedError(
            "These are no labelled pairs; nothing was changed.", file=file, field="columns",
            expected=f"{PAIR_ID}, left_<attribute>, right_<attribute>, {LABEL}",
            found=", ".join(batch.column_names)[:200],
            fix="Name the file that `mlops feedback export` wrote.",
        )  # fmt: skip
    strange = [name for name in batch.column_names if name not in have | {PAIR_ID}]
    lacking = [name for name in _WHOLE if name in have - sent]
    if strange or lacking:
        drawn = INCLUSION in strange
        raise InputRefusedError(
            "The columns of the batch and of the base do not fit; nothing was changed.", file=file,
            field=", ".join(strange or lacking), expected="columns that all rows can have",
            found="the batch has them and the base has not" if strange else "the base has them and the batch has not",
            why="A sample with known probabilities is no more one beside rows without." if drawn else "",
            fix="Export without --only-audited, or pin the sample as a dataset of its own." if drawn else
            "Name a base of the same kind with --base, or pin the joined table yourself.",
        )  # fmt: skip
    return found


def _aligned(base: pa.Table, batch: pa.Table, file: object) -> pa.Table:
    """Return the batch in the base's columns and types; null where it has none."""
    columns = []
    for field in base.schema:
        if field.name not in batch.column_names:
            columns.append(pa.chunked_array([pa.nulls(batch.num_rows, field.type)]))
            continue
        try:
            columns.append(batch.column(field.name).cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputRefusedError(
                "A column of the batch does not fit the base's; nothing was changed.", file=file, field=field.name,
                expected=f"cells that can be written as {field.type}", found=str(error)[:200],
                fix="Name a base that the model was trained on with --base.",
            ) from None  # fmt: skip
    return pa.table(columns, schema=base.schema)


def _keys(table: pa.Table, read: Mapping[str, Sequence[str]]) -> Iterator[Key]:
    for left, right in zip(*(_records(table, side, read[side]) for side in _SIDES), strict=True):
        yield (left, right) if left <= right else (right, left)


def _records(table: pa.Table, side: str, names: Sequence[str]) -> list[Record]:
    cells = zip(*(_texts(table, name) for name in names), strict=True)
    words = [name.removeprefix(side) for name in names]
    return [
        tuple(sorted((word, text) for word, text in zip(words, row, strict=True) if text)) for row in cells
    ]  # fmt: skip


def _named(base: pa.Table, new: pa.Table, read: Mapping[str, Sequence[str]]) -> pa.Table:
    """Fill in the ids of records, where the base has such columns."""
    for side in _SIDES:
        for column in (side + word for word in _IDS):
            if column not in base.column_names or all(_texts(new, column)):
                continue
            ids: dict[Record, set[str]] = defaultdict(set)
            for record, own in zip(_records(base, side, read[side]), _texts(base, column), strict=True):
                ids[record].add(own)
            rows = zip(_texts(new, column), _records(new, side, read[side]), strict=True)
            filled = [given or _id_of(record, ids.get(record, set())) for given, record in rows]
            at = new.schema.get_field_index(column)
            cells = pa.chunked_array([pa.array(filled, pa.string())])
            new = new.set_column(at, base.schema.field(column), cells.cast(base.schema.field(column).type))
    return new


def _id_of(record: Record, known: set[str]) -> str:
    """Return the id of the one record that is the same; one of its own where there is none, or several.

    It sorts behind other ids: an entity is named by its smallest, and that name decides on the fold of its pairs.
    """
    own = hashlib.blake2b(repr(record).encode(), digest_size=8).hexdigest()
    return min(known) if len(known) == 1 else f"~served-{own}"


def _texts(table: pa.Table, name: str) -> list[str]:
    return [(text or "").strip() for text in table.column(name).cast(pa.string()).to_pylist()]


def shown(conflicts: Sequence[Conflict]) -> str:
    """Return the first few conflicts with both labels, in words."""
    told = "; ".join(f"{one.pair}: {one.known} there, {one.new} here" for one in conflicts[:_SHOWN])
    return told + (f"; and {len(conflicts) - _SHOWN:,} more" if len(conflicts) > _SHOWN else "")
