"""``mlops admit``: may this judged artifact be deployed?"""

import dataclasses
from pathlib import Path

import click

from mlops import admission, environments
from mlops.admission import Admission, Expected
from mlops.cli import outputs
from mlops.cli.common import EXIT, emit_json, load_settings, repository_root
from mlops.formatting import printable
from mlops.hashing import parse_sha256
from mlops.runner import annotate, fenced


@click.command(epilog="Example: mlops admit dist/er_20251020 --gate-sha256 $GATE_SHA256 --environment production")
@click.argument("artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT")
@click.option("--artifact-sha256", metavar="SHA256", help="What its checksums.txt must hash to.")
@click.option("--gate-sha256", metavar="SHA256", help="What its gate.json must hash to, as the job that judged says.")
@click.option("--dataset-hash", metavar="SHA256", help="What its data must hash to.")
@click.option("--environment", metavar="NAME", help="Where it shall go; must be declared in environments.json.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(
    artifact: Path,
    artifact_sha256: str | None,
    gate_sha256: str | None,
    dataset_hash: str | None,
    environment: str | None,
    as_json: bool,
) -> int:
    """Say whether the judged artifact in the folder ARTIFACT may be deployed: yes (exit 0) if its verdict is pass.

    A verdict fail ends with 1, inconclusive with 4. Every hash that the verdict is bound to is computed again, the
    verdict must follow from its own numbers, and the policy that judged must be at least as strict as the one in
    force; else the artifact is refused (exit 3).
    """
    root = repository_root()
    settings = load_settings(root)
    expected = Expected(
        artifact_sha256=_parsed(artifact_sha256, "--artifact-sha256"),
        gate_sha256=_parsed(gate_sha256, "--gate-sha256"),
        dataset_sha256=_parsed(dataset_hash, "--dataset-hash"),
    )
    if environment is not None:
        admission.refuse_undeclared(environment, environments.read(root))
    judged = admission.read(artifact, root, settings)
    found = admission.admit(judged, settings.task(judged.facts.training.task).policy, expected)
    _tell_runner(found, environment)
    if as_json:
        emit_json({"admitted": found.verdict == "pass", "environment": environment, **dataclasses.asdict(found)})
    else:
        click.echo(f"{_headline(found, environment)}\n{printable(found.reason, len(found.reason))}")
    return int(EXIT[found.verdict])


def _parsed(text: str | None, field: str) -> str | None:
    return None if text is None else parse_sha256(text, field=field)


def _headline(found: Admission, environment: str | None) -> str:
    where = f" to {environment}" if environment else ""
    if found.verdict == "pass":
        return f"{found.model_id} may be deployed{where}: its verdict is pass, and every hash holds."
    return f"{found.model_id} must not be deployed{where}: its verdict is {found.verdict}."


def _tell_runner(found: Admission, environment: str | None) -> None:
    values = {
        "model-id": found.model_id,
        "dataset-id": found.dataset_id,
        "dataset-hash": found.dataset_sha256,
        "model-sha256": found.model_sha256,
        "artifact-sha256": found.artifact_sha256,
        "gate-sha256": found.gate_sha256,
    }
    outputs.tell("admit", values)
    headline = _headline(found, environment)
    outputs.summarise(f"{headline}\n" if found.verdict == "pass" else f"{headline}\n\n{fenced(found.reason)}\n")
    page = outputs.here()
    if page is not None and found.verdict != "pass":
        annotate(page, "error", f"{headline} {found.reason}", title="Not admitted")
