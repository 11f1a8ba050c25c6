"""``mlops bot dispatch``: start a workflow, and say which run that is."""

import click

from mlops.bot.dispatching import SUCCESS, Request, dispatch, parse_inputs, wait
from mlops.bot.git import parse_branch
from mlops.bot.permissions import WRITE_ACTIONS
from mlops.bot.runs import parse_workflow
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.cli.bot.targets import Lines
from mlops.errors import ExitCode, UnavailableError


@click.command(
    "dispatch", epilog="Example: mlops bot dispatch train.yml --input dataset_date=20251020 --wait --deadline 3600"
)
@click.argument("workflow", metavar="WORKFLOW")
@click.option("--ref", default="main", show_default=True, help="The branch or tag that it runs on.")
@click.option(
    "--input", "inputs", multiple=True, type=Lines(), metavar="NAME=VALUE", help="For the workflow; may be repeated."
)
@click.option("--wait", "waits", is_flag=True, help="Wait for the end of the run: exit 0 for success alone, else 1.")
@deadline_option
@json_option
def command(workflow: str, ref: str, inputs: tuple[str, ...], waits: bool, deadline: float, as_json: bool) -> int:
    """Start WORKFLOW (the name of its file), once, also where an answer gets lost, and say which run that is.

    A run that was not successful, skipped included, is exit 1; one that goes on at the deadline is exit 5.
    """
    request = Request(
        parse_workflow(workflow, field="WORKFLOW"), parse_branch(ref, field="--ref"), parse_inputs(inputs)
    )
    with connection(deadline, WRITE_ACTIONS) as hub:
        done = dispatch(hub, request)
        ended = wait(hub, done.run_id) if waits else None
    conclusion = "" if ended is None else ended.conclusion or ""
    found = {"run-id": str(done.run_id), "run-url": done.url, "conclusion": conclusion}
    tell("dispatch", found, f"{conclusion or 'started'}: {done.url}", as_json=as_json)
    if waits and ended is None:
        raise UnavailableError(
            f"The run did not end within {deadline:g} s.", field="--deadline", found=done.url,
            fix=f"Wait for it: gh run watch --exit-status {done.run_id}",
        )  # fmt: skip
    return int(ExitCode.DONE if not waits or conclusion == SUCCESS else ExitCode.FAIL)
