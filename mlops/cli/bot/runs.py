"""``mlops bot runs``: list runs of workflows, or those whose model was trained on a dataset."""

import json
from dataclasses import replace

import click
from rich.console import Console
from rich.table import Table

from mlops import registry
from mlops.bot import runs
from mlops.bot.artifacts import matching, names_for
from mlops.bot.git import parse_branch
from mlops.bot.permissions import READ_ACTIONS
from mlops.bot.reading import Reader
from mlops.bot.runs import STATES, Run, Sought, parse_workflow
from mlops.bot.sources import Wanted
from mlops.cli import outputs
from mlops.cli.bot.common import deadline_option, json_option, reading
from mlops.cli.bot.datasets import dataset_of
from mlops.cli.common import printable, repository_root
from mlops.hashing import parse_sha256

_COLUMNS = ("run", "workflow", "branch", "event", "status", "started", "page")


@click.command("runs", epilog="Example: mlops bot runs --workflow train.yml --branch main --status success --limit 5")
@click.option("--workflow", metavar="FILE", help="Only runs of this workflow.")
@click.option("--branch", help="Only runs on this branch.")
@click.option("--status", type=click.Choice(STATES), help="Only runs in this state, or with this conclusion.")
@click.option(
    "--dataset-hash",
    metavar="SHA256",
    help="Only runs that left a model trained on this dataset: each artifact is downloaded and verified. Without "
    "--workflow and --branch those of entity-resolution-train.yml on main.",
)
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, metavar="N", help="At most.")
@deadline_option
@json_option
def command(
    workflow: str | None,
    branch: str | None,
    status: str | None,
    dataset_hash: str | None,
    limit: int,
    deadline: float,
    as_json: bool,
) -> None:
    """List runs, the newest first; the outputs name the first of them, and are empty where there is none."""
    sought = Sought(
        workflow="" if workflow is None else parse_workflow(workflow),
        branch="" if branch is None else parse_branch(branch, field="--branch"),
        state=status or "",
    )
    wanted = None if dataset_hash is None else _wanted(parse_sha256(dataset_hash, field="--dataset-hash"), sought)
    with reading(deadline, READ_ACTIONS) as hub:
        found = runs.listed(hub, sought, limit) if wanted is None else _trained(hub, wanted, sought, limit)
    first = found[0] if found else None
    outputs.tell("bot runs", {"run-id": str(first.id) if first else "", "run-url": first.html_url if first else ""})
    if as_json:
        click.echo(json.dumps([_shown(run) for run in found], indent=2, sort_keys=True, ensure_ascii=False))
    elif found:
        _print(found)
    else:
        click.echo("There is no such run.")


def _wanted(dataset_sha256: str, sought: Sought) -> Wanted:
    root = repository_root()
    names = names_for(dataset_of(root, dataset_sha256), registry.model_ids(root / registry.FOLDER))
    usual = Wanted(names=names, dataset_sha256=dataset_sha256)
    return replace(usual, workflow=sought.workflow or usual.workflow, branch=sought.branch or usual.branch)


def _trained(hub: Reader, wanted: Wanted, sought: Sought, limit: int) -> list[Run]:
    ids = dict.fromkeys(int(found.run_id) for found in matching(hub, wanted, limit))
    found = (runs.get(hub, number) for number in ids)
    return [run for run in found if sought.state in {"", run.status, run.conclusion}]


def _shown(run: Run) -> dict[str, str | int]:
    return {
        "id": run.id,
        "workflow": run.workflow,
        "branch": run.head_branch or "",
        "event": run.event,
        "status": run.conclusion or run.status or "",
        "created_at": run.created_at,
        "head_sha": run.head_sha,
        "url": run.html_url,
    }


def _print(found: list[Run]) -> None:
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for run in found:
        shown = _shown(run)
        names = ("id", "workflow", "branch", "event", "status", "created_at", "url")
        table.add_row(*(printable(str(shown[name])) for name in names))
    Console(soft_wrap=True, markup=False).print(table)
