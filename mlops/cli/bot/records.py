"""``mlops bot records``: submit what a run of certification left, by pull request."""

import os
from pathlib import Path

import click

from mlops.bot import pages
from mlops.bot.git import parse_author, parse_branch
from mlops.bot.permissions import WRITE_CONTENTS, WRITE_PULLS
from mlops.bot.submitting import Records, submit
from mlops.cli.bot.common import (
    author_option,
    connection,
    deadline_option,
    json_option,
    remote_option,
    tell,
)
from mlops.ids import parse_task


@click.command("records", epilog="Example: mlops bot records dist/records --task claims")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
@click.option("--task", required=True, metavar="TASK", help="Whose records they are.")
@click.option("--base-branch", default="main", show_default=True, help="Where they shall stand.")
@author_option
@remote_option
@deadline_option
@json_option
def command(
    folder: Path, task: str, base_branch: str, author: str, remote: str | None, deadline: float, as_json: bool
) -> None:
    """Submit the integrated data, manifests, ledger, pages and cards in FOLDER, and nothing else, by pull request.

    Only paths that a run of certification writes pass; evidence is only added, the ledger must continue the base
    branch's. Run again, it brings the same pull request up to date, or finds everything published.
    """
    name, base, by = parse_task(task), parse_branch(base_branch, field="--base-branch"), parse_author(author)
    with connection(deadline, WRITE_CONTENTS, WRITE_PULLS) as hub:
        body = pages.records_pull_request(name, pages.links_at(hub.settings, hub.settings.sha or ""))
        done = submit(
            hub,
            Records(folder.resolve(), name, base, by, remote or hub.settings.repository_url, os.environ, body),
        )  # fmt: skip
    tell("records", done._asdict(), f"{done.status}: {done.url}", as_json=as_json)
