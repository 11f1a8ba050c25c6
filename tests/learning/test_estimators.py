"""Every kind of estimator learns, repeats itself, survives the model file, and scores a row alone as in a batch."""

import re
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from mlops import persistence
from mlops.learning import estimators
from mlops.learning.estimators import KINDS, Boosting, Estimator, Forest, Linear, restore_estimator
from tests import models

EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def _examples(rows: int = 120) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(3)
    label = (np.arange(rows) % 3 == 0).astype(np.int8)
    table = rng.normal(size=(rows, 5)).astype(np.float32)
    table[:, 0] += 2 * label
    table[::7, 1] = np.nan
    table[:, 2] = 5
    table[:, 3] *= 1000
    return table, label


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def estimator(request: pytest.FixtureRequest) -> Estimator:
    found: Estimator = request.param.fit(*_examples(), None, 1)
    return found


def test_log_odds_are_higher_for_matches(estimator: Estimator) -> None:
    table, label = _examples()
    log_odds = estimator.log_odds(table)
    assert log_odds.dtype == np.float64
    assert np.isfinite(log_odds).all()
    assert log_odds[label == 1].mean() > 0 > log_odds[label == 0].mean()


def test_a_row_alone_has_the_log_odds_that_it_has_among_others(estimator: Estimator) -> None:
    table, _ = _examples()
    alone = [estimator.log_odds(table[row : row + 1])[0] for row in range(len(table))]
    assert alone == estimator.log_odds(table).tolist()
    assert estimator.log_odds(table[:0]).shape == (0,)


def test_a_row_without_any_value_has_finite_log_odds(estimator: Estimator) -> None:
    assert np.isfinite(estimator.log_odds(np.full((1, 5), np.nan, dtype=np.float32))).all()


def test_it_comes_back_from_a_model_file_and_is_written_as_the_same_bytes(estimator: Estimator) -> None:
    data = persistence.dump({"estimator": estimator.state()})
    again = restore_estimator(models.load(data)["estimator"])
    table, _ = _examples()
    assert again.log_odds(table).tolist() == estimator.log_odds(table).tolist()
    assert again.columns == estimator.columns == 5
    assert again.sentence() == estimator.sentence()
    assert persistence.dump({"estimator": again.state()}) == data


SENTENCES = {
    Linear: r"LogisticRegression .*, C 0\.1",
    Forest: r"RandomForestClassifier .* of 200 trees with at least 2 rows in a leaf",
    Boosting: r"HistGradientBoostingClassifier .* the mean of 2 models of 100 trees .* 15 leaves .*learning rate 0\.09",
}


def test_its_sentence_names_its_kind_and_its_settings(estimator: Estimator) -> None:
    assert re.match(SENTENCES[type(estimator)], estimator.sentence())


@EVERY
def test_equal_rows_and_seed_give_equal_bytes(kind: type[Estimator]) -> None:
    first, second = (persistence.dump(kind.fit(*_examples(), None, 7).state()) for _ in range(2))
    assert first == second


@EVERY
def test_weights_move_the_estimate_towards_the_heavier_rows(kind: type[Estimator]) -> None:
    table, label = _examples()
    heavy = np.where(label == 1, 5.0, 1.0)
    plain, weighted = (kind.fit(table, label, weight, 0).log_odds(table).mean() for weight in (None, heavy))
    assert weighted > plain


def test_the_terms_of_the_linear_model_add_up() -> None:
    table, label = _examples()
    linear = Linear.fit(table, label, None, 0)
    np.testing.assert_allclose(linear.contributions(table).sum(axis=1) + linear.intercept, linear.log_odds(table))
    assert (linear.contributions(np.full((1, 5), np.nan)) == 0).all()


def test_votes_of_a_forest_never_make_infinite_log_odds() -> None:
    table = np.repeat([[0.0], [1.0]], 30, axis=0).astype(np.float32)
    label = np.repeat([0, 1], 30).astype(np.int8)
    low, high = Forest.fit(table, label, None, 0).log_odds(table[[0, -1]])
    assert -6.1 < low < -5
    assert 5 < high < 6.1


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"name": "oracle"},
        {"name": Boosting.name},
        {"name": Boosting.name, "model": models.forest()},
        {"name": Boosting.name, "model": "trees"},
        {"name": Forest.name, "model": models.boosting()},
        {"name": Forest.name, "model": RandomForestClassifier()},
        {"name": Linear.name, "mean": np.zeros(2), "scale": np.ones(3), "coefficients": np.ones(2), "intercept": 0},
        {"name": Linear.name, "mean": np.zeros(2), "scale": np.zeros(2), "coefficients": np.ones(2), "intercept": 0},
        {"name": Linear.name, "mean": np.zeros(2), "scale": np.ones(2), "coefficients": np.ones(2), "intercept": "x"},
    ],
)
def test_a_state_that_no_estimator_writes_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        restore_estimator(state)


def test_a_forest_whose_trees_read_other_columns_is_refused() -> None:
    forest = models.forest()
    forest.estimators_[1].n_features_in_ = 9
    with pytest.raises(ValueError, match="columns"):
        restore_estimator({"name": Forest.name, "model": forest})


def test_boosting_is_the_mean_of_its_members(monkeypatch: pytest.MonkeyPatch) -> None:
    table, label = _examples()
    margins: list[Any] = []

    def mean(members: list[Any]) -> Any:
        margins.extend(member.decision_function(table) for member in members)
        return original(members)

    original = estimators._mean
    monkeypatch.setattr(estimators, "_mean", mean)
    boosting = Boosting.fit(table, label, None, 0)
    assert len(margins) == 2
    assert (margins[0] != margins[1]).any()
    assert np.abs(boosting.log_odds(table) - np.mean(margins, axis=0)).max() < 1e-9
