"""Certifying an artifact and recording the run: what ``mlops certify`` and the whole chain share."""

from pathlib import Path
from typing import NamedTuple

from mlops import documents, registry
from mlops.artifact import CERTIFICATION
from mlops.certification import keeping
from mlops.certification.document import CertificationReport, LedgerLine, Status
from mlops.certification.status import status
from mlops.cli.certify_asked import Asked
from mlops.cli.common import EXIT
from mlops.config import Settings
from mlops.errors import ExitCode
from mlops.hashing import sha256_bytes
from mlops.ids import utc_today


class Place(NamedTuple):
    """The task, and where its ledger stands."""

    task: str
    root: Path
    settings: Settings
    path: Path
    as_of: str | None

    @property
    def today(self) -> str:
        """The day asked for, else today in UTC."""
        return self.as_of or utc_today().isoformat()


class Certified(NamedTuple):
    """What came of a certification.

    Attributes:
        report: The report.
        entry: The line that the ledger has, got, or would get.
        status: What the ledger allows now.
        path: Where the report stands.
        known: Whether the ledger had the run before.
        recorded: Whether it got it now.
    """

    report: CertificationReport
    entry: LedgerLine
    status: Status
    path: Path
    known: bool
    recorded: bool

    @property
    def exit_code(self) -> ExitCode:
        """A green run that does not count is no proof: inconclusive."""
        if self.report.verdict == "pass" and not self.entry.counts:
            return ExitCode.INCONCLUSIVE
        return EXIT[self.report.verdict]

    @property
    def said(self) -> str:
        """What became of the run, in words."""
        if self.known:
            return f"recorded already as run {self.entry.sequence}"
        return "recorded" if self.recorded else "not recorded (--record)"


def certify_and_record(place: Place, asked: Asked, target: Path, *, record: bool) -> Certified:
    """Certify an artifact, write the report to ``target``, and add the run to the ledger where asked to."""
    from mlops.cli.certifying import certify  # noqa: PLC0415  # imports a learner, which asking the ledger does without

    old = keeping.read(place.path)
    report = certify(asked, place.settings, place.root)
    known = old.recorded(report)
    new = old.appended(report) if record else old
    if known is None or not _holds(target, known):
        documents.write(target, report)
    if record and known is None:
        _keep_beside_card(place, report)
        keeping.write(place.path, new, old)
    found = status(new if record else old, report.policy, max(report.as_of, place.as_of or report.as_of))
    return Certified(
        report, known or old.line_of(report), found, target, known is not None, recorded=record and known is None
    )


def _holds(path: Path, line: LedgerLine) -> bool:
    """Tell whether the report that a line is about stands at ``path``: run again, it stays as it was recorded."""
    return path.is_file() and sha256_bytes(documents.read_bytes(path)) == line.report_sha256


def _keep_beside_card(place: Place, report: CertificationReport) -> None:
    """Keep the first report of a model beside its card, if it has one; evidence is only ever added."""
    folder = place.root / registry.FOLDER / report.model_id
    if folder.is_dir() and not (folder / CERTIFICATION).exists():
        documents.write(folder / CERTIFICATION, report)
