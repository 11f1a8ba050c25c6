"""What the card derives from the measurement is arithmetic that can be checked by hand."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlops.card.measured import gaps, projections
from mlops.metrics import Counts, Estimate
from tests import factories


def test_precision_at_another_share_of_positives_is_bayes_rule() -> None:
    measured = factories.metrics(Counts(tp=920, fp=80, fn=102, tn=4_008))
    assert [(item.share, item.value) for item in projections(measured)] == [
        ("1 %", "31.7 %"),
        ("5 %", "70.8 %"),
        ("20 %", "92.0 %"),
        ("20.0 % (test rows)", "92.0 %"),
    ]


@given(
    st.builds(Counts, tp=st.integers(1, 500), fp=st.integers(1, 500), fn=st.integers(0, 500), tn=st.integers(0, 500))
)
def test_projected_precision_is_that_of_the_same_error_rates(counts: Counts) -> None:
    positives, negatives = counts.tp + counts.fn, counts.fp + counts.tn
    recall, false_alarms = counts.tp / positives, counts.fp / negatives
    expected = 0.05 * recall / (0.05 * recall + 0.95 * false_alarms)
    shown = float(projections(factories.metrics(counts))[1].value.removesuffix(" %"))
    assert shown == pytest.approx(100 * expected, abs=0.051)


@given(st.builds(Counts, tp=st.integers(1, 99), fp=st.integers(0, 99), fn=st.integers(0, 99), tn=st.integers(0, 99)))
def test_rarer_positives_never_make_precision_better(counts: Counts) -> None:
    measured = factories.metrics(counts)
    assume(0 < measured.positives < measured.rows)
    values = [float(item.value.removesuffix(" %")) for item in projections(measured)[:3]]
    assert values == sorted(values)


def test_without_precision_or_without_both_classes_nothing_is_projected() -> None:
    none = Estimate(value=None, lower=None, upper=None, n=0, reason="no predicted positives")
    assert projections(factories.metrics(metrics={"precision": none})) == ()
    assert projections(factories.metrics(Counts(tp=9, fp=0, fn=1, tn=0))) == ()


def test_the_widest_gap_stands_first_and_thin_slices_are_left_out() -> None:
    found = gaps(factories.metrics(), factories.gate_report())
    assert [(gap.slice, gap.worst) for gap in found] == [
        ("entity type", "trust"),
        ("script", "cyrillic"),
        ("missing fields", "some"),
        ("special characters", "yes"),
    ]
    assert "greek" not in {gap.worst for gap in found} | {gap.best for gap in found}
