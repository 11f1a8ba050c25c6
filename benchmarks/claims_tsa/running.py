"""A scratch repository with real claims, and its commands measured one after the other, each kept to one core."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.claims_tsa.results import FoldRow, Quality, StepRow
from benchmarks.machine import ROOT
from mlops import documents
from mlops.certification.document import CertificationReport
from mlops.crossval.document import Bound, CrossvalReport
from mlops.errors import UnavailableError

DATASET = "claims_20140401"
VALIDATED = "validated.parquet"
PROFILE = "relative"
LAST_MONTH = "batch.parquet"
RUN = ("run", "claims")
_AGAIN = "dist/again"
_BATCH_FROM = date(2013, 12, 1)

_ONE_CORE = """
import json, os, subprocess, sys
from time import monotonic
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
with open("out.txt", "wb") as out, open("err.txt", "wb") as err:
    started = monotonic()
    process = subprocess.Popen(sys.argv[1:], stdout=out, stderr=err)
    _, status, usage = os.wait4(process.pid, 0)
    wall = monotonic() - started
json.dump([os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss], sys.stdout)
"""
"""A small process starts and waits for the measured one, which would inherit the peak of a large one."""


class Step(NamedTuple):
    """A command to measure: its words after ``mlops``, and the rows that it reads."""

    words: tuple[str, ...]
    rows: int


class Ran(NamedTuple):
    """A finished process: what it is told by, what it printed, and what it took."""

    row: StepRow
    out: str


def prepare(folder: Path, source: Path, *, rows: int, validated: int) -> None:
    """Make a repository in ``folder`` whose one dataset is the newest claims, the last month apart as a batch.

    Args:
        folder: An empty folder.
        source: The Parquet file of claims.
        rows: Rows of the dataset, or fewer where there are no more.
        validated: Rows of the table that is validated: the claims, repeated under other ids where they are too few.
    """
    table = pq.read_table(source).replace_schema_metadata(None).sort_by("claim_date")
    data = folder / "data" / "claims"
    data.mkdir(parents=True)
    day = pc.cast(table["claim_date"], pa.date32())
    late = pc.and_(day.is_valid(), pc.greater_equal(day, pa.scalar(_BATCH_FROM)))
    before = table.filter(pc.invert(pc.fill_null(late, pa.scalar(value=False))))
    pq.write_table(table.filter(late), folder / LAST_MONTH)
    pq.write_table(before.slice(max(0, before.num_rows - rows)), data / "claims_20131130.parquet")
    pq.write_table(table.slice(max(0, table.num_rows - rows)), data / f"{DATASET}.parquet")
    pq.write_table(_repeated(table, validated), folder / VALIDATED)
    text = (ROOT / "mlops.toml").read_text(encoding="utf-8")
    (folder / "mlops.toml").write_text(
        text.replace('contract = "fba_claims"', 'contract = "tsa_claims"'), encoding="utf-8"
    )
    (folder / ".gitignore").write_text("dist/\n*.parquet\n!data/**\n", encoding="utf-8")
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message=Claims")):
        identity = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org")
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)  # noqa: S603, S607  # fixed words


def steps(rows: int, batch: int, validated: int) -> Iterator[Step]:
    """Yield the commands in the order in which a user runs them."""
    yield Step(("validate", "claims", "--data-path", VALIDATED, "--as-of", "20140401"), validated)
    yield Step(("pin", "claims", "data/claims/claims_20131130.parquet"), rows)
    yield Step(
        ("integrate", "claims", "--new-data", LAST_MONTH, "--base", "claims_20131130", "--as-of", "20131231"), batch
    )
    yield Step(("pin", "claims", f"data/claims/{DATASET}.parquet"), rows)
    yield Step((*RUN, "--dataset", DATASET, "--profile", PROFILE, "--json"), rows)
    yield Step(("audit", "claims", "--dataset", DATASET), rows)
    yield Step(("cv", "claims", "--dataset", DATASET, "--profile", PROFILE), rows)
    yield Step(("train", "claims", "--dataset", DATASET, "--code-commit", "0" * 40, "--out", _AGAIN), rows)
    yield Step(("evaluate", _AGAIN), rows)
    yield Step(("certify", "claims", _AGAIN, "--profile", PROFILE), rows)


def measured(folder: Path, step: Step) -> Ran:
    """Run a command of ``mlops`` on one core and return what it took; only a crash is a failure.

    Raises:
        UnavailableError: It ended with a code that is no verdict.
    """
    return run(folder, step, ("-m", "mlops", *step.words))


def run(folder: Path, step: Step, arguments: tuple[str, ...]) -> Ran:
    """Run this Python with ``arguments``; see :func:`measured`."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "MLOPS_"))},
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "LOKY_MAX_CPU_COUNT": "1",
    }  # fmt: skip
    command = [sys.executable, "-c", _ONE_CORE, sys.executable, *arguments]
    started = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  # our own words
    code, wall, cpu, kilobytes = json.loads(started.stdout)
    if code not in {0, 1, 4}:
        raise UnavailableError(
            "A command of the benchmark ended without a verdict.", field=" ".join(step.words),
            found=f"{code}: {(folder / 'err.txt').read_text(encoding='utf-8', errors='replace')[-1500:]}",
            fix="Run it by hand in the folder of the benchmark: --keep FOLDER.",
        )  # fmt: skip
    name = " ".join(step.words[:2] if step.words[1] == "claims" else step.words[:1])
    row = StepRow(
        name=name, rows=step.rows, code=code, wall=round(wall, 2),
        cpu=round(cpu, 2), peak=kilobytes * 1024,
    )  # fmt: skip
    return Ran(row, (folder / "out.txt").read_text(encoding="utf-8"))


