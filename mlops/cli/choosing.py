"""Which dataset the options of a verb name: by id, by date, by hash, or the newest."""

from pathlib import Path

from mlops import manifest as manifests
from mlops.cli.common import all_manifests, find_manifest, newest_manifest
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import parse_sha256
from mlops.ids import DatasetId, parse_date, utc_today


def choose_manifest(root: Path, task: str, *, dataset: str | None, date: str | None, sha256: str | None) -> Path:
    """Return the manifest that the options name; without any, the task's newest.

    Raises:
        UsageRefusedError: A date or hash is misspelled, or no manifest has it.
        InputRefusedError: The manifest pins another hash than the one given.
    """
    wanted = None if sha256 is None else parse_sha256(sha256, field="--dataset-hash")
    if dataset is not None:
        path = find_manifest(root, dataset)
    elif date is not None:
        path = find_manifest(root, str(DatasetId(task, parse_date(date, field="--dataset-date", today=utc_today()))))
    elif wanted is not None:
        return _by_hash(root, task, wanted)
    else:
        path = newest_manifest(root, task)
    pinned = manifests.load(path)
    if pinned.task != task:
        raise UsageRefusedError(
            "The dataset belongs to another task.", field="dataset", expected=task, found=pinned.task,
            fix=f"Name a dataset {task}_YYYYMMDD.",
        )  # fmt: skip
    if wanted not in (None, pinned.sha256):
        raise InputRefusedError(
            "The hash is not the one that the manifest pins.",
            file=path,
            field="sha256",
            expected=pinned.sha256,
            found=wanted,
            fix=f"Pass the manifest's hash, or pin the refreshed file first: mlops pin {task} FILE",
        )
    return path


def _by_hash(root: Path, task: str, wanted: str) -> Path:
    for path in reversed(all_manifests(root, task)):
        if manifests.load(path).sha256 == wanted:
            return path
    raise UsageRefusedError(
        "No manifest pins this hash.",
        field="--dataset-hash",
        expected=f"the sha256 of a manifest in {manifests.FOLDER}/",
        found=wanted,
        fix=f"Pin the file first: mlops pin {task} FILE",
    )
