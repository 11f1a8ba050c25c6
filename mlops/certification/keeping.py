"""The ledger's file: read strictly, replaced by temporary file and rename, compared with the base's."""

from pathlib import Path

from mlops import documents, registry
from mlops.certification.ledger import MAX_BYTES, Ledger, extends
from mlops.errors import ConflictError

FILE = "ledger.jsonl"


def path_of(task: str, folder: Path = registry.FOLDER) -> Path:
    """Return where the ledger of a task stands."""
    return folder / task / FILE


def read(path: Path) -> Ledger:
    """Read a ledger strictly; without a file nothing has been recorded yet.

    Raises:
        InputRefusedError: No regular file, too large, or it does not hold; the letter names the line.
    """
    if not path.is_symlink() and not path.exists():
        return Ledger()
    return Ledger.loads(documents.read_bytes(path, limit=MAX_BYTES), file=path)


def write(path: Path, ledger: Ledger, old: Ledger) -> None:
    """Replace the ledger's file by one that extends it.

    Raises:
        ConflictError: The file is not what ``old`` was read from: another writer was faster.
        UnavailableError: It cannot be written; what stood there is intact.
    """
    if not extends(old.data, ledger.data):
        raise ValueError("a ledger only grows")
    if read(path).data != old.data:
        raise ConflictError(
            "The ledger was written to in between.", file=path, expected=f"{len(old.lines)} lines, as read",
            found="other lines", fix="Run the same command again; one writer at a time is meant to have it.",
        )  # fmt: skip
    documents.write_bytes(path, ledger.data)


def check_extends(ledger: Ledger, old: bytes, path: Path, base: str) -> None:
    """Refuse a ledger that is not the older one with lines added.

    Raises:
        ConflictError: A byte of the older one is another one now, or gone.
    """
    if extends(old, ledger.data):
        return
    same = next((n for n, (a, b) in enumerate(zip(old, ledger.data, strict=False)) if a != b), len(ledger.data))
    raise ConflictError(
        "The ledger is not an extension of the base's.",
        file=path,
        field=f"line {old[:same].count(10) + 1}",
        expected=f"the {old.count(10):,} lines that {base} has, and more after them",
        found=f"{ledger.data.count(10):,} lines, and another byte at position {same:,}",
        why="A line was changed or removed, or two branches have recorded runs.",
        fix="Restore the base's ledger and record the run again; only `mlops certify` may write to it.",
    )
