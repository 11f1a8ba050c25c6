"""What could not be measured is never met; what contradicts its role is named."""

from functools import partial

import pytest

from mlops.auditing import Parity
from tests.auditing import scenes
from tests.auditing.scenes import fba, sound, verdicts, with_cells, with_role

TABLE = sound(240)
audited = partial(scenes.audited, blocks=3)


def test_what_the_contract_keeps_out_is_measured_and_must_stay_out() -> None:
    labels = TABLE["claimable"].to_pylist()
    table = with_cells(TABLE, "amount", [float(9 if label is None else label) for label in labels])
    kept, used = (audited(table, with_role(fba(), amount=role)) for role in ("post_outcome", "feature"))
    assert (kept.verdict, verdicts(used)) == ("pass", {"single_feature_auc": "fail"})
    assert any(note.startswith("amount: Kept out by its role, and rightly: alone it has") for note in kept.notes)
    assert [one.feature for one in kept.features if one.name == "amount"] == [False]


@pytest.mark.parametrize(("parity", "verdict"), [(Parity(None, 0), "inconclusive"), (Parity(1, 50), "fail")])
def test_other_features_in_a_row_by_itself_fail_and_unmeasured_ones_do_not_pass(parity: Parity, verdict: str) -> None:
    report = audited(TABLE, parity=parity)
    assert (report.verdict, verdicts(report)) == (verdict, {"serving_parity": verdict})


def test_too_few_rows_of_a_batch_leave_it_open_and_an_older_block_says_nothing_of_it() -> None:
    report = audited(TABLE, batch=sound(300).slice(240, 12))
    assert verdicts(report) == dict.fromkeys(["told_apart", "newest_told_apart", "stability"], "inconclusive")
    assert report.verdict == "inconclusive"


def test_no_test_rows_and_one_class_and_few_labels_leave_it_open() -> None:
    assert verdicts(audited(TABLE, test_share=0)) == {"twins": "inconclusive"}
    granted = with_cells(TABLE, "claimable", [1] * 240)
    few = with_cells(TABLE, "claimable", [None] * 160 + TABLE["claimable"].to_pylist()[160:])
    for table in (granted, few):
        assert verdicts(audited(table)) == {"single_feature_auc": "inconclusive"}


def test_a_column_that_names_rows_fails_and_a_flag_with_one_value_does_not() -> None:
    names = with_cells(TABLE, "category", [f"K{at}" for at in range(240)])
    assert verdicts(audited(names))["id_like_features"] == "fail"
    flag = with_cells(TABLE, "category", ["fragile" if at % 3 else None for at in range(240)])
    assert verdicts(audited(flag)) == {}


def test_numbers_that_repeat_each_other_fail_whatever_their_sign() -> None:
    double = with_cells(TABLE, "order_value", [1000 - 2 * amount for amount in TABLE["amount"].to_pylist()])
    report = audited(double)
    assert verdicts(report) == {"rank_correlation": "fail"}
    assert "amount and order_value" in report.reason


def test_a_name_that_contradicts_the_role_is_named() -> None:
    renamed = fba().model_copy(
        update={
            "fields": tuple(
                one.model_copy(update={"name": "refund_status"}) if one.name == "category" else one
                for one in fba().fields
            )
        }
    )
    table = TABLE.rename_columns(["refund_status" if name == "category" else name for name in TABLE.column_names])
    assert "refund_status: Its role is feature, but it is named after an outcome" in " ".join(
        audited(table, renamed).notes
    )


def test_a_marker_in_half_of_the_newest_rows_is_judged_against_the_blocks_before() -> None:
    table = sound(1_000)
    markets = table["marketplace"].to_pylist()
    marked = [f"amazon.{name}" if at >= 834 and at % 5 else name for at, name in enumerate(markets)]
    found = verdicts(scenes.audited(with_cells(table, "marketplace", marked)))
    assert found["newest_told_apart"] == "fail"
