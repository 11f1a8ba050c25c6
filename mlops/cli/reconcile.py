"""``mlops reconcile``: make a target serve what environments.json says."""

from pathlib import Path

import click

from mlops.cli import outputs
from mlops.cli.common import emit_json
from mlops.cli.targets import Place, answer, environment_option, health_option, sentence, target_option
from mlops.errors import ExitCode


@click.command("reconcile", epilog="Example: mlops reconcile --environment production --artifact dist/er_20251020")
@environment_option
@click.option("--task", metavar="NAME", help="Only this task; by default all that the environment names.")
@click.option(
    "--artifact", "artifacts", multiple=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="A judged model that the target may not hold yet; may be given several times.",
)  # fmt: skip
@click.option("--share", type=click.IntRange(1, 100), help="Of the entities, in percent; a beta begins with the least.")
@click.option("--shadow", is_flag=True, help="The model is asked and logged, and answers nobody.")
@target_option
@health_option
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    environment: str,
    task: str | None,
    artifacts: tuple[Path, ...],
    share: int | None,
    shadow: bool,
    target: str | None,
    health: str | None,
    as_json: bool,
) -> int:
    """Make a target serve what model_cards/environments.json says: copy, test on golden rows there, switch last.

    A model that goes live must have its committed card's bytes and a verdict that lets it, and must score its golden
    rows on the target as it did when it was judged. If the server does not take it, the target serves the model before
    again (exit 1).
    """
    from mlops.cli.reconciling import Asked, reconcile  # noqa: PLC0415  # help needs no learner

    place = Place.find(environment, target, health)
    done = reconcile(place, Asked(task, artifacts, share, shadow))
    said = [sentence(place, name, found) for name, found in done.items()]
    outputs.summarise("".join(f"- {one}\n" for one in said))
    states = " ".join(f"{name}={found.state}" for name, found in done.items())
    failed = any(found.state == "rolled back" for found in done.values())
    outputs.tell("reconcile", {"states": states, "state": "failure" if failed else "success"})
    if as_json:
        emit_json({name: answer(found) for name, found in done.items()})
    else:
        click.echo("\n".join(said) or f"No model is declared for {environment}.")
    return int(ExitCode.FAIL if failed else ExitCode.DONE)
