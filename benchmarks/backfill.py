"""What samples of the past cost promtool, by how far apart they are: ``python -m benchmarks.backfill``.

promtool reads the whole input once for each two hours that hold a sample, so that the time grows with the product of
both. The table tells why :data:`mlops.series.timeline.EVERY` is a day (docs/metrics.md).
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import click

from mlops.series import exposition, names
from mlops.series.sampling import Key, Point, key

_START = 1_735_689_600  # 1 January 2025
_DAY = 86_400


class Cost(NamedTuple):
    """What one step costs: hours between samples, bytes of input, seconds of promtool, blocks, bytes of blocks."""

    hours: int
    input_bytes: int
    seconds: float
    blocks: int
    block_bytes: int


def series(count: int, days: int, hours: int) -> dict[Key, list[Point]]:
    """Return ``count`` series that do not change for ``days`` days, with a sample every ``hours`` hours."""
    times = range(_START, _START + days * _DAY, hours * 3600)
    points = [Point(time, 0.95) for time in times]
    return {key(names.TRAINING, "er", f"er_2025{n:04d}", "er_20250101", "fit"): points for n in range(count)}


def measure(count: int, days: int, hours: int) -> Cost:
    """Return what promtool needs to make blocks of such series."""
    with tempfile.TemporaryDirectory() as folder:
        past, blocks = Path(folder, "past.om"), Path(folder, "blocks")
        past.write_bytes(exposition.openmetrics(series(count, days, hours)))
        began = time.perf_counter()
        words = ("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", past, blocks)
        subprocess.run(words, check=True, capture_output=True)  # noqa: S603  # fixed words
        seconds = time.perf_counter() - began
        held = sum(path.stat().st_size for path in blocks.rglob("*") if path.is_file())
        return Cost(hours, past.stat().st_size, seconds, len(list(blocks.iterdir())), held)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=100)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--hours", type=int, nargs="+", default=[24, 12, 6])
    asked = parser.parse_args()
    click.echo("| hours between samples | input, MB | promtool, s | blocks | blocks, MB |")
    click.echo("|---|---|---|---|---|")
    for hours in asked.hours:
        cost = measure(asked.series, asked.days, hours)
        size, held = cost.input_bytes / 1e6, cost.block_bytes / 1e6
        click.echo(f"| {hours} | {size:.1f} | {cost.seconds:.1f} | {cost.blocks} | {held:.1f} |")


if __name__ == "__main__":
    main()
