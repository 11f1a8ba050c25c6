"""The diagnosis: the surest errors, the worst slice, honest hints, advice that fits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlops.config import Criterion, Policy
from mlops.diagnosis import MAX_ERRORS, diagnose, worst_slice
from mlops.evaluation import Evaluation, estimate_all
from mlops.gate import Diagnosis
from tests.scored import measured, minima, scored, texts


def of(rows: Evaluation, policy: Policy) -> Diagnosis:
    """Return the diagnosis of ``rows``."""
    return diagnose(rows, measured(rows, policy), policy)


def test_the_surest_errors_come_first() -> None:
    rows = scored(tp=100, fp=30, fn=20, tn=100)
    found = of(rows, minima(precision=0.92))
    positives = [row.score for row in found.false_positives]
    negatives = [row.score for row in found.false_negatives]
    assert len(positives) == len(negatives) == MAX_ERRORS
    assert positives == sorted(positives, reverse=True)
    assert negatives == sorted(negatives)
    wrong = set(rows.row_id[(rows.label == 0) & rows.predicted])
    assert {row.row_id for row in found.false_positives} <= wrong


def test_the_worst_slice_is_named_with_its_numbers_and_has_support() -> None:
    kinds = np.repeat("good", 400).astype(object)
    kinds[180:215] = "bad"  # all false positives and some false negatives
    kinds[-3:] = "tiny"
    rows = scored(tp=180, fp=20, fn=20, tn=180, slices={"kind": texts(kinds)})
    policy = minima(precision=0.92)
    worst = worst_slice(measured(rows), policy)
    assert worst is not None
    assert worst.value == "bad"
    assert of(rows, policy).worst_slice.startswith("kind = bad: F1 0.0 %")
    assert any("kind = bad" in advice for advice in of(rows, policy).advice)


def test_without_slices_none_is_the_worst() -> None:
    rows = scored(tp=180, fp=20, fn=20, tn=180)
    assert of(rows, minima(precision=0.92)).worst_slice == ""


def separable(rows: int = 2_000) -> Evaluation:
    """Return rows that a threshold of 0.7 separates well and the model's 0.5 does not."""
    rng = np.random.default_rng(0)
    label = (np.arange(rows) % 2).astype(np.int8)
    score = np.where(label == 1, rng.uniform(0.68, 1.0, rows), rng.uniform(0.3, 0.7, rows))
    return Evaluation(
        row_id=texts(np.arange(rows)),
        cluster=texts(np.arange(rows)),
        label=label,
        score=score,
        predicted=score >= 0.5,
        weight=np.ones(rows),
    )


def test_thresholds_that_would_have_passed_are_hints_from_these_rows() -> None:
    policy = minima(precision=0.92, recall=0.88, f1=0.9)
    found = of(separable(), policy)
    assert 1 <= len(found.seen_on_test_thresholds) <= 5
    for hint in found.seen_on_test_thresholds:
        again = estimate_all(separable().at(hint.threshold), confidence=0.95)
        assert (hint.precision, hint.recall) == (again["precision"].value, again["recall"].value)
        assert (again["precision"].lower or 0) >= 0.92
        assert (again["recall"].lower or 0) >= 0.88
    assert any("do not set it by hand" in advice for advice in found.advice)


def test_no_threshold_is_offered_where_none_passes() -> None:
    assert of(scored(tp=180, fp=120, fn=100, tn=180), minima(precision=0.92, recall=0.9)).seen_on_test_thresholds == ()


@pytest.mark.parametrize("policy", [minima(unknown=0.5), Policy(criteria={}), Policy(criteria={}, min_rows=10_000)])
def test_no_threshold_is_offered_for_a_policy_that_these_rows_cannot_meet(policy: Policy) -> None:
    assert of(separable(), policy).seen_on_test_thresholds == ()


@pytest.mark.parametrize(
    ("counts", "policy", "words"),
    [
        ({"tp": 180, "fp": 60, "fn": 5, "tn": 300}, minima(precision=0.92), "hard negatives"),
        ({"tp": 180, "fp": 60, "fn": 5, "tn": 300}, minima(precision=0.92), "recall_at_precision"),
        ({"tp": 180, "fp": 5, "fn": 60, "tn": 300}, minima(recall=0.92), "Recall is low: 60 false negatives"),
        ({"tp": 180, "fp": 60, "fn": 5, "tn": 300}, minima(f1=0.92), "F1 suffers from 60 false positives"),
        ({"tp": 190, "fp": 10, "fn": 5, "tn": 300}, minima(precision=0.92), "more test rows"),
        ({"tp": 20, "fp": 1, "fn": 1, "tn": 20}, minima(precision=0.92), "at least 58 more"),
        ({"tp": 0, "fp": 0, "fn": 0, "tn": 300}, minima(precision=0.92), "Add positives"),
        ({"tp": 300, "fp": 0, "fn": 0, "tn": 0}, minima(precision=0.92), "Add negatives"),
        ({"tp": 0, "fp": 0, "fn": 100, "tn": 300}, minima(precision=0.92), "predicts nothing positive"),
    ],
)
def test_the_advice_fits_the_trouble(counts: dict[str, Any], policy: Policy, words: str) -> None:
    assert words in " ".join(of(scored(**counts), policy).advice)


def test_a_slice_of_few_positives_is_not_called_worst_for_one_miss() -> None:
    kind = texts(["few"] * 32 + ["bad"] * 400 + ["good"] * 1568)
    label = np.concatenate([[1], np.zeros(31), np.tile([1, 0], 200), np.tile([1, 0], 784)]).astype(np.int8)
    predicted = label == 1
    predicted[0] = False
    predicted[32:232] = ~predicted[32:232]
    rows = replace(
        scored(tp=0, fp=0, fn=1000, tn=1000),
        label=label,
        predicted=predicted,
        score=np.where(predicted, 0.9, 0.1),
        slices={"kind": kind},
    )
    assert of(rows, Policy(criteria={"f1": Criterion(min=0.9)})).worst_slice.startswith("kind = bad")
