"""The artifact's folder: replaced whole, or left as it was."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlops.artifact import (
    CHECKSUMS,
    EVALUATION,
    METRICS,
    MODEL,
    TRAINING,
    VERDICTS,
    is_seed_evaluation,
)
from mlops.errors import ConflictError, UnavailableError, UsageRefusedError
from mlops.ids import DatasetId

ARTIFACT_FILES = (EVALUATION, METRICS, MODEL, TRAINING)
LEFT_BY_A_RUN = frozenset({*ARTIFACT_FILES, CHECKSUMS, *VERDICTS, "model_cards"})
"""What may stand in an artifact's folder: training's files, the verdicts, and the card of a local run."""


def refuse_foreign_folder(folder: Path) -> None:
    """Raise ConflictError unless ``folder`` is new, empty, or holds only what a run of mlops leaves there.

    A run replaces its folder as a whole, so anything else in it would be lost.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        found = "a symbolic link" if folder.is_symlink() else "a file"
    else:
        entries = {entry.name for entry in folder.iterdir()} if folder.exists() else set()
        foreign = sorted(
            name for name in entries - LEFT_BY_A_RUN if not (_is_manifest(name) or is_seed_evaluation(name))
        )
        if not foreign and (not entries or CHECKSUMS in entries):
            return
        found = ", ".join(foreign[:5]) if foreign else f"files without {CHECKSUMS}"
    raise ConflictError(
        "The output folder holds something else, which would be lost.",
        file=folder,
        expected="a new or empty folder, or one that an earlier run of mlops left",
        found=found,
        fix="Choose another folder with --out, or move these files away yourself.",
    )


def _is_manifest(name: str) -> bool:
    """Tell whether a file is the manifest that a run on an unpinned file leaves beside its artifact."""
    try:
        DatasetId.parse(name.removesuffix(".json"))
    except UsageRefusedError:
        return False
    return name.endswith(".json")


@contextmanager
def workshop(folder: Path) -> Iterator[str]:
    """Yield a temporary folder beside ``folder``; what the file system refuses there is explained."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
            yield name
    except OSError as error:
        raise UnavailableError(
            "The artifact could not be written; what stood there before is intact.",
            file=folder,
            why=error.strerror or str(error),
            fix="Free disk space or make the folder writable, then run the same command again.",
        ) from error


def exchange(fresh: Path, folder: Path, aside: Path) -> None:
    """Put ``fresh`` in the place of ``folder``; if that fails, the old one returns to its place."""
    if not folder.exists():
        fresh.replace(folder)
        return
    folder.replace(aside)
    try:
        fresh.replace(folder)
    except OSError:
        aside.replace(folder)
        raise
