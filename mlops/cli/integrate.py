"""``mlops integrate``: a validated batch becomes part of a dataset, as a new file with a new manifest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops import dataset
from mlops import manifest as manifests
from mlops.cli import outputs
from mlops.cli.common import (
    declared_contract,
    emit_json,
    find_manifest,
    load_settings,
    newest_manifest,
    printable,
    repository_root,
    shown_path,
)
from mlops.cli.parameters import FolderOrNothing
from mlops.cli.pending import data_folder, holder_of, pending_batches, warn_of_late
from mlops.cli.validate import day_of_batch
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.errors import ExitCode, UsageRefusedError
from mlops.ids import DatasetId, format_date, parse_date, utc_today
from mlops.integration import Integration, to_markdown

if TYPE_CHECKING:
    from mlops.cli.integrating import Written

_FILE = click.Path(path_type=Path, dir_okay=False)
_EXIT = {
    "integrated": ExitCode.DONE, "known": ExitCode.DONE, "nothing new": ExitCode.DONE, "refused": ExitCode.FAIL,
}  # fmt: skip


@dataclass(frozen=True)
class _Request:
    """What the options say of every batch."""

    base: str | None
    backup: bool
    create_splits: bool
    champion: Path | None
    accepted: tuple[str, ...]
    out_data: Path | None
    output: Path | None


@click.command(epilog="Example: mlops integrate claims --new-data data/claims/claims_batch_20251013.csv")
@click.argument("task")
@click.option(
    "--new-data", type=_FILE, metavar="FILE", help="The batch: .csv or .parquet, with the contract's columns."
)
@click.option("--pending", is_flag=True, help="Instead: every TASK_batch_YYYYMMDD file beside the base that is not in.")
@click.option("--base", metavar="ID|MANIFEST", help="The pinned dataset that grows; the task's newest by default.")
@click.option(
    "--backup/--no-backup", default=True, show_default=True,
    help="Verify the base's bytes before and keep them: the old file and manifest are the backup.",
)  # fmt: skip
@click.option(
    "--create-splits/--no-create-splits", default=True, show_default=True,
    help="Record where training, validation and test rows begin; a boundary never moves back.",
)  # fmt: skip
@click.option(
    "--as-of", metavar="YYYYMMDD",
    help="The day of the batch, which names the new dataset. Default: from a file name like claims_batch_20251013.csv.",
)  # fmt: skip
@click.option(
    "--champion", type=FolderOrNothing(), metavar="ARTIFACT",
    help="Artifact of the model in production: it scores the batch before the batch is merged.",
)  # fmt: skip
@click.option(
    "--accept", "accepted", multiple=True, metavar="CRITERION",
    help="Integrate although this criterion of gate 1 is not met, for example label_validity; the manifest says so. "
    "Bad rows go to quarantine all the same.",
)  # fmt: skip
@click.option(
    "--out-data", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Where the new file goes; beside the base's by default.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Where reports and quarantine go; dist/integration/<new id> by default.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    task: str,
    new_data: Path | None,
    pending: bool,
    base: str | None,
    backup: bool,
    create_splits: bool,
    as_of: str | None,
    champion: Path | None,
    accepted: tuple[str, ...],
    out_data: Path | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Integrate a batch of TASK's data into its newest dataset, or all that are pending.

    Rows that are known are dropped; a claim that comes back with its label replaces the one that waited for it; what
    contradicts what is known, or the contract, goes to quarantine. The result is a new file with a new manifest, which
    is written last: stopped half-way and started again, it comes to the same. Exit 0: done, or nothing to do; 1: gate 1
    did not let the batch through, and nothing was changed.
    """
    root = repository_root()
    settings = load_settings(root)
    contract = contract_of(settings, task, root)
    if pending == (new_data is not None):
        raise UsageRefusedError(
            "Which batch?", field="--new-data", expected="--new-data FILE, or --pending", found="both or neither",
            fix=f"mlops integrate {task} --new-data FILE",
        )  # fmt: skip
    request = _Request(base, backup, create_splits, champion, accepted, out_data, output)
    day = None if as_of is None else parse_date(as_of, field="--as-of", today=utc_today())
    if new_data is not None:
        report = _one(task, new_data, day, request, contract, settings, root)
        _tell([report], as_json=as_json)
        return int(_EXIT[report.status])
    reports: list[Integration] = []
    warn_of_late(task, base, settings, root)
    for path in pending_batches(task, base, settings, root):
        following = replace(request, base=reports[-1].dataset_id) if reports else request
        reports.append(_one(task, path, None, following, contract, settings, root))
        if reports[-1].status == "refused":
            break
    _tell(reports, as_json=as_json)
    return int(_EXIT[reports[-1].status]) if reports else int(ExitCode.DONE)


