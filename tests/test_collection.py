"""What a manifest says was collected: every row once, by week, class and value."""

import pyarrow as pa

from mlops.collection import OTHER, UNKNOWN, VALUES, collect
from mlops.contract.loading import load_contract
from mlops.contract.reading import typed
from mlops.manifest import Collection, Tally
from mlops.tasks.claims.generator import CERTIFIABLE, generate
from tests.conftest import ROOT

FBA = load_contract("fba_claims", ROOT)


def collected(table: pa.Table) -> Collection:
    return collect(typed(table, FBA))


def with_cells(table: pa.Table, column: str, cells: list[str | None]) -> pa.Table:
    return table.set_column(table.schema.get_field_index(column), column, pa.array(cells, pa.string()))


def test_every_row_is_counted_once_by_week_by_quarter_and_by_value() -> None:
    table = generate(300, 3, setting=CERTIFIABLE)
    found = collected(table)
    labels = table.column("claimable").to_pylist()
    assert (found.positives, found.negatives, found.undecided) == (labels.count(1), labels.count(0), labels.count(None))
    assert found.decided == found.positives + found.negatives
    for tallies in (found.weeks, found.quarters, *found.by.values()):
        assert sum(one.rows for one in tallies.values()) == 300
        assert sum(one.positives for one in tallies.values()) == found.positives
    assert sum(found.label_delay.values()) == found.decided
    days = table.column("claim_date").to_pylist()
    year, week, _ = min(days).isocalendar()
    assert min(found.weeks) == f"{year}-W{week:02d}"


def test_rare_values_are_counted_together_and_placeholders_as_missing() -> None:
    table = generate(300, 3, setting=CERTIFIABLE)
    names = [f"centre {row % 60}" if row >= 30 else "-" for row in range(300)]
    found = collected(with_cells(table, "fulfillment_center", list(names))).by["fulfillment_center"]
    assert len(found) == VALUES + 1
    assert found[UNKNOWN].rows == 30
    assert found[OTHER].rows == 300 - sum(one.rows for name, one in found.items() if name != OTHER)


def test_a_day_that_is_none_is_in_no_week() -> None:
    table = generate(100, 3, setting=CERTIFIABLE)
    days = [None if row < 10 else str(day) for row, day in enumerate(table.column("claim_date").to_pylist())]
    found = collected(with_cells(table, "claim_date", days))
    assert sum(one.rows for one in found.weeks.values()) == 90
    assert found.decided + found.undecided == 100


def test_nothing_is_counted_as_nothing() -> None:
    found = collected(generate(100, 3, setting=CERTIFIABLE).slice(0, 0))
    assert found.weeks == {}
    assert found.decided == 0
    assert Tally(rows=0, positives=0, negatives=0) not in found.weeks.values()
