"""``mlops bot deployed``: record on GitHub what came of having an environment follow what is declared."""

from pathlib import Path

import click

from mlops import documents
from mlops.bot.permissions import WRITE_DEPLOYMENTS
from mlops.bot.recorded import record
from mlops.bot.settings import parse_commit
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.deploy.outcome import Reconciled


@click.command("deployed", epilog="Example: mlops bot deployed dist/reconciled.json")
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False), metavar="REPORT")
@click.option("--commit", metavar="SHA", help="The commit that asked for it.  [GITHUB_SHA]")
@deadline_option
@json_option
def command(report: Path, commit: str | None, deadline: float, as_json: bool) -> None:
    """Have GitHub show, as deployments, what `mlops reconcile` or `mlops rollback` left in the file REPORT.

    One a task: `success` for a model that is live, `in_progress` for one on trial, `failure` for one that was refused
    or not taken. What it replaces is ended. Run again, it says nothing twice.
    """
    found = documents.read(report, Reconciled)
    with connection(deadline, WRITE_DEPLOYMENTS) as hub:
        lines = record(hub, found, parse_commit(commit or hub.settings.sha, field="--commit"))
    states = " ".join(f"{line.task}={line.state}" for line in lines)
    urls = " ".join(dict.fromkeys(line.url for line in lines if line.url))
    text = "\n".join(line.text for line in lines) or f"{found.environment}: nothing to record."
    tell("deployed", {"states": states, "urls": urls}, text, as_json=as_json)
