"""``mlops card``: render a model's card from its evidence, or check committed cards against theirs."""

from pathlib import Path

import click

from mlops import documents, registry
from mlops import manifest as manifests
from mlops.artifact import TRAINING, Training
from mlops.card import checking, evidence
from mlops.card.checking import Problem
from mlops.card.evidence import Evidence, Published
from mlops.cli import outputs
from mlops.cli.card_certified import submitted
from mlops.cli.common import emit_json, find_manifest, load_settings, repository_root, shown_path
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.formatting import printable
from mlops.ids import ModelId
from mlops.provenance import undeployable
from mlops.render import inert


@click.command("card")
@click.argument("subjects", nargs=-1, metavar="ARTIFACT | ID...")
@click.option("--check", is_flag=True, help="Check committed cards (all, or those named) against their evidence.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the cards.  [model_cards]")
@click.option("--json", "as_json", is_flag=True, help="Print what was done, or found, as JSON.")
def command(subjects: tuple[str, ...], check: bool, out: Path | None, as_json: bool) -> None:
    """Render the card of the judged model in the folder ARTIFACT, with its evidence beside it.

    A model that did not pass gets a card too, which says so first. Given the ID of a committed card, it is rendered
    again from its evidence. With --check, committed cards are rendered again and compared: those that differ from
    their evidence, have an empty section or a dead link are refused.
    """
    root = repository_root()
    folder = out or root / registry.FOLDER
    if check:
        _check(subjects, folder, root, as_json=as_json)
        return
    if len(subjects) != 1:
        raise UsageRefusedError(
            "Name one artifact, or one card.",
            field="ARTIFACT",
            expected="the folder that `mlops train` wrote, for example dist/er_20251020, or the id of a card",
            found=" ".join(subjects) or "nothing",
            fix="mlops card dist/<model_id>, or mlops card --check",
        )
    artifact = Path(subjects[0])
    committed = None if artifact.is_dir() else _committed(subjects[0], folder)
    found = evidence.load(committed, folder) if committed else _collect(artifact, folder, root)
    published = evidence.publish(found, folder)
    verdict, model_id = found.facts.gate.verdict, found.facts.training.model_id
    _tell_runner(published, verdict, model_id)
    if found.facts.training.code.dirty:
        click.echo(f"warning: {undeployable(model_id, found.facts.training.code)}", err=True)
    if as_json:
        emit_json({"card": str(published.path), "id": model_id, "status": published.status, "verdict": verdict})
    else:
        click.echo(f"{shown_path(published.path)}: {published.status} (verdict: {verdict})")


def _tell_runner(published: Published, verdict: str, model_id: str) -> None:
    card = shown_path(published.path).as_posix()
    outputs.summarise(f"Card of {inert(model_id)}: {inert(card)}, {published.status} (verdict: {verdict})\n")
    values = {"card": card, "model-id": model_id, "status": published.status, "verdict": verdict}
    outputs.tell("card", values)


def _committed(text: str, folder: Path) -> ModelId | None:
    """Return the id that ``text`` is, if that card has evidence in ``folder``."""
    try:
        model_id = ModelId.parse(text)
    except UsageRefusedError:
        return None
    return model_id if (folder / text).is_dir() else None


def _collect(artifact: Path, folder: Path, root: Path) -> Evidence:
    training = documents.read(artifact / TRAINING, Training)
    settings = load_settings(root).task(training.task)
    pinned = manifests.load(find_manifest(root, training.dataset_id))
    certified = submitted(artifact, training.model_id, pinned, root, folder)
    if certified is None and settings.certification is not None:
        click.echo(
            f"Not certified: `mlops certify {training.task} {shown_path(artifact)}` first, then the card.", err=True
        )
    return evidence.collect(artifact, pinned, settings, folder, certified)


def _check(names: tuple[str, ...], folder: Path, root: Path, *, as_json: bool) -> None:
    model_ids = [ModelId.parse(name) for name in names] or registry.model_ids(folder)
    problems = [] if names else checking.orphans(folder)
    for model_id in model_ids:
        problems += checking.check(model_id, folder, root / manifests.FOLDER)
    if as_json:
        emit_json({"checked": list(map(str, model_ids)), "problems": [problem._asdict() for problem in problems]})
    if problems:
        if not as_json:
            for problem in problems:
                click.echo(_shown(problem), err=True)
        raise InputRefusedError(
            f"{len({problem.id for problem in problems})} of the cards in {folder} do not hold.",
            field=problems[0].id,
            found=problems[0].what,
            fix="Restore the card from git, or render it again: mlops card dist/<model_id>",
        )
    if not as_json:
        click.echo(
            f"Cards that agree with their evidence: {', '.join(map(str, model_ids)) or 'none, for there is no card'}"
        )


def _shown(problem: Problem) -> str:
    details = "".join(f"\n    {printable(line)}" for line in problem.details.splitlines())
    return f"{problem.id}: {problem.what}{details}"
