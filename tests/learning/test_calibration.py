"""Calibration makes scores read as probabilities, keeps every order, and moves no decision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit, logit

from mlops import persistence
from mlops.learning import calibration
from mlops.learning.calibration import Calibration, brier, calibrate, calibration_error, fit_calibration, log_loss
from mlops.learning.crossfit import Fold, plan_folds
from tests import models

Arrays = tuple[NDArray[np.float64], NDArray[np.int8]]


def _overconfident(rows: int, seed: int = 0) -> Arrays:
    """Return raw log-odds three times as far from zero as they should be, and labels."""
    rng = np.random.default_rng(seed)
    honest = rng.normal(-1, 2, rows)
    return 3 * honest, (rng.random(rows) < expit(honest)).astype(np.int8)


def _singles(rows: int, label: NDArray[np.int8]) -> list[Fold]:
    return plan_folds(label, np.arange(rows).astype(str).astype(object), 0)[0]


def _constant(value: float) -> Calibration:
    return Calibration(np.zeros(1), np.zeros(1), 1.0, cut=value)


@pytest.fixture(scope="module", params=[(400, "sigmoid"), (6000, "isotonic")], ids=["sigmoid", "isotonic"])
def fitted(request: pytest.FixtureRequest) -> Calibration:
    rows, method = request.param
    found = fit_calibration(*_overconfident(rows))
    assert found.method == method
    return found


def test_isotonic_needs_a_thousand_matches() -> None:
    raw = np.linspace(-3, 3, 3000)
    for matches, method in ((calibration.MIN_POSITIVES - 1, "sigmoid"), (calibration.MIN_POSITIVES, "isotonic")):
        label = (np.arange(3000) >= 3000 - matches).astype(np.int8)
        label[[0, 2990]] = label[[2990, 0]]
        assert fit_calibration(raw, label).method == method


def test_a_score_reads_as_a_probability(fitted: Calibration) -> None:
    raw, label = _overconfident(20_000, seed=5)
    assert calibration_error(raw, label) > 0.05
    assert calibration_error(fitted.log_odds(raw), label) < 0.03
    assert brier(fitted.log_odds(raw), label) < brier(raw, label)
    assert log_loss(fitted.log_odds(raw), label) < log_loss(raw, label)


def test_the_sigmoid_finds_the_slope_that_the_data_were_made_with() -> None:
    found = fit_calibration(*_overconfident(1500))
    assert found.slope == pytest.approx(1 / 3, rel=0.15)


def test_scores_of_a_batch_rise_strictly_with_the_raw_ones(fitted: Calibration) -> None:
    raw = np.unique(_overconfident(20_000, seed=7)[0])
    assert (np.diff(fitted.scores(raw)) > 0).all()


def test_certain_scores_stay_apart_and_inside(fitted: Calibration) -> None:
    scores = fitted.scores(np.array([-1e6, -1e5, -500.0, -400.0, 400.0, 500.0, 1e5, 1e6]))
    assert (np.diff(scores) > 0).all()
    assert scores[0] > 0
    assert scores[-1] < 1


@given(
    raw=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20),
    cut=st.floats(-50, 50),
    slope=st.floats(0.01, 5),
    knots=st.lists(st.integers(-20, 20), min_size=1, max_size=5, unique=True),
)
def test_a_decision_is_the_raw_one_and_a_row_alone_has_the_same_score(
    raw: list[float], cut: float, slope: float, knots: list[int]
) -> None:
    at = np.sort(np.array(knots, dtype=np.float64))
    found = Calibration(at, np.arange(len(at), dtype=np.float64) - 1.5, slope, cut)
    values = np.array([*raw, cut, np.nextafter(cut, -np.inf), np.nextafter(cut, np.inf)])
    scores = found.scores(values)
    assert ((scores >= found.threshold) == (values >= cut)).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    assert [float(found.scores(values[row : row + 1])[0]) for row in range(len(values))] == scores.tolist()
    assert (np.diff(scores[np.argsort(values, kind="stable")]) >= 0).all()


both_classes = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({match for _, match in rows}) > 1
)


@given(both_classes)
def test_whatever_the_scores_the_map_rises(rows: list[tuple[int, bool]]) -> None:
    raw = np.array([float(score) for score, _ in rows])
    label = np.array([match for _, match in rows], dtype=np.int8)
    found = fit_calibration(raw, label)
    assert found.slope > 0
    assert (np.diff(found.scores(np.linspace(-6, 6, 50))) > 0).all()


def test_an_explanation_can_add_up_to_the_logit_of_a_score(fitted: Calibration) -> None:
    raw = np.linspace(-12, 12, 99)
    np.testing.assert_allclose(logit(fitted.scores(raw)), fitted.log_odds(raw), rtol=1e-9, atol=1e-9)


def test_equal_weights_change_nothing_and_a_weight_of_two_is_a_row_twice() -> None:
    raw, label = _overconfident(5000)
    alike = fit_calibration(raw, label, np.ones(5000))
    assert alike.state()["calibrated"].tolist() == fit_calibration(raw, label).state()["calibrated"].tolist()
    doubled = np.where(np.arange(5000) % 2, 2.0, 1.0)
    weighted = fit_calibration(raw, label, doubled)
    repeated = fit_calibration(np.repeat(raw, doubled.astype(int)), np.repeat(label, doubled.astype(int)))
    grid = np.linspace(-6, 6, 50)
    np.testing.assert_allclose(weighted.log_odds(grid), repeated.log_odds(grid), atol=0.01)


def test_facts_say_what_calibration_did_on_rows_that_it_did_not_see() -> None:
    raw, label = _overconfident(400)
    found, facts = calibrate(raw, label, None, _singles(400, label), cut=0.5)
    assert found.cut == 0.5
    assert facts["calibration"] == "sigmoid"
    for name in ("brier", "calibration_error", "log_loss"):
        after, before = (float(facts[f"out_of_fold_{name}_{state}_calibration"]) for state in ("after", "before"))
        assert after < before
    in_sample = log_loss(found.log_odds(raw), label)
    assert float(facts["out_of_fold_log_loss_after_calibration"]) > in_sample


def test_the_calibration_error_is_the_mean_gap_of_its_bins() -> None:
    log_odds = np.repeat(logit([0.2, 0.9]), 50)
    label = np.repeat(np.array([1, 0, 1, 0], dtype=np.int8), [10, 40, 40, 10])
    by_hand = (abs(0.2 * 10 - 10) + 4 * 0.2 * 10 + abs(0.9 * 10 - 10) * 4 + 0.9 * 10) / 100
    assert calibration_error(log_odds, label) == pytest.approx(by_hand)
    assert calibration_error(log_odds, label, np.full(100, 3.0)) == pytest.approx(by_hand)
    assert brier(np.zeros(2), np.array([0, 1], dtype=np.int8)) == 0.25
    assert log_loss(np.zeros(2), np.array([0, 1], dtype=np.int8)) == pytest.approx(np.log(2))


def test_a_restored_calibration_scores_the_same(fitted: Calibration) -> None:
    again = Calibration.restore(models.load(persistence.dump(fitted.state())))
    raw = np.linspace(-20, 20, 99)
    assert again.scores(raw).tolist() == fitted.scores(raw).tolist()
    assert again.threshold == fitted.threshold


@pytest.mark.parametrize(
    "change",
    [
        {"slope": 0.0},
        {"slope": float("nan")},
        {"cut": float("nan")},
        {"raw": np.zeros(0), "calibrated": np.zeros(0)},
        {"raw": np.array([1.0, 0.0]), "calibrated": np.array([0.0, 1.0])},
        {"raw": np.array([0.0, 1.0]), "calibrated": np.array([0.0, 0.0])},
        {"raw": np.array([0.0, np.nan]), "calibrated": np.array([0.0, 1.0])},
        {"raw": np.array([0.0, 1.0])},
    ],
)
def test_a_map_that_would_not_rise_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not strictly increasing"):
        Calibration.restore(_constant(0.0).state() | change)
