"""A linear model on words learns which words matter, and never sees the pair that it scores in training."""

import numpy as np
import pytest

from mlops.learning.crossfit import plan_folds
from mlops.tasks.er.evidence import READINGS, Evidence, Reading, WordPairs, out_of_fold_evidence, run_keys, word_keys

N = 80
LABEL = (np.arange(N) % 2).astype(np.int8)
LEFT = np.array([f"canon lens {i % 4}" for i in range(N)], dtype=object)
RIGHT = np.array([f"canon lens {i % 4} {'black' if LABEL[i] else 'pro'}" for i in range(N)], dtype=object)


@pytest.fixture(scope="module")
def pairs() -> WordPairs:
    return WordPairs.of(LEFT, RIGHT)


def _words(left: str, right: str) -> WordPairs:
    return WordPairs.of(np.array([left], dtype=object), np.array([right], dtype=object))


def test_shared_words_and_words_of_one_side_are_told_apart() -> None:
    assert (_words("a b b", "b c").keys & 1).tolist().count(1) == 2
    assert len(_words("a b b", "b c").keys) == 3
    assert set(_words("x", "x").keys.tolist()).isdisjoint(_words("x", "").keys.tolist())


def test_the_sides_can_be_swapped() -> None:
    assert _words("a b", "b c").keys.tolist() == _words("b c", "a b").keys.tolist()


def test_it_learns_which_unshared_words_matter(pairs: WordPairs) -> None:
    evidence = Evidence.fit(pairs, LABEL)
    black, pro = (evidence.score(_words("canon", f"canon {word}"))[0] for word in ("black", "pro"))
    assert black > 0 > pro


def test_a_word_never_seen_says_nothing(pairs: WordPairs) -> None:
    evidence = Evidence.fit(pairs, LABEL)
    assert evidence.score(_words("canon", "canon new")).tolist() == evidence.score(_words("canon", "canon")).tolist()
    assert evidence.score(_words("", "")).tolist() == [np.float32(evidence.intercept)]


def test_words_of_a_single_pair_are_not_kept() -> None:
    left = np.array([f"only{i}" for i in range(10)], dtype=object)
    evidence = Evidence.fit(WordPairs.of(left, left), LABEL[:10])
    assert len(evidence.keys) == 0
    assert evidence.score(_words("only1", "only1")).tolist() == [0]


def test_some_pairs_can_be_taken(pairs: WordPairs) -> None:
    rows = np.array([3, 10, 11])
    taken, direct = pairs.take(rows), WordPairs.of(LEFT[rows], RIGHT[rows])
    assert taken.owner.tolist() == direct.owner.tolist()
    assert sorted(taken.keys.tolist()) == sorted(direct.keys.tolist())


def test_training_pairs_are_scored_by_models_that_did_not_see_them() -> None:
    rng = np.random.default_rng(0)
    noise = np.array([" ".join(f"w{word}" for word in rng.integers(60, size=8)) for _ in range(N)], dtype=object)
    empty = np.full(N, "", dtype=object)
    pairs = WordPairs.of(noise, empty)
    folds, _ = plan_folds(LABEL, np.arange(N).astype(str).astype(object), seed=0)
    seen = ((Evidence.fit(pairs, LABEL).score(pairs) > 0) == LABEL).mean()
    unseen = ((out_of_fold_evidence(pairs, LABEL, None, folds) > 0) == LABEL).mean()
    assert seen > 0.85
    assert unseen < 0.7


def test_a_restored_model_scores_the_same(pairs: WordPairs) -> None:
    evidence = Evidence.fit(pairs, LABEL)
    assert Evidence.restore(evidence.state()).score(pairs).tolist() == evidence.score(pairs).tolist()


def test_letters_and_digits_that_touch_are_read_apart_too() -> None:
    joined, apart = run_keys(["16gb ssd-2.5 x"]), run_keys(["gb16 ssd 2 5 x"])
    assert set(joined.keys.tolist()) == set(apart.keys.tolist())
    assert len(joined.keys) == 6
    assert not set(word_keys(["16gb"]).keys.tolist()) & set(word_keys(["16 gb"]).keys.tolist())
    assert len(run_keys(["", "a"]).keys) == 1


def test_each_reading_is_a_feature_with_a_meaning() -> None:
    names = [reading.note.name for reading in READINGS]
    assert names == ["record.words.evidence", "record.runs.evidence"]
    assert all("log-odds" in reading.note.description for reading in READINGS)


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.note.name)
def test_both_readings_learn(reading: Reading) -> None:
    evidence = Evidence.fit(WordPairs.of(LEFT, RIGHT, reading.keys), LABEL)
    scores = evidence.score(WordPairs.of(LEFT, RIGHT, reading.keys))
    assert ((scores > 0) == LABEL).all()
