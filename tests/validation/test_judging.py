"""The verdict of gate 1: what a naive score lets through fails here, for the reason that is told."""

import operator
from collections.abc import Callable

import numpy as np
import pytest

from mlops.validation import Limits
from mlops.validation.limits import DIMENSIONS
from mlops.validation.measuring import Measured, score_of
from tests.validation.batches import Cells, claims, contract, defects, judge, not_met, table, with_column

ROWS = 200


def test_a_clean_batch_passes_with_score_1() -> None:
    outcome = judge(claims())
    report = outcome.report
    assert (report.verdict, report.score, report.quarantined, report.defects) == ("pass", 1.0, 0, ())
    assert [one.metric for one in report.criteria] == ["score", *DIMENSIONS]
    assert not outcome.bad.any()


def one_id(cells: Cells) -> Cells:
    return with_column(cells, "claim_id", ["C1"] * ROWS)


def in_2031(cells: Cells) -> Cells:
    return {**cells, "claim_date": ["2031-05-01"] * ROWS, "order_date": ["2031-04-01"] * ROWS}


def two_empty(cells: Cells) -> Cells:
    return {**cells, "category": [None] * ROWS, "marketplace": [None] * ROWS}


def all_dashes(cells: Cells) -> Cells:
    return with_column(cells, "category", ["-"] * ROWS)


def order_after_claim(cells: Cells) -> Cells:
    return with_column(cells, "order_date", ["2025-10-10"] * ROWS)


def one_class(cells: Cells) -> Cells:
    return with_column(cells, "claimable", ["0"] * ROWS)


def no_dates(cells: Cells) -> Cells:
    return with_column(cells, "claim_date", ["17/10/25"] * 5 + cells["claim_date"][5:])


def bad_labels(cells: Cells) -> Cells:
    return with_column(cells, "claimable", ["yes", "2", "1.5", *cells["claimable"][3:]])


@pytest.mark.parametrize(
    ("spoil", "missed", "score", "broken", "quarantined"),
    [
        (one_id, {"score", "uniqueness", "duplicate_keys"}, 0.005 ** (1 / 6), {"repeated key": 199}, 199),
        (
            in_2031,
            {"score", "timeliness", "future_rows"},
            0.0,
            {"future claim_date": 200, "future order_date": 200},
            200,
        ),
        (
            two_empty,
            {"completeness", "missing_share"},
            (9 / 11) ** (1 / 6),
            {"missing category": 200, "missing marketplace": 200},
            200,
        ),
        (all_dashes, {"completeness", "missing_share"}, (10 / 11) ** (1 / 6), {"missing category": 200}, 200),
        (order_after_claim, {"score", "consistency"}, 0.0, {"order_date <= claim_date": 200}, 200),
        (one_class, {"classes"}, 1.0, {}, 0),
        (no_dates, {"parsable_dates", "timeliness"}, None, {"invalid claim_date": 5}, 5),
        (bad_labels, {"label_validity"}, (197 / 200) ** (1 / 6), {"invalid claimable": 3}, 3),
    ],
    ids=[
        "one_claim_id_on_all_rows",
        "every_date_in_2031",
        "two_required_columns_empty",
        "a_dash_in_every_cell_of_a_column",
        "incident_after_claim_in_every_row",
        "one_class_only",
        "a_date_column_below_98_percent_parsable",
        "labels_that_are_none",
    ],
)
def test_what_a_naive_score_passes_fails(
    spoil: Callable[[Cells], Cells], missed: set[str], score: float | None, broken: dict[str, int], quarantined: int
) -> None:
    outcome = judge(spoil(claims(ROWS)))
    assert outcome.report.verdict == "fail"
    assert not_met(outcome) == missed
    assert defects(outcome) == broken
    assert (outcome.report.quarantined, int(outcome.bad.sum())) == (quarantined, quarantined)
    if score is not None:
        assert outcome.report.score == pytest.approx(score)


