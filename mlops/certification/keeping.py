"""The ledger's file: read strictly, replaced by temporary file and rename, checked against what is committed."""

from collections.abc import Iterator
from pathlib import Path

from mlops import documents, registry
from mlops.artifact import CERTIFICATION
from mlops.certification.checking import check_line
from mlops.certification.document import CertificationReport, LedgerLine
from mlops.certification.ledger import MAX_BYTES, Ledger, extends
from mlops.errors import ConflictError, InputRefusedError
from mlops.hashing import sha256_bytes

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


def check_evidence(ledger: Ledger, folder: Path) -> Iterator[str]:
    """Yield the model of each report that is committed beside a card, after comparing it with its line.

    Raises:
        InputRefusedError: A report that no line is about, or a line that does not follow from its report.
    """
    for model in dict.fromkeys(line.model_id for line in ledger.runs):
        path = folder / model / CERTIFICATION
        if not path.is_symlink() and not path.exists():
            continue
        data = documents.read_bytes(path)
        line = next((line for line in ledger.runs if line.report_sha256 == sha256_bytes(data)), None)
        if line is None or line.model_id != model:
            raise _no_line(path, ledger.runs, model)
        report = documents.loads(data, CertificationReport, file=path)
        check_line(line, report, ledger.until(line.sequence), file=path)
        yield model


def _no_line(path: Path, runs: tuple[LedgerLine, ...], model: str) -> InputRefusedError:
    known = [line.report_sha256 for line in runs if line.model_id == model]
    return InputRefusedError(
        "No line of the ledger is about this report.",
        file=path,
        field="report_sha256",
        expected=" or ".join(known),
        found=sha256_bytes(documents.read_bytes(path)),
        why="The report was changed after it was recorded, or is of another run.",
        fix="Restore the report that was recorded: `git log -p` shows the change.",
    )
