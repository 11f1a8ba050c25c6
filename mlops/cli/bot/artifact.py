"""``mlops bot artifact``: find a training run's artifact across runs, download and verify it."""

from dataclasses import replace
from pathlib import Path

import click

from mlops import environments, registry
from mlops.bot.artifacts import card_of, names_for, obtain, wanted_for_model
from mlops.bot.git import parse_branch
from mlops.bot.permissions import READ_ACTIONS, READ_CONTENTS
from mlops.bot.runs import parse_workflow
from mlops.bot.sources import Wanted
from mlops.cli.bot.common import deadline_option, json_option, reading, tell
from mlops.cli.bot.datasets import dataset_of
from mlops.cli.common import load_settings, repository_root, shown_path
from mlops.cli.outputs import OUTPUTS
from mlops.errors import UsageRefusedError
from mlops.hashing import parse_sha256
from mlops.ids import ModelId, parse_task


@click.command("artifact", epilog="Example: mlops bot artifact --model er_20251020 --out dist/champion")
@click.option("--dataset-hash", metavar="SHA256", help="Of the data that the model was trained on; a manifest pins it.")
@click.option("--model", metavar="ID", help="The model; where it has a card, exactly the bytes that the card records.")
@click.option("--run-id", type=click.IntRange(min=1), metavar="N", help="Look at this run alone.")
@click.option(
    "--workflow",
    default="entity-resolution-train.yml",
    show_default=True,
    metavar="FILE",
    help="Only runs of this workflow count.",
)
@click.option("--branch", default="main", show_default=True, help="Only runs on this branch count.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="A new folder.  [dist/<model or dataset>]"
)
@click.option(
    "--champion-of",
    metavar="TASK",
    help="The task's model in production, with which its policy compares; there may be none yet.",
)
@click.option("--optional", is_flag=True, help="Without a model and a hash there is nothing to find, and that is fine.")
@deadline_option
@json_option
def command(
    dataset_hash: str | None,
    model: str | None,
    run_id: int | None,
    workflow: str,
    branch: str,
    out: Path | None,
    champion_of: str | None,
    optional: bool,
    deadline: float,
    as_json: bool,
) -> None:
    """Put the newest artifact that fits into a folder, verified: only of this repository, never of a fork.

    A model's release is looked at first. Without anything that fits: exit 3, with what to run. With --optional and
    neither --model nor --dataset-hash all outputs are empty.
    """
    root = repository_root()
    if champion_of is not None:
        model, optional = _champion(root, champion_of, model), True
    if model is None and dataset_hash is None:
        if not optional:
            raise UsageRefusedError(
                "It is not said which artifact is wanted.",
                field="--dataset-hash, --model",
                expected="the hash of a dataset, or the id of a model",
                found="neither",
                fix="For example: mlops bot artifact --model er_20251020",
            )
        tell(
            "artifact",
            dict.fromkeys(OUTPUTS["bot artifact"], ""),
            "No model is named: nothing to find.",
            as_json=as_json,
        )
        return
    given = Wanted(
        names=(), workflow=parse_workflow(workflow), branch=parse_branch(branch, field="--branch"), run_id=run_id
    )
    if dataset_hash is not None:
        given = replace(given, dataset_sha256=parse_sha256(dataset_hash, field="--dataset-hash"))
    if model is not None:
        model_id = ModelId.parse(model)
        wanted, name = wanted_for_model(model_id, card_of(model_id, root), given), model
    else:
        dataset = dataset_of(root, given.dataset_sha256 or "")
        wanted = replace(given, names=names_for(dataset, registry.model_ids(root / registry.FOLDER)))
        name = str(dataset)
    folder = out or root / "dist" / name
    with reading(deadline, READ_ACTIONS, READ_CONTENTS) as hub:
        found = obtain(hub, wanted, folder)
    shown = str(shown_path(folder))
    tell(
        "artifact",
        {
            "artifact": shown,
            "model-id": found.training.model_id,
            "dataset-id": found.training.dataset_id,
            "dataset-hash": found.training.dataset_sha256,
            "artifact-sha256": found.artifact_sha256,
            "run-id": found.run_id,
            "run-url": found.run_url,
        },
        f"{shown}: {found.training.model_id}, verified, from {found.run_url}",
        as_json=as_json,
    )


def _champion(root: Path, task: str, model: str | None) -> str | None:
    """Return the id of the model that the policy of ``task`` compares with; None before the first deployment."""
    if model is not None:
        raise UsageRefusedError(
            "Two models are named: one by its id, and the one in production.", field="--champion-of",
            expected="--model or --champion-of", found="both", fix="Leave one of them out.",
        )  # fmt: skip
    policy = load_settings(root).task(parse_task(task)).policy
    return environments.production_of(policy, task, root) or None
