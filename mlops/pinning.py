"""Pinning: a manifest is made from a dataset, and checked against it again."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from mlops import cells
from mlops.collection import collect
from mlops.contract.model import Contract
from mlops.contract.reading import typed
from mlops.dataset import Dataset
from mlops.errors import InputRefusedError
from mlops.fingerprint import fingerprint
from mlops.ids import DatasetId
from mlops.manifest import LABEL, Column, Manifest
from mlops.quality import label_quality

MAX_CLASSES = 100
MAX_CLASS_LENGTH = 100


def make_manifest(
    dataset: Dataset,
    *,
    dataset_id: DatasetId,
    as_of: date,
    uris: Sequence[str],
    parent: str | None = None,
    source: str = "",
    licence: str = "",
    limitations: Sequence[str] = (),
    contract: Contract | None = None,
) -> Manifest:
    """Return the manifest of a dataset: its hash, and everything worth knowing of it that can be computed.

    Args:
        dataset: The parsed dataset.
        dataset_id: Its name.
        as_of: The day on which it was drawn.
        uris: Where its bytes are; the first is tried first.
        parent: Id of the dataset that it refreshes.
        source: Where it comes from, for people.
        licence: Under which it may be used.
        limitations: What it does not cover, a sentence each; the model card repeats them.
        contract: What the columns are for; None where the task has none, and then classes stand in ``label``.

    Raises:
        InputRefusedError: No rows, or a label column that holds no classes.
    """
    table, label = dataset.table, LABEL if contract is None else contract.one("label").name
    if table.num_rows == 0:
        raise InputRefusedError(
            "The dataset has no rows.", file=uris[0], expected="at least one row", found="a header only",
            fix="Draw the dataset again; an empty one cannot be pinned.",
        )  # fmt: skip
    return Manifest(
        id=str(dataset_id),
        task=dataset_id.task,
        as_of=as_of,
        uris=tuple(uris),
        format=dataset.format,
        sha256=dataset.sha256,
        bytes=dataset.bytes,
        rows=table.num_rows,
        columns=tuple(
            Column(name=name, type=str(column.type), missing=cells.encode(column).missing)
            for name, column in zip(table.column_names, table.columns, strict=True)
        ),
        labels=label_counts(table, label, file=uris[0]),
        label_column=label,
        fingerprint=fingerprint(table),
        label_quality=label_quality(table),
        parent=parent,
        source=source,
        licence=licence,
        limitations=tuple(limitations),
        collection=None if contract is None else collect(typed(table, contract)),
    )


def label_counts(table: pa.Table, label: str = LABEL, *, file: str = "") -> dict[str, int]:
    """Return the rows per class of the column ``label``; empty when there is none. Missing labels are not counted.

    Raises:
        InputRefusedError: More than ``MAX_CLASSES`` classes, or one whose name is a long text: this is no label of a
            classification.
    """
    if label not in table.column_names:
        return {}
    counts = cells.encode(table.column(label)).counts()
    longest = max(map(len, counts), default=0)
    if len(counts) > MAX_CLASSES or longest > MAX_CLASS_LENGTH:
        raise InputRefusedError(
            "The label column does not hold classes.", file=file, field=label,
            expected=f"at most {MAX_CLASSES} classes with names of at most {MAX_CLASS_LENGTH} characters",
            found=f"{len(counts):,} different values, the longest of {longest:,} characters",
            fix=f"Name the column that holds the classes `{label}`, and this one differently.",
        )  # fmt: skip
    return counts


def differing_facts(manifest: Manifest, dataset: Dataset) -> tuple[str, ...]:
    """Return the fields of a manifest that its own data contradicts; empty when every stated fact holds.

    What no bytes tell is taken as stated: which column holds the classes, how the dataset came to be and is divided,
    and what was counted by the contract of its day.

    Args:
        manifest: The pin.
        dataset: What :func:`mlops.dataset.read_pinned` read for it.
    """
    computed = make_manifest(
        dataset,
        dataset_id=DatasetId.parse(manifest.id),
        as_of=manifest.as_of,
        uris=manifest.uris,
        parent=manifest.parent,
        source=manifest.source,
        licence=manifest.licence,
        limitations=manifest.limitations,
    )
    stated = {name: getattr(manifest, name) for name in ("label_column", "collection", "split", "integrated")}
    labels = label_counts(dataset.table, manifest.label_column, file=manifest.uris[0])
    return differing_fields(manifest, computed.model_copy(update=stated | {"labels": labels}))


def differing_fields(left: Manifest, right: Manifest) -> tuple[str, ...]:
    """Return the names of the fields in which two manifests differ, in the order of the schema."""
    return tuple(name for name in Manifest.model_fields if getattr(left, name) != getattr(right, name))
