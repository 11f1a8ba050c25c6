"""``mlops deploy``: change the desired state, one line of environments.json, if the model may be served there."""

import shlex

import click

from mlops import environments
from mlops.cli import outputs
from mlops.cli.common import emit_json, load_settings, repository_root
from mlops.environments import PATH
from mlops.errors import ExitCode, UsageRefusedError
from mlops.ids import ModelId, id_in, utc_today
from mlops.promotion import Promotion, promote


@click.command("deploy", epilog="Example: mlops deploy er_20251020 --environment production")
@click.argument("model", metavar="ID")
@click.option(
    "--environment", default=environments.PRODUCTION, show_default=True, metavar="NAME", help="Where it goes."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(model: str, environment: str, as_json: bool) -> int:
    """Have environments.json say that the model ID serves its task in an environment: the one line to be reviewed.

    The section on deployment of its card, and of the one that it replaces, is rendered again.

    The model's card must be committed, hold against its evidence, and say that the model passed; of a certified task
    the ledger must allow it (exit 1). When the change is merged, `mlops reconcile` makes the target follow.
    """
    root = repository_root()
    done = promote(root, load_settings(root), _named(model, environment), environment, today=utc_today().isoformat())
    shares = ", ".join(f"{share}" for share in done.shares)
    outputs.tell("deploy", {"state": done.state, "model-id": model, "before": done.before, "shares": shares})
    if as_json:
        emit_json({
            "state": done.state, "environment": environment, "model_id": model, "before": done.before or None,
            "shares": list(done.shares), "reason": done.reason,
        })  # fmt: skip
    else:
        click.echo(_told(done, model, environment))
    return int(ExitCode.FAIL if done.state == "refused" else ExitCode.DONE)


def _named(text: str, environment: str) -> ModelId:
    try:
        return ModelId.parse(text)
    except UsageRefusedError as error:
        at = "" if environment == environments.PRODUCTION else f" --environment {environment}"
        error.field, alone = "ID", id_in(text)
        error.why = "Declaring takes the id of a model with a committed card; the target gets its folder afterwards."
        error.fix = (
            f"mlops deploy {alone}{at}; when that is merged: mlops reconcile{at} --artifact {shlex.quote(text)}"
            if alone
            else f"List the models: mlops registry list. Then: mlops deploy ID{at}"
        )
        raise


def _told(done: Promotion, model: str, environment: str) -> str:
    if done.state == "refused":
        return f"{model} must not be served in {environment}. {done.reason}"
    if done.state == "unchanged":
        return f"{PATH.as_posix()} says already that {environment} is served by {model}."
    return (
        f"{PATH.as_posix()}: {environment} is to be served by {model} instead of {done.before or 'no model'}. "
        f"{done.reason}\nNext: commit this line and the cards that tell of it; when the pull request is merged, the "
        "deployment follows."
    )
