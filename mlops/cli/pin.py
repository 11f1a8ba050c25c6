"""``mlops pin``: hash a dataset and record it as a manifest."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from mlops import dataset, documents, storage
from mlops import manifest as manifests
from mlops.cli.common import (
    all_manifests,
    declared_contract,
    emit_json,
    find_manifest,
    load_settings,
    printable,
    repository_root,
)
from mlops.config import Settings
from mlops.errors import ConflictError, InputRefusedError, UsageRefusedError
from mlops.ids import DatasetId, format_date, parse_date, utc_today
from mlops.manifest import Manifest
from mlops.pinning import differing_fields, make_manifest

_MUCH_SMALLER = 2
"""How many times as many rows the newest dataset has for a warning."""


@dataclass(frozen=True)
class _Request:
    """What the user gave; None or empty means not given."""

    file: Path
    uris: tuple[str, ...]
    parent: str | None
    source: str | None
    licence: str | None
    limitations: tuple[str, ...]


@click.command(epilog="Example: mlops pin er data/training/er_20251020.parquet --source 'CRM export' --licence CC0-1.0")
@click.argument("task")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--date", "day", metavar="YYYYMMDD",
    help="Day on which the dataset was drawn. Default: from a file name like er_20251020.parquet, else today in UTC.",
)  # fmt: skip
@click.option(
    "--uri", "uris", multiple=True, metavar="URI",
    help="Where readers find the bytes; repeat for mirrors. Default: the file's path in the repository.",
)  # fmt: skip
@click.option("--parent", metavar="ID", help="Dataset that this one refreshes. Default: the newest earlier one.")
@click.option("--source", metavar="TEXT", help="Where the data comes from, for the model card.")
@click.option("--licence", metavar="TEXT", help="Licence of the data, best as an SPDX identifier.")
@click.option(
    "--limitation", "limitations", multiple=True, metavar="TEXT",
    help="What the data does not cover, one sentence; repeat for more. The model card shows them.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the manifest and what was done as JSON.")
def command(
    task: str,
    file: Path,
    day: str | None,
    uris: tuple[str, ...],
    parent: str | None,
    source: str | None,
    licence: str | None,
    limitations: tuple[str, ...],
    as_json: bool,
) -> int:
    """Hash FILE, a dataset of TASK, and record it in data_manifests/.

    The same content again changes nothing; other content under the same id is a conflict (exit 6).
    """
    root = repository_root()
    settings = load_settings(root)
    settings.task(task)
    wanted = DatasetId(task, day_of(task, file, day))
    request = _Request(file, uris, parent, source, licence, limitations)
    path = root / manifests.path_of(wanted)
    _check_target(root, path)
    old = manifests.load(path) if path.exists() else None
    manifest = _manifest(request, wanted, old, root, settings)
    warning = _smaller(manifest, wanted, root)
    if old is not None:
        _check_same(old, manifest, path.relative_to(root))
    else:
        documents.write(path, manifest)
    status = "unchanged" if old is not None else "written"
    if as_json:
        emit_json({"status": status, "path": str(path.relative_to(root)), "manifest": manifest.model_dump(mode="json")})
    else:
        click.echo(_summary(manifest, status, path.relative_to(root)))
    if warning:
        click.echo(warning, err=True)
    return 0


def _smaller(new: Manifest, wanted: DatasetId, root: Path) -> str:
    """Return a warning where the task's newest dataset becomes a much smaller one: a batch, most often."""
    others = [path for path in all_manifests(root, wanted.task) if path.stem != str(wanted)]
    if not others or DatasetId.parse(others[-1].stem) > wanted:
        return ""
    newest = manifests.load(others[-1])
    if new.rows * _MUCH_SMALLER >= newest.rows:
        return ""
    lacks = len({column.name for column in newest.columns} - {column.name for column in new.columns})
    return (
        f"warning: {new.id}, with {new.rows:,} rows, is now the newest dataset of {new.task}, where {newest.id} has "
        f"{newest.rows:,}{f', and lacks {lacks} of its columns' if lacks else ''}. Whoever names no dataset takes it. "
        f"To add rows to {newest.id}, remove this manifest and say: mlops "
        + (
            f"feedback join FILE --task {new.task}"
            if new.collection is None
            else f"integrate {new.task} --new-data FILE"
        )
    )


def day_of(task: str, file: Path, text: str | None) -> date:
    """Return the dataset's day: as given, else as the file's name says, else today."""
    today = utc_today()
    if text is not None:
        return parse_date(text, field="--date", today=today)
    named = re.fullmatch(rf"{re.escape(task)}_([0-9]{{8}})\.\w+", file.name, re.ASCII)
    return parse_date(named[1], field=f"the date in {file.name}", today=today) if named else today


