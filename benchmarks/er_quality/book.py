"""The results so far, written at every row."""

from pathlib import Path

from benchmarks import machine
from benchmarks.er_quality import ledger
from benchmarks.er_quality.ledger import Judged
from benchmarks.er_quality.results import CrossRow, DatasetRow, ErQuality
from benchmarks.er_quality.running import Plan
from benchmarks.er_quality.summary import summarise
from mlops import documents


class Book:
    """The results in memory and on disk: every finished row is written at once, so that a stopped run loses little.

    Rows of datasets that this run does not touch stay as they are, each with its own date and code, until a run over
    the whole folder is finished.

    Args:
        path: The results' file; what it holds is where the book begins.
        plan: What is measured.
        jobs: Datasets side by side.
    """

    def __init__(self, path: Path, plan: Plan, *, jobs: int) -> None:
        self._path = path
        self._plan = plan
        self._jobs = jobs
        old = documents.read(path, ErQuality) if path.exists() else None
        self.datasets: dict[str, DatasetRow] = {row.name: row for row in old.datasets} if old else {}
        self.cross: dict[tuple[str, str], CrossRow] = {(row.train, row.test): row for row in old.cross} if old else {}

    def add(self, row: DatasetRow | CrossRow, judged: Judged) -> None:
        """Put a row in the place of an older one and write everything."""
        if isinstance(row, DatasetRow):
            self.datasets[row.name] = row
        else:
            self.cross[row.train, row.test] = row
        self.write(judged)

    def keep_only(self, names: set[str]) -> None:
        """Drop the rows of datasets that are not among ``names``."""
        self.datasets = {name: row for name, row in self.datasets.items() if name in names}
        self.cross = {pair: row for pair, row in self.cross.items() if set(pair) <= names}

    def write(self, judged: Judged) -> ErQuality:
        """Write the rows with all that follows from them, and return it."""
        rows = tuple(self.datasets[name] for name in sorted(self.datasets))
        results = ErQuality(
            machine=machine.describe(),
            jobs=self._jobs,
            seeds=self._plan.seeds,
            resplit_seeds=self._plan.resplit_seeds,
            datasets=rows,
            cross=tuple(self.cross[pair] for pair in sorted(self.cross)),
            variants={row.name: ledger.variants(judged, row.sha256) for row in rows},
            summary=summarise(rows),
        )
        documents.write(self._path, results)
        return results
