"""The gates of a certified task inside the whole chain: data before the training, the certificate after it."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
from rich.console import Console

from mlops import documents, validation
from mlops.artifact import AUDIT, CERTIFICATION, CROSSVAL, VALIDATION
from mlops.auditing import AuditReport
from mlops.certification import keeping
from mlops.certification.document import CertificationReport
from mlops.certification_settings import CertificationSettings
from mlops.cli import certify_page, outputs
from mlops.cli.audited import audit_rows
from mlops.cli.certify_asked import Asked, profile_of, rules_of
from mlops.cli.certify_recording import Certified, Place, certify_and_record
from mlops.cli.common import EXIT, declared_contract
from mlops.cli.crossing import Asked as Crossed
from mlops.cli.crossing import cross
from mlops.cli.gates import gates_folder
from mlops.cli.steps import declared_for
from mlops.cli.talk import Talk
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.contract.reading import typed
from mlops.crossval.document import CrossvalReport
from mlops.errors import ExitCode
from mlops.gate import GateReport
from mlops.gate.report import Verdict
from mlops.ids import DatasetId, ModelId, artifact_name, format_date
from mlops.manifest import Manifest
from mlops.task import Examples, Task
from mlops.validation import Batch, Limits, Occasion
from mlops.validation.report import Validation

BLOCKS = 5


@dataclass(frozen=True)
class Certifying:
    """A certified task's dataset on its way to a certificate.

    Attributes:
        task: The plug.
        settings: The repository's.
        root: The repository.
        pinned: The dataset.
        contract: What its columns are for.
        profile: The name of the profile that judges.
        seed: Of everything that chance decides.
        champion: Artifact of the model in production; None compares with nothing.
    """

    task: Task
    settings: Settings
    root: Path
    pinned: Manifest
    contract: Contract
    profile: str
    seed: int
    champion: Path | None

    @property
    def rules(self) -> CertificationSettings:
        """What certifies."""
        return rules_of(self.task.name, self.settings)

    @classmethod
    def of(
        cls, task: Task, settings: Settings, root: Path, pinned: Manifest, *, profile: str | None, seed: int,
        champion: Path | None, trial: bool,
    ) -> "Certifying | None":  # fmt: skip
        """Return what is to be certified; None for a trial, and where the task knows no certificate and nobody asks."""
        if trial or (settings.task(task.name).certification is None and profile is None):
            return None
        rules = rules_of(task.name, settings)
        contract = declared_contract(settings, task.name, root)
        if contract is None:
            return None
        return cls(task, settings, root, pinned, contract, profile_of(profile, task.name, rules), seed, champion)

    def before(self, table: pa.Table, examples: Examples, talk: Talk) -> "Gates":
        """Go through gates 1 to 3; whatever they say, the chain goes on, so that one run tells everything."""
        pinned = self.pinned
        with talk.step("validate") as said:
            rows = typed(table, self.contract)
            batch = Batch(table, rows, self.contract, np.datetime64(pinned.as_of))
            occasion = Occasion(pinned.task, Path(pinned.uris[0]).name, pinned.sha256, "manifest")
            quality = validation.validate(batch, occasion, Limits.under(self.contract)).report
            said.append(f"{quality.verdict}, score {quality.score:.4f}")
        with talk.step("audit") as said:
            audit = audit_rows(table, self.task, examples, pinned, self.contract, seed=self.seed)
            said.append(audit.verdict)
        with talk.step("cv") as said:
            asked = Crossed(BLOCKS, purge=False, seed=self.seed, champion=self.champion, clock=perf_counter)
            declared, profile = declared_for(pinned, self.settings), self.rules.profiles[self.profile]
            crossval = cross(self.task, examples, pinned, declared, profile, asked)
            said.append(f"{crossval.verdict}, mean accuracy {crossval.accuracy.mean:.1%}")
        return Gates(self, quality, audit, crossval)


@dataclass(frozen=True)
class Gates:
    """The reports of gates 1 to 3."""

    whose: Certifying
    validation: Validation
    audit: AuditReport
    crossval: CrossvalReport

    def write(self, folder: Path) -> None:
        """Write the reports beside the model, and where a further model on the same data is certified by them."""
        for place in (folder, gates_folder(self.whose.root, self.whose.pinned)):
            documents.write(place / VALIDATION, self.validation)
            documents.write(place / AUDIT, self.audit)
            documents.write(place / CROSSVAL, self.crossval)

    def certify(self, folder: Path, talk: Talk, *, record: bool, run_url: str) -> Certified:
        """Go through gate 4, and add the run to the ledger where asked to."""
        whose = self.whose
        name = whose.task.name
        with talk.step("certify") as said:
            place = Place(name, whose.root, whose.settings, whose.root / keeping.path_of(name), None)
            asked = Asked(task=name, artifact=folder, profile=whose.profile, as_of=None, run_url=run_url)
            done = certify_and_record(place, asked, folder / CERTIFICATION, record=record)
            said.append(f"{done.report.verdict}, {done.said}; tier {done.status.tier}")
        return done


def show(done: Certified) -> None:
    """Print a certification and what the ledger allows."""
    console = Console()
    console.print()
    certify_page.print_report(done.report, done.entry, console)
    certify_page.print_status(done.status, console)


def verdict_of(report: GateReport, done: Certified | None) -> Verdict:
    """Return the worse verdict of gate and certificate."""
    return report.verdict if done is None else _worst(report, done).verdict


def _worst(report: GateReport, done: Certified) -> GateReport | CertificationReport:
    gate = EXIT[report.verdict]
    return report if worse(gate, EXIT[done.report.verdict]) == gate else done.report


def finish(done: Certified | None, pinned: Manifest, report: GateReport, folder: Path, *, quiet: bool) -> ExitCode:
    """Tell what the whole chain came to, and return its exit code."""
    code = EXIT[report.verdict]
    if done is None:
        return code
    worst = _worst(report, done)
    tell(done, pinned, folder, worst.verdict, worst.reason)
    if not quiet:
        show(done)
    return worse(code, done.exit_code)


def as_answer(done: Certified | None) -> dict[str, object]:
    """Return what the chain's JSON says of a certification; nothing where there was none."""
    if done is None:
        return {}
    return {
        "certification": {
            "verdict": done.report.verdict, "reason": done.report.reason, "profile": done.report.profile,
            "counts": done.entry.counts, "why_not": done.entry.why_not, "tier": done.status.tier,
            "streak": done.status.streak, "certified_until": done.status.certified_until,
            "gates": dict(done.report.gates),
        }
    }  # fmt: skip


def tell(done: Certified, pinned: Manifest, folder: Path, verdict: str, reason: str) -> None:
    """Tell the runner of GitHub Actions what the whole chain came to."""
    outputs.summarise(certify_page.page_of(done.report, done.entry, done.status))
    outputs.tell("run", {
        "verdict": verdict, "reason": reason, "tier": done.status.tier, "streak": str(done.status.streak),
        "counts": str(done.entry.counts).lower(), "artifact": str(folder),
        "artifact-name": artifact_name(ModelId.parse(done.report.model_id)), "model-id": done.report.model_id,
        "dataset-id": pinned.id, "dataset-date": format_date(DatasetId.parse(pinned.id).day),
        "dataset-hash": pinned.sha256,
    })  # fmt: skip


def worse(first: ExitCode, second: ExitCode) -> ExitCode:
    """Return the exit code that weighs more: a fail, then what cannot be decided, then done."""
    order = [ExitCode.DONE, ExitCode.INCONCLUSIVE, ExitCode.FAIL]
    return max(first, second, key=order.index)
