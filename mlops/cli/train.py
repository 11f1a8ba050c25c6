"""``mlops train``: fit a model on a pinned dataset and leave an artifact."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from mlops import documents
from mlops import manifest as manifests
from mlops.artifact import CHECKSUMS
from mlops.cli import outputs
from mlops.cli.choosing import choose_manifest
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.cli.talk import Talk
from mlops.errors import UsageRefusedError
from mlops.formatting import format_rate
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId, ModelId, artifact_name, format_date
from mlops.reporting import training_summary_of

if TYPE_CHECKING:
    from mlops.training import Trained

DIST = Path("dist")


def model_id_for(dataset_id: str, text: str | None) -> str:
    """Return the id of the model: the dataset's, or the further one that ``text`` names.

    Raises:
        UsageRefusedError: ``text`` is no model id, or one of another dataset.
    """
    if text is None:
        return dataset_id
    model = ModelId.parse(text)
    if str(model.dataset) != dataset_id:
        raise UsageRefusedError(
            "A model has its dataset's id.",
            field="--model-id",
            expected=f"{dataset_id}, or {dataset_id}-2 for a further model",
            found=text,
            fix=f"Pass --model-id {dataset_id}-2, or leave it out.",
        )
    return str(model)


@click.command("train")
@click.argument("task", metavar="TASK")
@click.option("--dataset", metavar="ID", help="Dataset id or path of its manifest; the newest by default.")
@click.option("--dataset-date", metavar="YYYYMMDD", help="The same by date.")
@click.option("--dataset-hash", metavar="SHA256", help="The same by hash; with another option, a check.")
@click.option("--sample-size", type=click.IntRange(min=2), help="Training rows at most; mlops.toml's by default.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of everything that chance decides.")
@click.option("--out", type=click.Path(path_type=Path), help="The artifact's folder; dist/<model id> by default.")
@click.option("--model-id", metavar="ID", help="Id of a further model on the same data, such as er_20251020-2.")
@click.option("--code-commit", metavar="SHA", help="The commit to record where git cannot be asked.")
@click.option("--json", "as_json", is_flag=True, help="Print the training record as JSON.")
def command(
    task: str,
    dataset: str | None,
    dataset_date: str | None,
    dataset_hash: str | None,
    sample_size: int | None,
    seed: int | None,
    out: Path | None,
    model_id: str | None,
    code_commit: str | None,
    as_json: bool,
) -> None:
    """Train TASK's model on a pinned dataset; the same seed and data give the same bytes."""
    root = repository_root()
    settings = load_settings(root)
    declared = settings.task(task)
    pinned = manifests.load(choose_manifest(root, task, dataset=dataset, date=dataset_date, sha256=dataset_hash))
    name = model_id_for(pinned.id, model_id)
    # The learner takes seconds to import: what it is not needed for is refused first.
    from mlops import training  # noqa: PLC0415  # as said above
    from mlops.cli import plugs, steps  # noqa: PLC0415  # as said above

    plug = plugs.open_task(task)
    folder = out if out is not None else root / DIST / name
    training.refuse_foreign_folder(folder)
    known = steps.circumstances(root, code_commit=code_commit)
    steps.warn_of_uncommitted(name, known.code, root)
    talk = Talk(Console(stderr=True, quiet=as_json, highlight=False))
    with talk.step("read") as said:
        examples = steps.read_examples(plug, pinned, settings, root)
        said.append(f"{pinned.id}: {pinned.rows:,} rows, sha256 {pinned.sha256[:12]}…")
    with talk.step("train") as said:
        trained = training.train(
            plug,
            examples,
            pinned,
            declared,
            known,
            model_id=name,
            seed=declared.seed if seed is None else seed,
            sample_size=sample_size or declared.sample_size,
            folder=folder,
        )
        said.append(f"{trained.training.trained_rows:,} rows, {len(trained.training.features)} features")
    _tell_runner(trained, folder, read_seconds=talk.seconds["read"])
    if as_json:
        emit_json(trained.training.model_dump(mode="json"))
        return
    f1 = trained.metrics.metrics["f1"].value
    rows = trained.training.trained_rows
    click.echo(f"Trained {name} on {rows:,} rows of {pinned.id}; artifact: {shown_path(folder)}")
    click.echo(f"F1 on {trained.metrics.rows:,} test rows: {format_rate(f1)}")
    for repeat in trained.metrics.repeats:
        click.echo(f"F1 with seed {repeat.seed}: {format_rate(repeat.metrics['f1'].value)}")
    click.echo(f"Judge it: mlops gate {shown_path(folder)}")


def _tell_runner(trained: "Trained", folder: Path, *, read_seconds: float) -> None:
    record = trained.training
    artifact_sha256 = sha256_bytes(documents.read_bytes(folder / CHECKSUMS))
    summary = training_summary_of(
        record,
        trained.metrics,
        artifact_sha256=artifact_sha256,
        links=outputs.links(),
        seconds={"read": read_seconds},
    )
    outputs.summarise(summary)
    outputs.tell(
        "train",
        {
            "model-id": record.model_id,
            "dataset-id": record.dataset_id,
            "dataset-date": format_date(DatasetId.parse(record.dataset_id).day),
            "dataset-hash": record.dataset_sha256,
            "artifact": shown_path(folder).as_posix(),
            "artifact-name": artifact_name(ModelId.parse(record.model_id)),
            "model-sha256": record.model_sha256,
            "artifact-sha256": artifact_sha256,
        },
    )
