"""``python -m benchmarks.history``: measure the history page with hundreds of models, and store what came out.

The records are this repository's published card and verdict again and again, under other ids and with other numbers.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import click
import yaml

from benchmarks import machine
from benchmarks.browser import Browser
from benchmarks.history_page import requirements
from benchmarks.history_results import History
from benchmarks.machine import RESULTS, ROOT
from benchmarks.options import positive
from mlops import documents, manifest, registry
from mlops.artifact import GATE
from mlops.cli import faults
from mlops.environments import PATH, Environments
from mlops.errors import UnavailableError
from mlops.gate import GateReport
from mlops.metrics import Estimate

RESULT = RESULTS / "history.json"
MODEL = "er_20251020"
_START = date(2024, 1, 1)
_BUILD = (sys.executable, "-m", "mlops", "site", "build")
_ON_GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "organisation/repository"}
_PAINT = """new Promise(done => new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint')
.forEach(one => done(one.startTime))).observe({type: 'paint', buffered: true}))"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every fault is a letter on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder), asked.models, asked.switches, asked.repeats, asked.chromium)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    documents.write(asked.out, found)
    for one in requirements(found):
        click.echo(f"{'met    ' if one.met else 'NOT MET'}  {one.what}: {one.found}")
    click.echo(f"Written to {asked.out}. The page: python -m benchmarks.render", err=True)
    return 0


def measure(folder: Path, models: int, switches: int, repeats: int, chromium: str) -> History:
    """Return what the page of so many models takes.

    Args:
        folder: An empty one, to work in.
        models: How many, each with a card, a verdict and a dataset.
        switches: Commits that changed what is live.
        repeats: How often it is built and opened.
        chromium: The browser's program.

    Raises:
        UnavailableError: The page could not be built.
    """
    repository = folder / "repository"
    fill(repository, models, switches)
    taken = [_build(repository) for _ in range(repeats)]
    page = repository / "dist/site/index.html"
    with Browser.started(chromium, folder / "profile") as browser:
        paints = []
        for width in (1280, 360):
            for _ in range(repeats):
                browser.open(page, width=width)
                paints.append(float(browser.value(_PAINT)))
        elements = int(browser.value("document.querySelectorAll('*').length"))
    return History(
        machine=machine.describe(), models=models, switches=switches, repeats=repeats,
        wall=round(median(wall for wall, _ in taken), 2), cpu=round(median(cpu for _, cpu in taken), 2),
        bytes=page.stat().st_size, elements=elements, first_paint=round(median(paints) / 1000, 3),
    )  # fmt: skip


def fill(folder: Path, models: int, switches: int) -> None:
    """Make a repository with so many models, the published one's again under other ids and with other numbers."""
    folder.mkdir()
    (folder / "mlops.toml").write_bytes((ROOT / "mlops.toml").read_bytes())
    card = (ROOT / registry.path_of(MODEL)).read_text(encoding="utf-8")
    head, body = registry.split_front_matter(card)
    record, hub = registry.parse_front_matter(card), yaml.safe_load(head)
    report = documents.read(ROOT / registry.FOLDER / MODEL / GATE, GateReport)
    pinned = manifest.load(ROOT / manifest.FOLDER / f"{MODEL}.json")
    chance = random.Random(0)  # noqa: S311  # numbers to draw, no secret
    before = None
    for number in range(models):
        day = _START + timedelta(days=number)
        ident = f"er_{day:%Y%m%d}"
        moved = {name: _moved(found, chance.uniform(-0.03, 0.03)) for name, found in record.metrics.items()}
        changed = {
            "id": ident, "metrics": moved, "trained_at": datetime.combine(day, time(8), UTC), "previous": before,
            "dataset": record.dataset.model_copy(update={"id": ident}),
        }  # fmt: skip
        text = registry.format_front_matter(record.model_copy(update=changed), hub) + body
        documents.write_bytes(folder / registry.path_of(ident), text.encode())
        documents.write(folder / registry.FOLDER / ident / GATE, report.model_copy(update={"model_id": ident}))
        drawn = {"id": ident, "as_of": day, "parent": before, "rows": pinned.rows + 10 * number}
        documents.write(folder / manifest.FOLDER / f"{ident}.json", pinned.model_copy(update=drawn))
        before = ident
    _git(folder, "init", "--quiet")
    for number in range(switches):
        day = _START + timedelta(days=number * max(1, models // switches))
        served = Environments(environments={"production": {"er": f"er_{day:%Y%m%d}"}})
        documents.write(folder / PATH, served)
        _git(folder, "add", "--all")
        _git(folder, "commit", "--quiet", f"--message=Serve {number}")


def _moved(found: Estimate, by: float) -> Estimate:
    values = {name: min(1.0, getattr(found, name) + by) for name in ("value", "lower", "upper")}
    return found.model_copy(update=values)


def _build(folder: Path) -> tuple[float, float]:
    """Return the seconds that a build takes from start to end, and its CPU seconds."""
    before, started = os.times(), perf_counter()
    done = subprocess.run(  # noqa: S603  # fixed words
        _BUILD, cwd=folder, env=os.environ | _ON_GITHUB, capture_output=True, text=True, check=False
    )
    wall, after = perf_counter() - started, os.times()
    if done.returncode:
        raise UnavailableError("The page could not be built.", found=done.stderr, fix="See what it says above.")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu


def _git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org", "-c", "commit.gpgsign=false")
    command = ("git", "-C", str(folder), *identity, *words)
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # fixed words


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.history", description="Measure the history page.")
    add = made.add_argument
    add("--models", type=positive, default=500, help="models with a card, a verdict and a dataset each (500)")
    add("--switches", type=positive, default=100, help="commits that changed what is live (100)")
    add("--repeats", type=positive, default=5, help="how often it is built and opened (5)")
    add("--chromium", default="chromium", help="the browser's program (chromium)")
    add("--out", type=Path, default=RESULT, help="where the results are written")
    return made


if __name__ == "__main__":
    sys.exit(main())
