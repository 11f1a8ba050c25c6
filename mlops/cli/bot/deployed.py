"""``mlops bot deployed``: record on GitHub what came of having an environment follow what is declared."""

from collections.abc import Iterator
from pathlib import Path

import click

from mlops import admission, documents, environments, registry
from mlops.artifact import GATE
from mlops.bot.permissions import WRITE_CONTENTS, WRITE_DEPLOYMENTS
from mlops.bot.recorded import record
from mlops.bot.releases import Contents
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.cli.bot.release import contents_of, release
from mlops.cli.common import repository_root
from mlops.deploy.outcome import Reconciled
from mlops.gate import GateReport


@click.command("deployed", epilog="Example: mlops bot deployed dist/reconciled.json")
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False), metavar="REPORT")
@click.option(
    "--models", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="A folder with a folder for each model: those that are live and passed are released, too.",
)  # fmt: skip
@deadline_option
@json_option
def command(report: Path, models: Path | None, deadline: float, as_json: bool) -> None:
    """Have GitHub show, as deployments, what `mlops reconcile` or `mlops rollback` left in the file REPORT.

    One a task: `success` for a model that is live, `in_progress` for one on trial, `failure` for one that was refused
    or not taken. What it replaces is ended; a model that is live gets its release. Run again, it says nothing twice.
    """
    found = documents.read(report, Reconciled)
    releases = list(_releases(found, models)) if models is not None else []
    needs = (WRITE_DEPLOYMENTS, WRITE_CONTENTS) if releases else (WRITE_DEPLOYMENTS,)
    with connection(deadline, *needs) as hub:
        declared = environments.read(repository_root()).environments.get(found.environment)
        lines = record(hub, found, declared)
        released = [release(hub, contents, verdict, found.commit) for contents, verdict in releases]
    states = " ".join(f"{line.task}={line.state}" for line in lines)
    urls = " ".join(dict.fromkeys(line.url for line in lines if line.url))
    said = [*(line.text for line in lines), *(f"Release {one.tag}: {one.status}, {one.url}" for one in released)]
    text = "\n".join(said) or f"{found.environment}: nothing to record."
    tell("deployed", {"states": states, "urls": urls}, text, as_json=as_json)


def _releases(found: Reconciled, models: Path) -> Iterator[tuple[Contents, GateReport]]:
    """Yield what is released of models that are live; a beta whose verdict is no pass gets no release."""
    root = repository_root()
    for outcome in found.tasks.values():
        folder = models / outcome.model_id
        if outcome.state in {"live", "released"} and folder.is_dir():
            admission.supply_verdict(folder, root)
            if documents.read(folder / GATE, GateReport).verdict == "pass":
                card = root / registry.path_of(outcome.model_id)
                yield contents_of(folder, card if card.is_file() else None)
