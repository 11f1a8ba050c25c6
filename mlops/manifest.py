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


class Tally(Part):
    """Rows, and those of them that are decided for either class; the others wait for a label."""

    rows: Annotated[int, Field(ge=0)]
    positives: Annotated[int, Field(ge=0)]
    negatives: Annotated[int, Field(ge=0)]


class Collection(Part):
    """What was collected, by the roles of the task's contract: enough to see how the data grows, and no row of it.

    Attributes:
        decided: Rows with a label.
        positives: Those of class 1.
        negatives: Those of class 0.
        undecided: Rows without a label.
        weeks: By ISO week of the event, such as ``2025-W41``.
        quarters: By quarter of the event, such as ``2025-Q4``.
        by: By field (group-like features and the batch) its most frequent values; the rest is ``other``.
        label_delay: By days from the event to the decision (``0-7``, ``8-14`` ...), rows; empty where it is not known.
    """

    decided: Annotated[int, Field(ge=0)]
    positives: Annotated[int, Field(ge=0)]
    negatives: Annotated[int, Field(ge=0)]
    undecided: Annotated[int, Field(ge=0)]
    weeks: dict[str, Tally]
    quarters: dict[str, Tally]
    by: dict[str, dict[str, Tally]]
    label_delay: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class SplitRecord(Part):
    """Where the blocks of a split by date begin: the boundaries of this dataset, whoever reads it.

    Attributes:
        valid_from: First day of the rows set aside; equal to ``test_from`` where none are.
        test_from: First day of the test rows.
        sha256: Hash of which row is in which block.
        train: Rows that train.
        valid: Rows set aside.
        test: Rows that test.
        held: Decided rows in no block: too young, undated, or within the embargo.
        released: Test rows of the parent that are no test rows any more.
    """

    valid_from: date
    test_from: date
    sha256: Sha256
    train: Annotated[int, Field(ge=0)]
    valid: Annotated[int, Field(ge=0)]
    test: Annotated[int, Field(ge=0)]
    held: Annotated[int, Field(ge=0)]
    released: Annotated[int, Field(ge=0)]


class Integrated(Part):
    """How a dataset came from its parent: the batch that was integrated, and what became of its rows.

    Attributes:
        batch: The name of its file.
        batch_sha256: Its bytes.
        received: Its rows.
        added: Claims that were new.
        identical: Rows that were known already.
        revised: Claims that were waiting for a label and got it.
        conflicts: Rows in quarantine whose key was known with other content.
        quarantined: Rows in quarantine, conflicts included.
        validation_verdict: The verdict on the batch.
        validation_score: Its quality score.
        accepted: The criteria that were not met and that a person accepted, by name.
        champion: The model that scored the batch before it was merged; None without one.
        champion_accuracy: Its accuracy on the batch's settled rows; None where there were none.
        champion_n: How many these were.
    """

    batch: str
    batch_sha256: Sha256
    received: Annotated[int, Field(ge=0)]
    added: Annotated[int, Field(ge=0)]
    identical: Annotated[int, Field(ge=0)]
    revised: Annotated[int, Field(ge=0)]
    conflicts: Annotated[int, Field(ge=0)]
    quarantined: Annotated[int, Field(ge=0)]
    validation_verdict: Literal["pass", "fail", "inconclusive"]
    validation_score: Annotated[float, Field(ge=0, le=1)]
    accepted: tuple[str, ...] = ()
    champion: str | None = None
    champion_accuracy: Annotated[float, Field(ge=0, le=1)] | None = None
    champion_n: Annotated[int, Field(ge=0)] | None = None


class Manifest(Document):
    """One dataset.

    Attributes:
        labels: Rows per class of ``label_column``; empty where the data has no such column.
        label_column: The column that holds the classes: ``label``, or what the task's contract calls it.
        label_quality: None where it was not measured.
        collection: None where the task has no contract.
        split: The boundaries of a split by date that go with the data; None leaves them to the settings.
        integrated: How it came from ``parent``; None where it was pinned as a whole.
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
    collection: Collection | None = None
    split: SplitRecord | None = None
    integrated: Integrated | None = None


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
