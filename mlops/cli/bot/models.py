"""``mlops bot models``: the artifacts of all models that environments.json names, verified, each in a folder."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from mlops import environments
from mlops.admission import refuse_undeclared
from mlops.bot.artifacts import NoArtifactError, card_of, obtain, refuse_occupied, wanted_for_model
from mlops.bot.attesting import Attesting
from mlops.bot.git import parse_branch
from mlops.bot.permissions import READ_ACTIONS, READ_ATTESTATIONS, READ_CONTENTS
from mlops.bot.reading import Reader
from mlops.bot.sources import Wanted
from mlops.cli.bot.common import deadline_option, json_option, reading, tell
from mlops.cli.common import load_settings, repository_root, shown_path
from mlops.config import Settings
from mlops.environments import parse_environment
from mlops.errors import InputRefusedError
from mlops.ids import ModelId


@click.command("models", epilog="Example: mlops bot models --out dist/models")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="A folder; each model gets its own below it."
)
@click.option("--environment", metavar="NAME", help="Only of this environment.")
@click.option("--branch", default="main", show_default=True, help="Only runs on this branch count.")
@deadline_option
@json_option
def command(out: Path | None, environment: str | None, branch: str, deadline: float, as_json: bool) -> None:
    """Put the artifact of every model that environments.json names into a folder of its own, verified.

    Of each model exactly the bytes that its committed card records, from its release or from a run, whichever workflow
    that was; where mlops.toml has `attested_by` for an environment that it serves, that workflow must have attested
    them. One that is not found is told and left out: a target that holds the model does not need it. One that does not
    hold, or is not attested, is left out, too, and then it ends with 3: no model holds the others up.

    The output `matrix` has each environment, and whether mlops.toml names a target for it; `declared` is what `mlops
    reconcile --declared` compares with.
    """
    root = repository_root()
    settings, every = load_settings(root), environments.read(root)
    if environment is not None:
        refuse_undeclared(parse_environment(environment), every)
    declared = {name: served for name, served in every.environments.items() if environment in {None, name}}
    folder = out or root / "dist" / "models"
    refuse_occupied(folder)  # else what lies there already would be handed on with what was verified
    models = sorted({model for served in declared.values() for model in served.values()})
    given = Wanted(names=(), workflow="", branch=parse_branch(branch, field="--branch"))
    attested_by = {model: _attesters(model, declared, settings) for model in models}
    needs = (READ_ATTESTATIONS,) if any(attested_by.values()) else ()
    lines: list[str] = []
    refused: list[InputRefusedError] = []
    with reading(deadline, READ_ACTIONS, READ_CONTENTS, *needs) as hub:
        for model in models:
            try:
                lines.append(_obtained(hub, ModelId.parse(model), root, folder / model, given, attested_by[model]))
            except InputRefusedError as error:
                refused.append(error)
                lines.append(f"{model}: refused, and left out. {error.what}")
    forgotten = sorted(settings.deploy.keys() - every.environments.keys()) if environment is None else []
    lines += [f"warning: {name} has a target and is not declared: nobody looks after it." for name in forgotten]
    listed = [{"environment": name, "target": name in settings.deploy} for name in sorted(declared)]
    tell(
        "models",
        {
            "matrix": json.dumps({"include": listed}) if listed else "",
            "models": " ".join(model for model in models if (folder / model).is_dir()),
            "folder": str(shown_path(folder)),
            "declared": environments.fingerprint_of(root),
        },
        "\n".join(lines) or "No environment names a model.",
        as_json=as_json,
    )
    for further in refused[1:]:
        click.echo(further.letter(), err=True)
    if refused:
        raise refused[0]


def _attesters(model: str, declared: Mapping[str, Mapping[str, str]], settings: Settings) -> list[str]:
    """Return the workflows that must have attested a model: those that the environments ask for which it serves."""
    places = [
        settings.deploy[name]
        for name, served in declared.items()
        if name in settings.deploy and model in served.values()
    ]
    return sorted({place.attested_by for place in places} - {""})


def _obtained(hub: Reader, model: ModelId, root: Path, folder: Path, given: Wanted, attested_by: list[str]) -> str:
    """Return what became of a model; its artifact is in ``folder`` now, or nothing is."""
    record = card_of(model, root)
    if record is None:
        return f"{model}: has no card here, so nobody knows which bytes it is; left out."
    admit = None
    if attested_by:
        attesting = Attesting(hub.settings, hub.deadline, os.environ, given.branch)
        admit = partial(attesting.require, model=str(model), workflows=attested_by)
    try:
        found = obtain(hub, replace(wanted_for_model(model, record, given), workflow=""), folder, admit)
    except NoArtifactError as error:
        return f"{model}: left out. {error.what} {error.found}"
    told = f", attested by {' and '.join(attested_by)}" if attested_by else ""
    return f"{shown_path(folder)}: {model}, verified{told}, from {found.run_url}"
