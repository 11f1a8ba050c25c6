"""The picture of bounds and thresholds says what the table says."""

from mlops.gate import CriterionResult
from mlops.reporting.gauge import gauge
from tests.reporting import scenes


def criterion(value: float, lower: float, upper: float, threshold: float, metric: str = "precision") -> CriterionResult:
    """Return a criterion with these numbers."""
    numbers = {"value": value, "lower": lower, "upper": upper, "threshold": threshold, "metric": metric}
    return scenes.report().criteria[0].model_copy(update=numbers)


def test_marks_stand_in_the_order_of_their_numbers() -> None:
    _, passed, _ = gauge([criterion(0.97, 0.95, 0.99, 0.92)])
    assert [passed.index(mark) for mark in "┃├●┤"] == sorted(passed.index(mark) for mark in "┃├●┤")
    _, undecided, _ = gauge([criterion(0.94, 0.90, 0.98, 0.92)])
    assert [undecided.index(mark) for mark in "├┃●┤"] == sorted(undecided.index(mark) for mark in "├┃●┤")
    _, failed, _ = gauge([criterion(0.80, 0.78, 0.82, 0.92)])
    assert [failed.index(mark) for mark in "├●┤┃"] == sorted(failed.index(mark) for mark in "├●┤┃")


def test_a_threshold_next_to_the_value_stands_on_its_own_side() -> None:
    _, below, _ = gauge([criterion(0.9595, 0.941, 0.97, 0.96)])
    assert "●┃" in below
    _, above, _ = gauge([criterion(0.9605, 0.941, 0.97, 0.96)])
    assert "┃●" in above


def test_all_lines_share_one_scale_that_holds_everything() -> None:
    scale, *bars, _ = gauge([criterion(0.97, 0.95, 0.99, 0.92), criterion(0.6, 0.52, 0.7, 0.9, "recall")])
    assert scale.split() == ["50", "%", "100", "%"]
    assert len({len(bar) for bar in bars}) == 1
    assert [bar.split()[0] for bar in bars] == ["Precision", "Recall"]


def test_the_ends_of_the_scale_can_be_reached() -> None:
    _, bar, _ = gauge([criterion(1.0, 0.0, 1.0, 1.0)])
    assert bar.endswith("●")
    assert "├" in bar


def test_what_has_no_numbers_or_a_foreign_name_has_no_line() -> None:
    assert gauge([criterion(0.9, 0.8, 1.0, 0.9, "```x")]) == ()
    undefined = criterion(0.9, 0.8, 1.0, 0.9).model_copy(update={"value": None, "lower": None, "upper": None})
    assert gauge([undefined]) == ()
