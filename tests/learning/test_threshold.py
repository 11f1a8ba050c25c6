"""The threshold maximises what the policy asks for, on distinct scores, half way between neighbours."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from mlops.config import ThresholdSettings
from mlops.intervals.proportions import wilson_lower
from mlops.learning.threshold import (
    MIN_POSITIVES,
    Choice,
    best_accuracy,
    best_f1,
    choose,
    recall_at_precision,
    steady_accuracy,
    steady_f1,
)

scored = st.lists(st.tuples(st.integers(0, 10).map(lambda tenth: tenth / 10), st.booleans()), min_size=1).filter(
    lambda rows: any(match for _, match in rows)
)
Rows = list[tuple[float, bool]]


def _arrays(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in rows]), np.array([match for _, match in rows], dtype=np.int8)


def _f1(scores: np.ndarray, label: np.ndarray, threshold: float) -> float:
    called = scores >= threshold
    return float(2 * (called & (label == 1)).sum() / (called.sum() + (label == 1).sum()))


def test_a_threshold_that_separates_is_half_way_between_the_classes() -> None:
    choice = best_f1(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1], dtype=np.int8))
    assert choice.threshold == pytest.approx(0.5)
    assert choice.precision == choice.recall == choice.f1 == 1


@given(scored)
def test_no_threshold_has_a_better_f1(rows: Rows) -> None:
    scores, label = _arrays(rows)
    choice = best_f1(scores, label)
    assert _f1(scores, label, choice.threshold) == pytest.approx(choice.f1)
    assert choice.f1 == pytest.approx(max(_f1(scores, label, score) for score in scores))


@given(scored)
def test_equal_scores_fall_on_the_same_side(rows: Rows) -> None:
    scores, label = _arrays(rows)
    threshold = best_f1(scores, label).threshold
    assert 0 <= threshold <= scores.max()
    assert all(abs(threshold - score) > 0.01 or threshold == score for score in set(scores.tolist()))


def test_among_equals_the_strictest_wins() -> None:
    choice = best_f1(np.array([0.9, 0.5, 0.4, 0.3, 0.2]), np.array([1, 0, 1, 0, 0], dtype=np.int8))
    assert choice.threshold == pytest.approx(0.35)
    tied = best_f1(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 0, 0, 1], dtype=np.int8))
    assert tied.threshold == pytest.approx(0.85)


@given(scored, st.sampled_from([0.3, 0.5, 0.7]))
def test_recall_is_the_highest_whose_lower_bound_reaches_the_floor(rows: Rows, floor: float) -> None:
    scores, label = _arrays(rows)
    choice = recall_at_precision(scores, label, floor=floor, confidence=0.95)
    best = -1
    for score in scores:
        called = scores >= score
        hits = int((called & (label == 1)).sum())
        if wilson_lower(hits, int(called.sum()), 0.95) >= floor:
            best = max(best, hits)
    assert choice.floor_met == (best >= 0)
    if choice.floor_met:
        assert choice.recall == pytest.approx(best / label.sum())
        assert int(((scores >= choice.threshold) & (label == 1)).sum()) == best


def test_a_floor_out_of_reach_is_said() -> None:
    choice = recall_at_precision(
        np.array([0.9, 0.8, 0.1]), np.array([1, 1, 0], dtype=np.int8), floor=0.99, confidence=0.95
    )
    assert not choice.floor_met
    assert choice.precision == 1


def test_the_policy_picks_the_objective() -> None:
    label = np.array([1] * 60 + [0] * 30 + [1] * 30, dtype=np.int8)
    scores = np.linspace(1, 0, len(label))
    strict = choose(scores, label, ThresholdSettings(objective="recall_at_precision", precision_floor=0.9))
    balanced = choose(scores, label, ThresholdSettings())
    assert strict.precision == 1 > balanced.precision
    assert strict.recall < balanced.recall


@pytest.mark.parametrize(("scores", "label"), [([0.1, np.nan], [0, 1]), ([0.1, 0.2], [0, 0])])
def test_without_positives_or_with_nan_there_is_no_threshold(scores: list[float], label: list[int]) -> None:
    with pytest.raises(ValueError, match=r"finite|positive"):
        best_f1(np.array(scores), np.array(label, dtype=np.int8))


weighted = st.lists(
    st.tuples(st.integers(0, 10).map(lambda tenth: tenth / 10), st.booleans(), st.integers(1, 3)), min_size=1
).filter(lambda rows: any(match for _, match, _ in rows))


@given(weighted)
def test_a_pair_of_weight_three_counts_as_three_pairs(rows: list[tuple[float, bool, int]]) -> None:
    scores, label = _arrays([(score, match) for score, match, _ in rows])
    times = np.array([count for _, _, count in rows])
    once = best_f1(scores, label, times.astype(float))
    thrice = best_f1(np.repeat(scores, times), np.repeat(label, times))
    assert (once.threshold, once.precision, once.recall) == (thrice.threshold, thrice.precision, thrice.recall)


@given(scored, st.sampled_from([0.3, 0.7]))
def test_weights_of_one_are_no_weights(rows: Rows, floor: float) -> None:
    scores, label = _arrays(rows)
    ones = np.ones(len(label))
    assert best_f1(scores, label, ones) == best_f1(scores, label)
    plain = recall_at_precision(scores, label, floor=floor, confidence=0.95)
    assert recall_at_precision(scores, label, ones, floor=floor, confidence=0.95) == plain


def test_unequal_weights_are_worth_fewer_rows_to_the_lower_bound() -> None:
    label = np.ones(40, dtype=np.int8)
    scores = np.linspace(1, 0.5, 40)
    settings = ThresholdSettings(objective="recall_at_precision", precision_floor=0.9)
    assert choose(scores, label, settings, np.full(40, 7.0)).floor_met
    uneven = np.where(np.arange(40) < 4, 100.0, 1.0)
    assert not choose(scores, label, settings, uneven).floor_met


def _overlapping(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = (rng.random(rows) < 0.2).astype(np.int8)
    return expit(rng.normal(np.where(label == 1, 2.0, -2.0), 1.5)), label


def test_the_steady_threshold_changes_less_from_sample_to_sample() -> None:
    samples = [_overlapping(1500, seed) for seed in range(30)]
    spread = [np.std([logit(pick(*rows).threshold) for rows in samples]) for pick in (best_f1, steady_f1)]
    assert spread[1] < 0.7 * spread[0]


@given(weighted)
def test_the_steady_choice_reports_what_it_does(rows: list[tuple[float, bool, int]]) -> None:
    scores, label = _arrays([(score, match) for score, match, _ in rows])
    times = np.array([count for _, _, count in rows])
    choice = steady_f1(scores, label, times.astype(float))
    repeated, labels = np.repeat(scores, times), np.repeat(label, times)
    assert choice.f1 == pytest.approx(_f1(repeated, labels, choice.threshold))
    assert choice.threshold == steady_f1(repeated, labels).threshold
    assert choice.recall == pytest.approx((repeated[labels == 1] >= choice.threshold).mean())


@pytest.mark.parametrize(("positives", "pick"), [(MIN_POSITIVES - 1, best_f1), (MIN_POSITIVES, steady_f1)])
def test_few_positives_are_not_blurred(positives: int, pick: Callable[[np.ndarray, np.ndarray], Choice]) -> None:
    scores, label = _overlapping(3000, 1)
    rows = np.sort(np.concatenate([np.flatnonzero(label == 1)[:positives], np.flatnonzero(label == 0)]))
    assert choose(scores[rows], label[rows], ThresholdSettings()) == pick(scores[rows], label[rows])
    assert best_f1(scores[rows], label[rows]) != steady_f1(scores[rows], label[rows])


def test_scores_that_noise_would_lift_over_all_of_them_still_get_a_threshold() -> None:
    scores = np.full(10, 1e-7)
    assert steady_f1(scores, np.array([1] * 9 + [0], dtype=np.int8)).recall == 1


@given(scored)
def test_no_threshold_that_calls_a_row_positive_has_a_better_accuracy(rows: Rows) -> None:
    scores, label = _arrays(rows)
    right = [int(((scores >= cut) == (label == 1)).sum()) for cut in (best_accuracy(scores, label).threshold, *scores)]
    assert right[0] == max(right)


def test_accuracy_of_calibrated_scores_is_best_near_one_half_where_f1_is_best_below() -> None:
    rng = np.random.default_rng(0)
    scores = expit(rng.normal(-1, 1.5, 4000))
    label = (rng.random(4000) < scores).astype(np.int8)
    accuracy = choose(scores, label, ThresholdSettings(objective="accuracy")).threshold
    assert accuracy == steady_accuracy(scores, label).threshold == pytest.approx(0.5, abs=0.1)
    assert choose(scores, label, ThresholdSettings()).threshold < accuracy - 0.05
