"""The steps of ``mlops feedback join``: read, join in memory, refuse what must be, then write, the manifest last."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from mlops import dataset
from mlops import manifest as manifests
from mlops.cli.common import (
    cache_folder,
    declared_contract,
    emit_json,
    find_manifest,
    load_settings,
    newest_manifest,
    repository_root,
    shown_path,
)
from mlops.cli.integrating import refuse_other, write_both
from mlops.cli.pending import data_folder
from mlops.cli.plugs import open_task
from mlops.cli.validate import day_of_batch
from mlops.config import Settings
from mlops.dataset import Dataset, writing
from mlops.errors import ConflictError, UsageRefusedError
from mlops.feedback import joining
from mlops.feedback.joining import Joined
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId, format_date
from mlops.manifest import Manifest
from mlops.pinning import make_manifest


@dataclass(frozen=True)
class Request:
    """What the user gave; None means not given."""

    file: Path
    task: str
    base: str | None
    as_of: date | None
    out_data: Path | None
    keep_known: bool


def join(request: Request, *, as_json: bool) -> None:
    """Join a batch of pairs to a dataset, and tell what became of its rows.

    Raises:
        UsageRefusedError: The task has a contract, or the base is not from before the batch.
        InputRefusedError: The base's bytes are not the pinned ones, or the batch is not what can be joined to it.
        ConflictError: Pairs are known with another label, or the id of the new dataset is taken.
        UnavailableError: A file could not be written.
    """
    root = repository_root()
    settings = load_settings(root)
    _refuse_contract(request, settings, root)
    data = dataset.read_file(request.file, settings=settings.storage)
    given = None if request.as_of is None else format_date(request.as_of)
    wanted = DatasetId(request.task, day_of_batch(request.task, request.file, data.sha256, given, root)[0])
    parent = _parent(request, wanted, data, root)
    base = dataset.read_pinned(parent, settings=settings.storage, root=root, cache=cache_folder(root))
    found = joining.join(base.table, data.table, file=request.file)
    if found.conflicts and not request.keep_known:
        raise _contradicted(request, found, parent)
    if not found.added:
        _tell(parent, parent, found, "nothing new", as_json=as_json)
        return
    task = open_task(request.task)
    task.examples(found.table, settings.task(request.task), as_of=wanted.day, root=root)  # refuses what none can learn
    content = writing.to_csv(found.table) if parent.format == "csv" else writing.to_parquet(found.table)
    sha256 = sha256_bytes(content)
    path = data_folder(parent, request.out_data, settings, root) / f"{wanted}-{sha256[:12]}.{parent.format}"
    described = _described(data, request.task, root)
    manifest = make_manifest(
        Dataset(table=found.table, format=parent.format, sha256=sha256, bytes=len(content)),
        dataset_id=wanted, as_of=wanted.day, uris=(path.resolve().relative_to(root.resolve()).as_posix(),),
        parent=parent.id, source=_source(parent, request.file, data, found, described), licence=parent.licence,
        limitations=_limitations(parent, found, described),
    )  # fmt: skip
    target = root / manifests.path_of(wanted)
    _refuse_pinned_alone(target, data, parent)
    refuse_other(target, manifest)
    status = "unchanged" if target.exists() and path.exists() else "joined"
    write_both(path, content, target, manifest)
    _tell(manifest, parent, found, status, as_json=as_json)


def _refuse_contract(request: Request, settings: Settings, root: Path) -> None:
    if declared_contract(settings, request.task, root) is not None:
        raise UsageRefusedError(
            "Data that has a contract is validated before it goes in.", field="--task", expected="a task of pairs",
            found=request.task, fix=f"mlops integrate {request.task} --new-data {request.file}",
        )  # fmt: skip


def _parent(request: Request, wanted: DatasetId, data: Dataset, root: Path) -> Manifest:
    """Return the dataset that grows: as named, else what the dataset of this day grew from, else the newest."""
    there = root / manifests.path_of(wanted)
    before = manifests.load(there).parent if there.exists() else None
    named = request.base or before
    parent = manifests.load(find_manifest(root, named) if named else newest_manifest(root, request.task))
    if parent.sha256 == data.sha256:
        raise UsageRefusedError(
            "These rows are the base itself: they were pinned as a dataset of their own.", file=request.file,
            field="--base", expected="the dataset that they are to be joined to", found=parent.id,
            fix=f"Name it: --base {parent.parent or 'ID'} --as-of DAY, a later day than that of {parent.id}.",
        )  # fmt: skip
    if parent.task != wanted.task or parent.as_of >= wanted.day:
        raise UsageRefusedError(
            "A batch is later than the dataset that it is joined to.", file=request.file, field="--as-of",
            expected=f"a day after {format_date(parent.as_of)}, the day of {parent.id}", found=format_date(wanted.day),
            fix="Name the day on which the batch was exported with --as-of, or an earlier dataset with --base.",
        )  # fmt: skip
    return parent


def _refuse_pinned_alone(target: Path, data: Dataset, parent: Manifest) -> None:
    if target.exists() and manifests.load(target).sha256 == data.sha256:
        raise ConflictError(
            "These rows were pinned as a dataset of their own, under the id of the joined one; nothing was changed.",
            file=shown_path(target), field="id", expected="no such file", found="the batch alone",
            fix=f"If it is not committed, remove {shown_path(target)} and join again; else join under a later day: "
            f"--base {parent.id} --as-of DAY.",
        )  # fmt: skip


def _contradicted(request: Request, found: Joined, parent: Manifest) -> ConflictError:
    return ConflictError(
        f"{len(found.conflicts):,} pairs are known with another label; nothing was changed.", file=request.file,
        field="label", expected=f"the labels of {parent.id}", found=joining.shown(found.conflicts),
        why="Somebody decided otherwise before, or the same content is two entities.",
        fix="Find out which hold. Where the known ones do, --keep-known leaves the new rows out; where the new ones "
        "do, mend the base at its source and pin it under a new day.",
    )  # fmt: skip


def _described(data: Dataset, task: str, root: Path) -> Manifest | None:
    """Return what the export said of these bytes; None where it is not at hand."""
    places = sorted((root / "dist" / "feedback").glob(f"*/{task}_*.json"))
    return next((one for one in map(manifests.load, places) if one.sha256 == data.sha256), None)


def _source(parent: Manifest, file: Path, data: Dataset, found: Joined, described: Manifest | None) -> str:
    told = f" ({described.source})" if described is not None else ""
    begin = f"{parent.id} ({parent.source})" if parent.source else parent.id
    return f"{begin}, and {found.added:,} pairs of {file.name}, sha256 {data.sha256}{told}"


def _limitations(parent: Manifest, found: Joined, described: Manifest | None) -> tuple[str, ...]:
    said = [*parent.limitations, *(described.limitations if described is not None else ())]
    said.append(f"{found.added:,} of {found.table.num_rows:,} rows were served and then labelled: no random sample.")
    if found.conflicts:
        said.append(f"{len(found.conflicts):,} pairs were left out: they were known with another label.")
    return tuple(dict.fromkeys(said))


def _tell(manifest: Manifest, parent: Manifest, found: Joined, status: str, *, as_json: bool) -> None:
    counts = {"added": found.added, "identical": found.identical, "conflicts": len(found.conflicts)}
    if as_json:
        emit_json({"status": status, "base": parent.id, **counts, "manifest": manifest.model_dump(mode="json")})
        return
    lines = [
        f"{manifest.id}  {status}",
        f"  pairs      {found.added:,} new, {found.identical:,} known, {len(found.conflicts):,} known otherwise",
        f"  rows       {manifest.rows:,}, of which {parent.rows:,} of {parent.id}",
        f"  data       {manifest.uris[0]}",
        f"  sha256     {manifest.sha256}",
    ]
    if status != "nothing new":
        lines.append(
            f"  licence    {manifest.licence or 'none'}, as {parent.id} says: see whether it holds for the new rows"
        )
        lines.append(f"  do now     mlops diff {parent.id} {manifest.id}")
    click.echo("\n".join(lines))
