"""``python -m benchmarks.er_quality``: measure every dataset of a folder, print the table and store it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.er_quality import ledger, running, terminal
from benchmarks.er_quality.book import Book
from benchmarks.er_quality.ledger import Judged
from benchmarks.er_quality.running import Dataset, Plan, make_plan
from benchmarks.options import positive
from mlops.cli import faults

RESULT = machine.RESULTS / "er_quality.json"
LEDGER = machine.RESULTS / "er_quality_judged.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every fault is a letter on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        _run(asked)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    return 0


def _run(asked: argparse.Namespace) -> None:
    plan = make_plan(tuple(dict.fromkeys(asked.seeds)), tuple(dict.fromkeys(asked.resplit_seeds)))
    everything = running.find(asked.data)
    chosen = running.find(asked.data, asked.only) if asked.only else everything
    pairs = running.find_cross(everything if asked.cross else chosen, asked.cross)
    book = Book(asked.out, plan, jobs=asked.jobs)
    todo = running.due(plan, chosen, book.datasets) if asked.resume else chosen
    judged = ledger.record(
        asked.ledger,
        [(found.name, found.sha256) for found in todo],
        matcher=plan.matcher_sha256,
        now=plan.clock(),
    )
    click.echo(terminal.heading())
    for found in chosen:
        if found not in todo:
            click.echo(terminal.dataset_line(book.datasets[found.name]))
    for row in running.run_datasets(plan, todo, jobs=asked.jobs):
        book.add(row, judged)
        click.echo(terminal.dataset_line(row))
    _cross(book, judged, plan, [] if asked.no_cross else pairs, asked)
    if not asked.only:
        book.keep_only({found.name for found in everything})
    click.echo(terminal.closing(book.write(judged)))
    click.echo(f"Written to {asked.out}. The page: python -m benchmarks.render", err=True)


def _cross(
    book: Book, judged: Judged, plan: Plan, pairs: Sequence[tuple[Dataset, Dataset]], asked: argparse.Namespace
) -> None:
    todo = running.due_cross(plan, pairs, book.cross) if asked.resume else list(pairs)
    for train, test in pairs:
        if (train, test) not in todo:
            click.echo(terminal.cross_line(book.cross[train.name, test.name]))
    for row in running.run_cross(plan, todo, jobs=asked.jobs):
        book.add(row, judged)
        click.echo(terminal.cross_line(row))


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 32:
        raise argparse.ArgumentTypeError(f"a whole number below 2^32, not {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.er_quality",
        description="Measure the matcher on every dataset of a folder, beside a baseline and published figures.",
    )
    add = made.add_argument
    add("--data", type=Path, required=True, help="folder of .parquet files with labelled pairs")
    add("--only", nargs="+", metavar="NAME", default=[], help="files of it, named without their ending")
    add("--seeds", nargs="+", type=_seed, default=[0, 1, 2], help="of the models on the published split (0 1 2)")
    add("--resplit-seeds", nargs="*", type=_seed, default=[0], help="of our own splits, each with a model (0)")
    add("--cross", nargs=2, action="append", metavar=("TRAIN", "TEST"), help="train on one file, judge on another")
    add("--no-cross", action="store_true", help="leave out the known pairs of files that are judged crosswise")
    add("--jobs", type=positive, default=1, help="datasets side by side, one core each (1)")
    add("--resume", action="store_true", help="skip what was measured with the same data, code, settings and seeds")
    add("--out", type=Path, default=RESULT, help="where the results are written and, with --resume, looked up")
    add("--ledger", type=Path, default=LEDGER, help="where the variants judged on each dataset are counted")
    return made


if __name__ == "__main__":
    sys.exit(main())
