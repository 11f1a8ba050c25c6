"""``mlops reconcile``: make a target serve what environments.json says."""

from collections.abc import Sequence
from pathlib import Path

import click

from mlops.cli import live, outputs, reconciled
from mlops.cli.common import emit_json
from mlops.cli.targets import Desired, Place, answer, environment_option, health_option, sentence, target_option
from mlops.deploy.switching import Switched
from mlops.environments import PATH, fingerprint_of
from mlops.errors import ConflictError, ExitCode, MlopsError, UsageRefusedError
from mlops.hashing import parse_sha256


@click.command("reconcile", epilog="Example: mlops reconcile --environment production --artifact dist/er_20251020")
@environment_option
@click.option("--task", metavar="NAME", help="Only this task; by default all that the environment names.")
@click.option(
    "--artifact", "artifacts", multiple=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="A judged model that the target may not hold yet; may be given several times.",
)  # fmt: skip
@click.option(
    "--models", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="A folder with such a folder for each model, as `mlops bot models` leaves it; may be empty or absent.",
)  # fmt: skip
@click.option("--share", type=click.IntRange(1, 100), help="Of the entities, in percent; a beta begins with the least.")
@click.option("--shadow", is_flag=True, help="The model is asked and logged, and answers nobody.")
@target_option
@health_option
@click.option(
    "--verify-only", is_flag=True,
    help="Copy and switch nothing: hold what is declared against its artifacts, where releases are what is used.",
)  # fmt: skip
@click.option(
    "--declared", metavar="SHA256",
    help="What environments.json and mlops.toml must hash to together, as `mlops bot models` says: else exit 6.",
)  # fmt: skip
@reconciled.report_option
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    environment: str,
    task: str | None,
    artifacts: tuple[Path, ...],
    models: Path | None,
    share: int | None,
    shadow: bool,
    target: str | None,
    health: str | None,
    verify_only: bool,
    declared: str | None,
    report: Path | None,
    as_json: bool,
) -> int:
    """Make a target serve what model_cards/environments.json says: copy, test on golden rows there, switch last.

    A model that goes live must have its committed card's bytes and a verdict that lets it, and must score its golden
    rows on the target as it did when it was judged. If the server does not take it, the target serves the model before
    again (exit 1).
    """
    if shadow and share is not None:
        raise UsageRefusedError(
            "A model is tried on a share or as a shadow, not both.", field="--shadow", expected="one of the two",
            found=f"--share {share} --shadow", fix="Leave one out: a shadow answers nobody.",
        )  # fmt: skip
    from mlops.cli.reconciling import Asked, reconcile, verify  # noqa: PLC0415  # help needs no learner

    below = () if models is None or not models.is_dir() else sorted(path for path in models.iterdir() if path.is_dir())
    asked = Asked(task, (*artifacts, *below), share, shadow)
    if verify_only:
        desired, uri = Desired.of(environment), ""
        _refuse_other(desired, task, declared)
        done: dict[str, Switched | MlopsError | None] = {**verify(desired, asked)}
        said = [f"{name}: {desired.models[name]} may be served; its release is what is used." for name in done]
    else:
        place = Place.find(environment, target, health)
        _refuse_other(place.desired, task, declared)
        if place.given:
            _refuse_misspelled(place, asked.artifacts)
        desired, uri, done = place.desired, place.target.uri, {**reconcile(place, asked)}
        said = [sentence(place, name, found) for name, found in done.items() if isinstance(found, Switched)]
    wanted = {name: model for name, model in desired.models.items() if task in {None, name}}
    if verify_only:  # what a release of another task's model was recorded for before is ended
        wanted = dict.fromkeys([task] if task else desired.settings.tasks, "") | wanted
    reconciled.write(report, desired, uri, wanted, {name: found for name, found in done.items() if found is not None})
    refused = [found for found in done.values() if isinstance(found, MlopsError)]
    failed = any(isinstance(found, Switched) and found.state == "rolled back" for found in done.values())
    states = " ".join(f"{name}={_state(found)}" for name, found in done.items())
    outputs.tell("reconcile", {"states": states, "state": "failure" if failed or refused else "success"})
    outputs.summarise("".join(f"- {one}\n" for one in said))
    if as_json and not refused:
        emit_json({name: answer(found) for name, found in done.items() if isinstance(found, Switched)})
    elif said or not refused:
        click.echo("\n".join(said) or f"No model is declared for {environment}.")
    if refused:
        for error in dict.fromkeys(refused[1:]):
            if error is not refused[0]:
                click.echo(error.letter(), err=True)
        raise refused[0]
    return int(ExitCode.FAIL if failed else ExitCode.DONE)


def _refuse_other(desired: Desired, task: str | None, declared: str | None) -> None:
    """Refuse an unknown task, and a declaration that is not the one which the caller looked at."""
    if task is not None:
        desired.refuse_unknown(task)
    if declared is not None:
        found = fingerprint_of(desired.root)
        if parse_sha256(declared, field="--declared") != found:
            raise ConflictError(
                "Something newer is declared than what this run began with; nothing was changed.",
                file=PATH, field="--declared", expected=declared, found=found,
                why="Another change was merged meanwhile; its own run follows.", fix="Look at the newest run.",
            )  # fmt: skip


def _refuse_misspelled(place: Place, artifacts: Sequence[Path]) -> None:
    """Refuse a folder that was named by hand and is not there, unless this looks like a first deployment to it."""
    named = place.desired.settings.deploy.get(place.environment)
    if not artifacts:
        place.refuse_absent(
            "No artifact was named that could go there, so it holds the models already or is misspelled."
        )
    elif named is not None and named.target != place.given:
        place.refuse_absent(f"mlops.toml names another target for {place.environment}: {named.target}.")
    elif any(one.before for one in live.switches(place.root) if one.environment == place.environment):
        place.refuse_absent(f"A model of {place.environment} was replaced before, so its target should be there.")
    elif not place.target.is_there():
        click.echo(f"{place.target.uri} is not there yet: this first deployment makes it.", err=True)


def _state(found: Switched | MlopsError | None) -> str:
    if found is None:
        return "verified"
    return "refused" if isinstance(found, MlopsError) else found.state
