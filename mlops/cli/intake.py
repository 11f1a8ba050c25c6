"""``mlops intake``: judge what a change brings for a dataset that grows, before it is merged."""

from pathlib import Path

import click

from mlops import documents, intake
from mlops.cli import outputs
from mlops.cli.common import EXIT, emit_json, load_settings, printable, repository_root, shown_path
from mlops.cli.parameters import FolderOrNothing

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog="Example: git worktree add ../base origin/main && mlops intake claims --base ../base")
@click.argument("task")
@click.option(
    "--base", type=click.Path(path_type=Path), metavar="DIR",
    help="A checkout of the base branch, whose ledger and manifests the change must continue; a plain folder.",
)  # fmt: skip
@click.option(
    "--champion", type=FolderOrNothing(), metavar="ARTIFACT",
    help="Artifact of the model in production: it scores each batch before any model learns from it.",
)  # fmt: skip
@click.option(
    "--output", type=_FILE, metavar="FILE.json", help="Where the report goes; dist/intake/intake.json by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(task: str, base: Path | None, champion: Path | None, output: Path | None, as_json: bool) -> int:
    """Integrate TASK's pending batches in this working tree, audit what results, and judge.

    Each batch meets gate 1 and, where there is one, the model in production. The working tree gets new files, which
    are meant to be thrown away: run it in a checkout of its own. Exit 0: pass, 1: fail, 4: inconclusive.
    """
    from mlops.cli.taking import take  # noqa: PLC0415  # help needs no data frame

    root = repository_root()
    report = take(task, load_settings(root), root, base=base, champion=champion)
    path = output if output is not None else root / "dist" / "intake" / "intake.json"
    documents.write(path, report)
    outputs.summarise(intake.page_of(report))
    outputs.tell("intake", {
        "verdict": report.verdict, "reason": report.reason, "report": shown_path(path).as_posix(),
        "batches": str(len(report.batches)), "dataset-id": report.dataset_id, "dataset-hash": report.dataset_sha256,
    })  # fmt: skip
    if as_json:
        emit_json(report.model_dump(mode="json"))
    else:
        _print(report)
    click.echo(f"The report stands in {shown_path(path)}", err=True)
    return int(EXIT[report.verdict])


def _print(report: intake.IntakeReport) -> None:
    click.echo(f"{report.verdict}: {printable(report.reason)}")
    for entry in report.batches:
        click.echo(
            f"  {entry.verdict}: {printable(entry.batch)}, {entry.received:,} received, {entry.added:,} new, "
            f"{entry.revised:,} got their label, {entry.identical:,} known, {entry.quarantined:,} in quarantine"
        )
        for text in filter(None, (entry.champion, *entry.notes)):
            click.echo(f"    {printable(text)}")
    if report.audit is not None:
        click.echo(f"  {report.audit}: audit of {report.dataset_id}: {printable(report.audit_reason)}")
    for problem in report.problems:
        click.echo(f"  Does not hold: {printable(problem)}")
