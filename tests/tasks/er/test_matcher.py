"""A matcher learns to tell matches, is the same for the same seed, and refuses what it cannot learn from."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import logit
from threadpoolctl import threadpool_limits

from mlops import persistence
from mlops.config import ThresholdSettings
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.tasks.er.fitting import fit_matcher
from mlops.tasks.er.matcher import PairMatcher, restore

pytestmark = pytest.mark.usefixtures("few_trees")

WORDS = "acme bolt north river stone silver union pacific delta omega summit harbor lake forest copper iron".split()  # noqa: SIM905  # reads as names
F1 = ThresholdSettings()


def make_pairs(rows: int, seed: int = 0) -> tuple[pd.DataFrame, NDArray[np.int8], NDArray[np.object_]]:
    """Return pairs of companies: a match has the same name with a typo, a non-match shares a word."""
    rng = np.random.default_rng(seed)
    names = [" ".join(rng.choice(WORDS, 3, replace=False)) + f" {rng.integers(1000)}" for _ in range(rows)]
    label = (np.arange(rows) % 3 == 0).astype(np.int8)
    right = [
        name.replace(name[3], "", 1).upper() if match else f"{name.split()[0]} {other}"
        for name, other, match in zip(names, np.roll(names, 1), label, strict=True)
    ]
    inputs = pd.DataFrame({"left_name": names, "right_name": right, "left_city": "Rome", "right_city": None})
    return inputs.astype(object), label, np.array([f"e{i // 2}" for i in range(rows)], dtype=object)


def _digest(matcher: PairMatcher) -> str:
    return sha256_bytes(persistence.dump(matcher.state()))


@pytest.fixture(scope="module")
def matcher() -> PairMatcher:
    return fit_matcher(*make_pairs(200), F1, seed=1)


def test_it_tells_new_matches_from_new_non_matches(matcher: PairMatcher) -> None:
    inputs, label, _ = make_pairs(150, seed=9)
    scores = matcher.predict_proba(inputs)
    assert scores.shape == (150,)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert ((scores >= matcher.threshold) == label).mean() > 0.95


def test_features_are_those_that_vary(matcher: PairMatcher) -> None:
    assert len(matcher.features()) == len(matcher.kept) + 2 == matcher.table(make_pairs(5)[0]).shape[1]
    assert not any(note.name.startswith("city.") for note in matcher.features())


def test_the_architecture_names_the_estimator_and_its_settings(matcher: PairMatcher) -> None:
    sentence = matcher.architecture()
    assert sentence.startswith(matcher.estimator.sentence())
    assert "sigmoid calibration" in sentence
    assert f"on {len(matcher.kept)} similarity features" in sentence


def test_facts_are_plain_and_say_how_the_threshold_was_chosen(matcher: PairMatcher) -> None:
    facts = matcher.facts()
    assert all(isinstance(value, int | float | str) for value in facts.values())
    assert facts["out_of_fold_grouped"] == "by cluster"
    assert facts["threshold_objective"] == "best F1"
    assert facts["training_pairs"] == 200


def test_one_and_two_threads_give_the_same_model(matcher: PairMatcher) -> None:
    for threads in (1, 2):
        with threadpool_limits(threads):
            assert _digest(fit_matcher(*make_pairs(200), F1, seed=1)) == _digest(matcher)


def test_a_restored_matcher_scores_the_same(matcher: PairMatcher) -> None:
    inputs, _, _ = make_pairs(50, seed=3)
    again = restore(pickle.loads(pickle.dumps(matcher.state())))  # noqa: S301  # our own bytes, from the line itself
    assert again.predict_proba(inputs).tolist() == matcher.predict_proba(inputs).tolist()
    assert again.threshold == matcher.threshold
    assert again.features() == matcher.features()
    assert again.facts() == matcher.facts()


def _nodes(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [node for item in value.values() for node in _nodes(item)]
    return [node for item in value for node in _nodes(item)] if isinstance(value, list) else [value]


def test_the_state_is_small_and_plain(matcher: PairMatcher) -> None:
    nodes = _nodes({key: value for key, value in matcher.state().items() if key != "estimator"})
    assert len(nodes) < 200
    assert all(isinstance(node, str | int | float | np.ndarray) for node in nodes)
    assert not any(isinstance(node, np.ndarray) and node.dtype.hasobject for node in nodes)


def test_no_text_of_a_record_is_in_the_state(matcher: PairMatcher) -> None:
    assert b"acme" not in pickle.dumps(matcher.state())


def test_no_pairs_have_no_scores(matcher: PairMatcher) -> None:
    inputs, _, _ = make_pairs(5)
    assert matcher.predict_proba(inputs.iloc[:0]).shape == (0,)


def test_a_state_of_another_kind_is_refused(matcher: PairMatcher) -> None:
    for state in ({}, matcher.state() | {"format": 0}):
        with pytest.raises(InputRefusedError, match="does not hold a matcher"):
            restore(state)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("kept", np.array([0], dtype=np.intp)),
        ("kept", np.arange(1000, dtype=np.intp)),
        ("features", {}),
        ("evidence", [{"keys": np.zeros(0)}] * 2),
        ("evidence", []),
        ("estimator", {"name": "oracle"}),
        ("calibration", {"raw": np.zeros(1), "calibrated": np.zeros(1), "slope": -1.0, "cut": 0.0}),
        ("facts", 3),
    ],
)
def test_a_part_that_no_matcher_writes_is_refused(matcher: PairMatcher, part: str, value: object) -> None:
    with pytest.raises(InputRefusedError, match="A part of the matcher"):
        restore(matcher.state() | {part: value})


def test_a_score_is_made_in_three_steps_that_can_be_taken_one_by_one(matcher: PairMatcher) -> None:
    inputs, _, _ = make_pairs(40, seed=4)
    raw = matcher.estimator.log_odds(matcher.table(inputs))
    scores = matcher.predict_proba(inputs)
    assert matcher.calibration.scores(raw).tolist() == scores.tolist()
    np.testing.assert_allclose(logit(scores), matcher.calibration.log_odds(raw))


def test_a_pair_alone_has_the_score_that_it_has_among_others(matcher: PairMatcher) -> None:
    inputs, _, _ = make_pairs(30, seed=5)
    alone = [matcher.predict_proba(inputs.iloc[row : row + 1])[0] for row in range(30)]
    assert alone == matcher.predict_proba(inputs).tolist()


def _published(shared_data: Path, dataset: str) -> tuple[float, int]:
    """Train on the published training rows; return F1 on the published test rows, and how many there are."""
    table = pd.read_parquet(shared_data / "er" / f"{dataset}.parquet")
    columns = [name for name in table.columns if name.startswith(("left_", "right_")) and not name.endswith("_id")]
    inputs = table[columns].astype(object).where(table[columns].notna(), None)
    test = (table["split"] == "test").to_numpy()
    label = table["label"].to_numpy(np.int8)
    left = [name for name in columns if name.startswith("left_")]
    cluster = inputs[left].fillna("").agg("\x1f".join, axis=1).to_numpy(object)
    matcher = fit_matcher(inputs[~test], label[~test], cluster[~test], F1, seed=0)
    called = matcher.predict_proba(inputs[test]) >= matcher.threshold
    hits = int((called & (label[test] == 1)).sum())
    return 2 * hits / (int(called.sum()) + int(label[test].sum())), int(test.sum())


@pytest.mark.parametrize(("dataset", "f1"), [("fodors_zagats", 0.95), ("beer", 0.7)])
def test_the_small_public_datasets_are_learned(shared_data: Path, dataset: str, f1: float) -> None:
    found, rows = _published(shared_data, dataset)
    assert rows in {189, 91}
    assert found >= f1
