"""Fitting gives a sane model or a letter, whatever the pairs look like; weights count; small data is judged fairly."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from mlops import persistence
from mlops.config import ThresholdSettings
from mlops.errors import InputRefusedError
from mlops.learning.competition import SMALL
from mlops.tasks.er.fitting import fit_matcher
from mlops.tasks.er.matcher import PairMatcher
from tests.tasks.er.test_matcher import F1, make_pairs

pytestmark = pytest.mark.usefixtures("few_trees")


def _right(matcher: PairMatcher, inputs: pd.DataFrame, label: NDArray[np.int8]) -> float:
    """Return the share of pairs that are called what they are."""
    scores = matcher.predict_proba(inputs)
    assert ((scores >= 0) & (scores <= 1)).all()
    return float(((scores >= matcher.threshold) == (label == 1)).mean())


@pytest.mark.parametrize(
    "label",
    [np.zeros(60, dtype=np.int8), np.ones(60, dtype=np.int8), np.array([1] * 4 + [0] * 56, dtype=np.int8)],
    ids=["no matches", "only matches", "four matches"],
)
def test_one_class_is_refused_with_its_counts(label: NDArray[np.int8]) -> None:
    inputs, _, cluster = make_pairs(60)
    with pytest.raises(InputRefusedError, match=f"60 training pairs, {label.sum()} of them matches"):
        fit_matcher(inputs, label, cluster, F1, seed=0)


@pytest.mark.parametrize("rows", [10, 49])
def test_too_few_pairs_are_refused(rows: int) -> None:
    with pytest.raises(InputRefusedError, match="at least 50 training pairs"):
        fit_matcher(*make_pairs(rows), F1, seed=0)


def test_pairs_that_all_look_the_same_are_refused() -> None:
    inputs, label, cluster = make_pairs(60)
    with pytest.raises(InputRefusedError, match="No feature differs"):
        fit_matcher(inputs.assign(left_name="a", right_name="a"), label, cluster, F1, seed=0)


def test_a_giveaway_is_left_out_and_named() -> None:
    inputs, label, cluster = make_pairs(120)
    number = np.arange(120)
    left, right = number.astype(str).astype(object), np.where(label == 1, number, (number + 1) % 120).astype(str)
    learned = fit_matcher(inputs.assign(left_key=left, right_key=right.astype(object)), label, cluster, F1, seed=0)
    assert learned.facts()["excluded_attributes"] == "key"
    assert not any(note.name.startswith("key.") for note in learned.features())


def test_two_hundred_attributes_and_few_rows_are_learned_from() -> None:
    inputs, label, cluster = make_pairs(60)
    wide = {f"{side}_a{i}": inputs[f"{side}_name"] for i in range(200) for side in ("left", "right")}
    learned = fit_matcher(pd.DataFrame(wide), label, cluster, F1, seed=0)
    assert np.isfinite(learned.predict_proba(pd.DataFrame(wide))).all()


def test_empty_and_constant_columns_change_nothing() -> None:
    inputs, label, cluster = make_pairs(120)
    more = inputs.assign(left_empty=None, right_empty=None, left_same="x", right_same="x", right_city="Rome")
    learned = fit_matcher(more, label, cluster, F1, seed=0)
    assert not any(note.name.startswith(("empty.", "same.")) for note in learned.features())
    assert _right(learned, more, label) > 0.95
    assert np.isfinite(learned.predict_proba(more.assign(left_name=None))).all()


def test_sides_with_different_attributes_are_compared_as_whole_records() -> None:
    inputs, label, cluster = make_pairs(120)
    renamed = inputs.rename(columns={"right_name": "right_title", "right_city": "right_town"})
    learned = fit_matcher(renamed, label, cluster, F1, seed=0)
    assert all(note.name.startswith("record.") for note in learned.features())
    assert _right(learned, renamed, label) > 0.95


def test_pairs_that_repeat_or_contradict_each_other_are_learned_from() -> None:
    inputs, label, cluster = make_pairs(120)
    rows = np.concatenate([np.arange(120), np.arange(0, 60), np.arange(0, 12)])
    labels = np.concatenate([label, label[:60], 1 - label[:12]]).astype(np.int8)
    learned = fit_matcher(inputs.iloc[rows].reset_index(drop=True), labels, cluster[rows], F1, seed=0)
    assert _right(learned, inputs.iloc[12:], label[12:]) > 0.9


def test_pairs_that_say_nothing_are_learned_from_without_an_error() -> None:
    rng = np.random.default_rng(0)
    words = np.array(["a", "b", "c", "d", None], dtype=object)
    inputs = pd.DataFrame({"left_x": rng.choice(words, 80), "right_x": rng.choice(words, 80)}).astype(object)
    label = rng.integers(0, 2, 80).astype(np.int8)
    learned = fit_matcher(inputs, label, np.arange(80).astype(str).astype(object), F1, seed=0)
    assert 0 < learned.threshold < 1
    assert np.isfinite(learned.predict_proba(inputs)).all()


def test_on_small_data_three_kinds_compete_and_the_card_can_show_their_scores() -> None:
    facts = fit_matcher(*make_pairs(90), F1, seed=0).facts()
    losses = {name: value for name, value in facts.items() if name.startswith("out_of_fold_log_loss_")}
    kinds = ("logistic_regression", "random_forest", "gradient_boosting")
    assert {f"out_of_fold_log_loss_{kind}" for kind in kinds} <= set(losses)
    assert facts["estimator"] in {kind.replace("_", " ") for kind in kinds}


def test_on_more_data_boosting_does_not_compete() -> None:
    facts = fit_matcher(*make_pairs(SMALL), F1, seed=0).facts()
    assert facts["estimator"] == "gradient boosting"
    assert "out_of_fold_log_loss_random_forest" not in facts


@pytest.mark.parametrize("rows", [90, SMALL])
def test_equal_weights_give_the_model_of_a_plain_sample(rows: int) -> None:
    inputs, label, cluster = make_pairs(rows)
    plain, ones, fours = (
        persistence.dump(fit_matcher(inputs, label, cluster, F1, seed=3, weight=weight).state())
        for weight in (None, np.ones(rows), np.full(rows, 4.0))
    )
    assert plain == ones == fours


@pytest.mark.parametrize("rows", [90, SMALL])
def test_weights_move_the_scores_and_are_on_the_card(rows: int) -> None:
    inputs, label, cluster = make_pairs(rows)
    rng = np.random.default_rng(1)
    noisy = np.where(rng.random(rows) < 0.1, 1 - label, label).astype(np.int8)
    light = fit_matcher(inputs, noisy, cluster, F1, seed=3)
    heavy = fit_matcher(inputs, noisy, cluster, F1, seed=3, weight=np.where(noisy == 1, 1.0, 8.0))
    assert heavy.facts()["weighted"] == "by 1 / inclusion probability"
    assert light.facts()["weighted"] == "no"
    assert heavy.predict_proba(inputs).mean() < light.predict_proba(inputs).mean()
    assert float(heavy.facts()["out_of_fold_precision"]) < 1


def test_a_floor_of_precision_is_kept_by_weighted_pairs_too() -> None:
    inputs, label, cluster = make_pairs(300)
    settings = ThresholdSettings(objective="recall_at_precision", precision_floor=0.8)
    learned = fit_matcher(inputs, label, cluster, settings, seed=0, weight=np.where(label == 1, 1.0, 3.0))
    assert learned.facts()["threshold_floor_met"] == "yes"
    assert float(learned.facts()["out_of_fold_precision"]) >= 0.8