def quality(folder: Path) -> Quality:
    """Return what the chain measured."""
    artifact = folder / "dist" / DATASET
    report = documents.read(artifact / "certification.json", CertificationReport)
    crossval = documents.read(artifact / "crossval.json", CrossvalReport)
    matrix = json.loads((artifact / "metrics.json").read_bytes())
    performance = report.performance
    if performance.auc is None or performance.chance is None or performance.cv_mean is None:
        raise TypeError("a certification of claims measures all of it")
    return Quality(
        tier=report.best_tier, verdict=report.verdict, gates=dict(report.gates), rows=performance.rows,
        negatives=performance.negatives, cv_mean=crossval.accuracy.mean, cv_sd=crossval.accuracy.sd,
        accuracy=performance.accuracy, auc=performance.auc, base_rate=_base_rate(matrix), lift=_lift(report),
        permutation_p=performance.chance.p,
        folds=tuple(
            FoldRow(
                first=str(fold.first), last=str(fold.last), n=fold.n, base_rate=fold.base_rate,
                accuracy=fold.accuracy, auc=fold.auc,
            )
            for fold in crossval.folds
        ),
    )  # fmt: skip


def _lift(report: CertificationReport) -> Bound:
    found = next(lift for lift in report.performance.lifts if lift.over == "majority")
    return Bound(value=found.value, lower=found.lower, upper=found.upper, n=found.n)


def _base_rate(metrics: dict[str, Any]) -> float:
    positives = metrics["positives"] / metrics["rows"]
    return float(max(positives, 1 - positives))


def _repeated(table: pa.Table, rows: int) -> pa.Table:
    """Return ``rows`` rows: the table, then its first rows again under other ids."""
    parts, left = [], rows
    for number in range(-(-rows // table.num_rows)):
        part = table.slice(0, left)
        at = part.column_names.index("claim_id")
        ids = pa.array([f"{name}{'' if number == 0 else f'-{number}'}" for name in part["claim_id"].to_pylist()])
        parts.append(part.set_column(at, "claim_id", ids))
        left -= part.num_rows
    return pa.concat_tables([part.cast(parts[0].schema) for part in parts])
