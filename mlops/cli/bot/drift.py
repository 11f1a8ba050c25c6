"""``mlops bot drift``: keep one issue about what differs between ``mlops.toml`` and GitHub."""

from pathlib import Path

import click

from mlops import documents
from mlops.bot.comments import author_of
from mlops.bot.permissions import WRITE_ISSUES
from mlops.bot.plan.drifting import LABEL, watch
from mlops.bot.plan.model import Plan
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.cli.common import load_settings, repository_root
from mlops.errors import InputRefusedError


@click.command("drift", epilog="Example: mlops bot drift --plan dist/plan.json")
@click.option(
    "--plan",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What `mlops bot plan --out FILE` left.",
)
@click.option(
    "--author", metavar="LOGIN", help="As whom this token writes.  [whose token it is, or github-actions[bot]]"
)
@deadline_option
@json_option
def command(file: Path, author: str | None, deadline: float, as_json: bool) -> None:
    """Open an issue that lists what differs, edit it when that changes, and close it when nothing differs any more.

    Needs `issues: write` alone, so that the token which may see all settings stays with `mlops bot plan`.
    """
    plan = documents.read(file, Plan)
    labels = tuple(name for name in load_settings(repository_root()).github.labels if name.casefold() == LABEL)
    with connection(deadline, WRITE_ISSUES) as hub:
        if plan.repository.casefold() != hub.settings.repository.casefold():
            raise InputRefusedError(
                "This plan is about another repository.",
                file=file,
                field="repository",
                expected=hub.settings.repository,
                found=plan.repository,
                fix="Make a plan of this one: mlops bot plan --out FILE",
            )
        done = watch(hub, plan, author=author_of(hub, author), labels=labels)
    tell("drift", done._asdict(), f"{done.status}: {done.url}" if done.url else done.status, as_json=as_json)
