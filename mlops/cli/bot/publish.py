"""``mlops bot publish``: commit the card of a model that passed, by pull request or straight to the base branch."""

import os
from pathlib import Path
from typing import get_args

import click

from mlops.bot import pages
from mlops.bot.git import parse_author, parse_branch
from mlops.bot.permissions import WRITE_CONTENTS, WRITE_PULLS
from mlops.bot.publishing import Mode, Order, publish
from mlops.cli.bot.common import (
    author_option,
    connection,
    deadline_option,
    json_option,
    remote_option,
    tell,
)
from mlops.gate import GateReport
from mlops.ids import utc_today


@click.command("publish", epilog="Example: mlops bot publish dist/er_20251020 --mode pull-request")
@click.argument("artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT")
@click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="pull-request",
    show_default=True,
    help="By pull request, or by a push to the base branch where it is not protected.",
)
@click.option("--base-branch", default="main", show_default=True, help="Where the card shall stand.")
@author_option
@remote_option
@deadline_option
@json_option
def command(
    artifact: Path, mode: Mode, base_branch: str, author: str, remote: str | None, deadline: float, as_json: bool
) -> None:
    """Commit the card of the model in ARTIFACT, its evidence and a line in the ledger, if its verdict is pass.

    They are made again on top of the newest commit of the base branch, as often as other runs are faster. The working
    tree is not touched.
    """
    base = parse_branch(base_branch, field="--base-branch")
    by = parse_author(author)
    with connection(deadline, WRITE_CONTENTS, WRITE_PULLS) as hub:
        order = Order(
            artifact=artifact.resolve(),
            mode=mode,
            base=base,
            author=by,
            today=utc_today,
            remote=remote or hub.settings.repository_url,
            environ=os.environ,
        )

        def describe(report: GateReport, commit: str) -> str:
            return pages.card_pull_request(report, pages.links_at(hub.settings, commit))

        done = publish(hub, order, describe)
    tell("publish", done._asdict(), f"{done.status}: {done.url}", as_json=as_json)
