"""``mlops bot monitor``: keep one issue about what a served model does, and have a new one trained by policy."""

from pathlib import Path

import click

from mlops import documents
from mlops.bot import monitoring
from mlops.bot.comments import author_of
from mlops.bot.dispatching import Request, parse_inputs
from mlops.bot.git import parse_branch
from mlops.bot.monitoring import LABEL
from mlops.bot.permissions import WRITE_ACTIONS, WRITE_ISSUES
from mlops.bot.runs import parse_workflow
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.cli.bot.targets import Lines
from mlops.cli.common import load_settings, repository_root
from mlops.monitoring.document import Monitoring


@click.command(
    "monitor", epilog="Example: mlops bot monitor dist/monitoring.json --workflow entity-resolution-train.yml"
)
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--workflow", metavar="FILE", help='What is dispatched where the settings say `retrain = "dispatch"`.')
@click.option("--ref", default="main", show_default=True, help="The branch or tag that it runs on.")
@click.option("--input", "inputs", multiple=True, type=Lines(), metavar="NAME=VALUE", help="For it; may be repeated.")
@click.option(
    "--author", metavar="LOGIN", help="As whom this token writes.  [whose token it is, or github-actions[bot]]"
)
@deadline_option
@json_option
def command(
    report: Path,
    workflow: str | None,
    ref: str,
    inputs: tuple[str, ...],
    author: str | None,
    deadline: float,
    as_json: bool,
) -> None:
    """Open an issue on an alarm of FILE, edit it while it lasts, and close it with a comment when all is ok.

    Reads the report alone and loads no data. Needs `issues: write`, and `actions: write` to dispatch. What is unknown
    opens and closes nothing. A training is dispatched once in the cooldown, whatever the issue does meanwhile.
    """
    found = documents.read(report, Monitoring)
    settings = load_settings(repository_root())
    settings.task(found.task)
    labels = tuple(name for name in settings.github.labels if name.casefold() == LABEL)
    training = None
    if workflow:
        training = Request(
            parse_workflow(workflow, field="--workflow"), parse_branch(ref, field="--ref"), parse_inputs(inputs)
        )
    needs = (WRITE_ISSUES, WRITE_ACTIONS) if training is not None else (WRITE_ISSUES,)
    with connection(deadline, *needs) as hub:
        done = monitoring.tell(hub, found, author=author_of(hub, author), labels=labels, training=training)
    if done.note:
        click.echo(f"Note: {done.note}", err=True)
    told = {"status": done.status, "url": done.url, "run-id": done.run_id, "run-url": done.run_url}
    text = f"{done.status}: {done.url}" if done.url else done.status
    tell("monitor", told, f"{text}\ndispatched: {done.run_url}" if done.run_url else text, as_json=as_json)
