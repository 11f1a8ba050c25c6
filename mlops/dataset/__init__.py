"""A dataset in memory: the table that was parsed from verified bytes, and those bytes' hash.

Strings stay what they are: nothing is guessed to be missing, a number or a date. In Parquet, types are the file's; in
CSV every column is ``string`` and only an empty cell is missing.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa

from mlops import storage
from mlops.config import StorageSettings
from mlops.dataset import delimited, parquet
from mlops.errors import InputRefusedError, UnavailableError
from mlops.manifest import Manifest
from mlops.storage import AbsentError, Blob

Format = Literal["parquet", "csv"]

__all__ = ["Dataset", "Format", "read_file", "read_pinned"]


@dataclass(frozen=True)
class Dataset:
    """A parsed dataset.

    Attributes:
        table: The rows; flat columns with unique names, strings as plain ``string``, no schema metadata.
        sha256: Hash of exactly the bytes that were parsed.
        bytes: Their number.
        format: How they were encoded.
    """

    table: pa.Table
    sha256: str
    bytes: int
    format: Format


def read_pinned(manifest: Manifest, *, settings: StorageSettings, root: Path, cache: Path | None = None) -> Dataset:
    """Read a pinned dataset; its bytes are verified before anything is parsed.

    The URIs are tried in their order: a later one only when an earlier one is absent or out of reach. Bytes that
    differ from the manifest are refused at once, for a mirror that was tampered with is worth a stop.

    Args:
        manifest: The pin.
        settings: Allowed schemes and limits of size.
        root: The repository, against which relative URIs are read.
        cache: Folder for verified remote data; None keeps nothing.

    Raises:
        UsageRefusedError: A URI's scheme is not allowed or its extra is not installed.
        InputRefusedError: The hash differs, no URI has the file, or the table cannot be accepted.
        UnavailableError: No URI delivered.
    """
    for uri in manifest.uris:
        storage.locate(uri, settings=settings, root=root)
    *mirrors, last = manifest.uris
    for uri in mirrors:
        try:
            return _read_uri(uri, manifest, settings, root, cache)
        except (AbsentError, UnavailableError):
            continue
    return _read_uri(last, manifest, settings, root, cache)


def read_file(path: Path, *, settings: StorageSettings, any_delimiter: bool = False) -> Dataset:
    """Read the dataset that the user named; its bytes are hashed while they are read, and those bytes are parsed.

    Args:
        path: A ``.parquet`` or ``.csv`` file, anywhere.
        settings: Limits of size.
        any_delimiter: Whether the header of a CSV may say that semicolons, tabs or bars stand between its cells:
            spreadsheets write semicolons where a comma is the decimal sign.

    Raises:
        InputRefusedError: No regular file, or a table that cannot be accepted.
    """
    kind = _format_of(path)
    with storage.fetch_file(path, settings=settings) as blob:
        return _parse(blob, kind, settings, any_delimiter=any_delimiter)


def _read_uri(uri: str, manifest: Manifest, settings: StorageSettings, root: Path, cache: Path | None) -> Dataset:
    with storage.fetch(uri, settings=settings, root=root, expected_sha256=manifest.sha256, cache=cache) as blob:
        return _parse(blob, manifest.format, settings)


def _parse(blob: Blob, kind: Format, settings: StorageSettings, *, any_delimiter: bool = False) -> Dataset:
    """Parse the verified copy, with the one reader of its format."""
    if blob.size == 0:
        raise InputRefusedError("The file is empty.", file=blob.name, expected=f"a {kind} table", found="0 bytes")
    sheet = partial(delimited.read, any_delimiter=any_delimiter)
    reader = parquet.read if kind == "parquet" else sheet
    table = reader(blob.path, name=blob.name, max_cells=settings.max_cells, max_bytes=settings.max_bytes)
    return Dataset(table, blob.sha256, blob.size, kind)


def _format_of(path: Path) -> Format:
    """Return the format that the file's name promises; its content is checked against it when it is parsed."""
    match path.suffix.lower():
        case ".parquet" | ".pq":
            return "parquet"
        case ".csv":
            return "csv"
    raise InputRefusedError(
        "The file's name does not say what it holds.", file=path, expected="a name that ends in .parquet or .csv",
        found=path.suffix or "no ending",
        fix="Convert the data to Parquet (best) or UTF-8 CSV, and name it so.",
    )  # fmt: skip
