"""``mlops feedback join``: exported pairs become part of a dataset, as a new file with a new manifest."""

from datetime import date
from pathlib import Path

import click

from mlops.cli.parameters import DAY


@click.command(epilog="Example: mlops feedback join data/er/er_batch_20260315.parquet --task er")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--task", required=True, metavar="NAME", help="The task; one with a contract takes `mlops integrate`.")
@click.option("--base", metavar="ID|MANIFEST", help="The pinned dataset that grows.  [the task's newest]")
@click.option("--as-of", type=DAY, metavar="DAY", help="Names the new dataset.  [the day in the file's name]")
@click.option("--keep-known", is_flag=True, help="Leave out pairs that are known with another label, and count them.")
@click.option(
    "--out-data", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Where the new file goes.  [beside the base's]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def join(
    file: Path,
    task: str,
    base: str | None,
    as_of: date | None,
    keep_known: bool,
    out_data: Path | None,
    as_json: bool,
) -> None:
    """Join FILE, pairs that `mlops feedback export` wrote, to the newest dataset of their task.

    The base's bytes are verified, and its file and manifest stay as they are. A pair that is known with the same label
    is dropped and counted; one that is known with another label is a conflict (exit 6), before anything is written.
    """
    from mlops.cli import feedback_joining as joining  # noqa: PLC0415  # help needs no table

    joining.join(joining.Request(file, task, base, as_of, out_data, keep_known=keep_known), as_json=as_json)
