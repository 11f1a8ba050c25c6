"""Refresh: what changed between two datasets, told in rows, labels, classes and schema."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field

from mlops import cells
from mlops.dataset import Dataset
from mlops.documents import Document, Part
from mlops.fingerprint import fingerprint, row_digests
from mlops.manifest import LABEL, Fingerprint
from mlops.pinning import label_counts

KEYS = ("pair_id", "record_id", "claim_id")
"""Columns that may name a row; the first that both datasets hold, unique and complete, is joined on."""

EXAMPLES = 10

Count = Annotated[int, Field(ge=0)]


class RowChanges(Part):
    """What happened to rows.

    Attributes:
        joined_on: The key column; None when rows were matched by their content without the label.
        added: Rows of the new dataset only.
        removed: Rows of the old dataset only.
        changed: Rows with the same key whose other columns, label aside, differ; None without a key, where a changed
            row counts as one removed and one added.
        labels_flipped: Matched rows whose label differs.
        flipped_examples: Keys of the first flipped rows, in ascending order; empty without a key.
    """

    joined_on: str | None
    added: Count
    removed: Count
    changed: Count | None
    labels_flipped: Count
    flipped_examples: tuple[str, ...]


class SchemaChanges(Part):
    """What happened to columns: names, and for kept columns ``[old type, new type]`` where the type differs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: dict[str, str]
    retyped: dict[str, tuple[str, str]]


class Refresh(Document):
    """The difference of two datasets.

    Attributes:
        outcome: ``same bytes``; ``re-encoded, same content``: other bytes, equal fingerprints; ``changed``.
        old_rows: Rows before.
        new_rows: Rows after.
        rows: What happened to rows.
        classes: Per label ``[rows before, rows after]``.
        columns: What happened to columns.
    """

    outcome: Literal["same bytes", "re-encoded, same content", "changed"]
    old_rows: Count
    new_rows: Count
    rows: RowChanges
    classes: dict[str, tuple[int, int]]
    columns: SchemaChanges


def compare(old: Dataset, new: Dataset, *, label: str = LABEL) -> Refresh:
    """Return what changed from ``old`` to ``new``; rows are compared on the columns that both hold.

    Args:
        old: What was.
        new: What is.
        label: The column that holds the classes of both.
    """
    before, after = fingerprint(old.table), fingerprint(new.table)
    if old.sha256 == new.sha256:
        outcome: Literal["same bytes", "re-encoded, same content", "changed"] = "same bytes"
    else:
        outcome = "re-encoded, same content" if before.rows == after.rows else "changed"
    old_labels, new_labels = label_counts(old.table, label), label_counts(new.table, label)
    return Refresh(
        outcome=outcome,
        old_rows=old.table.num_rows,
        new_rows=new.table.num_rows,
        rows=_row_changes(old.table, new.table, label),
        classes={
            name: (old_labels.get(name, 0), new_labels.get(name, 0)) for name in sorted({*old_labels, *new_labels})
        },
        columns=_schema_changes(old.table, new.table, before, after),
    )


def _schema_changes(old: pa.Table, new: pa.Table, before: Fingerprint, after: Fingerprint) -> SchemaChanges:
    """Compare columns; a removed and an added one with the same, nowhere repeated cells are one renamed column."""
    removed = [name for name in old.column_names if name not in new.column_names]
    added = [name for name in new.column_names if name not in old.column_names]
    old_hashes, new_hashes = Counter(before.columns[n] for n in removed), Counter(after.columns[n] for n in added)
    by_hash = {after.columns[name]: name for name in added}
    renamed = {
        name: by_hash[digest]
        for name in removed
        if old_hashes[digest := before.columns[name]] == 1 and new_hashes[digest] == 1
    }
    types = {name: (str(old.schema.field(name).type), str(new.schema.field(name).type)) for name in _common(old, new)}
    return SchemaChanges(
        added=tuple(name for name in added if name not in renamed.values()),
        removed=tuple(name for name in removed if name not in renamed),
        renamed=renamed,
        retyped={name: pair for name, pair in types.items() if pair[0] != pair[1]},
    )


def _row_changes(old: pa.Table, new: pa.Table, label: str) -> RowChanges:
    common = _common(old, new)
    content = [name for name in common if name != label]
    labels = [name for name in common if name == label]
    key = next((name for name in KEYS if name in common and _is_key(old, name) and _is_key(new, name)), None)
    if key is not None:
        return _by_key(old, new, key, content, labels)
    return _by_content(old, new, content, labels)


def _by_key(old: pa.Table, new: pa.Table, key: str, content: list[str], labels: list[str]) -> RowChanges:
    before, after = _keyed(old, key, content, labels), _keyed(new, key, content, labels)
    kept = sorted(before.keys() & after.keys())
    flipped = [name for name in kept if before[name][1] != after[name][1]]
    return RowChanges(
        joined_on=key,
        added=len(after) - len(kept),
        removed=len(before) - len(kept),
        changed=sum(before[name][0] != after[name][0] for name in kept),
        labels_flipped=len(flipped),
        flipped_examples=tuple(flipped[:EXAMPLES]),
    )


def _by_content(old: pa.Table, new: pa.Table, content: list[str], labels: list[str]) -> RowChanges:
    """Match equal contents as multisets: per content, as many rows as both hold, equal labels first."""
    before, after = _grouped(old, content, labels), _grouped(new, content, labels)
    if not content:  # nothing in common to know a row by
        before = {}
    matched = flipped = 0
    for row, old_labels in before.items():
        new_labels = after.get(row, Counter())
        pairs = min(old_labels.total(), new_labels.total())
        matched += pairs
        flipped += pairs - (old_labels & new_labels).total()
    return RowChanges(
        joined_on=None,
        added=new.num_rows - matched,
        removed=old.num_rows - matched,
        changed=None,
        labels_flipped=flipped,
        flipped_examples=(),
    )


def _keyed(table: pa.Table, key: str, content: list[str], labels: list[str]) -> dict[str, tuple[bytes, bytes]]:
    encoded = cells.encode(table.column(key))
    names = [encoded.texts[code] for code in encoded.codes]
    return dict(zip(names, zip(_digests(table, content), _digests(table, labels), strict=True), strict=True))


def _grouped(table: pa.Table, content: list[str], labels: list[str]) -> Mapping[bytes, Counter[bytes]]:
    groups: dict[bytes, Counter[bytes]] = defaultdict(Counter)
    for row, label in zip(_digests(table, content), _digests(table, labels), strict=True):
        groups[row][label] += 1
    return groups


def _digests(table: pa.Table, columns: list[str]) -> list[bytes]:
    return row_digests(table, columns) if columns else [b""] * table.num_rows


def _is_key(table: pa.Table, name: str) -> bool:
    encoded = cells.encode(table.column(name))
    return encoded.missing == 0 and len(np.unique(encoded.codes)) == table.num_rows == len(set(encoded.texts))


def _common(old: pa.Table, new: pa.Table) -> list[str]:
    return [name for name in old.column_names if name in new.column_names]
