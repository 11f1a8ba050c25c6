"""Measures of a column against what can be counted by hand."""

import numpy as np
import pyarrow as pa
import pytest

from mlops.auditing import Rows, measuring, rows_of
from mlops.contract.model import Contract
from mlops.contract.reading import typed

N = 300
LABEL = np.random.default_rng(3).integers(0, 2, N)
DAYS = np.datetime64("2025-01-01") + np.arange(N)


def rows_with(cells: list[object], **field: object) -> Rows:
    """Return rows in time with one feature."""
    fields = (
        {"name": "key", "type": "string", "role": "id", "required": True},
        {"name": "day", "type": "date", "role": "event_time", "required": True},
        {"name": "label", "type": "integer", "role": "label", "required": True},
        {"name": "x", "type": "string", "role": "feature", **field},
    )
    contract = Contract.model_validate({
        "name": "made", "version": 1, "title": "Made", "fields": fields, "primary_key": "key",
        "label_values": {"0": 0, "1": 1}, "maturity_days": 0,
    })  # fmt: skip
    table = pa.table({"key": [f"k{at}" for at in range(N)], "day": DAYS, "label": LABEL, "x": cells})
    return rows_of(typed(table, contract), None, blocks=3)


def auc_of(cells: list[object], **field: object) -> float:
    rows = rows_with(cells, **field)
    found = measuring.alone(rows.columns["x"], rows)
    assert found is not None
    return found


def test_a_u_shaped_number_tells_the_label_though_no_rank_correlation_sees_it() -> None:
    chance = np.random.default_rng(1)
    middle = chance.uniform(4, 6, N)
    ends = np.where(chance.random(N) < 0.5, chance.uniform(0, 3, N), chance.uniform(7, 10, N))
    assert auc_of(list(np.where(LABEL == 1, middle, ends)), type="number") > 0.95


def test_a_missing_cell_tells_the_label() -> None:
    assert auc_of([None if label else "there" for label in LABEL]) > 0.99


def test_an_item_of_a_list_tells_the_label_among_others() -> None:
    others = np.random.default_rng(2).integers(0, 200, (N, 2))
    cells = [f"a{one};{'refund' if label else 'b'};c{two}" for (one, two), label in zip(others, LABEL, strict=True)]
    assert auc_of(list(cells), separator=";") > 0.95
    assert auc_of(list(cells)) < 0.6


def test_the_length_of_a_text_tells_the_label_and_the_text_itself_does_not() -> None:
    cells: list[object] = [f"{at:05d}" + ("!" * 20 if label else "") for at, label in enumerate(LABEL)]
    assert auc_of(cells, role="text") > 0.99


def test_what_tells_nothing_has_no_area_though_its_values_are_many() -> None:
    found = [
        auc_of([f"v{value}" for value in np.random.default_rng(100 + seed).integers(0, 60, N)]) for seed in range(10)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.04)


def test_a_drifting_base_rate_makes_no_constant_tell_the_label() -> None:
    rows = rows_with(["same"] * N)
    drifting = np.asarray(np.arange(N) > N // 2, dtype=np.int8)
    moved = Rows(rows.columns, drifting, rows.time, rows.gap, rows.group, rows.block)
    assert measuring.alone(rows.columns["x"], moved) == pytest.approx(0.5, abs=1e-9)


def test_associations_are_found_and_constants_have_none() -> None:
    numbers = rows_with([float(label) for label in LABEL], type="number")
    assert (measuring.association(numbers.columns["x"], numbers) or 1) < 1e-20
    flat = rows_with(["same"] * N)
    assert measuring.association(flat.columns["x"], flat) is None
