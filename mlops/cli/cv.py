"""``mlops cv``: time-series cross-validation, gate 3."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from mlops import documents
from mlops import manifest as manifests
from mlops.artifact import CROSSVAL
from mlops.cli import outputs
from mlops.cli.certify_asked import profile_of, rules_of
from mlops.cli.choosing import choose_manifest
from mlops.cli.common import EXIT, emit_json, load_settings, printable, repository_root, shown_path
from mlops.cli.gates import gates_folder
from mlops.cli.parameters import FolderOrNothing
from mlops.cli.talk import Talk
from mlops.crossval.page import markdown_of, rows_of

if TYPE_CHECKING:
    from mlops.crossval.document import CrossvalReport


@click.command(epilog="Example: mlops cv claims --dataset claims_20251103")
@click.argument("task")
@click.option("--dataset", metavar="ID", help="Dataset id or path of its manifest; the newest by default.")
@click.option("--dataset-date", metavar="YYYYMMDD", help="The same by date.")
@click.option("--dataset-hash", metavar="SHA256", help="The same by hash; with another option, a check.")
@click.option("--profile", metavar="NAME", help="What is demanded: a profile of the task's certification.")
@click.option("--blocks", type=click.IntRange(2, 50), default=5, show_default=True, help="Blocks of days that test.")
@click.option("--purge-groups", is_flag=True, help="Rows of a group that a block tests do not train for it.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of everything that chance decides.")
@click.option(
    "--champion", type=FolderOrNothing(), metavar="ARTIFACT",
    help="Artifact of the model in production: is this training at least as good on rows that neither learned from?",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.json",
    help="Where the report is written; dist/gates/<dataset id>/crossval.json by default.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of the tables.")
def command(
    task: str,
    dataset: str | None,
    dataset_date: str | None,
    dataset_hash: str | None,
    profile: str | None,
    blocks: int,
    purge_groups: bool,
    seed: int | None,
    champion: Path | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Train TASK's model on the past of each of several blocks of days, and test it on the block.

    The rows that gate 4 tests stay unseen. Between the past and a block lie as many days as a label takes to settle.
    Exit 0: pass, 1: fail, 4: inconclusive; the report then says how many rows would decide.
    """
    from mlops.cli import plugs, steps  # noqa: PLC0415  # help needs no scikit-learn
    from mlops.cli.crossing import Asked, cross  # noqa: PLC0415  # the same

    root = repository_root()
    settings = load_settings(root)
    rules = None if settings.task(task).certification is None and profile is None else rules_of(task, settings)
    chosen = None if rules is None else rules.profiles[profile_of(profile, task, rules)]
    plug = plugs.open_task(task)
    pinned = manifests.load(choose_manifest(root, task, dataset=dataset, date=dataset_date, sha256=dataset_hash))
    talk = Talk(Console(stderr=True, quiet=as_json, highlight=False))
    with talk.step("read") as said:
        examples = steps.read_examples(plug, pinned, settings, root)
        declared = steps.declared_for(pinned, settings)
        said.append(f"{pinned.id}: {len(examples):,} decided rows")
    with talk.step("cv") as said:
        asked = Asked(blocks, purge_groups, declared.seed if seed is None else seed, champion, perf_counter)
        report = cross(plug, examples, pinned, declared, chosen, asked)
        said.append(report.verdict)
    path = output if output is not None else gates_folder(root, pinned) / CROSSVAL
    documents.write(path, report)
    page = markdown_of(report, pinned.id)
    outputs.summarise(page)
    outputs.tell("cv", {
        "verdict": report.verdict, "reason": report.reason, "report": shown_path(path).as_posix(),
        "mean": f"{report.accuracy.mean:.6f}",
        "sd": "" if report.accuracy.sd is None else f"{report.accuracy.sd:.6f}",
    })  # fmt: skip
    if as_json:
        emit_json(report.model_dump(mode="json"))
    else:
        _print(report, pinned.id, Console(highlight=False))
    click.echo(f"The report stands in {shown_path(path)}", err=True)
    return int(EXIT[report.verdict])


def _print(report: "CrossvalReport", name: str, console: Console) -> None:
    click.echo(f"{report.verdict}: time-series cross-validation of {printable(name)}")
    click.echo(printable(report.reason))
    for title, header, rows in rows_of(report):
        console.print()
        table = Table(box=None, pad_edge=False, title=title, title_justify="left")
        for at, column in enumerate(header):
            table.add_column(column, justify="left" if at == 0 or column == "verdict" else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for note in report.notes:
        click.echo(f"Note: {printable(note)}")
