"""Vocabularies weigh tokens by rarity, keep the identity of what they never saw, and survive their state."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlops.tasks.er.tokens import token_keys, trigram_keys
from mlops.tasks.er.vocabulary import TokenRows, Vocabulary, segment_reduce

TRAINING = [["acme", "gmbh"], ["acme", "inc"], ["acme", "gmbh"], ["bolt", "gmbh", "gmbh"]]
token_lists = st.lists(st.lists(st.text(min_size=1, max_size=4), max_size=5), max_size=8)


def _shared(rows: TokenRows) -> NDArray[np.int64]:
    """Return the (n, n) numbers of tokens that values share."""
    ones = rows.weights.toarray() > 0
    return np.asarray(ones.astype(int) @ ones.T.astype(int))


def test_frequent_tokens_weigh_less_than_rare_ones() -> None:
    vocabulary = Vocabulary.fit(token_keys([["a", "b"]] * 4 + [["a"]] * 4))
    a, b = (vocabulary.rows(token_keys([[token]])).sums[0] for token in "ab")
    assert 1 <= a < b < vocabulary.rare_weight


def test_the_weight_is_the_smoothed_idf() -> None:
    vocabulary = Vocabulary.fit(token_keys(TRAINING))
    assert vocabulary.rows(token_keys([["acme"]])).sums[0] == np.float32(np.log(5 / 4) + 1)
    assert vocabulary.rare_weight == np.float32(np.log(5 / 3) + 1)


def test_a_token_seen_twice_weighs_as_one_never_seen() -> None:
    vocabulary = Vocabulary.fit(token_keys([*TRAINING, ["inc"]]))
    rows = vocabulary.rows(token_keys([["inc"], ["bolt"], ["never"]]))
    assert rows.sums.tolist() == [np.float32(vocabulary.rare_weight)] * 3
    assert len(vocabulary.keys) == 2


def test_unseen_tokens_keep_their_identity() -> None:
    rows = Vocabulary.fit(token_keys(TRAINING)).rows(token_keys([["x", "y"], ["x"], ["z"]]))
    assert _shared(rows).tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_a_value_without_tokens_is_an_empty_row() -> None:
    rows = Vocabulary.fit(token_keys(TRAINING)).rows(token_keys([[], ["acme"], []]))
    assert rows.counts.tolist() == [0, 1, 0]
    assert segment_reduce(np.maximum, rows.entries.data, rows.entries.ends)[[0, 2]].tolist() == [0, 0]


def test_a_vocabulary_of_nothing_scores_everything_as_unseen() -> None:
    vocabulary = Vocabulary.fit(token_keys([]))
    assert vocabulary.rows(token_keys([["a", "b"]])).sums.tolist() == [2 * vocabulary.rare_weight]


def test_repeats_within_a_value_count_once() -> None:
    rows = Vocabulary.fit(token_keys(TRAINING)).rows(token_keys([["gmbh", "gmbh"]]))
    assert rows.counts.tolist() == [1]


@given(token_lists, token_lists)
def test_rows_hold_the_sets_of_tokens(training: list[list[str]], scored: list[list[str]]) -> None:
    rows = Vocabulary.fit(token_keys(training)).rows(token_keys(scored))
    shared = _shared(rows)
    for i, first in enumerate(scored):
        assert rows.counts[i] == len(set(first))
        for j, second in enumerate(scored):
            assert shared[i, j] == len(set(first) & set(second))


@given(token_lists)
def test_a_restored_vocabulary_gives_the_same_rows(training: list[list[str]]) -> None:
    vocabulary = Vocabulary.fit(token_keys(training))
    again = Vocabulary.restore(vocabulary.state())
    first, second = (each.rows(token_keys([*training, ["new"]])) for each in (vocabulary, again))
    assert first.sums.tolist() == second.sums.tolist()
    assert first.weights.indices.tolist() == second.weights.indices.tolist()


@given(st.lists(st.text(max_size=12), max_size=6))
def test_trigrams_are_runs_of_three_of_the_padded_text(texts: list[str]) -> None:
    keys = trigram_keys(texts)
    expected = [[f" {text} "[start : start + 3] for start in range(len(text))] for text in texts]
    assert np.bincount(keys.owner, minlength=len(texts)).tolist() == [len(runs) for runs in expected]
    flat = [run for runs in expected for run in runs]
    assert len(set(keys.keys.tolist())) == len(set(flat))
    assert len(set(zip(flat, keys.keys.tolist(), strict=True))) == len(set(flat))
