"""Drawn samples are judged count by count as the rule itself judges them."""

from typing import Any

import numpy as np
import pytest

from mlops.config import Criterion, Policy
from mlops.gate.prospects import Rule, judge
from mlops.gate.sample import Denominator, Sample, Truth
from mlops.gate.simulating import Drawn, draw, simulate, verdicts

CODES = {"fail": 0, "inconclusive": 1, "pass": 2}


def drawn(tp: Any, fp: Any, fn: Any) -> Drawn:
    """Return samples with these counts."""
    return Drawn(*(np.atleast_1d(np.asarray(counts, dtype=np.int64)) for counts in np.broadcast_arrays(tp, fp, fn)))


def sample(rows: int | None, positives: int, effect: float = 1.0) -> Sample:
    """Return test rows at one design effect."""
    return Sample("here", rows, positives, {"recall": Denominator(positives, effect)})


def test_f1_counts_what_is_positive_or_called_so() -> None:
    hits, n = drawn(10, 3, 4).counts_of("f1")
    assert (hits[0], n[0]) == (10, 17)


@pytest.mark.parametrize("decide_on", ["lower_bound", "point"])
@pytest.mark.parametrize("bound", [{"min": 0.9}, {"max": 0.1}])
def test_every_count_is_judged_as_the_rule_judges_it(decide_on: Any, bound: dict[str, float]) -> None:
    policy = Policy(criteria={"recall": Criterion(**bound, decide_on=decide_on)})
    rule = Rule.of("recall", policy.criteria["recall"], policy.confidence)
    hits = np.arange(1, 81)
    expected = [CODES[judge(rule, int(hit), 80)] for hit in hits]
    assert verdicts(policy, drawn(hits, 0, 80 - hits)).tolist() == expected
    assert set(expected) >= {0, 2} or bound == {"min": 0.9}


def test_support_is_counted_in_rows_and_what_calls_nothing_is_not_decided() -> None:
    policy = Policy(criteria={"precision": Criterion(min=0.5, min_samples=10)})
    assert verdicts(policy, drawn(8, 0, 0)).tolist() == [1]
    assert verdicts(policy, drawn(8, 0, 0), effect=2.0).tolist() == [2]
    assert verdicts(policy, drawn([0, 40], [0, 40], 5)).tolist() == [1, 1]
    assert verdicts(policy, drawn([0, 10, 20], [0, 40, 20], 5)).tolist() == [1, 0, 1]
    poor = Policy(criteria={"precision": Criterion(min=0.9)})
    assert verdicts(poor, drawn(40, 40, 5)).tolist() == [0]


def test_alarms_may_be_all_negatives_but_not_more() -> None:
    found = draw(Truth(0.5, 1.0), positives=10, negatives=10, draws=7, seed=0)
    assert found.fp.tolist() == [10] * 7
    assert draw(Truth(1.0, 0.5), positives=10, negatives=0, draws=7, seed=0).fp.tolist() == [0] * 7
    with pytest.raises(ValueError, match="11 false positives among 10 negatives"):
        draw(Truth(10 / 21, 1.0), positives=10, negatives=10, draws=7, seed=0)


def test_counts_are_whole() -> None:
    for negatives in (None, 50):
        found = draw(Truth(0.8, 0.9), positives=10, negatives=negatives, draws=7, seed=0)
        assert {counts.dtype for counts in (found.tp, found.fp, found.fn)} == {np.dtype(np.int64)}


POLICY = Policy(min_rows=1, criteria={"recall": Criterion(min=0.5, decide_on="point", min_samples=2)})


def test_the_negatives_at_hand_limit_the_alarms() -> None:
    with pytest.raises(ValueError, match="100 false positives among 10 negatives"):
        simulate(POLICY, Truth(0.5, 1.0), sample(110, 100), draws=10)
    with pytest.raises(ValueError, match="117 false positives among 100 negatives"):
        simulate(POLICY, Truth(0.3, 1.0), sample(300, 100, 2.0), draws=10)


def test_shares_of_few_draws_sum_to_one() -> None:
    assert sum(simulate(POLICY, Truth(0.9, 0.6), sample(None, 5), draws=10)) == pytest.approx(1)


def test_a_single_draw_is_a_single_verdict() -> None:
    assert sorted(simulate(POLICY, Truth(0.9, 0.5), sample(None, 5), draws=1)) == [0.0, 0.0, 1.0]


def test_one_positive_row_is_one() -> None:
    assert simulate(POLICY, Truth(1.0, 1.0), sample(None, 1), draws=10) == (0.0, 1.0, 0.0)
    assert simulate(POLICY, Truth(1.0, 1.0), sample(None, 2), draws=10) == (1.0, 0.0, 0.0)
