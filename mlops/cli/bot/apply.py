"""``mlops bot apply``: set the repository on GitHub as ``mlops.toml`` declares it."""

import click
from rich.console import Console

from mlops.bot.permissions import WRITING_SETTINGS
from mlops.bot.plan.applying import apply
from mlops.bot.plan.model import Applied
from mlops.bot.plan.page import applied_page
from mlops.cli import outputs
from mlops.cli.bot.common import connection, deadline_option, json_option
from mlops.cli.bot.declared import declared
from mlops.cli.bot.plan_report import print_applied
from mlops.cli.common import emit_json
from mlops.errors import UnavailableError


@click.command("apply", epilog="Example: mlops bot apply")
@deadline_option
@json_option
def command(deadline: float, as_json: bool) -> None:
    """Write what differs between `[github]` in mlops.toml and the repository's settings on GitHub, and read it back.

    What is not declared is left as it is. A setting that GitHub refuses does not keep the others from being applied;
    the verb then ends with exit code 5 and says which permission is missing. Run again, it writes nothing.
    """
    with connection(deadline, *WRITING_SETTINGS) as hub:
        applied = apply(hub, declared(hub.settings.owner))
    outputs.tell("bot apply", {"changed": str(len(applied.changed)), "refused": str(len(applied.refused))})
    outputs.summarise(applied_page(applied))
    if as_json:
        emit_json(applied.model_dump(mode="json"))
    else:
        print_applied(applied, Console())
    if applied.refused:
        raise _incomplete(applied)


def _incomplete(applied: Applied) -> UnavailableError:
    first = applied.refused[0]
    needs = dict.fromkeys(each.needs for each in applied.refused if each.needs)
    return UnavailableError(
        f"Not all of the {applied.managed} declared settings could be applied; those that are not named here are.",
        field=", ".join(dict.fromkeys(f"{each.section} {each.name}".strip() for each in applied.refused)),
        expected="; ".join(needs),
        found=first.found,
        why=first.what,
        fix=first.fix,
    )
