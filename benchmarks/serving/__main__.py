"""``python -m benchmarks.serving``: put load on a real server and store what was measured."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.er_quality.running import utc_now
from benchmarks.options import positive
from benchmarks.serving import measuring, process, repository
from benchmarks.serving.repository import CLAIMS, NEW, OLD
from benchmarks.serving.results import ServingLoad
from benchmarks.serving_page import requirements
from mlops import documents, provenance
from mlops.artifact import TRAINING, Training
from mlops.cli import faults

RESULT = machine.RESULTS / "serving.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every fault is a letter on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            _run(asked, Path(folder))
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    return 0


def _run(asked: argparse.Namespace, scratch: Path) -> None:
    def say(text: str) -> None:
        click.echo(text, err=True)

    code = provenance.code_version(machine.ROOT)
    folder = scratch / "repository"
    say("training, judging, deploying")
    repository.make(folder, asked.rows)
    repository.deploy(folder, OLD)
    say("commands")
    commands = measuring.commands(folder, asked.repeats)
    repository.deploy(folder, NEW)
    claims = repository.serve_claims(folder, repository.mlops(folder), rows=max(800, asked.rows))
    pairs = repository.pair_rows(folder, 2_000)
    one, hundred = measuring.bodies("er", pairs, 1), measuring.bodies("er", pairs, 100)
    with process.serving(folder, scratch / "log.sqlite") as server:
        say("latencies")
        latencies = (
            measuring.latency(server, "one pair", one, asked.requests),
            measuring.latency(server, "one claim", measuring.bodies("claims", claims, 1), asked.requests),
            measuring.latency(server, "100 pairs", hundred, max(1, asked.requests // 5)),
        )
        say("switching")
        switched = measuring.switching(server, folder, one, asked.switching)
        say("memory")
        resident = measuring.memory(server, one, sorted(set(asked.memory)), say)
    say("deaths")
    deaths = tuple(
        measuring.death(folder, scratch / f"death-{number}.sqlite", one, asked.killed_after)
        for number in range(asked.repeats)
    )
    models = {"er": NEW, "claims": CLAIMS}
    results = ServingLoad(
        machine=machine.describe(), code=code, measured_at=utc_now(), training_rows=asked.rows,
        estimators={
            task: documents.read(folder / "dist" / model / TRAINING, Training).architecture
            for task, model in models.items()
        },
        latencies=latencies, switching=switched, memory=tuple(resident), deaths=deaths, repeats=asked.repeats,
        commands=tuple(commands),
    )  # fmt: skip
    documents.write(asked.out, results)
    for each in requirements(results):
        click.echo(f"{'met    ' if each.met else 'NOT MET'}  {each.what}: {each.found}")
    click.echo(f"Written to {asked.out}. The page: python -m benchmarks.render", err=True)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description="Put load on a real server: latencies, a moving pointer, memory, a sudden death, deployments.",
    )
    add = made.add_argument
    add("--rows", type=positive, default=5_000, help="generated pairs, and claims, of a dataset (5000)")
    add("--requests", type=positive, default=2_000, help="requests that a latency is measured on (2000)")
    add("--switching", type=positive, default=10_000, help="requests while the pointer moves (10000)")
    add(
        "--memory",
        nargs="+",
        type=positive,
        default=[10_000, 50_000, 100_000],
        help="requests after which memory is read",
    )
    add(
        "--killed-after",
        type=positive,
        default=1_000,
        help="predictions that clients have when a server is killed (1000)",
    )
    add("--repeats", type=positive, default=5, help="killed servers, and times that a command is taken (5)")
    add("--out", type=Path, default=RESULT, help="where the results are written")
    return made


if __name__ == "__main__":
    sys.exit(main())
