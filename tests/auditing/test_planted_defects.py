"""Of twelve planted defects gate 2 sees its own, and says which; sound claims pass."""

import pyarrow as pa
import pytest

from tests.auditing.scenes import audited, sound, verdicts
from tests.tasks.claims.defects import DEFECTS

RED = {
    "leak_column": {"single_feature_auc"},
    "batch_marker": {"stability"},
    "constant_column": {"constant_features"},
    "near_duplicates": {"twins"},
    "shifted_units": {"rank_correlation", "stability"},
}
NAMED = {"leak_column": "fulfillment_center", "batch_marker": "marketplace", "constant_column": "marketplace"}


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return sound(240)


@pytest.mark.parametrize("name", RED)
def test_a_defect_of_the_features_turns_its_demand_red(table: pa.Table, name: str) -> None:
    report = audited(DEFECTS[name].plant(table))
    assert DEFECTS[name].gate == 2
    assert (report.verdict, verdicts(report)) == ("fail", dict.fromkeys(RED[name], "fail"))
    assert NAMED.get(name, "") in report.reason


def test_every_defect_of_gate_2_is_here() -> None:
    assert {name for name, defect in DEFECTS.items() if defect.gate == 2} == set(RED)


@pytest.mark.parametrize("seed", [1, 2])
def test_sound_claims_pass_with_and_without_a_batch(seed: int) -> None:
    table = sound(480, seed)
    assert audited(table.slice(0, 240)).verdict == "pass"
    assert audited(table.slice(0, 240), batch=table.slice(240, 60)).verdict == "pass"


def test_shuffled_labels_are_for_a_person_to_look_at(table: pa.Table) -> None:
    report = audited(DEFECTS["shuffled_labels"].plant(table))
    assert report.verdict == "pass"
    assert any(note.startswith("No feature is associated with the label") for note in report.notes)
