"""``mlops diff``: tell what a refresh changed between two datasets."""

from pathlib import Path

import click

from mlops import dataset
from mlops import manifest as manifests
from mlops.cli.common import cache_folder, emit_json, find_manifest, load_settings, printable, repository_root
from mlops.config import StorageSettings
from mlops.dataset import Dataset
from mlops.manifest import LABEL
from mlops.refresh import Refresh, RowChanges, SchemaChanges, compare


@click.command(epilog="Example: mlops diff er_20251020 data/training/er_20251120.parquet")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
def command(old: str, new: str, as_json: bool) -> int:
    """Tell what changed from OLD to NEW: rows, labels, classes, columns.

    OLD and NEW are dataset ids, manifests, or data files (.parquet, .csv).
    """
    root = repository_root()
    settings = load_settings(root).storage
    (before, _), (after, label) = _read(root, old, settings), _read(root, new, settings)
    refresh = compare(before, after, label=label)
    if as_json:
        emit_json(refresh.model_dump(mode="json"))
    else:
        click.echo("\n".join([f"{old} -> {new}: {refresh.outcome}", *_lines(refresh)]))
    return 0


def _read(root: Path, name: str, settings: StorageSettings) -> tuple[Dataset, str]:
    """Read a data file as it is, or a pinned dataset after its hash was verified; name the column of its classes."""
    if Path(name).suffix.lower() in {".parquet", ".pq", ".csv"}:
        return dataset.read_file(Path(name), settings=settings), LABEL
    manifest = manifests.load(find_manifest(root, name))
    data = dataset.read_pinned(manifest, settings=settings, root=root, cache=cache_folder(root))
    return data, manifest.label_column


def _lines(refresh: Refresh) -> list[str]:
    rows = f"  rows     {refresh.old_rows:,} -> {refresh.new_rows:,}{_row_changes(refresh.rows)}"
    classes = [
        f"  class    {printable(label)}: {before:,} -> {after:,}"
        for label, (before, after) in refresh.classes.items()
        if before != after
    ]
    return [rows, *_flips(refresh.rows), *classes, *_schema(refresh.columns)]


def _row_changes(rows: RowChanges) -> str:
    matched = f"joined on {rows.joined_on}" if rows.joined_on else "matched by content, for no column names the rows"
    changed = "" if rows.changed is None else f", {rows.changed:,} changed"
    return f" ({rows.added:,} added, {rows.removed:,} removed{changed}; {matched})"


def _flips(rows: RowChanges) -> list[str]:
    examples = f" (first: {', '.join(map(printable, rows.flipped_examples))})" if rows.flipped_examples else ""
    return [f"  labels   {rows.labels_flipped:,} flipped{examples}"]


def _schema(columns: SchemaChanges) -> list[str]:
    said = [f"  column   {name} added" for name in columns.added]
    said += [f"  column   {name} removed" for name in columns.removed]
    said += [f"  column   {old} renamed to {new}" for old, new in columns.renamed.items()]
    return said + [f"  column   {name}: {old} -> {new}" for name, (old, new) in columns.retyped.items()]