def contract_of(settings: Settings, task: str, root: Path) -> Contract:
    """Return the contract of a task; raises UsageRefusedError where it has none."""
    contract = declared_contract(settings, task, root)
    if contract is None:
        raise UsageRefusedError(
            "Only data that has a contract can be integrated: it says what a key, a label and a day is.",
            field=f"tasks.{task}.contract", expected="a profile's name or the path of a contract", found="nothing",
            fix=f"Name one in mlops.toml; join exported pairs with mlops feedback join FILE --task {task}; or pin the "
            f"whole refreshed file: mlops pin {task} FILE",
        )  # fmt: skip
    return contract


def _one(
    task: str, path: Path, day: date | None, request: _Request, contract: Contract, settings: Settings, root: Path
) -> Integration:
    """Integrate one batch."""
    from mlops.cli import integrating  # noqa: PLC0415  # seconds, and mostly nothing is pending
    from mlops.cli.plugs import open_task  # noqa: PLC0415  # the same

    data = dataset.read_file(path, settings=settings.storage)
    parent = manifests.load(find_manifest(root, request.base) if request.base else newest_manifest(root, task))
    known = holder_of(root, parent, data.sha256)
    as_of, _ = (day, "option") if day is not None else day_of_batch(task, path, data.sha256, None, root)
    if known is not None:
        return integrating.already(known, path, data, as_of)
    wanted = DatasetId(task, as_of)
    if parent.task != task or parent.as_of >= as_of:
        raise UsageRefusedError(
            "A batch is later than the dataset that it is integrated into.", file=path, field="--as-of",
            expected=f"a day after {format_date(parent.as_of)}, the day of {parent.id}", found=format_date(as_of),
            fix="Name the day on which the batch was drawn with --as-of, or an earlier dataset with --base.",
        )  # fmt: skip
    occasion = integrating.Occasion(open_task(task), settings, root, contract, parent, wanted)
    folder = request.output if request.output is not None else root / "dist" / "integration" / str(wanted)
    ready = integrating.prepare(
        occasion, path, data, champion=request.champion, accepted=request.accepted, split=request.create_splits
    )
    written = integrating.write(ready, folder, data_folder(parent, request.out_data, settings, root))
    return _said(written, backup=request.backup)


def _said(written: "Written", *, backup: bool) -> Integration:
    report = written.report
    for name, path in written.files.items():
        click.echo(f"{name:<11} {shown_path(path)}", err=True)
    if backup and report.status == "integrated":
        click.echo(f"{'Backup':<11} {report.parent}, verified just now and left as it was", err=True)
    return report


def _tell(reports: Sequence[Integration], *, as_json: bool) -> None:
    """Tell the runner and the terminal; of several batches the last one names the dataset."""
    page = "\n".join(to_markdown(report) for report in reports) or "Nothing is pending.\n"
    outputs.summarise(page)
    last = reports[-1] if reports else None
    outputs.tell(
        "integrate",
        {
            "status": "nothing pending" if last is None else last.status,
            "dataset-id": "" if last is None else last.dataset_id,
            "dataset-hash": "" if last is None else last.dataset_sha256 or "",
            "data": "" if last is None else last.data,
            "batches": str(sum(report.status == "integrated" for report in reports)),
        },
    )
    if as_json:
        emit_json({"integrations": [report.model_dump(mode="json") for report in reports]})
        return
    for report in reports:
        click.echo(_line(report))
    if not reports:
        click.echo("Nothing is pending.")


def _line(report: Integration) -> str:
    counts = (
        f"  {report.received:,} received, {report.identical:,} known, {report.added:,} new, "
        f"{report.revised:,} got their label, {report.quarantined:,} in quarantine"
    )
    lines = [f"{report.status}: {printable(report.batch)} into {report.parent}", f"  {report.reason}", counts]
    split = report.split
    if report.status == "integrated":
        lines.append(f"  {report.dataset_id}: {report.rows:,} rows, sha256 {(report.dataset_sha256 or '')[:12]}…")
    if split is not None:
        lines.append(
            f"  {split.train:,} train, {split.valid:,} set aside from {split.valid_from}, {split.test:,} test from "
            f"{split.test_from}, {split.held:,} held back"
        )
    if report.champion is not None:
        lines.append(f"  {report.champion.model_id}: {report.champion.finding}")
    return "\n".join([*lines, *(f"  Note: {note}" for note in report.notes)])
