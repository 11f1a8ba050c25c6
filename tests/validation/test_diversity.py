"""How rows are spread: over the group, over short features, over ISO weeks."""

import pytest

from mlops.validation.report import Spread
from tests.validation.batches import Cells, claims, judge, with_column


def spreads(cells: Cells) -> dict[str, Spread]:
    return {one.field: one for one in judge(cells).report.diversity}


def test_the_group_comes_first_and_the_weeks_last() -> None:
    assert list(spreads(claims())) == ["seller_id", "category", "marketplace", "fulfillment_center", "week"]


def test_values_are_counted_with_their_labels() -> None:
    found = spreads(claims(300))["category"]
    assert (found.distinct, found.missing) == (3, 0)
    assert found.effective == pytest.approx(3)
    told = [(one.value, one.rows, one.decided, one.positive) for one in found.shares]
    assert told == [("books", 100, 100, 0), ("garden", 100, 100, 0), ("toys", 100, 100, 100)]


def test_one_value_on_nearly_all_rows_counts_as_little_more_than_one() -> None:
    found = spreads(with_column(claims(), "marketplace", ["DE"] * 190 + ["US"] * 8 + ["-", None]))["marketplace"]
    assert (found.distinct, found.missing) == (2, 2)
    assert found.effective == pytest.approx(198**2 / (190**2 + 8**2))


def test_weeks_are_those_of_iso_8601_and_the_latest_are_shown() -> None:
    days = ["2024-12-29", "2024-12-30", "2025-01-05", "2025-01-06"] * 50
    orders = ["2024-12-01"] * 200
    found = spreads({**claims(), "claim_date": days, "order_date": orders})["week"]
    assert [(one.value, one.rows) for one in found.shares] == [("2024-W52", 50), ("2025-W01", 100), ("2025-W02", 50)]
    many = spreads(claims(120))["week"]
    assert (many.distinct, len(many.shares), many.shares[-1].value) == (18, 12, "2025-W40")
