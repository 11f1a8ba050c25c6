"""What scores foretell is right where they are calibrated, and only then."""

import numpy as np
import pytest

from mlops.config import Criterion
from mlops.monitoring import estimated
from mlops.monitoring_settings import MonitoringSettings


def test_calibrated_scores_foretell_quality() -> None:
    chance = np.random.default_rng(1)
    score = chance.beta(0.5, 0.8, 200_000)
    label, positive = chance.random(len(score)) < score, score >= 0.4
    tp = (label & positive).sum()
    found = estimated.expected(score, positive)
    assert found["accuracy"] == pytest.approx((label == positive).mean(), abs=0.005)
    assert found["precision"] == pytest.approx(tp / positive.sum(), abs=0.005)
    assert found["recall"] == pytest.approx(tp / label.sum(), abs=0.005)
    assert found["f1"] == pytest.approx(2 * tp / (positive.sum() + label.sum()), abs=0.005)


def test_it_alarms_below_the_policy_and_is_undefined_without_calls() -> None:
    rules, criteria = MonitoringSettings(min_rows=10), {"precision": Criterion(min=0.9)}
    low = estimated.measure(np.full(10, 0.6), np.ones(10, dtype=bool), criteria, rules)
    assert {one.metric: one.word for one in low} == {
        "accuracy": "unknown", "precision": "alarm", "recall": "unknown", "f1": "unknown",
    }  # fmt: skip
    none = estimated.measure(np.full(10, 0.1), np.zeros(10, dtype=bool), criteria, rules)
    assert [(one.value, one.word) for one in none if one.metric == "precision"] == [(None, "unknown")]
