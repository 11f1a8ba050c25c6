"""The example's weeks pass one after the other: what comes back in them are decisions that were missing."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from mlops import dataset
from mlops.config import StorageSettings
from tests.validation.batches import judge


def test_every_week_passes_beside_all_that_came_before(root: Path) -> None:
    files = sorted((root / "data" / "claims").glob("claims_*.csv"))
    assert len(files) == 5
    known: pa.Table | None = None
    for path in files:
        rows = dataset.read_file(path, settings=StorageSettings()).table
        day = date.fromisoformat(path.stem[-8:])
        outcome = judge(rows, as_of=day.isoformat(), base=known)
        assert (outcome.report.verdict, outcome.report.score) == ("pass", 1.0), path.name
        assert (outcome.report.keys.revised > 0) == (known is not None)
        known = rows if known is None else pa.concat_tables([known, rows])
