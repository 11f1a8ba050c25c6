"""``python -m benchmarks.claims_tsa``: measure the claims task on real claims, and store what came out."""

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import pyarrow.parquet as pq

from benchmarks import machine
from benchmarks.claims_tsa import running
from benchmarks.claims_tsa.results import ClaimsTsa
from benchmarks.claims_tsa_page import requirements
from benchmarks.options import positive
from mlops import documents, provenance
from mlops.cli import faults
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes

RESULT = machine.RESULTS / "claims_tsa.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 if a limit was missed; every fault is a letter on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        return _run(asked)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)


def _run(asked: argparse.Namespace) -> int:
    if not asked.data.is_file():
        raise InputRefusedError(
            "The file of claims is not there.", file=asked.data, expected="tsa_claims_2010_2013.parquet",
            found="nothing", fix="Name the file: --data FILE",
        )  # fmt: skip
    with _folder(asked.keep) as folder:
        running.prepare(folder, asked.data, rows=asked.rows, validated=asked.validated)
        rows = pq.read_metadata(folder / f"data/claims/{running.DATASET}.parquet").num_rows
        batch = pq.read_metadata(folder / running.LAST_MONTH).num_rows
        done = []
        for step in running.steps(rows, batch, asked.validated):
            click.echo(f"mlops {' '.join(step.words)}", err=True)
            done.append(running.measured(folder, step))
        whole = next(one for one in done if one.row.name == " ".join(running.RUN))
        words = ("-m", "benchmarks.claims_tsa.permuting", str(asked.permutations))
        permuted = json.loads(running.run(folder, running.Step(("permutations",) * 2, rows), words).out)
        results = ClaimsTsa(
            machine=machine.describe(), code=provenance.code_version(machine.ROOT),
            measured_at=datetime.now(UTC).replace(microsecond=0), sha256=sha256_bytes(asked.data.read_bytes()),
            rows=rows, steps=tuple(one.row for one in done), permutations=permuted["permutations"],
            permutation_seconds=round(permuted["seconds"], 2), seconds=json.loads(whole.out)["seconds"],
            quality=running.quality(folder),
        )  # fmt: skip
    documents.write(asked.out, results)
    asked_for = requirements(results)
    for one in asked_for:
        click.echo(f"{'met    ' if one.met else 'NOT MET'}  {one.what}: {one.found}")
    click.echo(f"Written to {asked.out}. The page: python -m benchmarks.render", err=True)
    return int(not all(one.met for one in asked_for))


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.claims_tsa", description="Measure the claims task on real claims, on one core."
    )
    add = made.add_argument
    add("--data", type=Path, required=True, help="tsa_claims_2010_2013.parquet")
    add("--rows", type=positive, default=40_000, help="rows of the dataset: the newest (40000)")
    add("--validated", type=positive, default=50_000, help="rows of the table that is validated (50000)")
    add("--permutations", type=positive, default=999, help="refits by chance that are timed (999)")
    add("--keep", type=Path, help="a new folder for the scratch repository, which stays there")
    add("--out", type=Path, default=RESULT, help="where the results are written")
    return made


if __name__ == "__main__":
    sys.exit(main())
