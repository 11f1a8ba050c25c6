"""``mlops bot``: what the workflows do on GitHub; the only verbs that hold a token."""

import click

from mlops.cli.bot import (
    announce,
    apply,
    artifact,
    check,
    comment,
    deployment,
    drift,
    plan,
    publish,
    release,
    variables,
)


@click.group()
def command() -> None:
    """Find artifacts, publish cards and releases, and tell people on GitHub.

    Reads GITHUB_TOKEN (or GH_TOKEN), GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_RUN_ID, GITHUB_SHA.
    Everything may be run again: what is there already is left as it is.
    """


for _verb in (artifact, publish, release, deployment, check, comment, announce, variables, plan, apply, drift):
    command.add_command(_verb.command)
