"""What several verbs share: finding the repository, its settings and its manifests, and printing JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mlops import config
from mlops import manifest as manifests
from mlops.config import Settings
from mlops.contract.loading import load_contract
from mlops.contract.model import Contract
from mlops.errors import ExitCode, InputRefusedError, MlopsError, UsageRefusedError
from mlops.ids import DatasetId

EXIT = {"pass": ExitCode.DONE, "fail": ExitCode.FAIL, "inconclusive": ExitCode.INCONCLUSIVE}
"""The exit code that each verdict ends the process with."""


def repository_root(start: Path | None = None) -> Path:
    """Return the nearest folder at or above ``start`` (default: where we stand) that holds ``mlops.toml``.

    Raises:
        UsageRefusedError: There is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / config.FILE_NAME).is_file():
            return folder
    raise UsageRefusedError(
        "This is not inside a repository that mlops manages.",
        file=config.FILE_NAME,
        found=f"no {config.FILE_NAME} in {here} or above it",
        fix=f"Change into the repository, or start one by writing {config.FILE_NAME} (docs/configuration.md).",
    )


def load_settings(root: Path) -> Settings:
    """Return the settings of the repository at ``root``; raises UsageRefusedError when they are not acceptable."""
    return config.load(root / config.FILE_NAME)


def declared_contract(settings: Settings, task: str, root: Path) -> Contract | None:
    """Return what the columns of a task's data are for; None where the task names no contract."""
    contract = settings.task(task).contract
    return load_contract(contract, root) if contract else None


def cache_folder(root: Path) -> Path:
    """Return where verified remote data is kept, under its hash; git ignores it."""
    return root / ".cache" / "data"


def find_manifest(root: Path, text: str) -> Path:
    """Return the manifest that a dataset id or a path names.

    Args:
        root: The repository.
        text: ``er_20251020``, or a path to a manifest, relative to where we stand or to ``root``.

    Returns:
        The manifest's path below ``root``; the file exists and no link was followed to reach it.

    Raises:
        UsageRefusedError: No manifest has that id.
        InputRefusedError: The path leaves the repository or names no regular file.
    """
    if not _looks_like_path(text):
        path = root / manifests.path_of(DatasetId.parse(text))
        if path.is_symlink() or path.exists():
            return _regular_inside(root, path, text)
        known = sorted(p.stem for p in (root / manifests.FOLDER).glob("*.json"))
        raise UsageRefusedError(
            "No manifest has this id.",
            field="dataset",
            expected=" or ".join(known[-5:]) or f"a file in {manifests.FOLDER}/, which holds none",
            found=text,
            fix="Pin the dataset first: `mlops pin TASK FILE`.",
        )
    given = Path(text)
    candidates = [given] if given.is_absolute() else [Path.cwd() / given, root / given]
    return _regular_inside(root, next((p for p in candidates if p.is_symlink() or p.exists()), candidates[-1]), text)


def all_manifests(root: Path, task: str | None = None) -> list[Path]:
    """Return the manifests of the repository (of one task), oldest dataset first.

    Files whose names are no dataset ids are left out; ``mlops verify PATH`` says what is wrong with one.
    """
    dated: list[tuple[DatasetId, Path]] = []
    for path in (root / manifests.FOLDER).glob("*.json"):
        try:
            dataset = DatasetId.parse(path.stem)
        except MlopsError:
            continue
        if task in (None, dataset.task):
            dated.append((dataset, path))
    return [path for _, path in sorted(dated, key=lambda entry: (entry[0].day, entry[0].task))]


def newest_manifest(root: Path, task: str) -> Path:
    """Return the manifest of the task's newest dataset; raises UsageRefusedError when the task has none."""
    paths = all_manifests(root, task)
    if not paths:
        raise UsageRefusedError(
            "The task has no pinned dataset.",
            field="dataset",
            expected=f"a manifest {manifests.FOLDER}/{task}_YYYYMMDD.json",
            fix=f"Pin one: `mlops pin {task} FILE`.",
        )
    return paths[-1]


def shown_path(path: Path) -> Path:
    """Return ``path`` relative to where we stand, if it lies below; for people, who know where they are."""
    here, whole = Path.cwd(), path.resolve()
    return whole.relative_to(here) if whole.is_relative_to(here) else path


def emit_json(value: Mapping[str, Any]) -> None:
    """Print ``value`` as one JSON object on stdout."""
    click.echo(json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False))


def printable(text: str) -> str:
    """Return text from data so that it cannot act on a terminal: quoted and escaped unless all of it is printable."""
    return text if text.isprintable() else ascii(text)


def _looks_like_path(text: str) -> bool:
    return "/" in text or "\\" in text or text.endswith(".json")


def _regular_inside(root: Path, path: Path, text: str) -> Path:
    """Return ``path`` if it is a regular file, no link, and its folder really lies in the repository."""
    refused = InputRefusedError(
        "A manifest must be a file of this repository.",
        file=text,
        expected=f"a regular file below {root}",
        found=_nature(path),
        fix=f"Name the dataset by its id, or copy the manifest into {manifests.FOLDER}/.",
    )
    inside = Path(path.parent.resolve(), path.name)
    if not inside.is_relative_to(root.resolve()) or path.is_symlink() or not path.is_file():
        raise refused
    return inside


def _nature(path: Path) -> str:
    """Say in two words what stands at ``path``."""
    if path.is_symlink():
        return "a symbolic link"
    if path.is_dir():
        return "a folder"
    if not path.exists():
        return "nothing"
    return "a file outside of it" if path.is_file() else "a pipe or a device"
