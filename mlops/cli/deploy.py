"""``mlops deploy``: change the desired state, one line of environments.json, if the model may be served there."""

import click

from mlops import environments
from mlops.admission import refuse_undeclared
from mlops.card.deployed import declare
from mlops.cli import outputs
from mlops.cli.common import emit_json, load_settings, repository_root
from mlops.cli.targets import refuse_unsound
from mlops.environments import PATH, parse_environment
from mlops.errors import ExitCode
from mlops.ids import ModelId, utc_today
from mlops.permission import permission


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
    settings, declared = load_settings(root), environments.read(root)
    model_id = ModelId.parse(model)
    refuse_undeclared(parse_environment(environment), declared)
    refuse_unsound(model_id, root)
    allowed = permission(model_id, environment, root=root, settings=settings, today=utc_today().isoformat())
    task = model_id.dataset.task
    before = declared.environments[environment].get(task, "")
    state = "refused" if not allowed.allowed else "unchanged" if before == model else "changed"
    if state == "changed":
        declare(root, declared, environment, model_id)
    shares = ", ".join(f"{share}" for share in allowed.shares)
    outputs.tell("deploy", {"state": state, "model-id": model, "before": before, "shares": shares})
    if as_json:
        emit_json({
            "state": state, "environment": environment, "model_id": model, "before": before or None,
            "shares": list(allowed.shares), "reason": allowed.reason,
        })  # fmt: skip
    else:
        click.echo(_told(state, model, environment, before, allowed.reason))
    return int(ExitCode.DONE if allowed.allowed else ExitCode.FAIL)


def _told(state: str, model: str, environment: str, before: str, reason: str) -> str:
    if state == "refused":
        return f"{model} must not be served in {environment}. {reason}"
    if state == "unchanged":
        return f"{PATH.as_posix()} says already that {environment} is served by {model}."
    return (
        f"{PATH.as_posix()}: {environment} is to be served by {model} instead of {before or 'no model'}. {reason}\n"
        "Next: commit this line and the cards that tell of it; when the pull request is merged, the deployment follows."
    )
