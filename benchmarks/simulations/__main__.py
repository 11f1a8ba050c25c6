"""``python -m benchmarks.simulations``: draw samples of known truth, count, and store what was counted."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import click

from benchmarks import machine
from benchmarks.simulations import decisions
from benchmarks.simulations.coverage import cover
from benchmarks.simulations.results import Simulations
from benchmarks.simulations.samples import SCENARIOS
from mlops import documents, provenance
from mlops.cli import faults

RESULT = machine.RESULTS / "simulations.json"

_RATES = (0.80, 0.84, 0.88, 0.92, 0.96, 0.99)
_SIZES = (50, 200, 1000, 5000)
_REPLICATES = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every fault is a letter on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.simulations",
        description="Simulate the bounds and decisions on models of known truth.",
    )
    parser.add_argument("--out", type=Path, default=RESULT, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="few samples and sizes, some seconds: a look, no result")
    asked = parser.parse_args(arguments)
    try:
        documents.write(asked.out, simulate(quick=asked.quick))
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    click.echo(f"Written to {asked.out}. The page: python -m benchmarks.render", err=True)
    return 0


def simulate(*, quick: bool) -> Simulations:
    """Run every scenario, one line each, and return the results."""
    started = process_time()
    samples, decided = (10, 20) if quick else (240, 1000)
    sizes, rates = (_SIZES[:2], _RATES[::3]) if quick else (_SIZES, _RATES)
    click.echo(f"{'scenario':54} lower  upper  both   naive")
    found = []
    for scenario in SCENARIOS:
        found.append(cover(scenario, sizes=sizes, rates=rates, samples=samples, replicates=_REPLICATES))
        average = found[-1].average
        click.echo(
            f"{scenario.name:54} {average.lower:.3f}  {average.upper:.3f}  {average.both:.3f}  {average.naive:.3f}"
        )
    return Simulations(
        machine=machine.describe(),
        code=provenance.code_version(machine.ROOT),
        decisions=decisions.run(samples=decided, replicates=_REPLICATES),
        seconds=round(process_time() - started, 1),
        samples=samples,
        decided=decided,
        replicates=_REPLICATES,
        rates=rates,
        sizes=sizes,
        coverage=tuple(found),
    )


if __name__ == "__main__":
    sys.exit(main())
