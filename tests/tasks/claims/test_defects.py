"""Each planted defect is there, alone, and the same every time: otherwise a gate that turns red proves nothing."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from mlops.tasks.claims.generator import CERTIFIABLE, generate
from tests.tasks.claims.defects import DEFECTS

ROWS = 200
TOUCHED = {
    "duplicate_ids": {"claim_id"},
    "placeholders": {"category"},
    "future_dates": {"claim_date"},
    "one_class": {"claimable"},
    "label_from_the_future": {"decision_date"},
    "leak_column": {"fulfillment_center"},
    "batch_marker": {"marketplace"},
    "constant_column": {"marketplace"},
    "near_duplicates": set(),
    "shifted_units": {"amount", "order_value"},
    "flipped_labels": {"claimable"},
    "shuffled_labels": {"claimable"},
}

Frame = pd.DataFrame
IS_THERE: dict[str, Callable[[Frame, Frame], bool]] = {
    "duplicate_ids": lambda _, bad: bad["claim_id"].duplicated().sum() == ROWS // 10,
    "placeholders": lambda _, bad: set(bad["category"]) == {"-"},
    "future_dates": lambda good, bad: min(bad["claim_date"]) > max(good["claim_date"]) + timedelta(days=2000),
    "one_class": lambda _, bad: set(bad["claimable"].dropna()) == {1},
    "label_from_the_future": lambda _, bad: min(bad["decision_date"].dropna()) > max(bad["claim_date"]),
    "leak_column": lambda _, bad: 0.95 < ((bad["fulfillment_center"] == "REFUND") == bad["claimable"]).mean() < 1,
    "batch_marker": lambda good, bad: not set(bad["marketplace"][ROWS // 2 :]) & set(good["marketplace"]),
    "constant_column": lambda _, bad: set(bad["marketplace"]) == {"DE"},
    "near_duplicates": lambda good, bad: set(bad["order_id"][ROWS:]) < set(good["order_id"][: ROWS // 2]),
    "shifted_units": lambda _, bad: bad["amount"][ROWS // 2 :].median() > 50 * bad["amount"][: ROWS // 2].median(),
    "flipped_labels": lambda good, bad: 0.19 < (good["claimable"] != bad["claimable"]).mean() < 0.21,
    "shuffled_labels": lambda good, bad: (good["claimable"] != bad["claimable"]).mean() > 0.3,
}


@pytest.fixture(scope="module")
def sound() -> pa.Table:
    return generate(ROWS, 5, setting=CERTIFIABLE)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_there_and_alone(sound: pa.Table, name: str) -> None:
    bad = DEFECTS[name].plant(sound)
    assert bad.schema == sound.schema
    touched = {column for column in sound.column_names if bad.column(column)[:ROWS] != sound.column(column)}
    assert touched == TOUCHED[name]
    assert IS_THERE[name](sound.to_pandas(), bad.to_pandas())
    assert bad.equals(DEFECTS[name].plant(sound))


def test_shuffling_keeps_the_base_rate_and_who_is_undecided() -> None:
    table = generate(ROWS, 5, setting=CERTIFIABLE, as_of=date(2025, 9, 23))
    bad = DEFECTS["shuffled_labels"].plant(table)
    assert 0 < table.column("claimable").null_count == bad.column("claimable").null_count
    assert sorted(bad.column("claimable").drop_null().to_pylist()) == sorted(
        table.column("claimable").drop_null().to_pylist()
    )
