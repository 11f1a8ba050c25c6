"""The part of docs/benchmarks.md about the history page: how long it takes, how large it is, how soon it is there."""

from typing import Any, NamedTuple

from benchmarks.history_results import History
from benchmarks.markdown import listed, table
from mlops import documents

SECONDS, BYTES, PAINT = 3.0, 300_000, 1.0

_HOW = """This repository's published card and verdict again and again, under other ids and with other numbers, each
with a dataset that came from the one before. A build is a process of its own and uses one core: on an idle machine it
takes as long as its CPU time, on a busy one longer. The page is opened from the disk by a Chromium without a window, in
the widths of a desk and of a phone; the first text is what its own clock calls first contentful paint."""


class Requirement(NamedTuple):
    """What was asked for, and whether it was met."""

    what: str
    found: str
    met: bool


def requirements(found: History) -> list[Requirement]:
    """Return what was asked for, and what was measured."""
    return [
        Requirement(f"built in less than {SECONDS:g} s of CPU time", f"{found.cpu:.2f} s", found.cpu < SECONDS),
        Requirement(f"less than {BYTES // 1000} kB", f"{found.bytes / 1000:.1f} kB", found.bytes < BYTES),
        Requirement(f"first text within {PAINT:g} s", f"{found.first_paint:.2f} s", found.first_paint < PAINT),
    ]


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``history.json`` gives.

    Raises:
        InputRefusedError: The value is not what the benchmark writes.
    """
    found = documents.loads(documents.canonical_json(results), History, file="benchmarks/results/history.json")
    asked = [[one.what, one.found, "✓" if one.met else "✗"] for one in requirements(found)]
    on = found.machine
    versions = listed(f"{name} {version}" for name, version in sorted(on.versions.items()))
    answer = (
        f"`mlops site build` with {found.models:,} models, as many datasets and {found.switches:,} changes of what is "
        f"live takes {found.cpu:.2f} s of CPU time ({found.wall:.2f} s on the clock of the machine below, which others "
        f"may use, too); the page has {found.elements:,} elements."
    )
    measured = f"Medians of {found.repeats} on {on.cores} cores of {on.cpu}; {versions}."
    again = "Again: `python -m benchmarks.history`."
    title = "## The history page of hundreds of models"
    return "\n\n".join((title, answer, table(["required", "found", ""], asked), _HOW, f"{measured} {again}"))
