"""``mlops bot plan``: show what differs between ``mlops.toml`` and the repository's settings on GitHub."""

from pathlib import Path

import click
from rich.console import Console

from mlops import documents
from mlops.bot.permissions import READING_SETTINGS
from mlops.bot.plan.actual import seen
from mlops.bot.plan.difference import plan_of
from mlops.bot.plan.model import Plan
from mlops.bot.plan.page import plan_page
from mlops.bot.plan.words import of_sections
from mlops.cli import outputs
from mlops.cli.bot.common import deadline_option, json_option, reading
from mlops.cli.bot.declared import declared
from mlops.cli.bot.plan_report import print_plan
from mlops.cli.common import emit_json
from mlops.errors import ExitCode, UnavailableError


@click.command("plan", epilog="Example: mlops bot plan --check")
@click.option("--check", is_flag=True, help="Exit 1 if anything differs, 5 if something could not be read.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Keep the plan as a document."
)
@deadline_option
@json_option
def command(check: bool, out: Path | None, deadline: float, as_json: bool) -> int:
    """Show, field by field, how the repository's settings on GitHub differ from `[github]` in mlops.toml.

    Writes nothing: the client that it uses cannot. What the token may not see is unknown, which is never clean.
    """
    with reading(deadline, *READING_SETTINGS) as hub:
        wanted = declared(hub.settings.owner)
        plan = plan_of(hub.settings.repository, wanted, seen(hub, wanted))
    if out is not None:
        documents.write(out, plan)
    counts = {"changes": str(len(plan.changes)), "unknown": str(len(plan.unknown))}
    outputs.tell("bot plan", counts | {"plan": "" if out is None else str(out)})
    outputs.summarise(plan_page(plan))
    if as_json:
        emit_json(plan.model_dump(mode="json"))
    else:
        print_plan(plan, Console())
    return int(_code(plan) if check else ExitCode.DONE)


def _code(plan: Plan) -> ExitCode:
    if plan.unknown:
        first = plan.unknown[0]
        raise UnavailableError(
            "Not everything could be read, so nobody knows whether it differs.",
            field=of_sections(plan),
            expected=first.needs,
            found=first.found,
            why=first.what,
            fix=first.fix,
        )
    return ExitCode.FAIL if plan.changes else ExitCode.DONE
