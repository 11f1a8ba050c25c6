"""Pairs are cut into runs so that memory stays bounded, and nothing else depends on where."""

import numpy as np
import pandas as pd
import pytest

from mlops.tasks.er import numbering, overlaps, recordwords, spans, vocabulary
from mlops.tasks.er.features import PairFeatures
from mlops.tasks.er.generator import generate
from mlops.tasks.er.numbering import PairedColumn, joined, normalised, raw_column

ROWS = 23
INPUTS = pd.DataFrame(
    {
        "left_name": [f"Acme X{row:03}" for row in range(ROWS)],
        "left_city": ["Berlin", None] * (ROWS // 2) + ["Bonn"],
        "right_name": [f"ACME x{row // 2:03}" for row in range(ROWS)],
        "right_city": ["berlin"] * ROWS,
    },
    dtype=object,
)
COLUMNS = [str(name) for name in INPUTS]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "BATCH", 2)
    monkeypatch.setattr(spans, "SPAN", 16)
    monkeypatch.setattr(spans, "SPAN_CHARACTERS", 150)


@pytest.mark.usefixtures("small")
def test_runs_cover_every_row_once_and_shrink_to_what_may_be_prepared() -> None:
    runs = list(spans.spans(INPUTS, COLUMNS))
    rows = [row for run, _ in runs for row in range(run.start, run.stop)]
    assert rows == list(range(ROWS))
    for run, table in runs:
        characters = sum(len(text) for column in table.values() for text in column.texts)
        assert characters <= spans.SPAN_CHARACTERS or run.stop - run.start <= spans.BATCH


def test_a_table_that_is_small_enough_is_one_run() -> None:
    assert [run for run, _ in spans.spans(INPUTS, COLUMNS)] == [slice(0, ROWS)]
    assert [run for run, _ in spans.spans(INPUTS.iloc[:0], COLUMNS)] == [slice(0, 0)]


def test_features_do_not_depend_on_the_runs(request: pytest.FixtureRequest) -> None:
    fitted = PairFeatures.fit(INPUTS)
    whole = fitted.transform(INPUTS)
    request.getfixturevalue("small")
    assert np.array_equal(fitted.transform(INPUTS), whole, equal_nan=True)
    assert [span.rows.stop - span.rows.start for span in fitted.spans(INPUTS)] != [ROWS]


def test_few_pairs_and_many_are_compared_in_two_ways_that_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are compared all fields at once, by searching; many field by field, by tables."""
    table = generate(300, 5).to_pandas().astype(object)
    inputs = table.filter(regex="^(left|right)_").where(table.notna(), None)
    fitted = PairFeatures.fit(inputs.iloc[:200])
    assert {len(group.fields) for span in fitted.spans(inputs) for _, group in span.groups} != {1}
    few = fitted.transform(inputs)
    alone = np.concatenate([fitted.transform(inputs.iloc[[row]]) for row in range(40)])
    monkeypatch.setattr(spans, "FEW_PAIRS", 0)
    for module in (numbering, overlaps, recordwords, vocabulary):
        monkeypatch.setattr(module, "FEW", 0)
    many = fitted.transform(inputs)
    assert few.tobytes() == many.tobytes()
    assert alone.tobytes() == many[:40].tobytes()


def test_values_that_read_alike_get_one_number() -> None:
    column = normalised(raw_column(pd.Series(["A  b", "a b", None, 7, "7", float("nan"), ""], dtype=object)))
    assert set(column.texts) == {"a b", "7", ""}
    assert column.cells().tolist() == ["a b", "a b", "", "7", "7", "", ""]
    assert column.filled() == 4


def test_records_are_joined_row_by_row_without_what_is_missing() -> None:
    first, second = (raw_column(pd.Series(cells, dtype=object)) for cells in (["a", None, "a"], ["b", "c", "b"]))
    records = joined([first, second])
    assert records.cells().tolist() == ["a b", "c", "a b"]
    assert sorted(records.texts) == ["a b", "c"]
    assert joined([first]) is first


def test_two_columns_are_numbered_over_the_same_texts() -> None:
    left, right = (raw_column(pd.Series(cells, dtype=object)) for cells in (["a", "b"], ["b", "c"]))
    both = PairedColumn.of(left, right)
    assert both.left.numbers[1] == both.right.numbers[0]
    assert both.left.cells().tolist() + both.right.cells().tolist() == ["a", "b", "b", "c"]
    assert both.left.used() == ["a", "b"]
