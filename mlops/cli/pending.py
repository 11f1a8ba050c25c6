"""Which batches are in a dataset, which are pending, and where a new file goes."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from mlops import manifest as manifests
from mlops import storage
from mlops.cli.common import all_manifests, find_manifest, newest_manifest, printable, shown_path
from mlops.config import Settings
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_stream
from mlops.ids import parse_date, utc_today
from mlops.manifest import Manifest


def holder_of(root: Path, base: Manifest, sha256: str) -> Manifest | None:
    """Return the dataset that came from the batch of these bytes: the base, one of its parents, or its own child."""
    every = [manifests.load(path) for path in all_manifests(root, base.task)]
    known = {manifest.id: manifest for manifest in every}
    line, at = {base.id}, base.parent
    while at in known and at not in line:
        line.add(str(at))
        at = known[str(at)].parent
    near = (manifest for manifest in every if manifest.id in line or manifest.parent == base.id)
    return next((one for one in near if one.integrated is not None and one.integrated.batch_sha256 == sha256), None)


def data_folder(parent: Manifest, given: Path | None, settings: Settings, root: Path) -> Path:
    """Return where the new file goes; only into the repository, because its manifest must say where it is."""
    own = storage.locate(parent.uris[0], settings=settings.storage, root=root).path
    folder = given if given is not None else own.parent if own is not None else None
    if folder is None or not folder.resolve().is_relative_to(root.resolve()):
        raise UsageRefusedError(
            "The new file needs a place in the repository.", field="--out-data", expected=f"a folder below {root}",
            found=given or parent.uris[0], fix=f"Name one: --out-data data/{parent.task}",
        )  # fmt: skip
    return folder


def warn_of_late(task: str, base: str | None, settings: Settings, root: Path) -> None:
    """Say which batches beside the base are in no dataset and yet not later than it: they will not be integrated."""
    parent = manifests.load(find_manifest(root, base) if base else newest_manifest(root, task))
    whole = parent.integrated is None  # pinned as a whole, it may hold them
    for day, path in [] if whole else _dated_batches(task, parent, settings, root):
        if day <= parent.as_of and holder_of(root, parent, _sha256(path)) is None:
            click.echo(
                f"Note: {shown_path(path)} is in no dataset, and not later than {parent.id}: it came late, or was "
                f"changed after it was integrated. To integrate it: mlops integrate {task} --new-data FILE --as-of DAY",
                err=True,
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return sha256_stream(stream)[0]


def pending_batches(task: str, base: str | None, settings: Settings, root: Path) -> Sequence[Path]:
    """Return the batches beside the base's file that are later than the base, by their day."""
    parent = manifests.load(find_manifest(root, base) if base else newest_manifest(root, task))
    return [path for day, path in _dated_batches(task, parent, settings, root) if day > parent.as_of]


def _dated_batches(task: str, parent: Manifest, settings: Settings, root: Path) -> list[tuple[date, Path]]:
    """Return the batches beside a dataset's file with the day of their name, the earliest first."""
    place = storage.locate(parent.uris[0], settings=settings.storage, root=root).path
    if place is None:
        raise UsageRefusedError(
            "Batches are looked for beside the base's file, and that is remote.", field="--pending",
            expected="a base in the repository", found=parent.uris[0], fix="Name each batch with --new-data FILE.",
        )  # fmt: skip
    dated = []
    for path in place.parent.glob(f"{task}_batch_*"):
        named = re.fullmatch(rf"{re.escape(task)}_batch_([0-9]{{8}})\.(?:csv|parquet)", path.name, re.ASCII)
        if named is None:
            raise InputRefusedError(
                "A file is named like a batch and is none.", file=path,
                expected=f"{task}_batch_YYYYMMDD.csv or .parquet", found=printable(path.name), fix="Rename it.",
            )  # fmt: skip
        dated.append((parse_date(named[1], field=f"the date in {path.name}", today=utc_today()), path))
    return sorted(dated)
