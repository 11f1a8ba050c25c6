"""``mlops audit``: may each feature be one, and are the new rows of the old kind? Gate 2."""

from pathlib import Path

import click

from mlops import documents
from mlops import manifest as manifests
from mlops.artifact import AUDIT
from mlops.cli.choosing import choose_manifest
from mlops.cli.common import EXIT, declared_contract, emit_json, load_settings, repository_root, shown_path
from mlops.cli.gates import gates_folder
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.errors import UsageRefusedError

_OF_A_BATCH = f"batch_{AUDIT}"


@click.command(epilog="Example: mlops audit claims; of a batch: mlops audit claims --data-path new.csv")
@click.argument("task")
@click.option(
    "--dataset", "--base", "dataset", metavar="ID",
    help="Dataset id or path of its manifest; the newest by default. With --data-path, what the batch is held against.",
)  # fmt: skip
@click.option("--dataset-date", metavar="YYYYMMDD", help="The same by date.")
@click.option("--dataset-hash", metavar="SHA256", help="The same by hash; with another option, a check.")
@click.option(
    "--data-path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="A batch, not pinned: its rows are the newest, the dataset's are those before.",
)  # fmt: skip
@click.option(
    "--model", "artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT",
    help="A trained model, whose scores are compared row by row with those of a batch.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of everything that chance decides.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.json",
    help="Where the report is written; dist/gates/<dataset id>/audit.json by default, batch_audit.json for a batch.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of the tables.")
def command(
    task: str,
    dataset: str | None,
    dataset_date: str | None,
    dataset_hash: str | None,
    data_path: Path | None,
    artifact: Path | None,
    seed: int | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Audit the features of TASK's data: does one hold the answer, repeat another, name rows, or name the batch?

    Columns that the contract keeps out are measured, too, to show that they had to be. Exit 0: pass, 1: fail, 4: it
    cannot be told.
    """
    root = repository_root()
    settings = load_settings(root)
    contract = _contract(settings, task, root)
    pinned = manifests.load(choose_manifest(root, task, dataset=dataset, date=dataset_date, sha256=dataset_hash))
    from mlops.cli.audited import audited, show, tell  # noqa: PLC0415  # help needs neither tables nor the learner

    report = audited(task, pinned, settings, contract, root, data_path=data_path, seed=seed, artifact=artifact)
    name = AUDIT if data_path is None else _OF_A_BATCH
    path = output if output is not None else gates_folder(root, pinned) / name
    documents.write(path, report)
    tell(report, path)
    if as_json:
        emit_json(report.model_dump(mode="json"))
    else:
        show(report)
    click.echo(f"The report stands in {shown_path(path)}", err=True)
    return int(EXIT[report.verdict])


def _contract(settings: Settings, task: str, root: Path) -> Contract:
    contract = declared_contract(settings, task, root)
    if contract is None:
        raise UsageRefusedError(
            "Only data that has a contract can be audited: it says which columns are features.",
            field=f"tasks.{task}.contract", expected="a profile's name or the path of a contract", found="nothing",
            fix="Name one in mlops.toml (docs/claims-data.md).",
        )  # fmt: skip
    return contract
