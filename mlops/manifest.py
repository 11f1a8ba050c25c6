"""The manifest: a dataset pinned by hash, and what was known of it on the day it was pinned."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mlops import documents
from mlops.documents import Document, Part
from mlops.errors import InputRefusedError
from mlops.hashing import Sha256
from mlops.ids import DatasetId

FOLDER = Path("data_manifests")
LABEL = "label"
"""The column that holds the classes where no contract says otherwise."""


class Column(Part):
    """A column: its name, its type in Arrow's words (``string``, ``int64``, ``double`` …), its missing cells."""

    name: str
    type: str
    missing: Annotated[int, Field(ge=0)]


class Fingerprint(Part):
    """Hashes of the content that survive re-encoding (codec, row groups, order of rows and columns).

    Attributes:
        rows: Hash of the multiset of rows.
        columns: Per column, hash of the multiset of its cells.
    """

    rows: Sha256
    columns: dict[str, Sha256]


class LabelQuality(Part):
    """Agreement of annotators on the rows that at least two of them labelled.

    Attributes:
        annotators: The columns compared.
        rows: Rows with at least two labels.
        agreement: Share of pairs of labels that agree, in [0, 1].
        kappa: Cohen's kappa (Cohen 1960), for exactly two annotators; None when undefined.
        alpha: Krippendorff's alpha for nominal data (Krippendorff 2011); None when undefined.
    """

    annotators: tuple[str, ...]
    rows: Annotated[int, Field(ge=0)]
    agreement: float | None
    kappa: float | None
    alpha: float | None


class Manifest(Document):
    """One dataset.

    Attributes:
        labels: Rows per class of ``label_column``; empty where the data has no such column.
        label_column: The column that holds the classes: ``label``, or what the task's contract calls it.
        label_quality: None where it was not measured.
    """

    id: str
    task: str
    as_of: date
    uris: Annotated[tuple[str, ...], Field(min_length=1)]
    format: Literal["parquet", "csv"]
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]
    rows: Annotated[int, Field(ge=0)]
    columns: tuple[Column, ...]
    labels: dict[str, int]
    label_column: str = LABEL
    fingerprint: Fingerprint
    label_quality: LabelQuality | None = None
    parent: str | None = None
    source: str = ""
    licence: str = ""
    limitations: tuple[str, ...] = ()


def path_of(dataset: DatasetId, folder: Path = FOLDER) -> Path:
    """Return where the manifest of ``dataset`` stands."""
    return folder / f"{dataset}.json"


def load(path: Path) -> Manifest:
    """Read a manifest strictly; its id must be its file's name and its task the id's.

    Raises:
        InputRefusedError: The document, or the agreement of name and content, does not hold.
    """
    manifest = documents.read(path, Manifest)
    if f"{manifest.id}.json" != path.name or DatasetId.parse(manifest.id).task != manifest.task:
        raise InputRefusedError(
            "The manifest's id, task and file name do not agree.",
            file=path,
            field="id",
            expected=path.stem,
            found=f"id {manifest.id}, task {manifest.task}",
            fix="Restore the file from git, or pin the dataset again with `mlops pin`.",
        )
    return manifest
