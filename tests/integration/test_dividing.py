"""ADR 26 as a property: however batches come, what has trained a model never tests a later one of the lineage."""

from datetime import date, timedelta
from typing import NamedTuple

import pyarrow as pa
from hypothesis import example, given
from hypothesis import settings as how_many
from hypothesis import strategies as st

from mlops import config
from mlops.cli import plugs, steps
from mlops.cli.dividing import Occasion, divide
from mlops.contract.loading import load_contract
from mlops.errors import InputRefusedError
from mlops.ids import DatasetId
from mlops.manifest import SplitRecord
from mlops.split import TEST, TRAIN
from mlops.task import Examples
from mlops.tasks.claims.generator import CERTIFIABLE, Span, generate
from tests import factories
from tests.conftest import ROOT

SETTINGS = config.load(ROOT / "mlops.toml")
CONTRACT = load_contract("fba_claims", ROOT)
TASK = plugs.open_task("claims")
START = date(2024, 6, 3)


class Coming(NamedTuple):
    """A batch: claims of the days since the last one, or of two months ``back``; whether the split is laid anew."""

    days: int
    rows: int
    back: int
    advance: bool


PLAIN = Coming(7, 50, 0, advance=True)

coming = st.builds(
    Coming,
    days=st.integers(1, 90),
    rows=st.integers(50, 120),
    back=st.sampled_from([0, 0, 100, 280]),
    advance=st.booleans(),
)


def claims(number: int, rows: int, first: date, last: date) -> pa.Table:
    """Return made claims whose ids no other batch has."""
    table = generate(rows, number, setting=CERTIFIABLE, span=Span(first, last), as_of=last + timedelta(days=400))
    at = table.schema.get_field_index("claim_id")
    return table.set_column(at, "claim_id", pa.array([f"CLM-{number}-{row}" for row in range(table.num_rows)]))


def blocks(table: pa.Table, day: date, split: SplitRecord) -> Examples:
    """Read a table with the boundaries that its manifest records."""
    pinned = factories.manifest().model_copy(update={"id": f"claims_{day:%Y%m%d}", "task": "claims", "split": split})
    return TASK.examples(table, steps.declared_for(pinned, SETTINGS), as_of=day, root=ROOT)


@how_many(max_examples=8, deadline=None)
@given(st.lists(coming, min_size=1, max_size=4))
@example([PLAIN, PLAIN._replace(rows=600, back=280), PLAIN])  # many late claims pull a share's boundary back
def test_no_row_that_trained_ever_tests_and_no_boundary_moves_back(batches: list[Coming]) -> None:
    today = START + timedelta(days=300)
    table, split = claims(0, 150, START, today - timedelta(days=1)), None
    trained: set[str] = set()
    for number, batch in enumerate(batches, start=1):
        parent = factories.manifest().model_copy(
            update={"id": f"claims_{today:%Y%m%d}", "task": "claims", "as_of": today, "split": split}
        )
        day = today + timedelta(days=batch.days)
        first = today - timedelta(days=batch.back)
        new = claims(number, batch.rows, first, first + timedelta(days=60) if batch.back else day - timedelta(days=1))
        grown = pa.concat_tables([table, new])
        occasion = Occasion(TASK, SETTINGS, ROOT, CONTRACT, parent, DatasetId.parse(f"claims_{day:%Y%m%d}"))
        try:
            now = divide(occasion, table, grown, advance=batch.advance or split is None)
        except InputRefusedError:
            now = split  # too few claims are settled yet: nothing is integrated
            if now is None:
                return
        assert now is not None
        if split is not None:
            assert (now.valid_from, now.test_from) >= (split.valid_from, split.test_from)
        found = blocks(grown, day, now)
        learnt, tested = (set(found.row_id[found.split == name].tolist()) for name in (TRAIN, TEST))
        assert not learnt & tested
        assert not trained & tested, "a row that trained a model of this lineage tests"
        assert (len(learnt), len(tested)) == (now.train, now.test)
        if learnt and tested:
            assert found.time is not None
            days = found.time.astype("datetime64[D]")
            assert days[found.split == TRAIN].max() < days[found.split == TEST].min()
        trained |= learnt
        table, split, today = grown, now, day
