"""The reports that are committed beside cards: each is what a line of the ledger says, judged again."""

from collections.abc import Iterator
from pathlib import Path

from mlops import documents
from mlops.artifact import CERTIFICATION
from mlops.certification.checking import check_line
from mlops.certification.document import CertificationReport, LedgerLine
from mlops.certification.ledger import Ledger
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes


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
