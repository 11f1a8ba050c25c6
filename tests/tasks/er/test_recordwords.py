"""The evidence of words is the same, whether pairs are scored in training or by the million."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from mlops.tasks.er.evidence import Evidence, WordPairs
from mlops.tasks.er.recordwords import RecordWords
from mlops.tasks.er.tokens import token_keys

N = 80
LABEL = (np.arange(N) % 2).astype(np.int8)
LEFT = np.array([f"canon lens {i % 4}" for i in range(N)], dtype=object)
RIGHT = np.array([f"canon lens {i % 4} {'black' if LABEL[i] else 'pro'}" for i in range(N)], dtype=object)
EVIDENCE = Evidence.fit(WordPairs.of(LEFT, RIGHT), LABEL)

record = st.lists(st.sampled_from(["canon", "lens", "1", "2", "black", "pro", "new"]), max_size=6).map(" ".join)


@given(st.lists(st.tuples(record, record), max_size=12))
def test_looked_up_once_per_record_it_is_the_evidence_of_the_pairs(pairs: list[tuple[str, str]]) -> None:
    left, right = (np.array([pair[side] for pair in pairs], dtype=object) for side in (0, 1))
    numbers, records = pd.factorize(np.concatenate([left, right]))
    words = RecordWords.of(EVIDENCE, token_keys([text.split() for text in records.tolist()]))
    scored = words.score(*np.split(numbers, 2))
    assert np.allclose(scored, EVIDENCE.score(WordPairs.of(left, right)), rtol=1e-6, atol=1e-6)


def test_an_evidence_without_words_scores_its_intercept() -> None:
    nothing = Evidence(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32), 0.5)
    words = RecordWords.of(nothing, token_keys([["a"], ["b"]]))
    assert words.score(np.array([0, 0]), np.array([1, 0])).tolist() == [0.5, 0.5]
