"""The quarantine holds every bad row with its key, the rule and the reason, and its cells as the file has them."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlops.contract.reading import typed
from mlops.validation import Batch, quarantine_of, to_parquet
from tests.validation.batches import AS_OF, Cells, claims, contract, judge, table


def spoiled() -> Cells:
    cells = claims()
    amounts = [*cells["amount"][:4], "much", "-3.00", *cells["amount"][6:]]
    return {**cells, "amount": amounts, "category": [*cells["category"][:5], "N/A", *cells["category"][6:]]}


def test_a_row_stands_there_once_for_each_rule_with_its_cells() -> None:
    cells, rules = spoiled(), contract()
    batch = Batch(table(cells), typed(table(cells), rules), rules, np.datetime64(AS_OF))
    outcome = judge(cells)
    held = quarantine_of(batch, outcome.findings)
    assert [tuple(row.values())[:3] for row in held.to_pylist()] == [
        (5, "C000004", "invalid amount"),
        (6, "C000005", "missing category"),
        (6, "C000005", "amount > 0"),
    ]
    assert held.column_names == [*(f"quarantine_{part}" for part in ("row", "key", "rule", "reason")), *cells]
    assert held.drop_columns(held.column_names[:4]) == table(cells).take([4, 5, 5])
    assert all(reason.endswith(".") for reason in held["quarantine_reason"].to_pylist())
    assert np.flatnonzero(outcome.bad).tolist() == [4, 5]


def test_the_same_rows_are_the_same_bytes_and_none_are_a_file_too() -> None:
    rules = contract()
    batch = Batch(table(claims()), typed(table(claims()), rules), rules, np.datetime64(AS_OF))
    data = to_parquet(quarantine_of(batch, ()))
    assert data == to_parquet(quarantine_of(batch, ()))
    empty = pq.read_table(io.BytesIO(data))
    assert (empty.num_rows, empty.num_columns) == (0, 16)


def test_what_is_left_passes_where_no_dimension_fell() -> None:
    outcome = judge(spoiled())
    left = table(spoiled()).filter(~outcome.bad)
    assert judge(left).report.verdict == "pass"


def test_every_type_of_cell_that_parquet_has_can_be_put_apart() -> None:
    cells = table(claims(4))
    columns = {
        "claim_id": pa.array([1, 1, 2, 3], pa.int64()),
        "amount": cells["amount"].cast("float32").cast("halffloat"),
        "claim_date": cells["claim_date"].cast("timestamp[ms]"),
    }
    for name, column in columns.items():
        cells = cells.set_column(cells.schema.get_field_index(name), name, column)
    rules = contract()
    batch = Batch(cells, typed(cells, rules), rules, np.datetime64(AS_OF))
    held = pq.read_table(io.BytesIO(to_parquet(quarantine_of(batch, judge(cells).findings))))
    assert held["quarantine_key"].to_pylist() == ["1"]
    assert held["claim_id"].to_pylist() == [1]
