"""``mlops bot deployment``: tell GitHub which model an environment gets, and how that went."""

import click

from mlops.bot.deployments import STATES, State, Subject, record
from mlops.bot.permissions import WRITE_DEPLOYMENTS
from mlops.bot.settings import parse_commit
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.environments import parse_environment
from mlops.hashing import parse_sha256
from mlops.ids import ModelId


@click.command(
    "deployment",
    epilog="Example: mlops bot deployment --environment production --model er_20251020 "
    "--artifact-sha256 SHA256 --state success",
)
@click.option("--environment", required=True, metavar="NAME", help="Where the model goes.")
@click.option("--model", required=True, metavar="ID", help="Which model.")
@click.option("--artifact-sha256", required=True, metavar="SHA256", help="Which bytes.")
@click.option("--state", required=True, type=click.Choice(STATES), help="How it stands.")
@click.option("--commit", metavar="SHA", help="The commit that is deployed.  [GITHUB_SHA]")
@click.option("--description", default="", help="A few words; at most 140 characters.")
@deadline_option
@json_option
def command(
    environment: str,
    model: str,
    artifact_sha256: str,
    state: State,
    commit: str | None,
    description: str,
    deadline: float,
    as_json: bool,
) -> None:
    """Have GitHub show the deployment of a model to an environment, once, with its newest state."""
    name = parse_environment(environment)
    model_id, bytes_ = str(ModelId.parse(model)), parse_sha256(artifact_sha256, field="--artifact-sha256")
    with connection(deadline, WRITE_DEPLOYMENTS) as hub:
        sha = parse_commit(commit or hub.settings.sha, field="--commit")
        words = (description or f"{model_id}, artifact {bytes_[:12]}")[:140]
        done = record(hub, Subject(name, model_id, bytes_, sha), state, description=words)
    found = {"id": str(done.id), "url": done.url, "state": done.state}
    news = done.state if done.fresh else f"{done.state} already"
    tell("deployment", found, f"{model_id} to {name}: {news}, {done.url}", as_json=as_json)
