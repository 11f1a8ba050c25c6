"""Versions one after another: all metrics on one scale, with numbers beside the blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import registry
from mlops.registry import read_record
from mlops.reporting.history import HistoryPoint, history_of, points_of, sparkline
from tests.conftest import ROOT
from tests.reporting import scenes

BLOCKS = "▁▂▃▄▅▆▇█"


def test_points_are_those_of_the_task_in_the_order_of_their_ids() -> None:
    record = read_record(registry.path_of("er_20251020", ROOT / registry.FOLDER))
    ids = ("er_20251020-10", "er_20251020-2", "er_20240101", "claims_20250101")
    records = [record.model_copy(update={"id": name, "task": name.partition("_")[0]}) for name in ids]
    points = points_of(records, "er")
    assert [point.model_id for point in points] == ["er_20240101", "er_20251020-2", "er_20251020-10"]
    assert points[0].metrics == {name: found.value for name, found in record.metrics.items()}


def test_a_series_ends_with_the_report_and_names_both_ends() -> None:
    found = history_of(scenes.report(), scenes.history())
    assert found is not None
    assert (found.oldest, found.newest, found.versions) == ("er_20250110", "er_20251020", "10")
    precision = found.series[0]
    assert (precision.name, precision.first, precision.last) == ("Precision", "93.5 %", "97.6 %")
    assert len(precision.line) == 10
    assert found.series[1].line[1] == "·"


def test_versions_that_came_later_and_the_version_itself_are_left_out() -> None:
    later = (HistoryPoint("er_20251020", "fail", {"f1": 0.1}), HistoryPoint("er_20260101", "pass", {"f1": 0.2}))
    assert history_of(scenes.report(), later) is None
    found = history_of(scenes.report(), (*scenes.history(2), *later))
    assert found is not None
    assert found.versions == "3"


def test_only_the_newest_versions_are_shown() -> None:
    many = tuple(HistoryPoint(f"er_20240101-{n}", "pass", {"precision": 0.9}) for n in range(2, 60))
    found = history_of(scenes.report(), many)
    assert found is not None
    assert (found.versions, len(found.series[0].line), found.oldest) == ("24", 24, "er_20240101-37")


def test_an_id_that_is_none_has_no_history() -> None:
    assert history_of(scenes.report(text="no id"), scenes.history()) is None
    assert history_of(scenes.report(), scenes.history(text="?")) is None


def test_versions_without_any_number_have_no_history() -> None:
    report = scenes.report()
    undefined = tuple(criterion.model_copy(update={"value": None}) for criterion in report.criteria)
    bare = (HistoryPoint("er_20240101", "pass", {}),)
    assert history_of(report.model_copy(update={"criteria": undefined}), bare) is None


def test_equal_values_still_have_a_scale() -> None:
    report = scenes.report()
    same = tuple(criterion.model_copy(update={"value": 1.0}) for criterion in report.criteria)
    before = (HistoryPoint("er_20240101", "pass", {"precision": 1.0, "recall": 1.0, "f1": 1.0}),)
    found = history_of(report.model_copy(update={"criteria": same}), before)
    assert found is not None
    assert (found.low, found.high, found.series[0].line) == ("95 %", "100 %", "██")


@given(st.lists(st.floats(0, 1) | st.none(), max_size=30), st.floats(0, 0.4), st.floats(0.5, 1))
def test_a_sparkline_has_a_block_a_value_and_rises_with_it(values: list[float | None], low: float, high: float) -> None:
    line = sparkline(values, low, high)
    assert len(line) == len(values)
    drawn = sorted((value, BLOCKS.index(block)) for value, block in zip(values, line, strict=True) if value is not None)
    assert [height for _, height in drawn] == sorted(height for _, height in drawn)


@pytest.mark.parametrize(("value", "block"), [(0.9, "▁"), (1.0, "█"), (0.5, "▁"), (2.0, "█"), (None, "·")])
def test_the_ends_of_the_scale_are_the_lowest_and_the_highest_block(value: float | None, block: str) -> None:
    assert sparkline([value], 0.9, 1.0) == block
