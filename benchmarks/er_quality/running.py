"""Running: which datasets are due, side by side or one by one, each written down as soon as it is done."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.er_quality import cross as crossing
from benchmarks.er_quality import ledger
from benchmarks.er_quality.measuring import measure
from benchmarks.er_quality.results import CrossRow, DatasetRow
from benchmarks.machine import ROOT
from benchmarks.published import EXPECTED_FAILURES
from benchmarks.side_by_side import side_by_side
from mlops import config, documents, provenance
from mlops.cli.steps import circumstances
from mlops.config import StorageSettings, TaskSettings
from mlops.errors import MlopsError, UsageRefusedError
from mlops.formatting import printable
from mlops.hashing import sha256_bytes, sha256_stream
from mlops.provenance import CodeVersion
from mlops.tasks.er.task import EntityResolution

_OWN_SOURCES = ("benchmarks/baseline.py", "benchmarks/er_quality/measuring.py", "benchmarks/er_quality/cross.py")
_MOST = 160


@dataclass(frozen=True)
class Plan:
    """What is measured, with what.

    Attributes:
        settings: The task's settings.
        storage: Limits of size.
        seeds: One model a seed on the published split.
        resplit_seeds: One split and model a seed on our own.
        code: The commit of the code.
        matcher_sha256: Fingerprint of the matcher's source code when the run began.
        clock: Tells the time, UTC.
    """

    settings: TaskSettings
    storage: StorageSettings
    seeds: tuple[int, ...]
    resplit_seeds: tuple[int, ...]
    code: CodeVersion
    matcher_sha256: str
    clock: Callable[[], datetime]

    def key(self, *data_sha256: str) -> str:
        """Return the hash of everything that rows on these data depend on: what is unchanged need not run again."""
        facts: dict[str, Any] = {
            "data": list(data_sha256),
            "matcher": self.matcher_sha256,
            "benchmark": ledger.sources_sha256(*_OWN_SOURCES),
            "settings": self.settings.model_dump(mode="json", exclude={"card", "description"}),
            "seeds": [list(self.seeds), list(self.resplit_seeds)],
            "versions": provenance.environment(),
        }
        return sha256_bytes(documents.canonical_json(facts))


@dataclass(frozen=True)
class Dataset:
    """A file to be measured."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Its name without the ending."""
        return self.path.stem


def make_plan(seeds: tuple[int, ...], resplit_seeds: tuple[int, ...]) -> Plan:
    """Return what this repository's ``mlops.toml`` declares, with two exceptions.

    The threshold is that of the best F1, as papers have it, and a training run has one seed: seeds are ours to repeat.
    """
    settings = config.load(ROOT / config.FILE_NAME)
    task = settings.task(EntityResolution.name)
    ours = {
        "threshold": task.threshold.model_copy(update={"objective": "f1"}),
        "policy": task.policy.model_copy(update={"seeds": 1}),
    }
    return Plan(
        settings=task.model_copy(update=ours),
        storage=settings.storage,
        seeds=seeds,
        resplit_seeds=resplit_seeds,
        code=circumstances(ROOT, code_commit=None, required=False).code,
        matcher_sha256=ledger.matcher_sha256(),
        clock=utc_now,
    )


