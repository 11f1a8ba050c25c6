"""Candidate and champion are compared row by row, and only on the same rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlops.errors import InputRefusedError
from mlops.evaluation import Evaluation, compare
from mlops.evaluation.comparing import LISTED
from mlops.hashing import sha256_bytes
from mlops.metrics import Paired
from tests.scored import THRESHOLD, measured, scored, texts

CHAMPION = sha256_bytes(b"champion")


def compared(candidate: Evaluation, champion: Evaluation, **changes: Any) -> Paired:
    facts: dict[str, Any] = {
        "champion_id": "er_20250901",
        "champion_model_sha256": CHAMPION,
        "champion_evaluation_sha256": CHAMPION,
        "champion_threshold": THRESHOLD,
        "confidence": 0.95,
        "replicates": 300,
    }
    return compare(candidate, champion, **(facts | changes))


def flipped(rows: Evaluation, which: "np.ndarray[Any, Any] | list[int]") -> Evaluation:
    """Return ``rows`` with the scores of some mirrored at the threshold, and so their decisions turned."""
    score = rows.score.copy()
    score[which] = 1 - score[which]
    return replace(rows, score=score, predicted=score >= THRESHOLD)


ROWS = scored(tp=90, fp=10, fn=20, tn=180)


def test_rows_that_only_one_model_calls_right_are_listed_by_id_the_surest_first() -> None:
    champion = flipped(ROWS, [0, 5, 89, 95, 112])  # three hits missed, a false alarm and a miss avoided
    found = compared(ROWS, champion)
    assert (found.gained, found.lost, found.rows) == (3, 2, 300)
    assert [row.row_id for row in found.gained_rows] == ["89", "5", "0"]
    assert {row.row_id for row in found.lost_rows} == {"95", "112"}
    first = found.gained_rows[0]
    assert first.label == 1
    assert (first.candidate_score, first.champion_score) == (ROWS.score[89], 1 - ROWS.score[89])


def test_the_metrics_of_each_model_are_those_that_measuring_gives() -> None:
    champion = flipped(ROWS, [0, 5, 89, 95, 112])
    found = compared(ROWS, champion).differences
    for name, estimate in measured(ROWS).metrics.items():
        assert found[name].candidate == pytest.approx(estimate.value)
        assert found[name].value == pytest.approx((estimate.value or 0) - (measured(champion).metrics[name].value or 0))
    assert (found["recall"].n, found["precision"].n, found["f1"].n) == (110, 101, 120)


def test_what_one_model_gains_the_other_loses() -> None:
    champion = flipped(ROWS, [0, 5, 89, 95, 112])
    one, other = compared(ROWS, champion), compared(champion, ROWS)
    assert (one.gained, one.lost) == (other.lost, other.gained)
    assert [row.row_id for row in one.lost_rows] == [row.row_id for row in other.gained_rows]
    for name, difference in one.differences.items():
        assert difference.value == pytest.approx(-(other.differences[name].value or 0.0))
        assert (difference.candidate, difference.champion) == (
            other.differences[name].champion,
            other.differences[name].candidate,
        )


def test_many_flips_are_counted_and_the_first_are_listed() -> None:
    found = compared(ROWS, flipped(ROWS, np.arange(90)))
    assert found.gained == 90
    assert len(found.gained_rows) == LISTED
    assert found.mcnemar_p < 1e-9


def test_the_order_of_the_champions_rows_does_not_matter() -> None:
    champion = flipped(ROWS, [3, 130])
    order = np.random.default_rng(0).permutation(len(ROWS))
    shuffled = replace(
        champion,
        **{
            name: getattr(champion, name)[order]
            for name in ("row_id", "cluster", "label", "score", "predicted", "weight")
        },
    )
    assert compared(ROWS, shuffled) == compared(ROWS, champion)


def test_equal_decisions_are_no_proof_on_few_rows() -> None:
    found = compared(ROWS, ROWS)
    assert (found.gained, found.lost, found.mcnemar_p) == (0, 0, 1.0)
    for difference in found.differences.values():
        assert difference.value == 0
        assert difference.lower is not None
        assert difference.lower < -0.01


def test_no_rows_compare_to_nothing() -> None:
    found = compared(scored(tp=0, fp=0, fn=0, tn=0), scored(tp=0, fp=0, fn=0, tn=0))
    assert (found.rows, found.mcnemar_p) == (0, 1.0)
    assert {difference.value for difference in found.differences.values()} == {None}


def test_a_metric_that_one_model_lacks_is_not_defined() -> None:
    silent = replace(ROWS, score=np.full(len(ROWS), 0.1), predicted=np.zeros(len(ROWS), dtype=bool))
    precision = compared(ROWS, silent).differences["precision"]
    assert (precision.champion, precision.value, precision.lower) == (None, None, None)
    assert "no row positive" in precision.reason
    assert compared(ROWS, silent).differences["recall"].value is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("row_id", texts([f"other-{row}" for row in range(300)])),
        ("label", 1 - ROWS.label),
        ("cluster", texts(["one"] * 300)),
        ("weight", np.full(300, 2.0)),
    ],
)
def test_other_rows_are_refused_by_the_field_that_differs(field: str, value: Any) -> None:
    with pytest.raises(InputRefusedError) as refused:
        compared(ROWS, replace(ROWS, **{field: value}))
    assert refused.value.field == field
    assert "mlops evaluate" in refused.value.fix


def test_fewer_rows_are_refused() -> None:
    fewer = scored(tp=90, fp=10, fn=20, tn=179)
    for candidate, champion in ((ROWS, fewer), (fewer, ROWS)):
        with pytest.raises(InputRefusedError, match="same test rows"):
            compared(candidate, champion)


def test_decisions_that_do_not_follow_from_the_scores_are_refused() -> None:
    forged = replace(ROWS, predicted=~ROWS.predicted)
    with pytest.raises(InputRefusedError, match="do not follow from its scores"):
        compared(ROWS, forged)
