"""``mlops evaluate``: score the pinned test rows from an artifact's model, again or those of another dataset."""

from pathlib import Path

import click

from mlops import checksums, documents
from mlops import manifest as manifests
from mlops.artifact import TRAINING, Training
from mlops.cli.common import emit_json, find_manifest, load_settings, repository_root
from mlops.errors import UsageRefusedError
from mlops.formatting import format_rate
from mlops.manifest import Manifest


@click.command("evaluate")
@click.argument("artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT")
@click.option(
    "--dataset",
    metavar="ID",
    help="Dataset whose test rows are scored, by id or path of its manifest; by default the one trained on.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write evaluation.parquet and metrics.json here too.")
@click.option("--json", "as_json", is_flag=True, help="Print the metrics as JSON.")
def command(artifact: Path, dataset: str | None, out: Path | None, as_json: bool) -> None:
    """Score the pinned test rows from ARTIFACT's model and refuse the artifact if its record says otherwise.

    With --dataset, the test rows of another dataset may be scored, for `mlops gate --champion`: there is no record of
    these to hold the scores against.
    """
    root = repository_root()
    settings = load_settings(root)
    checksums.verify(artifact)
    record = documents.read(artifact / TRAINING, Training)
    pinned = manifests.load(find_manifest(root, dataset or record.dataset_id))
    _refuse_other_task(record, pinned)
    _refuse_its_own_folder(artifact, out)
    from mlops.cli import plugs, steps  # noqa: PLC0415  # neither help nor a refusal of an option needs the learner
    from mlops.cli.transfer import score_elsewhere, what_is_known  # noqa: PLC0415  # the same

    task = plugs.open_task(record.task)
    examples = steps.read_examples(task, pinned, settings, root)
    own = pinned.id == record.dataset_id or pinned.sha256 == record.dataset_sha256
    scoring = steps.rescore if own else score_elsewhere
    scored = scoring(task, artifact, examples, settings, pinned)
    if out is not None:
        steps.write_rescored(out, scored)
    if not own:
        click.echo(what_is_known(record, examples, settings.task(record.task).split), err=True)
    if as_json:
        emit_json(scored.metrics.model_dump(mode="json"))
        return
    rows = f"{scored.metrics.rows:,} test rows"
    click.echo(
        f"{record.model_id}: {rows} scored again; "
        f"the record holds (largest difference {scored.largest_difference:.1g})."
        if scored.largest_difference is not None
        else f"{record.model_id}: {rows} of {pinned.id} scored; there is no record of them to compare with."
    )
    for name, estimate in scored.metrics.metrics.items():
        value = "not defined" if estimate.value is None else format_rate(estimate.value)
        click.echo(f"{name}: {value} (n = {estimate.n:,})")


def _refuse_other_task(record: Training, pinned: Manifest) -> None:
    if pinned.task != record.task:
        raise UsageRefusedError(
            "The dataset belongs to another task than the model.",
            field="--dataset",
            expected=f"a dataset of the task {record.task}",
            found=pinned.id,
            fix=f"Name a dataset {record.task}_YYYYMMDD.",
        )


def _refuse_its_own_folder(artifact: Path, out: Path | None) -> None:
    """Refuse to write over the artifact's own record."""
    if out is not None and out.resolve() == artifact.resolve():
        raise UsageRefusedError(
            "The scores would replace the record of the artifact.",
            field="--out",
            expected="another folder than the artifact",
            found=out,
            fix="Choose another folder, for example --out champion.",
        )
