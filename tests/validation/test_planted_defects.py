"""Of twelve planted defects gate 1 sees those that are its own, and leaves the others to the gates that see them."""

from datetime import timedelta

import pyarrow as pa
import pytest

from mlops.tasks.claims.generator import CERTIFIABLE, generate
from tests.tasks.claims.defects import DEFECTS, KNOWN_LATE
from tests.validation.batches import judge, not_met

RED = {
    "duplicate_ids": {"uniqueness", "duplicate_keys"},
    "placeholders": {"completeness", "missing_share"},
    "future_dates": {"score", "timeliness", "future_rows"},
    "one_class": {"classes"},
    "label_from_the_future": {"future_rows"},
}


@pytest.fixture(scope="module")
def sound() -> pa.Table:
    return generate(400, 5, setting=CERTIFIABLE)


def day_before(table: pa.Table) -> str:
    """Return the day before that on which a label from the future would be known: all others are by then."""
    last = max(table["claim_date"].to_pylist())
    return str(last + KNOWN_LATE - timedelta(days=1))


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_turns_its_own_gate_red(sound: pa.Table, name: str) -> None:
    assert judge(sound, as_of=day_before(sound)).report.verdict == "pass"
    assert (DEFECTS[name].gate == 1) == (name in RED)
    outcome = judge(DEFECTS[name].plant(sound), as_of=day_before(sound))
    assert not_met(outcome) == RED.get(name, set())


def test_flipped_labels_are_conflicts_beside_the_sound_table(sound: pa.Table) -> None:
    keys = judge(DEFECTS["flipped_labels"].plant(sound), as_of=day_before(sound), base=sound).report.keys
    assert (keys.flipped, keys.identical, keys.revised, keys.changed) == (80, 320, 0, 0)
