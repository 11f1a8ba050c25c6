"""An explanation adds up to the score, whatever estimator stands behind it, and names the attribute that matters."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from mlops.config import ThresholdSettings
from mlops.learning.calibration import fit_calibration
from mlops.learning.estimators import KINDS, Boosting, Forest, Linear
from mlops.task import Explanation
from mlops.tasks.er.explaining import SINGLE_WORDS, WHOLE_RECORD
from mlops.tasks.er.fitting import fit_matcher
from mlops.tasks.er.matcher import PairMatcher
from tests.tasks.er.test_matcher import make_pairs

pytestmark = pytest.mark.usefixtures("few_trees")


@pytest.fixture(scope="module")
def fitted() -> PairMatcher:
    return fit_matcher(*make_pairs(200), ThresholdSettings(), seed=1)


def with_estimator(matcher: PairMatcher, kind: type[Boosting | Forest | Linear]) -> PairMatcher:
    """Return the matcher with another estimator behind the same features."""
    inputs, label, _ = make_pairs(200)
    table = matcher.table(inputs)
    estimator = kind.fit(table, label, None, 3)
    return replace(matcher, estimator=estimator, calibration=fit_calibration(estimator.log_odds(table), label))


def total(explanation: Explanation) -> float:
    return explanation.base + sum(part.log_odds for part in explanation.contributions)


@pytest.mark.parametrize("kind", KINDS)
def test_base_and_contributions_add_up_to_the_log_odds_of_the_score(
    fitted: PairMatcher, kind: type[Boosting | Forest | Linear]
) -> None:
    matcher = with_estimator(fitted, kind)
    inputs, _, _ = make_pairs(40, seed=7)
    explained = matcher.explain(inputs)
    assert [found.score for found in explained] == matcher.predict_proba(inputs).tolist()
    assert [total(found) for found in explained] == pytest.approx([logit(found.score) for found in explained], abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_attribute_that_tells_pairs_apart_moves_the_score_its_way(
    fitted: PairMatcher, kind: type[Boosting | Forest | Linear]
) -> None:
    matcher = with_estimator(fitted, kind)
    inputs, label, _ = make_pairs(40, seed=7)
    moved = [{part.name: part.log_odds for part in found.contributions} for found in matcher.explain(inputs)]
    assert all(set(found) == {"name", WHOLE_RECORD, SINGLE_WORDS} for found in moved)
    towards_match = np.array([found["name"] > 0 for found in moved])
    assert (towards_match == (label == 1)).mean() > 0.9


def test_values_of_both_sides_stand_beside_the_attribute_only(fitted: PairMatcher) -> None:
    inputs, _, _ = make_pairs(3, seed=7)
    (first, *_) = fitted.explain(inputs)
    shown = {part.name: part.values for part in first.contributions}
    assert shown["name"] == (inputs["left_name"][0], inputs["right_name"][0])
    assert shown[WHOLE_RECORD] == shown[SINGLE_WORDS] == ()


def test_a_pair_that_lies_at_the_base_gets_finite_contributions(fitted: PairMatcher) -> None:
    matcher = with_estimator(fitted, Linear)
    assert isinstance(matcher.estimator, Linear)
    nothing = replace(matcher.estimator, coefficients=np.zeros_like(matcher.estimator.coefficients))
    (explanation,) = replace(matcher, estimator=nothing).explain(make_pairs(1)[0])
    assert [part.log_odds for part in explanation.contributions] == [0.0, 0.0, 0.0]
    assert total(explanation) == pytest.approx(logit(explanation.score))


def test_no_pair_needs_no_explanation(fitted: PairMatcher) -> None:
    assert fitted.explain(make_pairs(3)[0].iloc[:0]) == ()
