"""``mlops data generate``: make example data."""

from collections.abc import Callable
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc

from mlops import documents
from mlops.cli.common import emit_json, printable
from mlops.cli.data_requests import Request, claims, er
from mlops.dataset import writing
from mlops.errors import ConflictError, InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_bytes, sha256_stream

_GENERATORS: dict[str, Callable[[Request], pa.Table]] = {"claims": claims, "er": er}
_LABELS = {"claims": ("claimable", "claimable"), "er": ("label", "matches")}
_DAY = "YYYY-MM-DD"


@click.group()
def command() -> None:
    """Make example data: made up from a seed, the same bytes every time."""


@command.command(epilog="Example: mlops data generate er --rows 10000 --seed 42 --output er.parquet")
@click.argument("task")
@click.option("--rows", type=int, show_default="10000", help="Labelled rows to make: from 50 to some millions.")
@click.option("--seed", type=int, default=42, show_default=True, help="Names the dataset: same seed, same data.")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Where to write it: as CSV if the name ends in .csv, else as Parquet.",
)  # fmt: skip
@click.option("--setting", metavar="NAME", help="claims: how hard it is, certifiable (the default) or beta.")
@click.option("--batch", type=int, metavar="K", help="claims: a weekly collection instead; 0 is the base of 240 rows.")
@click.option("--from", "first", metavar=_DAY, help="claims: spread the rows evenly over days, from this one …")
@click.option("--to", "last", metavar=_DAY, help="… to this one.")
@click.option("--as-of", metavar=_DAY, help="claims: leave out decisions that were not known before this day.")
@click.option("--force", is_flag=True, help="Replace the file if it exists with other content.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def generate(
    task: str, rows: int | None, seed: int, output: Path, setting: str | None, batch: int | None, first: str | None,
    last: str | None, as_of: str | None, force: bool, as_json: bool,
) -> int:  # fmt: skip
    """Make labelled example data for TASK, er or claims, and write it as Parquet or CSV.

    A file that already holds these bytes is left alone; other content is a conflict (exit 6) without --force.
    """
    make = _generator(task)
    _check_output(output, task)
    table = make(Request(rows, seed, setting, batch, first, last, as_of))
    data = writing.to_csv(table) if output.suffix.lower() == ".csv" else writing.to_parquet(table)
    status = _put(output, data, force=force)
    label, called = _LABELS[task]
    labels = table.column(label)
    positives, decided = int(pc.sum(labels).as_py() or 0), table.num_rows - labels.null_count
    facts = {
        "status": status,
        "task": task,
        "path": str(output),
        "rows": table.num_rows,
        "positives": positives,
        "undecided": labels.null_count,
        "seed": seed,
        "bytes": len(data),
        "sha256": sha256_bytes(data),
    }
    if as_json:
        emit_json(facts)
        return 0
    share = f"{positives / decided:.1%} {called}" if decided else "no label known"
    undecided = f", {labels.null_count:,} undecided" if labels.null_count else ""
    click.echo(f"{printable(str(output))}: {status}, {table.num_rows:,} rows, {share}{undecided}, seed {seed}")
    click.echo(f"sha256 {facts['sha256']}")
    click.echo(f"Pin it next: mlops pin {task} {printable(str(output))}", err=True)
    return 0


def _generator(task: str) -> Callable[[Request], pa.Table]:
    try:
        return _GENERATORS[task]
    except KeyError:
        raise UsageRefusedError(
            "There is no example data for this task.",
            field="task",
            expected=" or ".join(sorted(_GENERATORS)),
            found=ascii(task[:100]),
            fix="For example: mlops data generate er --rows 10000 --seed 42 --output er.parquet",
        ) from None


def _check_output(path: Path, task: str) -> None:
    """Refuse, before any work, a target that is no regular file: a link, a folder, a pipe."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise InputRefusedError(
            "The output is not a regular file.",
            file=path,
            field="--output",
            expected="a new file, or a regular file to compare with",
            found="a symbolic link" if path.is_symlink() else "a folder" if path.is_dir() else "a pipe or a device",
            fix=f"Name a file: --output {task}.parquet",
        )


def _put(path: Path, data: bytes, *, force: bool) -> str:
    """Write ``data`` unless it stands there already; return what was done."""
    if path.exists():
        with path.open("rb") as stream:
            found, size = sha256_stream(stream)
        if found == sha256_bytes(data):
            return "unchanged"
        if not force:
            raise ConflictError(
                "The output exists with other content; it was not touched.",
                file=path,
                expected=f"sha256 {sha256_bytes(data)}, {len(data):,} bytes",
                found=f"sha256 {found}, {size:,} bytes",
                why="It was made with other rows, another seed or another version, or it is not example data.",
                fix="Choose another --output, or add --force to replace the file.",
            )
    documents.write_bytes(path, data)
    return "written"
