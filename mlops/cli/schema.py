"""``mlops schema``: the JSON Schema (2020-12) of every document, printed, published and checked."""

import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import click
from pydantic import BaseModel

from mlops import documents
from mlops.cli.common import emit_json, repository_root
from mlops.errors import InputRefusedError, UsageRefusedError

FOLDER = Path("docs", "schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Published(NamedTuple):
    """A document whose schema is published: the class that reads and writes it, and the file that holds it."""

    module: str
    kind: str
    file: str


DOCUMENTS = {
    "settings": Published("mlops.config", "Settings", "mlops.toml"),
    "manifest": Published("mlops.manifest", "Manifest", "data_manifests/<dataset>.json"),
    "refresh": Published("mlops.refresh", "Refresh", "the output of mlops diff --json"),
    "training": Published("mlops.artifact", "Training", "training.json"),
    "metrics": Published("mlops.metrics", "Metrics", "metrics.json"),
    "gatereport": Published("mlops.gate", "GateReport", "gate.json"),
    "doctorreport": Published("mlops.doctor", "DoctorReport", "the output of mlops doctor --json"),
    "validation": Published("mlops.validation", "Validation", "validation.json"),
    "intakereport": Published("mlops.intake", "IntakeReport", "intake.json"),
    "environments": Published("mlops.environments", "Environments", "model_cards/environments.json"),
    "judged": Published("mlops.judged", "Judged", "a line of model_cards/judged.jsonl"),
    "plan": Published("mlops.bot.plan.model", "Plan", "the output of mlops bot plan --json"),
    "applied": Published("mlops.bot.plan.model", "Applied", "the output of mlops bot apply --json"),
    "contract": Published("mlops.contract.model", "Contract", "mlops/contract/profiles/<name>.json, or your own"),
    "integration": Published("mlops.integration", "Integration", "integration.json"),
    "auditreport": Published("mlops.auditing", "AuditReport", "audit.json"),
    "crossvalreport": Published("mlops.crossval.document", "CrossvalReport", "crossval.json"),
    "certificationreport": Published("mlops.certification.document", "CertificationReport", "certification.json"),
    "ledgerline": Published("mlops.certification.document", "LedgerLine", "a run in model_cards/<task>/ledger.jsonl"),
    "revocation": Published("mlops.certification.document", "Revocation", "a revocation in the same ledger"),
    "pointer": Published("mlops.deploy.document", "Pointer", "<target>/<task>/pointer.json"),
    "reconciled": Published("mlops.deploy.outcome", "Reconciled", "reconciled.json"),
    "golden": Published("mlops.deploy.document", "Golden", "<target>/<task>/models/<model>/golden.json"),
    "auditdraw": Published("mlops.feedback.draws", "AuditDraw", "audits/<task>/<draw>.json"),
    "monitoring": Published("mlops.monitoring.document", "Monitoring", "dist/monitoring.json"),
    "cardnotes": Published("mlops.card.facts", "CardNotes", "model_cards/<model>/card.json"),
}
"""By name; classes are imported on use, because some modules need the learner's packages."""


def class_of(name: str) -> type[BaseModel]:
    """Return the class that reads and writes the document ``name``."""
    kind: type[BaseModel] = getattr(importlib.import_module(DOCUMENTS[name].module), DOCUMENTS[name].kind)
    if not issubclass(kind, BaseModel):
        raise TypeError(f"{kind} is no document")
    return kind


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the document ``name``; raises UsageRefusedError when there is none of that name."""
    if name not in DOCUMENTS:
        raise UsageRefusedError(
            "There is no document of this name.",
            field="NAME",
            expected=" or ".join(DOCUMENTS),
            found=name,
            fix="`mlops schema` lists the documents.",
        )
    schema = class_of(name).model_json_schema(mode="validation")
    return {"$schema": DIALECT, "$comment": DOCUMENTS[name].file, **schema}


def publish(folder: Path) -> None:
    """Write the schema of every document into ``folder``."""
    for name in DOCUMENTS:
        documents.write_bytes(folder / f"{name}.json", documents.canonical_json(schema_of(name)))


def check(folder: Path) -> None:
    """Compare the published schemas with the code; raises InputRefusedError on the first difference."""
    published = {path.stem for path in folder.glob("*.json")}
    for name in sorted(published | DOCUMENTS.keys()):
        path = folder / f"{name}.json"
        wanted = documents.canonical_json(schema_of(name)) if name in DOCUMENTS else None
        if name not in published or wanted is None or documents.read_bytes(path) != wanted:
            raise InputRefusedError(
                "A published schema is not the one that the code reads and writes.",
                file=path,
                expected="a schema of a document" if wanted is None else f"the output of `mlops schema {name}`",
                found="other content" if name in published else "no file",
                fix="Remove the file." if wanted is None else "mlops schema --write",
            )


@click.command("schema")
@click.argument("name", required=False)
@click.option("--write", is_flag=True, help=f"Publish all schemas in {FOLDER.as_posix()}/ of this repository.")
@click.option(
    "--check", "verify", is_flag=True, help="Compare the published schemas with the code; exit 3 if they differ."
)
@click.option("--json", "as_json", is_flag=True, help="Print the list of documents as JSON.")
def command(name: str | None, write: bool, verify: bool, as_json: bool) -> None:
    """Print the JSON Schema of the document NAME; without a name, list the documents."""
    if (name is not None) + write + verify > 1:
        raise UsageRefusedError("NAME, --write and --check exclude each other.", fix="Pass one of them.")
    if write:
        publish(repository_root() / FOLDER)
    elif verify:
        check(repository_root() / FOLDER)
    elif name is not None:
        click.echo(json.dumps(schema_of(name), sort_keys=True, indent=2))
    elif as_json:
        emit_json({known: {"file": document.file} for known, document in DOCUMENTS.items()})
    else:
        for known, document in DOCUMENTS.items():
            click.echo(f"{known:<20}{document.file}")
