"""``mlops bot promote``: propose by pull request that an environment be served by a model."""

import os

import click

from mlops import environments
from mlops.bot import pages
from mlops.bot.git import parse_author, parse_branch
from mlops.bot.permissions import WRITE_CONTENTS, WRITE_PULLS
from mlops.bot.promoting import Wish, submit
from mlops.bot.racing import Road
from mlops.cli.bot.common import (
    author_option,
    connection,
    deadline_option,
    json_option,
    remote_option,
    tell,
)
from mlops.environments import parse_environment
from mlops.ids import ModelId, utc_today
from mlops.promotion import Promotion


@click.command("promote", epilog="Example: mlops bot promote er_20251020 --environment production")
@click.argument("model", metavar="ID")
@click.option("--environment", default=environments.PRODUCTION, show_default=True, metavar="NAME", help="Where.")
@click.option("--former", is_flag=True, help="It was rolled back to, and serves already; its card alone must hold.")
@click.option("--base-branch", default="main", show_default=True, help="The branch whose environments.json counts.")
@author_option
@remote_option
@deadline_option
@json_option
def command(
    model: str,
    environment: str,
    former: bool,
    base_branch: str,
    author: str,
    remote: str | None,
    deadline: float,
    as_json: bool,
) -> None:
    """Open the pull request that has an environment be served by the model ID: one line, and the cards that say so.

    The card must stand on the base branch, hold, and allow it, as for `mlops deploy`. Merging it deploys. There is one
    pull request for each task of an environment; the working tree is not touched.
    """
    model_id, where = ModelId.parse(model), parse_environment(environment)
    base, by = parse_branch(base_branch, field="--base-branch"), parse_author(author)
    with connection(deadline, WRITE_CONTENTS, WRITE_PULLS) as hub:

        def describe(found: Promotion, commit: str) -> str:
            return pages.promotion_pull_request(found, model_id, where, pages.links_at(hub.settings, commit))

        road = Road(base, by, remote or hub.settings.repository_url, os.environ)
        done = submit(hub, Wish(model_id, where, utc_today, former), road, describe)
    tell("promote", done._asdict(), f"{done.status}: {done.url}", as_json=as_json)
