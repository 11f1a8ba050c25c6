"""Joining pairs in memory: ids of records."""

import pyarrow as pa

from mlops.feedback.joining import join


def test_ids_that_a_batch_gives_are_kept_and_only_blank_ones_are_filled() -> None:
    base = pa.table({
        "pair_id": ["a"], "left_id": ["7"], "left_name": ["Ann"], "right_id": ["8"], "right_name": ["Anne"],
        "label": [1],
    })  # fmt: skip
    batch = pa.table({
        "pair_id": ["b", "c"], "left_id": ["own", None], "left_name": ["Bob", "Ann"], "right_id": [None, None],
        "right_name": ["Rob", "Annie"], "label": [1, 0],
    })  # fmt: skip
    found = join(base, batch).table
    assert found["left_id"].to_pylist() == ["7", "own", "7"]
    assert all(text.startswith("~served-") for text in found["right_id"].to_pylist()[1:])
