"""The metrics: right estimates, bounds that know weights and clusters, slices that add up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops import documents
from mlops.config import Policy
from mlops.errors import InputRefusedError
from mlops.evaluation.curve import MAX_POINTS
from mlops.evaluation.measuring import MAX_VALUES, measure_repeat
from mlops.metrics import Counts, Metrics
from mlops.slices import OTHER
from tests.scored import measured, scored, texts

COUNTS = st.integers(0, 30)


@settings(max_examples=40)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_estimates_are_the_textbooks(tp: int, fp: int, fn: int, tn: int) -> None:
    found = measured(scored(tp=tp, fp=fp, fn=fn, tn=tn))
    assert found.counts == Counts(tp=tp, fp=fp, fn=fn, tn=tn)
    expected = {
        "precision": (tp, tp + fp, tp + fp),
        "recall": (tp, tp + fn, tp + fn),
        "f1": (2 * tp, 2 * tp + fp + fn, tp + fp + fn),
    }
    for name, (numerator, denominator, n) in expected.items():
        estimate = found.metrics[name]
        assert estimate.n == n
        if denominator:
            assert estimate.value == pytest.approx(numerator / denominator)
            assert estimate.lower is not None
            assert estimate.upper is not None
            assert 0 <= estimate.lower <= numerator / denominator + 1e-12
            assert numerator / denominator - 1e-12 <= estimate.upper <= 1
        else:
            assert (estimate.value, estimate.lower, estimate.upper) == (None, None, None)
            assert estimate.reason


@settings(max_examples=40)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_metrics_survive_their_document(tp: int, fp: int, fn: int, tn: int) -> None:
    found = measured(scored(tp=tp, fp=fp, fn=fn, tn=tn))
    assert documents.loads(documents.dumps(found), Metrics) == found


def test_the_same_rows_give_the_same_metrics() -> None:
    rows = scored(tp=90, fp=10, fn=10, tn=90)
    assert measured(rows) == measured(rows)


def test_weights_enter_as_a_hajek_estimate() -> None:
    weight = np.array([1.0] * 8 + [4.0] * 2 + [1.0] * 5)
    found = measured(scored(tp=8, fp=2, fn=0, tn=5, weight=weight))
    assert found.weighted
    assert found.metrics["precision"].value == pytest.approx(8 / 16)
    assert found.metrics["precision"].n == 10


def test_rows_of_one_entity_widen_the_bounds() -> None:
    apart = measured(scored(tp=180, fp=20, fn=20, tn=180))
    together = measured(scored(tp=180, fp=20, fn=20, tn=180, cluster=texts(np.arange(400) // 10)))
    assert (apart.clusters, together.clusters) == (400, 40)
    for name, estimate in together.metrics.items():
        assert estimate.lower is not None
        assert estimate.value == apart.metrics[name].value
        assert estimate.lower < (apart.metrics[name].lower or 0)


def test_slices_add_up_to_the_whole() -> None:
    kinds = texts(np.random.default_rng(0).choice(["a", "b", "c"], 400, p=[0.6, 0.3, 0.1]))
    found = measured(scored(tp=180, fp=20, fn=20, tn=180, slices={"kind": kinds}))
    assert [part.value for part in found.slices] == ["a", "b", "c"]
    assert sum(part.rows for part in found.slices) == 400
    assert sum(part.counts.tp for part in found.slices) == 180
    assert sum(part.positives for part in found.slices) == 200


def test_rare_values_of_a_slice_are_gathered() -> None:
    values = texts([f"v{i % 80:02d}" for i in range(400)])
    found = measured(scored(tp=180, fp=20, fn=20, tn=180, slices={"kind": values}))
    assert len(found.slices) == MAX_VALUES
    assert found.slices[-1].value == OTHER
    assert sum(part.rows for part in found.slices) == 400


def test_the_curve_is_short_rises_and_holds_the_threshold() -> None:
    found = measured(scored(tp=500, fp=50, fn=50, tn=500))
    thresholds = [point.threshold for point in found.curve]
    recalls = [point.recall.value or 0.0 for point in found.curve]
    assert len(thresholds) <= MAX_POINTS
    assert thresholds == sorted(set(thresholds))
    assert recalls == sorted(recalls, reverse=True)
    own = next(point for point in found.curve if point.threshold == found.threshold)
    assert own.precision.value == pytest.approx(found.metrics["precision"].value)
    assert own.recall.value == pytest.approx(found.metrics["recall"].value)


def test_no_rows_are_measured_as_not_defined() -> None:
    found = measured(scored(tp=0, fp=0, fn=0, tn=0))
    assert (found.rows, found.curve, found.slices) == (0, (), ())
    assert found.metrics["precision"].reason == "no row is predicted positive"


def test_decisions_that_do_not_follow_from_the_scores_are_refused() -> None:
    rows = scored(tp=5, fp=5, fn=5, tn=5)
    with pytest.raises(InputRefusedError, match="do not follow"):
        measured(replace(rows, predicted=rows.label == 1))


def test_a_slice_without_positives_has_no_precision_that_would_read_as_zero() -> None:
    kind = texts(["a"] * 90 + ["b"] * 10)
    rows = scored(tp=40, fp=0, fn=5, tn=55, slices={"kind": kind})
    alarmed = replace(rows, predicted=rows.predicted | (kind == "b"), score=np.where(kind == "b", 0.9, rows.score))
    found = {part.value: part for part in measured(alarmed).slices}
    assert found["a"].metrics["precision"].value == 1.0
    assert found["b"].counts.fp == 10
    assert found["b"].metrics["precision"].value is found["b"].metrics["f1"].value is None
    assert "positive" in found["b"].metrics["f1"].reason


def test_another_seed_is_measured_as_the_model_itself() -> None:
    rows = scored(tp=40, fp=5, fn=10, tn=45)
    own = measured(rows)
    again = measure_repeat(
        rows, seed=7, evaluation_sha256=own.evaluation_sha256, threshold=own.threshold, policy=Policy(criteria={})
    )
    assert again.metrics == own.metrics
    with pytest.raises(InputRefusedError):
        measure_repeat(rows, seed=7, evaluation_sha256=own.evaluation_sha256, threshold=0.9, policy=Policy(criteria={}))