def test_a_file_without_rows_scores_0_and_fails() -> None:
    report = judge(claims(0)).report
    assert (report.verdict, report.score, report.reason) == ("fail", 0.0, "The file has no rows.")
    assert report.diversity == ()


def test_bad_labels_are_told_with_their_counts() -> None:
    cells = claims()
    labels = ["yes", "yes", "2", None, *cells["claimable"][4:]]
    told = judge(with_column(cells, "claimable", labels)).report.labels
    assert told.bad == {"yes": 2, "2": 1}
    assert (told.undecided, told.mature_undecided, told.decided) == (1, 1, 196)


def test_a_label_of_a_megabyte_is_cut_in_the_report() -> None:
    cells = claims()
    (told,) = judge(with_column(cells, "claimable", ["x" * 1_000_000, *cells["claimable"][1:]])).report.labels.bad
    assert len(told) < 300


def test_labels_that_cannot_be_there_yet_are_inconclusive() -> None:
    cells = {**claims(), "claim_date": ["2025-10-18"] * ROWS, "claimable": [None] * ROWS}
    outcome = judge(cells)
    assert outcome.report.verdict == "inconclusive"
    assert not_met(outcome) == {"label_validity", "classes"}
    assert "ask again when labels arrive" in outcome.report.reason


def test_a_fail_outweighs_what_cannot_be_told_yet() -> None:
    cells = {**claims(), "claim_date": ["2025-10-18"] * ROWS, "claimable": [None] * ROWS}
    outcome = judge(with_column(cells, "claim_id", ["C1", "C1", *cells["claim_id"][2:]]))
    assert outcome.report.verdict == "fail"
    assert not_met(outcome) == {"uniqueness", "duplicate_keys", "label_validity", "classes"}


def test_labels_that_should_be_there_and_are_not_fail() -> None:
    outcome = judge(with_column(claims(), "claimable", [None] * ROWS))
    assert outcome.report.verdict == "fail"
    assert not_met(outcome) == {"score", "label_validity", "classes"}
    assert {one.verdict for one in outcome.report.blockers if one.metric == "classes"} == {"fail"}


def test_label_validity_counts_mature_rows_and_bad_labels_of_any() -> None:
    """Of 200 rows 100 are exactly old enough; one of them and one younger row are undecided, two younger ones bad."""
    cells = claims()
    labels = [None, *cells["claimable"][1:197], None, "yes", "no"]
    days = ["2025-10-06"] * 100 + ["2025-10-07"] * 100
    report = judge({**cells, "claim_date": days, "claimable": labels}).report
    told = next(one for one in report.criteria if one.metric == "label_validity")
    assert told.n == 102
    assert told.value == pytest.approx(99 / 102)
    assert (report.labels.mature, report.labels.undecided, report.labels.mature_undecided) == (100, 2, 1)


def test_consistency_is_measured_on_rows_of_which_a_rule_can_be_told() -> None:
    cells = claims()
    days = [None, "-", "2025-10-19", *cells["order_date"][3:]]
    one_rule = tuple(rule for rule in contract().rules if rule.left == "order_date")
    report = judge(with_column(cells, "order_date", days), rules=contract(rules=one_rule)).report
    told = next(one for one in report.criteria if one.metric == "consistency")
    assert told.n == 198
    assert told.value == pytest.approx(197 / 198)


def test_labels_of_rows_that_are_not_mature_are_judged_where_none_is() -> None:
    cells = with_column(claims(), "claim_date", ["2025-10-18"] * ROWS)
    assert judge(cells).report.verdict == "pass"
    assert judge(with_column(cells, "claimable", ["yes"] * 3 + cells["claimable"][3:])).report.verdict == "fail"


def test_a_row_of_the_day_itself_is_timely_and_one_of_tomorrow_blocks() -> None:
    cells = claims()
    today, tomorrow = (with_column(cells, "claim_date", [day, *cells["claim_date"][1:]]) for day in
                       ("2025-10-20", "2025-10-21"))  # fmt: skip
    assert (judge(today).report.verdict, judge(today).report.score) == ("pass", 1.0)
    assert not_met(judge(tomorrow)) == {"future_rows"}


