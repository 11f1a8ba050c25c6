"""The part of docs/benchmarks.md about the server: latencies, a moving pointer, memory, sudden deaths, deployments."""

from dataclasses import dataclass
from typing import Any

from benchmarks.markdown import listed, table
from benchmarks.serving.results import ServingLoad
from mlops import documents

P95_MS = {"one pair": 15.0, "one claim": 15.0, "100 pairs": 60.0}
COMMAND_SECONDS = 5.0
GROWTH = 1.05
"""How much more memory a server may have after the last request than after the first count of them."""
_MEGABYTE = 1e6

_HOW = """A repository with two models of generated pairs and one of generated claims is made, judged and deployed by
`mlops` itself, and `mlops serve` runs as a process of its own, pinned to one core; the clients have the others. A
latency is the time from sending a request over a connection that stays to having read its answer, one client asking one
request after the other; pairs and claims differ from request to request. While 4 clients ask, the pointer is moved to
and fro by `mlops rollback`. Memory is the resident memory of the server's process. A killed server gets SIGKILL while 4
clients ask; what they had the answer of is then looked for in its log. Commands are timed as processes of their own."""
_LIMITS = """One process with one writer: SQLite takes one transaction at a time, and Python computes on one core. More
servers on the same target, each with a log of its own, take more. SIGKILL is no power cut: a log is flushed to the disk
by the operating system, not at each commit. Neighbours on the same machine make the high percentiles worse; the
server's own processor time says how much of a latency is its work. The machine
decides as well: one run of this server on another two cores of an AMD EPYC had a p95 of 75.6 ms for 100 pairs, and
rollbacks of 5.3 s, both above what is required (`git show 4c6b90d:docs/benchmarks.md`)."""


@dataclass(frozen=True)
class Requirement:
    """What was asked for, and whether it was met."""

    what: str
    found: str
    met: bool


def requirements(found: ServingLoad) -> list[Requirement]:
    """Return what was asked for, and what was measured."""
    asked = [
        Requirement(f"{one.what}: p95 below {P95_MS[one.what]:g} ms", f"{one.p95:.1f} ms", one.p95 < P95_MS[one.what])
        for one in found.latencies
    ]
    moved = found.switching
    asked.append(
        Requirement(
            f"no failed request in {moved.requests:,} while the pointer moves",
            f"{moved.failed:,} failed, {moved.moves} moves", moved.failed == 0 and moved.moves > 0,
        )
    )  # fmt: skip
    lost, kept = (sum(getattr(one, name) for one in found.deaths) for name in ("lost", "acknowledged"))
    asked.append(
        Requirement(
            f"no acknowledged prediction lost by {len(found.deaths)} killed servers", f"{lost:,} of {kept:,}",
            lost == 0 and kept > 0,
        )
    )  # fmt: skip
    first, last = found.memory[0], found.memory[-1]
    asked.append(
        Requirement(
            f"memory after {last.requests:,} requests at most {GROWTH:g} times that after {first.requests:,}",
            f"{last.resident / first.resident:.3f} times", last.resident <= GROWTH * first.resident,
        )
    )  # fmt: skip
    asked += [
        Requirement(f"`{one.command}` below {COMMAND_SECONDS:g} s", f"{one.median:.1f} s", one.median < COMMAND_SECONDS)
        for one in found.commands
    ]
    return asked


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``serving.json`` gives.

    Raises:
        InputRefusedError: The value is not what the benchmark writes.
    """
    found = documents.loads(documents.canonical_json(results), ServingLoad, file="benchmarks/results/serving.json")
    asked = [[one.what, one.found, "✓" if one.met else "✗"] for one in requirements(found)]
    latencies = [
        [one.what, f"{one.requests:,}", f"{one.p50:.1f}", f"{one.p95:.1f}", f"{one.p99:.1f}", f"{one.cpu:.1f}"]
        for one in found.latencies
    ]
    memory = [[f"{one.requests:,}", f"{one.resident / _MEGABYTE:,.0f}"] for one in found.memory]
    commands = [
        [f"`{one.command}`", f"{one.median:.1f} ({one.lowest:.1f} to {one.highest:.1f})"] for one in found.commands
    ]
    answered = listed(f"{count:,} by {name}" for name, count in found.switching.answered.items())
    parts = [
        "## Serving",
        table(["required", "found", ""], asked),
        "### Latency",
        table(["request", "requests", "p50, ms", "p95, ms", "p99, ms", "server's processor, ms"], latencies),
        "### The pointer under load",
        f"{found.switching.requests:,} requests over {found.switching.moves} moves; answered {answered}.",
        "### Memory",
        table(["requests", "resident, MB"], memory),
        "### Deployments",
        table(["command", "seconds"], commands),
        "### How serving was measured",
        _HOW,
        _circumstances(found),
        "### What these numbers do not say",
        _LIMITS,
    ]
    return "\n\n".join(parts)


def _circumstances(found: ServingLoad) -> str:
    machine = found.machine
    versions = listed(f"{name} {version}" for name, version in sorted(machine.versions.items()))
    commit = found.code.commit[:12] + (" with changes" if found.code.dirty else "")
    models = " ".join(f"`{task}`: {text}" for task, text in found.estimators.items())
    return (
        f"Measured {found.measured_at.date().isoformat()} at commit {commit}, models of {found.training_rows:,} rows, "
        f"commands {found.repeats} times, on {machine.cores} cores: {machine.cpu}. {versions}. {models}"
    )
