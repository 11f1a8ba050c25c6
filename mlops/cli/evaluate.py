"""``mlops evaluate``: score the pinned test rows again from an artifact's model."""

from pathlib import Path

import click

from mlops import checksums, documents
from mlops import manifest as manifests
from mlops.artifact import TRAINING, Training
from mlops.cli import steps
from mlops.cli.common import emit_json, find_manifest, load_settings, repository_root
from mlops.formatting import format_rate


@click.command("evaluate")
@click.argument("artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT")
@click.option("--dataset", metavar="ID", help="Dataset id or path of its manifest; by default the one trained on.")
@click.option("--out", type=click.Path(path_type=Path), help="Write evaluation.parquet and metrics.json here too.")
@click.option("--json", "as_json", is_flag=True, help="Print the metrics as JSON.")
def command(artifact: Path, dataset: str | None, out: Path | None, as_json: bool) -> None:
    """Score the pinned test rows from ARTIFACT's model and refuse the artifact if its record says otherwise."""
    root = repository_root()
    settings = load_settings(root)
    checksums.verify(artifact)
    record = documents.read(artifact / TRAINING, Training)
    task = steps.open_task(record.task)
    pinned = manifests.load(find_manifest(root, dataset or record.dataset_id))
    examples = steps.read_examples(task, pinned, settings, root)
    scored = steps.rescore(task, artifact, examples, settings, pinned)
    if out is not None:
        steps.write_rescored(out, scored)
    if as_json:
        emit_json(scored.metrics.model_dump(mode="json"))
        return
    click.echo(
        f"{record.model_id}: {scored.metrics.rows:,} test rows scored again; "
        f"the record holds (largest difference {scored.largest_difference:.1g})."
    )
    for name, estimate in scored.metrics.metrics.items():
        value = "not defined" if estimate.value is None else format_rate(estimate.value)
        click.echo(f"{name}: {value} (n = {estimate.n:,})")
