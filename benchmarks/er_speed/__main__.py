"""``python -m benchmarks.er_speed``: measure the matcher's speed and memory and store them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.er_quality import running
from benchmarks.er_speed.measuring import Plan, measure
from benchmarks.er_speed.results import ErSpeed
from benchmarks.er_speed_page import requirements
from benchmarks.options import positive
from mlops import documents
from mlops.cli import faults
from mlops.tasks.er.spans import BATCH

RESULT = machine.RESULTS / "er_speed.json"
_DATASETS = ("amazon_google", "abt_buy")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every fault is a letter on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        _run(asked)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    return 0


def _run(asked: argparse.Namespace) -> None:
    quality = running.make_plan((asked.seed,), ())
    plan = Plan(
        settings=quality.settings,
        storage=quality.storage,
        sizes=tuple(sorted(set(asked.sizes))),
        sample=asked.sample,
        repeats=asked.repeats,
        train_repeats=asked.train_repeats,
        peer_python=asked.peer_python,
        peer_pairs=asked.peer_pairs,
        seed=asked.seed,
        code=quality.code,
    )
    found = sorted(running.find(asked.data, asked.only), key=lambda each: asked.only.index(each.name))
    results = ErSpeed(
        machine=machine.describe(),
        repeats=plan.repeats,
        batch=BATCH,
        datasets=tuple(measure(each, plan, lambda said: click.echo(said, err=True)) for each in found),
    )
    documents.write(asked.out, results)
    for one in requirements(results):
        click.echo(f"{'met    ' if one.met else 'NOT MET'}  {one.dataset:16}  {one.what}: {one.found}")
    click.echo(f"Written to {asked.out}. The page: python -m benchmarks.render", err=True)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.er_speed",
        description="Measure the matcher's speed and memory beside a loop over pairs and other libraries.",
    )
    add = made.add_argument
    add("--data", type=Path, required=True, help="folder of .parquet files with labelled pairs")
    add("--only", nargs="+", metavar="NAME", default=list(_DATASETS), help="files of it, named without their ending")
    add("--sizes", nargs="+", type=positive, default=[10_000, 100_000, 1_000_000], help="candidate pairs of a workload")
    add("--sample", type=positive, default=2_000, help="pairs for the loop over pairs (2000)")
    add("--repeats", type=positive, default=3, help="how often each time is taken, all in turn (3)")
    add("--train-repeats", type=positive, default=1, help="how often training is timed (1)")
    add("--peer-python", type=Path, default=Path(sys.executable), help="a Python that has splink or recordlinkage")
    add("--peer-pairs", type=positive, default=100_000, help="pairs for other libraries (100000)")
    add("--seed", type=int, default=0, help="of the model and the workloads (0)")
    add("--out", type=Path, default=RESULT, help="where the results are written")
    return made


if __name__ == "__main__":
    sys.exit(main())
