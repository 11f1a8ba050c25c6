"""``mlops data generate``: make example data."""

from collections.abc import Callable
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc

from mlops import documents
from mlops.cli.common import emit_json, printable
from mlops.errors import ConflictError, InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_bytes, sha256_stream
from mlops.tasks.er import generator as er

_GENERATORS: dict[str, Callable[[int, int], pa.Table]] = {"er": er.generate}


@click.group()
def command() -> None:
    """Make example data: made up from a seed, the same bytes every time."""


@command.command(epilog="Example: mlops data generate er --rows 10000 --seed 42 --output er.parquet")
@click.argument("task")
@click.option("--rows", type=int, default=10_000, show_default=True, help="Labelled pairs to make, 50 to 5,000,000.")
@click.option("--seed", type=int, default=42, show_default=True, help="Names the dataset: same seed, same data.")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path), metavar="FILE.parquet", help="Where to write it."
)
@click.option("--force", is_flag=True, help="Replace the file if it exists with other content.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def generate(task: str, rows: int, seed: int, output: Path, force: bool, as_json: bool) -> int:
    """Make labelled example data for TASK and write it as Parquet.

    A file that already holds these bytes is left alone; other content is a conflict (exit 6) without --force.
    """
    make = _generator(task)
    _check_output(output)
    table = make(rows, seed)
    data = er.to_parquet(table)
    status = _put(output, data, force=force)
    positives = int(pc.sum(table.column("label")).as_py())
    facts = {
        "status": status,
        "task": task,
        "path": str(output),
        "rows": table.num_rows,
        "positives": positives,
        "seed": seed,
        "bytes": len(data),
        "sha256": sha256_bytes(data),
    }
    if as_json:
        emit_json(facts)
    else:
        share = positives / table.num_rows
        click.echo(f"{printable(str(output))}: {status}, {table.num_rows:,} rows, {share:.1%} matches, seed {seed}")
        click.echo(f"sha256 {facts['sha256']}")
        click.echo(f"Pin it next: mlops pin {task} {printable(str(output))}", err=True)
    return 0


def _generator(task: str) -> Callable[[int, int], pa.Table]:
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


def _check_output(path: Path) -> None:
    """Refuse, before any work, a target that is no regular file: a link, a folder, a pipe."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise InputRefusedError(
            "The output is not a regular file.",
            file=path,
            field="--output",
            expected="a new file, or a regular file to compare with",
            found="a symbolic link" if path.is_symlink() else "a folder" if path.is_dir() else "a pipe or a device",
            fix="Name a file: --output er.parquet",
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