def utc_now() -> datetime:
    """Return the time, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def find(folder: Path, only: Sequence[str] = ()) -> list[Dataset]:
    """Return the Parquet files of a folder, the smallest first, so that there is early news.

    Raises:
        UsageRefusedError: There is no such folder, no such file in it, or none at all.
    """
    paths = sorted(folder.glob("*.parquet"), key=lambda path: (path.stat().st_size, path.name))
    names = [path.stem for path in paths]
    missing = [name for name in only if name not in names]
    if missing or not paths:
        raise UsageRefusedError(
            "There is nothing to measure.",
            file=folder,
            field="--only" if missing else "--data",
            expected=", ".join(sorted(names)) or "a folder with .parquet files of labelled pairs",
            found=", ".join(missing) or "none",
            fix="Name a folder with --data, and files in it, without their ending, with --only.",
        )
    chosen = [path for path in paths if not only or path.stem in only]
    return [Dataset(path, _file_sha256(path)) for path in chosen]


def _file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return sha256_stream(stream)[0]


def find_cross(datasets: Iterable[Dataset], asked: Sequence[tuple[str, str]] | None) -> list[tuple[Dataset, Dataset]]:
    """Return the pairs of datasets to train and to judge on: those asked for, or those known that are here.

    Raises:
        UsageRefusedError: A dataset that was asked for is not here.
    """
    here = {found.name: found for found in datasets}
    if asked is None:
        return [(here[train], here[test]) for train, test in EXPECTED_FAILURES if {train, test} <= here.keys()]
    missing = sorted({name for pair in asked for name in pair} - here.keys())
    if missing:
        raise UsageRefusedError(
            "A dataset to cross is not there.",
            field="--cross",
            expected=", ".join(sorted(here)),
            found=", ".join(missing),
            fix="Name two files of the folder, without their ending.",
        )
    return [(here[train], here[test]) for train, test in asked]


def dataset_row(plan: Plan, found: Dataset) -> DatasetRow:
    """Measure one dataset; a refusal, even a crash, becomes a row, so that the others go on."""
    fixed = {
        "name": found.name,
        "sha256": found.sha256,
        "key": plan.key(found.sha256),
        "matcher_sha256": plan.matcher_sha256,
        "code": plan.code,
    }
    try:
        measured = measure(found.path, plan.settings, plan.storage, plan.seeds, plan.resplit_seeds)
    except Exception as error:  # noqa: BLE001  # one bad file must not cost the results of all others
        return DatasetRow(**fixed, measured_at=plan.clock(), refusal=_said(error))
    return DatasetRow(
        **fixed,
        measured_at=plan.clock(),
        pairs=measured.pairs,
        positives=measured.positives,
        attributes=measured.attributes,
        published=measured.published,
        resplit=measured.resplit,
    )


def cross_row(plan: Plan, train: Dataset, test: Dataset) -> CrossRow:
    """Judge a model of one dataset on another; a refusal becomes a row."""
    key = plan.key(train.sha256, test.sha256)
    try:
        return crossing.cross(train.path, test.path, plan.settings, plan.storage, seed=plan.seeds[0], key=key)
    except Exception as error:  # noqa: BLE001  # as above
        return CrossRow(train=train.name, test=test.name, key=key, refusal=_said(error))


def _said(error: Exception) -> str:
    """Return a refusal without the path of its file, which says something about this machine only."""
    if not isinstance(error, MlopsError):
        return f"A bug: {type(error).__name__}: {error}"[:_MOST]
    parts = ((error.what, ""), (error.field, "Field: "), (error.found, "Found: "))
    return " ".join(f"{word}{printable(text, _MOST)}" for text, word in parts if text)


def due(plan: Plan, datasets: Sequence[Dataset], known: Mapping[str, DatasetRow]) -> list[Dataset]:
    """Return the datasets whose known row does not hold any more, or that have none."""
    return [found for found in datasets if not _holds(known.get(found.name), plan.key(found.sha256))]


def due_cross(
    plan: Plan, pairs: Sequence[tuple[Dataset, Dataset]], known: Mapping[tuple[str, str], CrossRow]
) -> list[tuple[Dataset, Dataset]]:
    """Return the pairs of datasets whose known row does not hold any more, or that have none."""
    return [
        (train, test)
        for train, test in pairs
        if not _holds(known.get((train.name, test.name)), plan.key(train.sha256, test.sha256))
    ]


def _holds(row: DatasetRow | CrossRow | None, key: str) -> bool:
    return row is not None and row.key == key and not row.refusal.startswith("A bug")


def run_datasets(plan: Plan, datasets: Sequence[Dataset], *, jobs: int) -> Iterator[DatasetRow]:
    """Yield a row for each dataset as it is done; ``jobs`` processes, one core each."""
    return side_by_side([partial(dataset_row, plan, found) for found in datasets], jobs)


def run_cross(plan: Plan, pairs: Sequence[tuple[Dataset, Dataset]], *, jobs: int) -> Iterator[CrossRow]:
    """Yield a row for each pair of datasets as it is done."""
    return side_by_side([partial(cross_row, plan, train, test) for train, test in pairs], jobs)