def _check_target(root: Path, path: Path) -> None:
    """Refuse to write through links, out of the repository."""
    if path.is_symlink() or not path.parent.resolve().is_relative_to(root.resolve()):
        raise InputRefusedError(
            "The manifest would be written through a symbolic link.", file=path.relative_to(root),
            expected="a regular file in the repository", found="a symbolic link",
            fix=f"Replace the link by a folder or file of its own: {manifests.FOLDER}/",
        )  # fmt: skip


def _manifest(request: _Request, wanted: DatasetId, old: Manifest | None, root: Path, settings: Settings) -> Manifest:
    """Build the manifest; what was not given is taken from ``old``, so that pinning again asks nothing twice."""
    uris = request.uris or (old.uris if old else (_default_uri(request.file, root),))
    locations = [storage.locate(uri, settings=settings.storage, root=root) for uri in uris]
    parent = _parent(root, wanted, request.parent) if request.parent or old is None else old.parent
    data = dataset.read_file(request.file, settings=settings.storage)
    for location in locations if request.uris else ():
        if location.path is not None:  # remote bytes may be uploaded later; local ones must be there
            with storage.fetch(location.uri, settings=settings.storage, root=root, expected_sha256=data.sha256):
                pass
    return make_manifest(
        data,
        dataset_id=wanted,
        as_of=old.as_of if old else wanted.day,
        uris=uris,
        parent=parent,
        source=_given(request.source, old.source if old else ""),
        licence=_given(request.licence, old.licence if old else ""),
        limitations=request.limitations or (old.limitations if old else ()),
        contract=declared_contract(settings, wanted.task, root),
    )


def _given(text: str | None, otherwise: str) -> str:
    return otherwise if text is None else text


def _default_uri(file: Path, root: Path) -> str:
    """Return the file's path in the repository."""
    resolved = file.resolve()
    if resolved.is_relative_to(root.resolve()):
        return resolved.relative_to(root.resolve()).as_posix()
    raise UsageRefusedError(
        "The file lies outside of the repository, so nobody else could find it.", file=file, field="--uri",
        expected=f"a file below {root}, or --uri", found=resolved,
        fix="Copy it into the repository (data/ is the place), or say with --uri where readers find it.",
    )  # fmt: skip


def _parent(root: Path, wanted: DatasetId, text: str | None) -> str | None:
    """Return the id of the dataset that is refreshed: as given, and it must be pinned, else the newest earlier one."""
    if text is not None:
        parent = DatasetId.parse(text)
        find_manifest(root, str(parent))
        if parent.task != wanted.task or parent.day >= wanted.day:
            raise UsageRefusedError(
                "A parent is an earlier dataset of the same task.", field="--parent",
                expected=f"a {wanted.task} dataset from before {format_date(wanted.day)}", found=text,
                fix="Name an earlier dataset, or leave out --parent.",
            )  # fmt: skip
        return text
    earlier = [path.stem for path in all_manifests(root, wanted.task) if DatasetId.parse(path.stem) < wanted]
    return earlier[-1] if earlier else None


def _check_same(old: Manifest, new: Manifest, path: Path) -> None:
    """Refuse to replace a manifest by another one."""
    fields = differing_fields(old, new)
    if not fields:
        return
    same_content = old.sha256 != new.sha256 and old.fingerprint == new.fingerprint
    field = "sha256" if "sha256" in fields else fields[0]
    raise ConflictError(
        "This dataset id is taken by other content; the manifest was left as it is.",
        file=path, field=", ".join(fields), expected=getattr(old, field), found=getattr(new, field),
        why="The data was re-encoded: the content is the same, the bytes are not." if same_content else "",
        fix="Pin it under another day with --date YYYYMMDD"
        + ("." if "sha256" in fields else ", or edit the manifest by hand if the old words were wrong."),
    )  # fmt: skip


def _summary(manifest: Manifest, status: str, path: Path) -> str:
    labels = (
        ", ".join(f"{printable(label)}: {count:,}" for label, count in manifest.labels.items()) or "no label column"
    )
    quality = manifest.label_quality
    agreement = "not measured" if quality is None else (
        f"alpha {_number(quality.alpha)}, kappa {_number(quality.kappa)} on {quality.rows:,} rows labelled twice"
    )  # fmt: skip
    return "\n".join([
        f"{path}  {status}",
        f"  sha256   {manifest.sha256}",
        f"  rows     {manifest.rows:,} x {len(manifest.columns)} columns",
        f"  size     {manifest.bytes:,} bytes of {manifest.format}",
        f"  labels   {labels}",
        f"  quality  {agreement}",
        f"  parent   {manifest.parent or 'none'}",
    ])  # fmt: skip


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
