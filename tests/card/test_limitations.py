"""Limitations are computed: a slice is named when its numbers say so, and not otherwise."""

from hypothesis import given
from hypothesis import strategies as st

from mlops.card.limitations import Limitations, limitations_of
from mlops.gate import GateReport
from mlops.metrics import Counts, SliceMetrics
from tests import factories
from tests.factories import slice_metrics

OVERALL = factories.metrics()
REPORT: GateReport = factories.gate_report()


def found(*slices: SliceMetrics) -> Limitations:
    return limitations_of(factories.metrics(slices=slices), REPORT)


def test_a_slice_whose_upper_bound_misses_the_overall_value_is_clearly_worse() -> None:
    weak = found(slice_metrics("script", "cyrillic", Counts(tp=58, fp=1, fn=30, tn=60))).below[0]
    assert (weak.slice, weak.value, weak.rows) == ("script", "cyrillic", "149")
    assert [(short.metric, short.value, short.overall) for short in weak.shortfalls] == [
        ("recall", "65.9 %", "95.7 %"),
        ("F1", "78.9 %", "96.6 %"),
    ]


def test_a_slice_as_good_as_the_rest_is_only_named_as_checked() -> None:
    limits = found(slice_metrics("script", "latin", Counts(tp=488, fp=12, fn=22, tn=478)))
    assert limits.even == ("script",)
    assert (limits.below, limits.doubtful, limits.thin) == ((), (), ())


def test_a_slice_that_falls_short_by_chance_perhaps_is_told_apart() -> None:
    limits = found(slice_metrics("script", "greek", Counts(tp=9, fp=1, fn=0, tn=24)))
    assert [weak.value for weak in limits.doubtful] == ["greek"]
    assert [short.metric for short in limits.doubtful[0].shortfalls] == ["precision"]


def test_a_slice_of_too_few_rows_is_counted_however_bad_it_looks() -> None:
    limits = found(slice_metrics("script", "thai", Counts(tp=0, fp=9, fn=9, tn=2)))
    assert [(thin.value, thin.rows) for thin in limits.thin] == [("thai", "20")]
    assert (limits.below, limits.doubtful) == ((), ())


def test_a_slice_with_a_single_value_says_that_nothing_is_known_of_others() -> None:
    limits = found(slice_metrics("script", "latin", factories.COUNTS))
    assert [(lone.slice, lone.value) for lone in limits.lone] == [("script", "latin")]
    assert limits.even == ()


def test_the_worst_slice_stands_first() -> None:
    limits = found(
        slice_metrics("script", "bad", Counts(tp=60, fp=10, fn=40, tn=60)),
        slice_metrics("script", "worse", Counts(tp=30, fp=40, fn=70, tn=60)),
    )
    assert [weak.value for weak in limits.below] == ["worse", "bad"]


def test_an_undefined_metric_is_no_shortfall() -> None:
    limits = found(slice_metrics("script", "none", Counts(tp=0, fp=0, fn=0, tn=50)))
    assert limits.even == ("script",)


def test_without_slices_nothing_was_measured() -> None:
    assert not found().measured


COUNTS = st.builds(Counts, tp=st.integers(0, 99), fp=st.integers(0, 99), fn=st.integers(0, 99), tn=st.integers(0, 99))


@given(st.lists(COUNTS, max_size=6))
def test_every_slice_is_in_exactly_one_place(counts: list[Counts]) -> None:
    limits = found(*(slice_metrics(f"slice_{at}", "x", part) for at, part in enumerate(counts)))
    weak = [part.slice for part in (*limits.below, *limits.doubtful)]
    thin = [part.slice for part in (*limits.thin, *limits.lone)]
    assert sorted([*weak, *thin, *limits.even]) == [f"slice {at}" for at in range(len(counts))]
