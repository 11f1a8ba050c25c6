"""``mlops bot``: what the workflows do on GitHub; the only verbs that hold a token."""

import click

from mlops.cli.bot import (
    announce,
    apply,
    artifact,
    check,
    comment,
    deployed,
    deployment,
    dispatch,
    drift,
    models,
    monitor,
    plan,
    promote,
    publish,
    records,
    release,
    runs,
    variables,
)


@click.group()
def command() -> None:
    """Find artifacts, publish cards and releases, and tell people on GitHub.

    Reads GITHUB_TOKEN (or GH_TOKEN), GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_RUN_ID, GITHUB_SHA.
    With MLOPS_APP_CLIENT_ID and MLOPS_APP_PRIVATE_KEY (or MLOPS_APP_PRIVATE_KEY_FILE) it asks as that GitHub App
    instead, with a token of its own that may do what the verb needs, in this repository alone, until the verb ends.
    Everything may be run again: what is there already is left as it is.
    """


for _verb in (
    artifact, models, dispatch, runs, publish, records, release, promote, deployment, deployed, check, comment,
    announce, variables, plan, apply, drift, monitor,
):  # fmt: skip
    command.add_command(_verb.command)