def test_a_decision_in_the_future_blocks_too() -> None:
    decided = with_column(claims(), "decision_date", ["2025-10-21"] + ["2025-10-01"] * (ROWS - 1))
    assert defects(judge(decided)) == {"future decision_date": 1}
    assert not_met(judge(decided)) == {"future_rows"}


def test_rows_before_the_window_are_stale() -> None:
    outcome = judge(claims(), rules=contract(window_days=60))
    assert defects(outcome)["stale claim_date"] == sum(day < "2025-08-21" for day in claims()["claim_date"])
    assert not_met(outcome) == {"score", "timeliness"}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_each_dimension_weighs_on_the_score_and_nothing_makes_up_for_a_zero(dimension: str) -> None:
    whole = {name: Measured(1.0, 10) for name in DIMENSIONS}
    assert score_of({**whole, dimension: Measured(0.5, 10)}, Limits()) == pytest.approx(0.5 ** (1 / 6))
    assert score_of({**whole, dimension: Measured(0.0, 10)}, Limits()) == 0
    heavy = Limits().model_copy(update={dimension: Limits().of(dimension).model_copy(update={"weight": 5.0})})
    assert score_of({**whole, dimension: Measured(0.5, 10)}, heavy) == pytest.approx(0.5**0.5)


@pytest.mark.parametrize("rows", [1, 2, 11, 50])
def test_a_worse_batch_never_turns_a_fail_into_a_pass(rows: int) -> None:
    """Monotone: spoiling more rows lowers the score and loses no criterion that was not met."""
    scores, missed = [], []
    for spoiled in (rows, rows + 5):
        cells = claims()
        amounts = ["-1.00"] * spoiled + cells["amount"][spoiled:]
        outcome = judge(with_column(cells, "amount", amounts))
        scores.append(outcome.report.score)
        missed.append(not_met(outcome))
    assert scores[1] < scores[0]
    assert operator.le(*missed)


def test_a_value_that_is_not_finite_breaks_what_it_must_meet() -> None:
    cells = claims()
    outcome = judge(with_column(cells, "amount", ["nan", "inf", "1e400", *cells["amount"][3:]]))
    assert defects(outcome) == {"invalid amount": 3}


def test_the_report_says_which_rows_break_a_rule() -> None:
    cells = claims()
    quantities = [*cells["quantity"][:7], "0", *cells["quantity"][8:]]
    (defect,) = judge(with_column(cells, "quantity", quantities)).report.defects
    assert (defect.rule, defect.rows, defect.first) == ("quantity >= 1", 1, (8,))


def test_blockers_and_floors_are_those_of_the_method() -> None:
    report = judge(claims()).report
    assert {one.metric: one.threshold for one in report.criteria} == {
        "score": 0.9,
        "completeness": 0.95,
        "uniqueness": 1.0,
        "validity": 0.98,
        "timeliness": 0.98,
        "label_validity": 0.99,
        "consistency": 0.98,
    }
    assert {one.metric: (one.direction, one.threshold) for one in report.blockers} == {
        "missing_share": ("max", 0.05),
        "parsable_dates": ("min", 0.98),
        "duplicate_keys": ("max", 0.0),
        "future_rows": ("max", 0.0),
        "classes": ("min", 2.0),
    }


def test_parquet_types_are_judged_as_text_is() -> None:
    cells = claims()
    typed = table(cells)
    for name, kind in (
        ("amount", "float64"),
        ("order_value", "halffloat"),
        ("quantity", "int64"),
        ("claimable", "int8"),
        ("claim_date", "date32"),
    ):
        at = typed.schema.get_field_index(name)
        typed = typed.set_column(at, name, typed.column(name).cast(kind))
    told, as_text = judge(typed).report, judge(cells).report
    assert told == as_text
    assert np.isclose(told.score, 1.0)
