"""What a card is given of a certification: the documents that lie there, and what the ledger says of the run."""

from collections.abc import Iterable
from pathlib import Path

from mlops import documents
from mlops.artifact import CERTIFICATION
from mlops.card.certificate import Submitted
from mlops.card.facts import CERTIFIED, Standing
from mlops.certification import keeping
from mlops.certification.document import CertificationReport
from mlops.certification.ledger import Ledger
from mlops.certification.status import status
from mlops.cli.gates import gates_folder
from mlops.hashing import sha256_bytes
from mlops.manifest import Manifest


def submitted(artifact: Path, model_id: str, pinned: Manifest, root: Path, cards: Path) -> Submitted | None:
    """Return what a card says of a certification; None where the model was not certified.

    A report that the ledger names goes before one that it does not, and the artifact's before the one beside the card:
    what was recorded is never replaced by a trial.

    Args:
        artifact: The folder that was judged.
        model_id: The model in it.
        pinned: The model's dataset; gates 1 to 3 leave their documents under its name, too.
        root: The repository.
        cards: Where cards and ledgers stand.

    Raises:
        InputRefusedError: The report or the ledger does not hold, or the report does not follow from its numbers.
    """
    ledger = keeping.read(keeping.path_of(pinned.task, cards))
    places = (artifact, cards / model_id)
    found = [path for place in places if (path := place / CERTIFICATION).is_file()]
    if not found:
        return None
    path = next((path for path in found if _line_number(documents.read_bytes(path), ledger)), found[0])
    files = dict(_documents((path.parent, artifact, gates_folder(root, pinned))))
    files[CERTIFICATION] = documents.read_bytes(path)
    report = documents.loads(files[CERTIFICATION], CertificationReport, file=path)
    from mlops.certification.checking import check_report  # noqa: PLC0415  # judges; other cards need no SciPy

    check_report(report, file=path)
    return Submitted(files, _standing(files, report, ledger))


def _standing(files: dict[str, bytes], report: CertificationReport, ledger: Ledger) -> Standing:
    number = _line_number(files[CERTIFICATION], ledger)
    line = ledger.line_of(report) if number is None else next(r for r in ledger.runs if r.sequence == number)
    known = ledger if number is None else ledger.until(number + 1)
    return Standing(
        files={name: sha256_bytes(data) for name, data in files.items()},
        line=number,
        counts=line.counts,
        why_not=line.why_not,
        status=status(known, report.policy, report.as_of),
    )


def _line_number(report: bytes, ledger: Ledger) -> int | None:
    sha256 = sha256_bytes(report)
    return next((line.sequence for line in ledger.runs if line.report_sha256 == sha256), None)


def _documents(places: Iterable[Path]) -> Iterable[tuple[str, bytes]]:
    """Yield the documents of gates 1 to 3, each from the first place that has it."""
    kept = list(places)
    for name in CERTIFIED:
        path = next((folder / name for folder in kept if (folder / name).is_file()), None)
        if path is not None and name != CERTIFICATION:
            yield name, documents.read_bytes(path)
