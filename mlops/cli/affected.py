"""``mlops affected``: does a change touch what a model depends on, so that it must be judged?"""

from pathlib import Path

import click

from mlops import runner
from mlops.affected import Decision, decide, read
from mlops.cli import outputs
from mlops.cli.common import emit_json, load_settings, repository_root


@click.command(epilog="Example: git worktree add ../base origin/main && mlops affected --task er --base ../base")
@click.option("--task", required=True, metavar="TASK", help="The task whose model is asked about.")
@click.option(
    "--base",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A checkout of the base branch; a plain folder, no git history is needed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
def command(task: str, base: Path, as_json: bool) -> None:
    """Say whether the change in this working tree must be judged, on which dataset, and against which model.

    It must if it touches the task's manifests, its policy, the settings that make a model, or a file that `code` in
    mlops.toml names; and whenever that cannot be told.
    """
    root = repository_root()
    decision = decide(read(root, base, task, load_settings(root).task(task)))
    outputs.tell("affected", _outputs(decision))
    outputs.summarise(_summary(task, decision))
    if as_json:
        emit_json(
            {
                "task": task,
                "judge": decision.judge,
                "dataset_id": decision.dataset_id,
                "dataset_hash": decision.dataset_hash,
                "champion": decision.champion,
                "reasons": decision.reasons,
                "notes": decision.notes,
            }
        )
        return
    click.echo(f"{_headline(task, decision)}\n{_lines(decision)}".rstrip())


def _outputs(decision: Decision) -> dict[str, str]:
    return {
        "judge": "true" if decision.judge else "false",
        "dataset-id": decision.dataset_id,
        "dataset-hash": decision.dataset_hash,
        "champion": decision.champion,
        "reasons": "\n".join((*decision.reasons, *decision.notes)),
    }


def _headline(task: str, decision: Decision) -> str:
    if not decision.judge:
        return f"The change touches nothing that a model of {task} depends on: it need not be judged."
    on = f" on {decision.dataset_id}" if decision.dataset_id else ""
    against = f", against {decision.champion}" if decision.champion else ", without a model in production"
    return f"The change must be judged{on}{against}."


def _lines(decision: Decision) -> str:
    return "\n".join([*(f"- {reason}" for reason in decision.reasons), *(f"- Note: {note}" for note in decision.notes)])


def _summary(task: str, decision: Decision) -> str:
    """Return the short word for the run's page; what names files of the change stands in a fence, so it stays inert."""
    told = _lines(decision)
    return f"{_headline(task, decision)}\n\n{runner.fenced(told)}\n" if told else f"{_headline(task, decision)}\n"
